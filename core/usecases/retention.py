"""What has been kept for long enough is destroyed: by data class, by the pack's terms where a law sets one.

Nothing under a legal hold goes, nothing that a law still asks for, no application whose loan runs, and nothing that is
evidence: neither case nor recordings while a dispute is open or a case is held for a fraud inquiry. Destroying is done
with keys (``core.usecases.shred``), so that it reaches every backup of the data.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from core.errors import Conflict
from core.jurisdiction.pack import Pack
from core.lending.deadlines import runs_out
from core.ports import Clock
from core.storage.ages import delete_rows, drop_records, ended_calls, people
from core.storage.audit_rows import last_done
from core.storage.store import SqlStorage
from core.usecases.shred import living_plan, plan_call, plan_person, shred

__all__ = ["LONGEST_PAUSE", "Terms", "ToGo", "due", "is_time", "run", "run_daily"]

#: What the audit log calls a run that came to its end.
DONE = "retention.run"
_LAW = "application_retention"
#: After a longer pause a person looks first: a clock that jumped ahead would destroy what is not due for years.
LONGEST_PAUSE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Terms:
    """How long each class is kept, in days, where no law of the pack sets a longer term.

    ``recordings``: sound, transcript and what a call established. ``unfinished``: cases without an application, from
    the last thing that happened. Applications are kept as long as the pack says (``application_retention``), from the
    last thing that happened to them. ``small``: delivery keys and settled call-backs.
    """

    recordings: int = 180
    unfinished: int = 30
    codes: int = 1
    small: int = 30
    sessions: int = 90


@dataclass(frozen=True, slots=True)
class ToGo:
    """What the run destroys (or would). ``kept`` names who is past the term and why they stay."""

    at: datetime
    recordings: tuple[str, ...]
    people: tuple[tuple[str, str], ...]
    kept: tuple[tuple[str, str], ...]
    rows: dict[str, int] = field(default_factory=dict)


def due(storage: SqlStorage, clock: Clock, pack: Pack, terms: Terms) -> ToGo:
    """What is past its term now. Changes nothing. Raises ``PackError`` and ``StorageError``."""
    now, law = clock.now(), pack.clock(_LAW)
    going: list[tuple[str, str]] = []
    kept: list[tuple[str, str]] = []
    buried = storage.upkeep.buried_subjects()
    matters: dict[str, str | None] = {}
    for each in people(storage.engine):
        matters[each.person] = each.matter
        if each.person in buried:
            continue
        over = runs_out(law, each.last_at) if each.applied else each.last_at + timedelta(days=terms.unfinished)
        if over > now:
            continue
        hold = storage.upkeep.hold_of(each.person)
        why = hold or ("unsettled" if each.unsettled else each.matter)
        if why is not None:
            kept.append((each.person, why))
        else:
            going.append((each.person, "application" if each.applied else "unfinished"))
    gone = {person for person, _ in going}
    calls = []
    for call in ended_calls(storage.engine, now - timedelta(days=terms.recordings)):
        plan = living_plan(storage, call)
        if plan is None or plan.person in gone:
            continue
        why = next(filter(None, (plan.hold, *(matters.get(person) for person in plan.people))), None)
        if why is not None:
            kept.append((call, why))
        else:
            calls.append(call)
    return ToGo(now, tuple(calls), tuple(going), tuple(kept))


def run(storage: SqlStorage, clock: Clock, pack: Pack, terms: Terms, operator: str) -> ToGo:
    """Destroy what ``due`` names, delete small rows, write an audit row for each and one for the run. What comes under
    a hold meanwhile raises ``Conflict``; the next run goes on. Raises as ``due``."""
    plan = due(storage, clock, pack, terms)
    for person, _ in plan.people:
        shred(storage, plan_person(storage, person), operator)
    for call in plan.recordings:
        shred(storage, plan_call(storage, call), operator)
    rows = delete_rows(
        storage.engine,
        codes_before=plan.at - timedelta(days=terms.codes),
        before=plan.at - timedelta(days=terms.small),
        sessions_before=plan.at - timedelta(days=terms.sessions),
        held=storage.upkeep.held(),
    )
    rows["pieces"] = drop_records(storage.engine, sorted(storage.upkeep.buried_calls()))
    with storage.begin() as work:
        facts = {"people": len(plan.people), "recordings": len(plan.recordings), "kept": len(plan.kept), **rows}
        work.audit.append(operator, DONE, "storage", facts)
        work.commit()
    return ToGo(plan.at, plan.recordings, plan.people, plan.kept, rows)


def run_daily(storage: SqlStorage, clock: Clock, pack: Pack, terms: Terms, hour: int, operator: str) -> ToGo | None:
    """``run``, unless it was run since the last time that it was ``hour`` o'clock UTC, by whomever: then ``None``.

    The audit log remembers when, so that a restart forgets nothing and a day that was missed is made up for. Of several
    nodes one does it. A run in the future, of a clock that was wrong, does not count. Raises as ``run``, and
    ``Conflict`` with nothing destroyed when the last run was more than ``LONGEST_PAUSE`` ago.
    """
    if not is_time(storage, clock, hour):
        return None
    with storage.alone("retention"):
        if not is_time(storage, clock, hour):
            return None
        last = last_done(storage.engine, DONE)
        if last is not None and clock.now() - last > LONGEST_PAUSE:
            raise Conflict("The last run was long ago: check the clock, then run loanline retention run once.")
        return run(storage, clock, pack, terms, operator)


def is_time(storage: SqlStorage, clock: Clock, hour: int) -> bool:
    """Whether the day's run is due and was not done. Raises ``StorageError``."""
    now = clock.now().astimezone(UTC)
    slot = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    if slot > now:
        slot -= timedelta(days=1)
    last = last_done(storage.engine, DONE)
    return last is None or not slot <= last <= now
