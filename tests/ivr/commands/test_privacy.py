"""``loanline privacy|retention`` as an operator runs them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.errors import Conflict, InvalidInput
from tests.core.storage.people import LAST4, NAME
from tests.ivr.commands.test_keep import folder, run, run_json

__all__ = ["folder"]


def test_consents_are_shown_and_taken_back(folder: Path) -> None:
    assert [(each["scope"], each["granted"]) for each in run_json("privacy", "consents", "case_1")] == [
        ("recording", True)
    ]
    run("privacy", "withdraw", "case_1", "--scope", "recording")
    assert "no   recording" in run("privacy", "consents", "case_1")
    with pytest.raises(Conflict):
        run("privacy", "withdraw", "case_1", "--scope", "recording")


def test_an_export_is_for_machines_and_for_people(folder: Path) -> None:
    out = folder / "out"
    words = ("privacy", "export", "case_1", "--to", str(out), "--reason", "asked in writing, id checked")
    run(*words)
    assert {path.name for path in out.iterdir()} == {"data.json", "data.txt", "call-1.wav"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in (out, *out.iterdir()))
    document = json.loads((out / "data.json").read_text("utf-8"))
    assert document["cases"][0]["application"]["full_name"]["value"] == NAME
    text = (out / "data.txt").read_text("utf-8")
    assert f"value: {LAST4}" in text
    assert "{" not in text.replace("•", "")
    with pytest.raises(InvalidInput):
        run(*words)
    run(*words[:4], str(folder / "quiet"), *words[5:], "--no-sound")
    assert not (folder / "quiet" / "call-1.wav").exists()


def test_a_correction_comes_from_a_file(folder: Path) -> None:
    right = folder / "right.txt"
    right.write_text("Zebulon Quattlebaum-Poe\n", "utf-8")
    run("privacy", "correct", "case_1", "--field", "full_name", "--value-file", str(right))
    with pytest.raises(InvalidInput):
        run("privacy", "correct", "case_1", "--field", "full_name", "--value-file", str(folder / "none"))


def test_erasing_is_said_twice_and_keeps_what_the_law_asks_for(folder: Path) -> None:
    with pytest.raises(InvalidInput, match="--yes"):
        run("privacy", "erase", "case_1")
    done = run_json("privacy", "erase", "case_1", "--yes")
    assert (done["whole"], done["calls"]) == (False, ["CA1"])
    assert done["until"] > "2028"


def test_retention_shows_before_it_destroys(folder: Path) -> None:
    assert run_json("retention", "run", "--dry-run", "--recordings", "1")["destroyed"] is False
    assert run_json("records", "list")[0]["call_id"] == "CA1"
    gone = run_json("retention", "run")
    assert (gone["destroyed"], gone["people"]) == (True, [])
    assert "Destroyed 0 persons" in run("retention", "run")


def test_a_redacted_record_names_nobody(folder: Path) -> None:
    shown = run("records", "show", "CA1", "--reason", "quality work", "--redacted")
    for word in (NAME, "seven", "three nine", LAST4):
        assert word not in shown
