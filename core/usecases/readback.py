"""Read everything back: whether each stored record still opens. Nothing of it leaves this module but counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from core.errors import CryptoError, Shredded
from core.storage.engine import reading
from core.storage.store import SqlStorage
from core.storage.tables import applications, calls, cases

__all__ = ["ReadBack", "read_back"]


@dataclass(frozen=True, slots=True)
class ReadBack:
    """How many calls, cases and applications opened, were destroyed on purpose, or could not be opened."""

    opened: int
    shredded: int
    unreadable: tuple[str, ...]


def read_back(storage: SqlStorage, operator: str) -> ReadBack:
    """Open every record once, in short transactions, and write one audit row with the counts. ``StorageError``."""
    with reading(storage.engine) as connection:
        names = [
            *(("call", each) for each in connection.scalars(select(calls.c.call_id).order_by(calls.c.call_id))),
            *(("case", each) for each in connection.scalars(select(cases.c.case_id).order_by(cases.c.case_id))),
            *(
                ("application", each)
                for each in connection.scalars(select(applications.c.case_id).order_by(applications.c.case_id))
            ),
        ]
    opened = shredded = 0
    unreadable: list[str] = []
    for kind, name in names:
        with storage.begin() as work:
            readers: dict[str, Callable[[str], object]] = {
                "call": work.records.read,
                "case": work.journal.read,
                "application": work.applications.get,
            }
            try:
                readers[kind](name)
                opened += 1
            except Shredded:
                shredded += 1
            except CryptoError:
                unreadable.append(f"{kind}:{name}")
    with storage.begin() as work:
        detail = {"opened": opened, "shredded": shredded, "unreadable": len(unreadable)}
        work.audit.append(operator, "records.read_back", "storage", detail)
        work.commit()
    return ReadBack(opened, shredded, tuple(unreadable))
