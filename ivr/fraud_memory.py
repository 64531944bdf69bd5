"""What earlier calls tell about this one, and what this call leaves for later ones.

Joins storage to antifraud: counts of what applicants share, fingerprints and voices of earlier calls, written voice
consents. Synchronous; ``ivr.risk_watch`` calls it from the thread in which the analysis runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from antifraud.archive import SoundArchive
from antifraud.facts import CallContext, LinkCount
from antifraud.network import LONGEST_HOURS, link_counts
from antifraud.repeats import Fingerprint
from antifraud.voiceprint import Voiceprint
from antifraud.voices import KnownVoice
from core.decision.keeping import number_record
from core.fraud import Label, LinkKind, Trace, TraceKind, VoiceScope
from core.ports import Clock, Storage

__all__ = ["MOST_EARLIER", "CallMemory", "Remembered"]

#: Recordings compared while the caller speaks; the pass after the call compares all that are kept.
MOST_EARLIER = 100
_MOST_VOICES = 300


@dataclass(frozen=True, slots=True)
class Remembered:
    """``links`` are counts of what others share; ``scopes`` what this person agreed to in writing about their voice."""

    links: tuple[LinkCount, ...]
    scopes: frozenset[VoiceScope]


class CallMemory:
    """One call's view of the others. ``case`` gives the case the call works on now; ``days`` is how long the sound of a
    call is kept for comparison, 0 for not at all; ``listed`` are voices that no earlier call is needed to know."""

    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        call_id: str,
        case: Callable[[], str],
        days: int,
        listed: tuple[KnownVoice, ...] = (),
    ) -> None:
        self._listed = listed
        self._storage, self._clock, self._call_id, self._case = storage, clock, call_id, case
        self._sound = timedelta(days=days)

    def look(self, values: Mapping[LinkKind, str]) -> Remembered:
        """Note what this case is known by, and count what others share with it. Raises ``StorageError``."""
        now, case_id = self._clock.now(), self._case()
        since = now - timedelta(hours=LONGEST_HOURS)
        with self._storage.begin() as work:
            work.links.note(case_id, values, now)
            sharing = work.links.sharing(case_id, since)
            edges = work.links.network(case_id, since)
            scopes = work.voice_terms.of(case_id)
            work.commit()
        return Remembered(link_counts(sharing, edges, values, now), scopes)

    def carrier_word(self, context: CallContext) -> CallContext:
        """``context`` with what the telephone provider said of the number when the case was decided, if it was asked.
        Raises ``StorageError``."""
        with self._storage.begin() as work:
            return context.told(number_record(work.receipts.of(self._case())))

    def earlier_sound(self) -> SoundArchive:
        """The newest recordings of other calls. Raises ``StorageError``."""
        if not self._sound:
            return SoundArchive()
        return SoundArchive([Fingerprint.unpack(trace.body) for trace in self._newest(TraceKind.SOUND, MOST_EARLIER)])

    def earlier_voices(self) -> list[KnownVoice]:
        """Voices of other calls, sorted by whose they are, and the listed ones. Only for a call whose person agreed to
        the comparison. Raises ``StorageError``."""
        case_id = self._case()
        traces = self._newest(TraceKind.VOICE, _MOST_VOICES)
        with self._storage.begin() as work:
            person = work.links.sharing(case_id, self._clock.now()).person
            fraud = {label.case_id for label in work.fraud_labels.standing() if label.label is Label.FRAUD}
        earlier = [KnownVoice(_kind(trace, person, fraud), Voiceprint.unpack(trace.body)) for trace in traces]
        return [*earlier, *self._listed]

    def keep(self, sound: Fingerprint, voice: Voiceprint | None) -> None:
        """Keep what this call leaves, sealed with its key, and ask for the pass after it. Raises ``StorageError``."""
        now = self._clock.now()
        with self._storage.begin() as work:
            if self._sound and sound.seconds:
                work.traces.keep(self._call_id, TraceKind.SOUND, sound.pack(), now)
            if voice is not None:
                work.traces.keep(self._call_id, TraceKind.VOICE, voice.pack(), now)
            work.deep_checks.ask(self._call_id, now)
            work.commit()

    def _newest(self, kind: TraceKind, limit: int) -> list[Trace]:
        since = self._clock.now() - (self._sound if kind is TraceKind.SOUND else timedelta(hours=LONGEST_HOURS))
        with self._storage.begin() as work:
            return work.traces.newest(kind, limit, since, but_call=self._call_id)


def _kind(trace: Trace, person: bytes | None, fraud: set[str]) -> str:
    if trace.case_id in fraud:
        return "listed"
    return "enrolled" if person is not None and trace.person == person else "other_identity"
