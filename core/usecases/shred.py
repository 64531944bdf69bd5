"""Make a call or a person unreadable for good, hold them against it, and move all keys to a new version."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.errors import Conflict, NotFound
from core.storage.names import static_name
from core.storage.shredding import SHREDDED, carry_out
from core.storage.store import SqlStorage

__all__ = ["Rotation", "ShredPlan", "hold", "living_plan", "plan_call", "plan_person", "rotate", "shred"]


#: SQLite's waiting writers look every 100 ms whether it is their turn.
_REST_S = 0.15


@dataclass(frozen=True, slots=True)
class ShredPlan:
    """What would become unreadable. ``people`` are those whose keys are among ``objects``: a call can have been of two.
    ``hold`` names the legal hold on any of them that forbids it, if there is one."""

    kind: str
    subject: str
    person: str
    objects: tuple[str, ...]
    people: tuple[str, ...]
    hold: str | None


@dataclass(frozen=True, slots=True)
class Rotation:
    version: int
    rewrapped: int
    forgotten: tuple[int, ...]


def plan_call(storage: SqlStorage, call_id: str) -> ShredPlan:
    """What shredding this call destroys. Raises ``NotFound``, also for one that is destroyed already."""
    objects = storage.upkeep.objects_of_call(call_id)
    person = storage.upkeep.subject_of(f"call:{call_id}")
    if not objects or person is None:
        raise NotFound("There is no such call with living keys; loanline records list shows the ids.")
    people = storage.upkeep.people_of_call(call_id)
    return ShredPlan("call", call_id, person, tuple(objects), tuple(people), _hold_on(storage, people))


def living_plan(storage: SqlStorage, call_id: str) -> ShredPlan | None:
    """The same; ``None`` for a call that is destroyed already."""
    try:
        return plan_call(storage, call_id)
    except NotFound:
        return None


def plan_person(storage: SqlStorage, person: str) -> ShredPlan:
    """What shredding this person destroys: every call and case of theirs. Raises ``NotFound``."""
    objects = _objects_of(storage, person)
    return ShredPlan("person", person, person, tuple(objects), (person,), storage.upkeep.hold_of(person))


def _objects_of(storage: SqlStorage, person: str) -> list[str]:
    """A member of staff is no such person: an account is closed, not made unreadable with all that it signed for."""
    objects = [] if person.startswith("staff:") else storage.upkeep.objects_of(person)
    if not objects:
        raise NotFound("There is no such person with living keys; a person's id is the id of a case of theirs.")
    return objects


def _hold_on(storage: SqlStorage, people: Iterable[str]) -> str | None:
    return next((hold for hold in map(storage.upkeep.hold_of, people) if hold is not None), None)


def shred(storage: SqlStorage, plan: ShredPlan, operator: str) -> None:
    """Carry the plan out: the order is committed to the audit log, then the keys are destroyed, in every copy that
    shares this key store. Raises ``Conflict`` while a legal hold stands, and ``StorageError``."""
    detail = {"kind": plan.kind, "person": plan.person, "objects": len(plan.objects)}
    with storage.alone():
        people = storage.upkeep.people_of_call(plan.subject) if plan.kind == "call" else plan.people
        if _hold_on(storage, people) is not None:
            raise Conflict("A legal hold forbids destroying these keys; lift it first.")
        with storage.begin() as work:
            work.audit.append(operator, SHREDDED, plan.subject, detail)
            if plan.kind == "person":
                work.forget_person(plan.person)
            work.commit()
        storage.tombstones.add([(plan.subject, detail)])
        carry_out(storage.upkeep, [(plan.subject, detail)])


def hold(storage: SqlStorage, person: str, reason: str | None, operator: str) -> None:
    """Set (``reason`` is a static name such as ``dispute``) or lift (``None``) a legal hold. Raises ``NotFound``."""
    with storage.alone():
        _objects_of(storage, person)
        if reason is not None:
            storage.upkeep.set_hold(person, static_name("hold", reason))
        with storage.begin() as work:
            work.audit.append(operator, "keys.held" if reason else "keys.released", person, {"hold": reason or "none"})
            work.commit()
        if reason is None:
            storage.upkeep.set_hold(person, None)


def rotate(
    storage: SqlStorage,
    operator: str,
    *,
    forget_old: bool = False,
    batch: int = 1000,
    progress: Callable[[int], None] = lambda done: None,
    rest: Callable[[float], None] = time.sleep,
) -> Rotation:
    """Make a new key-encryption key and re-wrap every person's key under it, in short transactions, with the line up:
    after each the line's own writers get a turn, who would otherwise be locked out until the end.

    ``forget_old`` then destroys the older versions in the keyring: key stores restored from before cannot be opened
    any more. Interrupted, it goes on where it stopped. Raises ``StorageError`` and ``WrongKey``.
    """
    upkeep, keyring = storage.upkeep, storage.keyring
    with storage.alone():
        current = upkeep.newest_version()
        version = keyring.newest() if keyring.newest() > current else keyring.add_version()
        upkeep.use_version(version)
        moved = 0
        while done := upkeep.rewrap(batch):
            moved += done
            progress(moved)
            rest(_REST_S)
        old = [known for known in upkeep.known_versions() if known < version] if forget_old else []
        with storage.begin() as work:
            work.audit.append(
                operator, "keys.rotated", "keyring", {"version": version, "moved": moved, "forgotten": old}
            )
            work.commit()
        for known in old:
            if known not in upkeep.versions_in_use():
                keyring.forget(known)
                upkeep.forgotten(known)
    return Rotation(version, moved, tuple(old))
