from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import EnvironmentProblem
from ivr.quality.runs import CallScore, Run, RunBook

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def score(name: str = "happy", **more: Any) -> CallScore:
    given: dict[str, Any] = {
        "title": "A call",
        "ok": True,
        "words": 100,
        "word_error": 0.02,
        "fields": {"amount": True, "purpose": True},
        "decision": "approve",
        "reasks": 0,
        "answer_ms": 900.0,
    }
    return CallScore(name, **{**given, **more})


def run(number: int, *calls: CallScore) -> Run:
    return Run(f"2026030{number}T093000000000", AT, "0.1.0", "en-phone", calls or (score(),))


def test_figures_of_a_run_are_over_words_and_fields() -> None:
    made = run(
        1,
        score("a", words=90, word_error=0.0, fields={"amount": False}, ok=False),
        score("b", words=10, word_error=0.5, fields={"amount": True, "purpose": True}),
        score("keys", words=0, word_error=None, fields={}),
    )
    assert made.word_error == pytest.approx(0.05)
    assert made.accuracy == pytest.approx(2 / 3)
    assert made.accuracy_by_field == {"amount": 0.5, "purpose": 1.0}
    assert made.as_expected == 2
    assert run(1, score(words=0, word_error=None, fields={})).word_error is None


def test_a_run_comes_back_as_it_was_kept_and_damage_is_counted(tmp_path: Path) -> None:
    book = RunBook(tmp_path / "quality")
    assert book.read().runs == ()
    first, second = run(1, score(differences=(("amount", "1", "2"),))), run(2)
    for each in (second, first):
        book.add(each)
    (tmp_path / "quality" / "20260303T000000.json").write_text('{"run_id": 3}')
    assert book.read().runs == (first, second)
    assert book.read().unreadable == 1
    assert book.read(2).runs == (second,)
    assert not list((tmp_path / "quality").glob("*.new"))


def test_only_the_newest_runs_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.quality.runs._MOST_RUNS", 2)
    book = RunBook(tmp_path)
    for number in (1, 2, 3):
        book.add(run(number))
    assert [each.run_id for each in book.read().runs] == [run(2).run_id, run(3).run_id]


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentProblem, match="--no-keep"):
        RunBook(tmp_path / "file").add(run(1))
