from __future__ import annotations

from datetime import UTC, datetime

from ivr.replay.compare import judge
from ivr.replay.scoring import run_of
from tests.ivr.replay.test_report import broken, call


def test_a_run_holds_the_figures_of_each_call() -> None:
    at = datetime(2026, 3, 1, 9, 30, 5, 7, tzinfo=UTC)
    verdicts = [judge(call()), judge(call("2900.00")), judge(broken())]
    made = run_of(verdicts, at=at, version="0.1.0", model="en-phone")
    right, wrong, failed = made.calls
    assert made.run_id == "20260301T093005000007"
    assert (right.ok, right.fields, right.decision, right.answer_ms) == (True, {"amount": True}, "approve", 700.0)
    assert right.words == 3
    assert (wrong.ok, wrong.fields) == (False, {"amount": False})
    assert ("amount", "2500.00", "2900.00") in wrong.differences
    assert (failed.ok, failed.decision, failed.word_error) == (False, "failed", None)
