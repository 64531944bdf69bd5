"""What callers were told, held against what is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from core.storage.store import SqlStorage
from ivr.dialogue.state import fold
from ivr.system import SystemClock
from tests.chaos.crowd import Told, digest
from tests.chaos.stores import opened

__all__ = ["Promises"]

_FOUND = {"accepted": "accepted", "review": "review", "declined": "declined"}


@dataclass
class Promises:
    """Everything that was told so far, over all processes. ``check`` after each of them has ended."""

    broken: list[str] = field(default_factory=list)
    asked_again: Counter[str] = field(default_factory=Counter)
    slots_kept: int = 0
    calls: dict[tuple[int, int], set[str]] = field(default_factory=dict)
    #: How many callers heard the end of their matter.
    knows: int = 0
    _known: dict[tuple[int, int], set[str]] = field(default_factory=dict)

    def check(self, told: Iterable[Told], folder: Path, *, whole_log: bool = False) -> None:
        """Hold what one process told its callers against the store it left."""
        told = [item for item in told if item.call]
        self._count_questions(told)
        # "Something went wrong" confirms nothing: the answer before it may be the one that could not be kept.
        last = {item.call: item for item in told if item.kind == "said" and item.prompt != "handover.fault"}
        storage = opened(folder)
        try:
            for call_id, item in last.items():
                self._slots(storage, call_id, item)
            for item in told:
                if item.kind == "knows":
                    self._ended(storage, item)
            self._duplicates(storage)
            if whole_log:
                self.broken += storage.verify_audit().problems
        finally:
            storage.close()

    def _count_questions(self, told: Iterable[Told]) -> None:
        """A question about what the caller had been told was kept is a question repeated."""
        for item in told:
            if item.kind != "said":
                continue
            name, _, rung = item.prompt.partition(".")
            known = self._known.setdefault((item.seat, item.life), set())
            self.calls.setdefault((item.seat, item.life), set()).add(item.call)
            if rung == "ask" and name in known:
                self.asked_again[item.call] += 1
            known |= set(item.slots)

    def _slots(self, storage: SqlStorage, call_id: str, item: Told) -> None:
        with storage.engine.connect() as rows:
            case = rows.execute(text("SELECT case_id FROM calls WHERE call_id = :it"), {"it": call_id}).scalar()
        if case is None:
            self.broken.append(f"{call_id}: the call was answered and is not stored")
            return
        with storage.begin() as unit:
            kept = fold(unit.journal.read(case), "USD").slots
        for name, value in item.slots.items():
            self.slots_kept += 1
            if name not in kept or digest(name, kept[name].value) != value:
                self.broken.append(f"{call_id}: {name} was confirmed to the caller and is not stored so")

    def _ended(self, storage: SqlStorage, item: Told) -> None:
        self.knows += 1
        outcome = item.prompt.partition(".")[2]
        if outcome not in _FOUND:
            return
        with storage.engine.connect() as rows:
            case = rows.execute(text("SELECT case_id FROM calls WHERE call_id = :it"), {"it": item.call}).scalar()
            applied = rows.execute(text("SELECT status FROM applications WHERE case_id = :it"), {"it": case}).scalar()
        if outcome == "accepted" and not self._in_writing(storage, str(case)):
            self.broken.append(f"{item.call}: the terms agreed to were neither sent nor are they owed")
        if applied != _FOUND[outcome]:
            self.broken.append(f"{item.call}: the caller heard {outcome}, stored is {applied}")

    @staticmethod
    def _in_writing(storage: SqlStorage, case_id: str) -> bool:
        with storage.begin() as unit:
            sent = any(entry.kind == "terms_sent" for entry in unit.journal.read(case_id))
            owed = unit.owed_texts.due(SystemClock().now() + timedelta(days=1), limit=10_000)
        return sent or any(text.case_id == case_id for text in owed)

    def _duplicates(self, storage: SqlStorage) -> None:
        """One life, one application; one application, one acceptance."""
        with storage.engine.connect() as rows:
            applied = {row.call_id for row in rows.execute(text("SELECT call_id FROM applications"))}
            accepted = rows.execute(text("SELECT subject FROM audit WHERE action = 'offer.accepted'")).scalars().all()
        twice = [life for life, calls in self.calls.items() if len(calls & applied) > 1]
        self.broken += [f"telephone {seat}, life {life}: applied twice" for seat, life in twice]
        self.broken += [f"{case}: accepted twice" for case, times in Counter(accepted).items() if times > 1]
