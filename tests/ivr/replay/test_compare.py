"""What counts as a difference, and what does not."""

from dataclasses import replace
from typing import Any

import pytest

from core.events import TranscriptLine
from core.risk import RiskLevel, RiskReport, Signal
from ivr.replay.caller import Heard, Said
from ivr.replay.compare import judge, spread, word_error
from ivr.replay.manifest import CallFixture
from ivr.replay.result import CallResult, Played, TurnTiming

EXPECT = {
    "outcome": "accepted",
    "decision": "approve",
    "ends": "completed",
    "slots": {"amount": "2500.00", "term_months": 12},
    "unheard": ["phone"],
    "reasons": ["dti_ok"],
    "risk_band_at_most": "observe",
    "prompts_at_most": 2,
    "reasks_at_most": 0,
    "word_error_at_most": 0.25,
    "answer_ms_at_most": 1000,
}
SAID = (Said(0, "amount.ask", 1000, 3000, "twenty five hundred dollars"),)


def line(text: str, start: int = 1100, end: int = 2900, status: str = "final", who: str = "caller") -> TranscriptLine:
    return TranscriptLine(who, start, end, text, status)


def result(**changes: Any) -> CallResult:
    good: dict[str, Any] = {
        "outcome": "accepted",
        "slots": {"amount": "2500.00", "term_months": 12, "purpose": "car"},
        "lines": (line("twenty five hundred dollars"),),
        "decision": {"outcome": "approve", "reasons": [{"code": "dti_ok", "text": "x"}]},
        "risk": RiskReport(RiskLevel.OBSERVE, complete=True),
        "turns": (TurnTiming("amount", 500, 200, 100),),
        "prompts": ("a.ask", "b.ask"),
        "reasks": 0,
    }
    return CallResult(**(good | changes))


def played(call: CallResult | None, ended: str = "completed", unused: tuple[int, ...] = (), error: str = "") -> Played:
    turns = [{"when": "amount.ask", "keys": "1"}, {"when": "*.confirm", "keys": "1"}]
    fixture = CallFixture.model_validate({"caller": {}, "turn": turns, "expect": EXPECT})
    return Played(fixture, ended, 9000, 1.0, (), SAID, unused, call, error)


def test_a_call_as_expected() -> None:
    verdict = judge(played(result()))
    assert verdict.ok
    assert verdict.word_error == 0.0


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"outcome": "declined"}, "outcome"),
        ({"decision": None}, "decision"),
        ({"decision": {"outcome": "approve", "reasons": []}}, "reasons"),
        ({"slots": {"amount": "2500.00"}}, "term_months"),
        ({"slots": {"amount": "2500", "term_months": 12}}, "amount"),
        ({"slots": {"amount": "2500.00", "term_months": 12, "phone": "+1"}}, "phone"),
        ({"risk": RiskReport(RiskLevel.HOLD, complete=False)}, "risk band"),
        ({"prompts": ("a", "b", "c")}, "prompts"),
        ({"reasks": 1}, "questions put again"),
        ({"lines": (line("twenty nine hundreds dollars"),)}, "word error"),
        ({"turns": (TurnTiming("amount", 900, 200, 100),)}, "answer time (p95)"),
    ],
)
def test_each_expectation_can_fail(changes: dict[str, Any], what: str) -> None:
    assert [difference.what for difference in judge(played(result(**changes))).differences][:1] == [what]


def test_true_is_not_one() -> None:
    turns = [{"when": "*", "keys": "1"}]
    fixture = CallFixture.model_validate({"caller": {}, "turn": turns, "expect": {"slots": {"x": 1, "y": True}}})
    call = Played(fixture, "completed", 1, 1.0, (), (), (), CallResult("x", slots={"x": True, "y": True}))
    assert [difference.what for difference in judge(call).differences] == ["x"]


def test_a_broken_call_and_a_wrong_ending() -> None:
    verdict = judge(played(None, ended="failed", error="storage_error: full"))
    assert [difference.what for difference in verdict.differences] == ["the call", "ends"]


