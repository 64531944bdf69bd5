"""Every fixture call through the whole line, as ``loanline replay audio_fixtures`` plays it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ivr.replay.manifest import read_fixture

pytestmark = pytest.mark.slow

FIXTURES = Path(__file__).parents[2] / "audio_fixtures"


def _replay(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ivr.cli", "replay", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=600, check=False)


def test_every_fixture_call_ends_as_it_should(tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    run = _replay(str(FIXTURES), "--json", "--report", str(report), cwd=tmp_path)
    assert run.returncode == 0, run.stderr[-3000:]
    document = json.loads(run.stdout)
    names = {path.name.removesuffix(".call.toml") for path in (FIXTURES / "calls").glob("*.call.toml")}
    assert {call["name"] for call in document["calls"]} == names
    _risk_is_as_declared(document["calls"])
    page = report.read_text("utf-8")
    assert "http://" not in page.replace("http://www.w3.org", "")
    assert all(name.replace("_", " ") in page for name in names)


def _risk_is_as_declared(calls: list[dict[str, Any]]) -> None:
    """A clean call is never shown above *observe*, not even on the way; and what gives a kind of fraud away is shown
    while the call lasts, not only in its last report."""
    seen = set()
    for call in calls:
        expect, risk = read_fixture(FIXTURES / "calls" / f"{call['name']}.call.toml").expect, call["risk"]
        live = risk["live"] if risk else []
        if expect.risk_band_at_most is not None:
            assert {look["band"] for look in live} <= {"clear", "observe"}, call["name"]
        for name in expect.typologies:
            wanted = {*expect.risk_signals, *expect.risk_reasons}
            shown = [look["at_ms"] for look in live if wanted <= {*look["found"], *look["reasons"]}]
            assert shown, (call["name"], wanted)
            assert shown[0] < call["stream_ms"], call["name"]
            assert name in risk["typologies"], call["name"]
            assert set(expect.risk_signals) <= {one["name"] for one in risk["signals"] if one["assessed"]}
            seen.add(name)
    assert seen >= {"account_takeover", "recorded_victim", "coached_borrower", "synthetic_identity", "ring", "insider"}


def test_a_difference_is_a_finding(tmp_path: Path) -> None:
    source = (FIXTURES / "calls" / "refuses_recording.call.toml").read_text("utf-8")
    source = source.replace('"refuses_recording/', f'"{FIXTURES}/calls/refuses_recording/')
    changed = tmp_path / "changed.call.toml"
    changed.write_text(source.replace('outcome = "handed_over"', 'outcome = "accepted"'), "utf-8")
    run = _replay(str(changed), "--json", cwd=tmp_path)
    assert run.returncode == 1, run.stderr[-2000:]
    assert json.loads(run.stdout)["ok"] is False


def test_a_broken_fixture_is_a_usage_error(tmp_path: Path) -> None:
    broken = tmp_path / "broken.call.toml"
    broken.write_text('[caller]\nnumber = "nobody"\n', "utf-8")
    run = _replay(str(broken), cwd=tmp_path)
    assert run.returncode == 2
    assert run.stderr.count("\n") <= 2
