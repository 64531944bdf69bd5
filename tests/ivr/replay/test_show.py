"""What a reader of the demonstration sees."""

import io

from rich.console import Console

from ivr.replay.compare import judge
from ivr.replay.manifest import CallFixture
from ivr.replay.result import CallResult, Played
from ivr.replay.show import CallView
from tests.ivr.replay.test_feed import FACTS

OFFER = {"kind": "offer", "at_ms": 7000, "principal": "3000.00", "apr": "11.9", "rate": "11.9", "payment": "266.54"}


def shown(slots: dict[str, object]) -> str:
    out = io.StringIO()
    view = CallView(Console(file=out, width=120, color_system=None))
    keys = [{"kind": "key", "at_ms": 5500, "hidden": True} for _ in range(6)]
    facts = [fact for fact in FACTS if fact["kind"] != "offer"]
    for fact in [*facts[:7], *keys, *facts[7:], OFFER | {"count": 12, "total": "3198.48"}]:
        view.fact(fact)
    view.signals()
    expect = {"slots": {"amount": "3000.00"}}
    fixture = CallFixture.model_validate({"caller": {}, "turn": [{"when": "*", "keys": "1"}], "expect": expect})
    result = CallResult("accepted", slots=slots)
    verdict = judge(Played(fixture, "completed", 8000, 1.0, (), (), (), result))
    view.verdict(verdict, [("amount", "3000.00", slots.get("amount"))])
    return out.getvalue()


def test_everything_worth_seeing_is_shown() -> None:
    text = shown({"amount": "3000.00"})
    for part in (
        "How much?",
        "“two thousand”  90% sure",
        "amount = 2000.00",
        "read back: explicit",
        "observe: 1 signals assessed, 1 not",
        "pressed 6 keys",
        "not written down",
        "Decision: approve",
        "APR 11.9 %",
        "12 instalments of 266.54",
        "The encrypted record: data/demo",
        "loanline records show CA1",
        "1.5 Hz",
        "Not assessed, needs consent: voice x",
        "every slot are as the fixture expects",
    ):
        assert part in text, part


def test_a_difference_is_shown() -> None:
    text = shown({"amount": "2000.00"})
    assert "✗ amount: 2000.00, not 3000.00" in text
    assert "as the fixture expects" not in text
