"""``loanline model train`` on small made-up loans, and without any."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from core.errors import EnvironmentProblem, InvalidInput
from core.scoring.scorecard import parse_scorecard
from core.scoring.trees import parse_forest
from ivr.cli import app, exit_code
from ivr.commands import model
from tests.core.training.test_fit import made_up


def run(*words: str) -> Any:
    result = CliRunner().invoke(app, ["model", "train", *words, "--json"])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return json.loads(result.stdout)


def test_tables_are_written_that_can_be_read_and_are_the_same_again(tmp_path: Path) -> None:
    (tmp_path / "loans.csv").write_text(made_up(3000))
    words = ("--data", str(tmp_path / "loans.csv"), "--no-measure", "--out")
    first, second = run(*words, str(tmp_path / "one")), run(*words, str(tmp_path / "two"))
    assert list(first["files"].values()) == list(second["files"].values())
    assert first["same_as_product"] is False
    card = parse_scorecard((tmp_path / "one" / "us-scorecard.json").read_text())
    assert card.name == model.NAME
    parse_forest((tmp_path / "one" / "us-challenger.json").read_text())


def test_without_past_loans_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(EnvironmentProblem, match="install the package empulse") as caught:
        run("--out", str(tmp_path))
    assert exit_code(caught.value) == 3
    with pytest.raises(InvalidInput):
        run("--data", str(tmp_path / "nowhere.csv"), "--out", str(tmp_path))
