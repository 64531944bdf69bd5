"""Destroying keys on order of the audit log: the order is committed first, then carried out.

A crash between the two leaves an order that the next start carries out. A restored key store meets the orders of
the data, a restored data database meets the headstones of the key store, and both together meet the list of
``core.storage.tombstones``: what was destroyed stays destroyed.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Executable, delete, select, update

from core.fraud import LinkKind
from core.storage.key_upkeep import KeyUpkeep
from core.storage.tables import applicants, cases, codes, links, owed_texts, voice_terms
from core.storage.tombstones import Order

__all__ = ["SHREDDED", "carry_out", "traces_of"]

#: The audit action that orders it. ``subject`` is the call's or the person's id; ``detail.kind`` says which.
SHREDDED = "keys.shredded"


def traces_of(person: str) -> tuple[Executable, ...]:
    """The statements that wipe what lives outside sealed columns and could still lead to a person: keyed hashes of
    numbers and identities, codes, and texts still to be sent."""
    theirs = select(cases.c.case_id).where(cases.c.subject_id == person)
    persons = select(links.c.value_index).where(links.c.case_id.in_(theirs), links.c.kind == LinkKind.PERSON.value)
    return (
        delete(codes).where(codes.c.case_id.in_(theirs)),
        delete(applicants).where(applicants.c.case_id.in_(theirs)),
        delete(owed_texts).where(owed_texts.c.case_id.in_(theirs)),
        delete(voice_terms).where(voice_terms.c.person_index.in_(persons)),
        delete(links).where(links.c.case_id.in_(theirs)),
        update(cases).where(cases.c.subject_id == person).values(phone_index=None),
    )


def carry_out(upkeep: KeyUpkeep, orders: Iterable[Order]) -> None:
    """Destroy what the (subject, detail) orders name and is not destroyed yet. Raises ``StorageError``."""
    people, calls = upkeep.buried_subjects(), upkeep.buried_calls()
    for subject, detail in orders:
        if detail.get("kind") == "person":
            if subject not in people:
                upkeep.destroy_subject(subject)
        elif subject not in calls:
            upkeep.destroy_call(subject, str(detail["person"]))
