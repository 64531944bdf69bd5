"""Documents from outside: exact numbers, no NaN, bounded in size and depth."""

from __future__ import annotations

import json
from decimal import Decimal

from core.errors import InvalidInput

__all__ = ["MOST_BYTES", "read_json"]

MOST_BYTES = 5_000_000


def read_json(text: str, field: str, most: int = MOST_BYTES) -> object:
    """Parse one JSON document with exact numbers; NaN, infinities, half characters and a key given twice are refused.

    Raises ``InvalidInput`` naming ``field`` or the doubled key.
    """
    if len(text) > most:
        raise InvalidInput(field, f"the document is too large; give at most {most // 1000} kB")
    try:
        document: object = json.loads(
            text,
            parse_float=_bounded_decimal,
            parse_int=_bounded_int,
            parse_constant=_no_constant,
            object_pairs_hook=_once,
        )
        json.dumps(document, default=str, ensure_ascii=False).encode()
    except InvalidInput:
        raise
    except (ValueError, ArithmeticError, RecursionError):
        raise InvalidInput(field, "this is not valid JSON; give one JSON document") from None
    return document


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidInput("document", "a key is given twice; give each key once")
    return found


def _bounded_int(digits: str) -> int:
    if len(digits) > 30:
        raise InvalidInput("number", "a number has more than thirty digits; shorten it")
    return int(digits)


def _bounded_decimal(text: str) -> Decimal:
    if len(text) > 40:
        raise InvalidInput("number", "a number has more than forty characters; shorten it")
    return Decimal(text)


def _no_constant(name: str) -> object:
    raise InvalidInput("number", f"{name} is not a number; give a finite one")
