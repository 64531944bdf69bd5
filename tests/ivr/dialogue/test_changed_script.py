"""A question is changed in one file: its wording in the catalogue, its thresholds in the script. No code is touched."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import ivr.dialogue.prompts as prompts
from core.errors import InvalidInput
from ivr.call_session import CallSession
from ivr.dialogue.effects import EndCall
from ivr.dialogue.prompts import load_catalogue
from ivr.dialogue.script import load_script
from tests.ivr.dialogue.text_caller import HAPPY, HOUSE, TextCall, by_question

SCRIPT = Path(prompts.__file__).parent.parent / "script.toml"
TERM = 'id = "term_months"\n'


def _changed(source: Path, old: str, new: str, folder: Path) -> Path:
    text = source.read_text("utf-8")
    assert text.count(old) == 1
    copy = folder / source.name
    copy.write_text(text.replace(old, new), "utf-8")
    return copy


def test_another_wording_is_spoken(tmp_path: Path) -> None:
    for name in ("en-US.toml", "en-US.choices.toml"):
        shutil.copy(Path(prompts.__file__).parent / name, tmp_path / name)
    _changed(tmp_path / "en-US.toml", '"How much would you like to borrow?"', '"What sum do you need?"', tmp_path)
    house = replace(HOUSE, prompts=load_catalogue("en-US", tmp_path))
    call = TextCall(by_question(HAPPY), session=CallSession(house)).run()
    assert call.ended == EndCall("accepted")
    assert any("What sum do you need?" in said for said in call.said)
    assert not any("How much would you like to borrow?" in said for said in call.said)


def test_another_threshold_is_obeyed(tmp_path: Path) -> None:
    strict = tmp_path / "script.toml"
    before, _, rest = SCRIPT.read_text("utf-8").partition(TERM)
    strict.write_text(before + TERM + re.sub(r"accept = [0-9.]+", "accept = 0.999", rest, count=1), "utf-8")
    house = replace(HOUSE, script=load_script(strict))
    call = TextCall(by_question(HAPPY), session=CallSession(house)).run()
    assert call.ended == EndCall("accepted")
    assert "term_months.confirm" in call.prompts
    assert "term_months.confirm" not in TextCall(by_question(HAPPY)).run().prompts


def test_another_limit_is_obeyed(tmp_path: Path) -> None:
    short = _changed(SCRIPT, "tries_per_question = 4", "tries_per_question = 2", tmp_path)
    house = replace(HOUSE, script=load_script(short))
    call = TextCall(by_question(HAPPY | {"amount": "purple monkey"}), session=CallSession(house)).run()
    assert [prompt for prompt in call.prompts if prompt.startswith("amount")] == ["amount.ask", "amount.retry"]


def test_a_misspelt_key_is_refused_by_name(tmp_path: Path) -> None:
    broken = _changed(SCRIPT, TERM, TERM + "acept = 0.9\n", tmp_path)
    with pytest.raises(InvalidInput, match="acept"):
        load_script(broken)
