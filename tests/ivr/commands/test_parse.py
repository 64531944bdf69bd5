"""``loanline parse``: one JSON document, the shapes others rely on, refusals as typed errors."""

from __future__ import annotations

import json
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from core.errors import InvalidInput
from ivr.commands.parse import register


def _run(*arguments: str) -> str:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    result = CliRunner().invoke(app, ["parse", *arguments], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def _json(*arguments: str) -> Any:
    return json.loads(_run(*arguments, "--json"))


@pytest.mark.parametrize(
    ("kind", "words", "value"),
    [
        ("amount", "twenty five hundred", "2500.00"),
        ("digits", "double oh seven three four one", "007341"),
        ("date", "march twelfth nineteen eighty five", "1985-03-12"),
        ("term", "a year and a half", 18),
        ("yes_no", "that's right", True),
        ("name", "my name is john carter", "John Carter"),
        ("purpose", "pay off my credit cards", "repay_debt"),
        ("employment", "i run my own business", "self_employed"),
    ],
)
def test_one_value(kind: str, words: str, value: object) -> None:
    assert _json(kind, words) == {"readings": [value], "value": value, "ambiguous": False}


def test_two_readings_have_no_value() -> None:
    document = {"readings": ["350.00", "3.50"], "value": None, "ambiguous": True, "period": "month"}
    assert _json("amount", "three fifty a month") == document


def test_what_else_was_said() -> None:
    assert _json("yes_no", "yes but change the amount") == {
        "readings": [True],
        "value": True,
        "ambiguous": False,
        "corrects": True,
        "topic": "amount",
        "tail": "change the amount",
    }
    assert _json("amount", "can i talk to a person")["command"] == "agent"
    assert _json("date", "i meant march")["parts"] == [{"month": 3}]


def test_words_that_look_like_an_option_are_words() -> None:
    assert _json("amount", "-500")["readings"] == []


def test_another_language() -> None:
    assert _json("amount", "两千五", "--lang", "zh-CN")["value"] == "2500.00"


def test_lines_for_people() -> None:
    lines = _run("amount", "three fifty a month").splitlines()
    assert lines == ["2 readings, most likely first:", "350.00 a month", "3.50 a month"]
    assert "part of a date: month 3" in _run("date", "i meant march")


@pytest.mark.parametrize("arguments", [("colour", "red"), ("amount", "two", "--lang", "fr-FR")])
def test_unknown_kinds_and_languages_are_refused(arguments: tuple[str, ...]) -> None:
    with pytest.raises(InvalidInput):
        _run(*arguments)