def test_a_named_turn_must_be_asked_for_a_glob_need_not() -> None:
    verdict = judge(played(result(), unused=(0, 1)))
    assert [(d.what, d.expected) for d in verdict.differences] == [("turn 1", "asked by amount.ask")]


def test_word_error_counts_what_was_missed_and_what_was_invented() -> None:
    assert word_error(SAID, ()) == 1.0
    assert word_error(SAID, (line("Twenty-five hundred, dollars!"),)) == 0.0
    assert word_error(SAID, (line("twenty five"), line("hundred dollars", 2900, 3100))) == 0.0
    ghost = line("huh", 8000, 8200)
    assert word_error(SAID, (line("twenty five hundred dollars"), ghost)) == 0.25
    assert word_error(SAID, (line("line prompt", who="line"), line("twenty five hundred dollars"))) == 0.0


def test_a_call_of_which_nothing_was_written_down_has_no_word_error() -> None:
    verdict = judge(played(result(lines=())))
    assert verdict.ok
    assert verdict.word_error is None


def test_secrets_and_keys_have_no_word_error() -> None:
    assert word_error(SAID, (line("", status="hidden"),)) is None
    assert word_error((Said(0, "a", 0, 100, None),), ()) is None


def test_spread_is_by_nearest_rank() -> None:
    turns = [TurnTiming("q", float(n), 1.0, 2.0) for n in range(1, 21)]
    parts = spread(turns)
    assert (parts["heard"].count, parts["heard"].median, parts["heard"].p95) == (20, 10.5, 19.0)
    assert parts["answer"].p95 == 22.0
    assert spread([]) == {}


def test_what_the_risk_report_must_name() -> None:
    signal = Signal("repetition.number", True, "four others", 4.0, "count", reason_code="NUMBER_RING")
    risk = RiskReport(RiskLevel.HOLD, complete=True, signals=(signal,), reasons=("NUMBER_RING",))
    wanted = {
        "risk_band_at_least": "hold",
        "risk_reasons": ["NUMBER_RING"],
        "risk_signals": ["repetition.number"],
        "typologies": ["ring"],
    }
    turns = [{"when": "amount.ask", "keys": "1"}]
    fixture = CallFixture.model_validate({"caller": {}, "turn": turns, "expect": wanted})
    for report, expected in (
        (risk, []),
        (RiskReport(RiskLevel.NONE, complete=True), list(wanted)),
        (None, list(wanted)),
    ):
        call = Played(fixture, "completed", 9000, 1.0, (), (), (), result(risk=report))
        assert len(judge(call).differences) == len(expected)


@pytest.mark.parametrize(
    ("expected", "cut", "ok"),
    [
        (None, ("a.ask",), True),
        ((), (), True),
        ((), ("a.ask",), False),
        (("a.ask",), (), False),
        (("a.ask", "b.ask"), ("a.ask", "b.ask"), True),
        (("b.ask", "a.ask"), ("a.ask", "b.ask"), False),
    ],
)
def test_which_prompts_were_cut(expected: tuple[str, ...] | None, cut: tuple[str, ...], ok: bool) -> None:
    call = played(result())
    expect = call.fixture.expect.model_copy(update={"cut_short": expected})
    heard = (*(Heard(name, 0, 100, flushed=True) for name in cut), Heard("c.ask", 0, 900, flushed=False))
    verdict = judge(replace(call, fixture=call.fixture.model_copy(update={"expect": expect}), heard=heard))
    assert verdict.ok is ok
    assert [each.what for each in verdict.differences] == ([] if ok else ["prompts cut short"])


def test_a_call_that_was_partly_a_form_is_not_compared_by_words() -> None:
    call = played(result(lines=(line("something else altogether"),)))
    assert judge(call).word_error
    for change in ({"stream": False}, {"breaks": (3.0,)}):
        channel = call.fixture.channel.model_copy(update=change)
        by_form = replace(call, fixture=call.fixture.model_copy(update={"channel": channel}))
        assert judge(by_form).word_error is None
