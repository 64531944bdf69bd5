"""Documents from outside are exact or refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from core.decision.strict_json import read_json
from core.errors import InvalidInput


def test_numbers_are_exact() -> None:
    assert read_json('{"a": 0.1, "b": 123456789012345678901234567890}', "x") == {
        "a": Decimal("0.1"),
        "b": 123456789012345678901234567890,
    }


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "x"),
        ("{", "x"),
        ("NaN", "number"),
        ("[-Infinity]", "number"),
        ("9" * 31, "number"),
        ("0." + "1" * 50, "number"),
        ("1e99999999999999999999", "x"),
        ('{"a": 1, "a": 1}', "document"),
        ('"\\ud800"', "x"),
        ("[" * 100_000, "x"),
        ('"' + "x" * 200 + '"', "x"),
    ],
)
def test_what_is_not_exact_is_refused(text: str, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_json(text, field if field == "x" else "x", 190 if "xxx" in text else 5_000_000)
    assert caught.value.field == field
