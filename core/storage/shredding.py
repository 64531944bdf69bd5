"""Destroying keys on order of the audit log: the order is committed first, then carried out.

A crash between the two leaves an order that the next start carries out. A restored key store meets the orders of
the data, a restored data database meets the headstones of the key store: what was destroyed stays destroyed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from core.storage.key_upkeep import KeyUpkeep

__all__ = ["SHREDDED", "carry_out"]

#: The audit action that orders it. ``subject`` is the call's or the person's id; ``detail.kind`` says which.
SHREDDED = "keys.shredded"


def carry_out(upkeep: KeyUpkeep, orders: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Destroy what the (subject, detail) orders name and is not destroyed yet. Raises ``StorageError``."""
    people, calls = upkeep.buried_subjects(), upkeep.buried_calls()
    for subject, detail in orders:
        if detail.get("kind") == "person":
            if subject not in people:
                upkeep.destroy_subject(subject)
        elif subject not in calls:
            upkeep.destroy_call(subject, str(detail["person"]))
