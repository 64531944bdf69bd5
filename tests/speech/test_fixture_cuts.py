"""What counts as cutting a caller off."""

from __future__ import annotations

import pytest

from scripts.speech.fixture_cuts import cut_off


@pytest.mark.parametrize(
    ("begin", "cut"), [(900, []), (1500, ["amount.ask"]), (2850, ["amount.ask"]), (2950, []), (3400, [])]
)
def test_a_prompt_inside_an_answer_cuts_it_off(begin: int, cut: list[str]) -> None:
    call = {
        "transcript": [{"who": "line", "start_ms": begin}, {"who": "caller", "start_ms": 1500}],
        "said_by_caller": [{"prompt_id": "amount.ask", "start_ms": 1000, "end_ms": 3000, "words": "two thousand"}],
    }
    assert cut_off(call) == cut


def test_keys_and_secrets_are_no_spoken_answers() -> None:
    said = {"prompt_id": "code.ask", "start_ms": 1000, "end_ms": 3000, "words": None}
    assert cut_off({"transcript": [{"who": "line", "start_ms": 1500}], "said_by_caller": [said]}) == []
