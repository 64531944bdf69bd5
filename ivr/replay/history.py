"""What happened before a fixture call: earlier calls of the same house, written into its store as the line would.

Only for houses that live in a folder of their own; a server in service is never given a past.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from antifraud.repeats import fingerprint
from core.applicant import Last4, PersonName, PhoneNumber
from core.codec import to_plain
from core.events import JournalEntry
from core.evidence import Evidence, Source
from core.fraud import LinkKind, TraceKind, link_values
from core.ports import Clock, Storage, UnitOfWork
from ivr.replay.manifest import CallFixture, Earlier
from speech.audio import Samples

__all__ = ["write_history"]

_PAUSE = np.zeros(12_000, dtype=np.int16)


def write_history(storage: Storage, clock: Clock, fixture: CallFixture, load: Callable[[Path], Samples]) -> None:
    """Write the fixture's earlier calls, oldest first. Raises ``StorageError``."""
    for number, earlier in enumerate(sorted(fixture.history, key=lambda one: -one.hours_ago), start=1):
        at = clock.now() - timedelta(hours=earlier.hours_ago)
        call_id, case_id = f"CAearlier{number}", f"case_earlier_{number}"
        with storage.begin() as work:
            work.records.open_call(call_id, case_id, at, recording=True)
            work.links.note(case_id, _known_by(earlier), at)
            if earlier.played:
                clips = [piece for name in earlier.played for piece in (load(fixture.file(name)), _PAUSE)]
                work.traces.keep(call_id, TraceKind.SOUND, fingerprint(np.concatenate(clips)).pack(), at)
            if earlier.answers:
                _decided(work, earlier, call_id, case_id, at)
            work.records.close_call(call_id, "accepted", at)
            for who in earlier.looked_at_by:
                work.audit.append(who, "case.viewed", case_id, {"purpose": "service"})
            work.commit()


def _decided(work: UnitOfWork, earlier: Earlier, call_id: str, case_id: str, at: datetime) -> None:
    """What the journal holds of an application that was decided, as far as a later call reads it."""
    heard = to_plain(Evidence(Source.KEYS, at, call_id=call_id))
    slots = {"full_name": earlier.name, "national_id_last4": earlier.last4, "phone": earlier.number}
    slots |= {"date_of_birth": earlier.born.isoformat(), **earlier.answers}
    for name, value in slots.items():
        entry = {"name": name, "value": value, "evidence": heard}
        work.journal.append(case_id, JournalEntry("slot", at, call_id, entry))
    work.journal.append(case_id, JournalEntry("submitted", at, call_id, {"outcome": "approve"}))
    work.journal.bind_phone(case_id, PhoneNumber(earlier.number))
    work.journal.finish(case_id, "accepted", at)


def _known_by(earlier: Earlier) -> dict[LinkKind, str]:
    return link_values(PersonName(earlier.name), earlier.born, Last4(earlier.last4), PhoneNumber(earlier.number))
