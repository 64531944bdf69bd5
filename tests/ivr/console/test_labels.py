from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from core.application import Status
from core.catalogue import Employment, Purpose
from core.decision.checks import FileKind, State
from core.decision.model import Outcome
from core.errors import InvalidInput
from core.lending.dispute import Cause, DisputeState
from core.lending.ledger import Account, Kind
from core.lending.loan import InstalmentState, LoanState
from core.risk import Band
from core.usecases import looks
from core.usecases.review import Verdict
from core.usecases.roles import Role
from ivr.console.labels import LANGUAGES, load_labels
from ivr.console.ladder import HAND_BACK
from ivr.console.views import STATIC
from ivr.dialogue.script import load_script

TEMPLATES = STATIC.parent / "templates"
GROUPS = {
    "role": Role,
    "status": Status,
    "band": Band,
    "decision": Outcome,
    "verdict": Verdict,
    "employment": Employment,
    "purpose": [*Purpose, *looks.Purpose],
    "check_state": [*State, *FileKind],
    "hand_back": HAND_BACK,
    "loan_state": LoanState,
    "pay": InstalmentState,
    "posting": Kind,
    "account": Account,
    "dispute_state": DisputeState,
    "cause": Cause,
    "step": [question.id for question in load_script().questions],
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_label_that_a_template_names_exists(language: str) -> None:
    labels = load_labels(language)
    named = {
        name
        for path in TEMPLATES.glob("*.html")
        for name in re.findall(r'\bt\("([a-z_.]+[a-z])"', path.read_text("utf-8"))
    }
    assert len(named) > 80
    for name in sorted(named):
        labels.text(name)


def _table(language: str) -> dict[str, str]:
    sections = tomllib.loads((TEMPLATES.parent / "labels" / f"{language}.toml").read_text("utf-8"))
    return {f"{section}.{name}": text for section, rows in sections.items() for name, text in rows.items()}


def test_every_label_is_there_in_every_language_with_the_same_figures() -> None:
    english = _table("en")
    assert len(english) > 550
    for language in LANGUAGES:
        other = _table(language)
        assert other.keys() == english.keys(), language
        for key, text in english.items():
            wanted = set(re.findall(r"{[a-z]+}", text))
            assert set(re.findall(r"{[a-z]+}", other[key])) <= wanted, key
            assert other[key].strip(), key
    chinese = _table("zh-CN")
    same = {key for key, text in english.items() if chinese[key] == text and not key.startswith("keys.")}
    assert same <= {"app.name", "case.receipt"}, "these were not translated"


def test_each_file_is_a_language_of_the_console() -> None:
    assert {path.stem for path in (TEMPLATES.parent / "labels").glob("*.toml")} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("group", GROUPS)
def test_every_code_has_a_word(group: str, language: str) -> None:
    labels = load_labels(language)
    for code in GROUPS[group]:
        labels.text(f"{group}.{code}")


def test_figures_are_filled_in_and_unknown_labels_refused(tmp_path: Path) -> None:
    labels = load_labels("en")
    assert labels("call.keyed", count=4) == "4 keys"
    assert labels.word("signal", "some.new_signal") == "some new signal"
    with pytest.raises(InvalidInput):
        labels("no.such")
    with pytest.raises(InvalidInput):
        load_labels("xx", tmp_path)
