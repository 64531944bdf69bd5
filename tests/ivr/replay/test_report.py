"""The three forms of the report say the same thing."""

import io
import json
import re
from typing import Any

from rich.console import Console

from core.events import TranscriptLine
from core.risk import RiskLevel, RiskReport, Signal
from ivr.replay.caller import Heard, Said
from ivr.replay.compare import judge
from ivr.replay.manifest import CallFixture
from ivr.replay.report import as_html, as_json, as_table
from ivr.replay.result import CallResult, Played, TurnTiming


def call(amount: str = "2500.00") -> Played:
    data: dict[str, Any] = {
        "about": {"title": "Fish & chips <b>"},
        "caller": {},
        "turn": [{"when": "*", "keys": "1"}],
        "expect": {"slots": {"amount": "2500.00"}, "outcome": "accepted"},
    }
    result = CallResult(
        "accepted",
        slots={"amount": amount, "purpose": "car"},
        lines=(
            TranscriptLine("line", 0, 900, "How much?", "heard", "amount.ask"),
            TranscriptLine("caller", 1300, 2500, "<script>twenty five hundred", "final", confidence=0.91),
            TranscriptLine("caller", 3000, 3500, "", "hidden"),
        ),
        decision={"outcome": "approve", "reasons": [{"code": "ok", "text": "Income covers it."}], "offers": []},
        risk=RiskReport(
            RiskLevel.OBSERVE,
            complete=True,
            signals=(
                Signal("pitch_spread", True, "ordinary", 12.5, "Hz"),
                Signal("voiceprint", False, "no consent"),
            ),
        ),
        turns=(TurnTiming("amount", 500.0, 120.0, 80.0),),
        prompts=("amount.ask",),
    )
    heard, said = (Heard("amount.ask", 0, 900, False),), (Said(0, "amount.ask", 1300, 2500, "twenty five hundred"),)
    return Played(CallFixture.model_validate(data), "completed", 4000, 0.5, heard, said, (), result)


def broken() -> Played:
    fixture = CallFixture.model_validate({"caller": {}, "turn": [{"when": "*", "keys": "1"}]})
    return Played(fixture, "failed", 0, 0.1, (), (), (0,), None, "storage_error: The store is full.")


def test_json_holds_everything_and_is_one_document() -> None:
    report = json.loads(json.dumps(as_json([judge(call()), judge(call("2900.00")), judge(broken())])))
    assert report["ok"] is False
    assert report["totals"]["as_expected"] == 1
    assert (report["totals"]["slots_right"], report["totals"]["slots_expected"]) == (1, 2)
    assert report["latency_ms"]["answer"] == {"count": 2, "median": 700.0, "p95": 700.0}
    good, wrong, failed = report["calls"]
    assert good["slots"] == [
        {"name": "amount", "expected": "2500.00", "heard": "2500.00", "ok": True},
        {"name": "purpose", "expected": None, "heard": "car", "ok": True},
    ]
    assert good["risk"]["band"] == "observe"
    assert wrong["differences"] == [{"what": "amount", "expected": "2500.00", "got": "2900.00"}]
    assert failed["error"].startswith("storage_error")
    assert as_json([judge(call())])["ok"] is True


def test_the_page_stands_alone_and_escapes_what_was_heard() -> None:
    page = as_html([judge(call()), judge(call("2900.00")), judge(broken())])
    assert "<script" not in page
    assert "&lt;script&gt;twenty five hundred" in page
    assert "Fish &amp; chips &lt;b&gt;" in page
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)
    assert "1 / 3" in page
    assert "not assessed" in page
    assert "(not written down)" in page
    assert 'lang="en"' in page
    assert page.count("<details open>") == 2


def test_an_empty_page_says_so() -> None:
    assert "No call was played." in as_html([])


def test_the_table_shows_each_call_and_its_differences() -> None:
    out = io.StringIO()
    Console(file=out, width=160, color_system=None).print(as_table([judge(call("2900.00")), judge(broken())]))
    text = out.getvalue()
    assert "amount is 2900.00, expected 2500.00" in text
    assert "0/1" in text
    assert "700" in text
    assert max(map(len, text.splitlines()[:8])) <= 80
    assert "storage_error" in text
