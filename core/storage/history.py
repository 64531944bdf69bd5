"""What happened to a case, from the plain columns: times and static names. Nothing is decrypted here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from sqlalchemy import Engine, literal, select

from core.storage.engine import reading
from core.storage.tables import applications, call_backs, calls, disputes, journal, loans, postings

__all__ = ["Happening", "history_of"]


@dataclass(frozen=True, slots=True)
class Happening:
    """``kind`` is where it comes from: ``call``, ``journal``, ``application``, ``loan``, ``posting``, ``dispute`` or
    ``call_back``; ``name`` what it was: an outcome, a journal kind, a kind of posting. A loan is ``agreed`` then and a
    dispute ``opened``, whatever became of them. ``ref`` is the call or the row."""

    at: datetime
    kind: str
    name: str
    ref: str


def history_of(engine: Engine, case_id: str) -> list[Happening]:
    """Oldest first; empty for a case that nobody knows. Single answers are left out: they are in the application."""
    found: list[Happening] = []
    with reading(engine) as connection:
        queries = (
            ("call", select(calls.c.started_at, calls.c.outcome, calls.c.call_id).where(calls.c.case_id == case_id)),
            (
                "journal",
                select(journal.c.at, journal.c.kind, journal.c.call_id).where(
                    journal.c.case_id == case_id, journal.c.kind.not_in(("slot", "confirmed"))
                ),
            ),
            (
                "application",
                select(applications.c.received_at, applications.c.outcome, applications.c.case_id).where(
                    applications.c.case_id == case_id
                ),
            ),
            ("loan", select(loans.c.opened_at, literal("agreed"), loans.c.case_id).where(loans.c.case_id == case_id)),
            ("posting", select(postings.c.at, postings.c.kind, postings.c.ref).where(postings.c.case_id == case_id)),
            (
                "dispute",
                select(disputes.c.opened_at, literal("opened"), disputes.c.dispute_id).where(
                    disputes.c.case_id == case_id
                ),
            ),
            (
                "call_back",
                select(call_backs.c.asked_at, call_backs.c.state, call_backs.c.call_id).where(
                    call_backs.c.case_id == case_id
                ),
            ),
        )
        for kind, query in queries:
            found += [Happening(at, kind, name or "", ref) for at, name, ref in connection.execute(query)]
    return sorted(found, key=attrgetter("at"))
