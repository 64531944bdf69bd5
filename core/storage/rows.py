"""Rows that are numbered within one case: nobody takes one out of the middle unnoticed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.errors import Tampered

__all__ = ["none_missing", "numbered"]


def none_missing(numbers: Sequence[int]) -> None:
    """Raises ``Tampered`` unless these are 1, 2, 3 and so on. What was cut off at the end is not seen here."""
    if list(numbers) != list(range(1, len(numbers) + 1)):
        raise Tampered("A record has a row missing or out of place; restore the database from a backup.")


def numbered(rows: Sequence[Any]) -> Sequence[Any]:
    """The rows, whose column ``number`` counts them."""
    none_missing([row.number for row in rows])
    return rows
