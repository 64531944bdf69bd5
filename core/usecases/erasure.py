"""A person asks to be forgotten: what no law asks for goes at once, the rest when its term is over.

GDPR article 17 with its exception 3(b); PIPL article 47; CCPA 1798.105(d). Records of an application must be kept for a
term (12 CFR 1002.12(b) and the pack's like): until then only recordings go, and the retention run does the rest.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.errors import Conflict, NotFound
from core.jurisdiction.pack import Pack
from core.lending.deadlines import runs_out
from core.ports import Clock
from core.storage.ages import calls_of, people
from core.storage.links import same_identity
from core.storage.store import SqlStorage
from core.usecases.shred import living_plan, plan_person, shred

__all__ = ["Erased", "erase"]


@dataclass(frozen=True, slots=True)
class Erased:
    """``whole``: nothing of the person opens any more. Else the recordings are gone, and ``until`` the rest is kept.
    ``others`` are the ids of cases in which somebody gave the same identity: each is a person of its own here."""

    person: str
    whole: bool
    calls: tuple[str, ...]
    until: datetime | None
    others: tuple[str, ...] = ()


def erase(storage: SqlStorage, clock: Clock, pack: Pack, person: str, operator: str) -> Erased:
    """Raises ``NotFound``, ``Conflict`` with nothing destroyed under a legal hold, while a loan runs, a dispute is open
    or a case is held for a fraud inquiry, and ``StorageError``."""
    known = next((each for each in people(storage.engine) if each.person == person), None)
    if known is None:
        raise NotFound("There is no such person; a person's id is the id of a case of theirs.")
    if storage.upkeep.hold_of(person) is not None:
        raise Conflict("A legal hold forbids destroying these keys; lift it first.")
    if known.unsettled:
        raise Conflict("A loan runs or a dispute is open; settle it first.")
    if known.matter is not None:
        raise Conflict("A case of this person is held for a fraud inquiry; have the hold lifted first.")
    others = tuple(same_identity(storage.engine, person))
    until = runs_out(pack.clock("application_retention"), known.last_at) if known.applied else None
    if until is None or until <= clock.now():
        shred(storage, plan_person(storage, person), operator)
        return Erased(person, True, (), None, others)
    planned = (living_plan(storage, call) for call in calls_of(storage.engine, person))
    plans = [plan for plan in planned if plan is not None]
    if any(plan.hold is not None for plan in plans):
        raise Conflict("A legal hold on somebody else in one of the calls forbids destroying it; lift it first.")
    for plan in plans:
        shred(storage, plan, operator)
    with storage.begin() as work:
        work.audit.append(operator, "erasure.asked", person, {"until": until.date().isoformat()})
        work.commit()
    return Erased(person, False, tuple(plan.subject for plan in plans), until, others)
