"""Numbers leave texts and personal data leaves log events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.security.redaction import MASK, mask_numbers, redact_event


@pytest.mark.parametrize(
    "text",
    [
        "call 415-555-0123",
        "+14155550123",
        "(415) 555 0123",
        "my social is 7391",
        "born 03/12/1985",
        "1985-03-12",
        "seven three nine one",
        "twenty-five hundred and ten dollars",
        "double five three",
        "电话是 一三八 零零一",
        "I owe 2,500.00 now",
    ],
)
def test_numbers_are_masked(text: str) -> None:
    masked = mask_numbers(text)
    assert MASK in masked
    assert not any(char.isdigit() for char in masked)
    assert "three" not in masked
    assert "hundred" not in masked


@pytest.mark.parametrize("text", ["case_5f00112233", "CA0123456789abcdef", "one moment please", "in 12 months", "v2"])
def test_ids_and_small_numbers_stay(text: str) -> None:
    assert mask_numbers(text) == text


@given(st.from_regex(r"[0-9]{3,16}", fullmatch=True))
def test_no_run_of_digits_survives(digits: str) -> None:
    assert digits not in mask_numbers(f"he said {digits} twice")


def test_a_log_event_loses_its_personal_keys_and_its_numbers() -> None:
    event = {
        "event": "call_ended",
        "timestamp": "2026-11-02T09:30:00Z",
        "call": "CA0123",
        "pii.name": "Jane Roe",
        "pii_phone": "+14155550123",
        "why": "caller said 415 555 0123",
        "more": {"pii.id": "7391", "list": ["7391", 5]},
        "ms": 1250,
    }
    assert redact_event(None, "info", event) == {
        "event": "call_ended",
        "timestamp": "2026-11-02T09:30:00Z",
        "call": "CA0123",
        "why": f"caller said {MASK}",
        "more": {"list": [MASK, 5]},
        "ms": 1250,
    }
