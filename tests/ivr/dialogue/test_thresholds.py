"""How surely a value must be heard to be taken without a word."""

from __future__ import annotations

import pytest

from core.decision.facts import MOST_DOUBT
from ivr.dialogue.script import load_script


@pytest.mark.parametrize("question", ["monthly_income", "monthly_debt", "employment"])
def test_what_the_summary_does_not_repeat_is_taken_only_as_surely_as_the_decision_needs(question):
    assert 1 - load_script()[question].accept <= MOST_DOUBT + 1e-9
