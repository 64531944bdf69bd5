from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from core.application import Channel
from core.catalogue import Purpose
from core.decision.application_input import read_application
from core.errors import InvalidInput
from core.evidence import Source
from core.risk import RiskLevel
from tests.core.decision.builders import NOON

EXAMPLE = Path(__file__).parents[3] / "examples" / "applications" / "approve.json"
PLAIN: dict[str, Any] = json.loads(EXAMPLE.read_text("utf-8"))


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in PLAIN.items() if name not in names}


def test_a_document_becomes_an_application() -> None:
    read = read_application(PLAIN, NOON)
    application = read.application
    assert str(application.amount.value) == "2500.00"
    assert application.purpose.value is Purpose.CAR
    assert application.amount.confirmed
    assert application.amount.evidence[0].source is Source.API
    assert read.risk.complete


def test_what_is_left_out_never_helps() -> None:
    read = read_application(without("risk", "owner_verified", "received_at", "case_id"), NOON)
    assert (read.risk.complete, read.application.owner_verified) == (False, False)
    assert (read.application.received_at, read.application.channel) == (NOON, Channel.API)


def test_unconfirmed_answers_stay_so() -> None:
    read = read_application({**PLAIN, "unconfirmed": ["amount"], "evidence": {"amount": "heard"}}, NOON)
    assert not read.application.amount.confirmed
    assert read.application.purpose.confirmed


def test_a_risk_level_is_read_by_name() -> None:
    read = read_application({**PLAIN, "risk": {"level": "step_up", "complete": True, "reasons": ["echo"]}}, NOON)
    assert (read.risk.level, read.risk.reasons) == (RiskLevel.STEP_UP, ("echo",))


NEEDED = [
    "jurisdiction",
    "full_name",
    "national_id_last4",
    "date_of_birth",
    "phone",
    "monthly_income",
    "employment",
    "monthly_debt",
    "amount",
    "term_months",
    "purpose",
]


@pytest.mark.parametrize("name", NEEDED)
@pytest.mark.parametrize("value", [None, "", [], {}, "\u0000" * 300, 1.5, "nonsense"])
def test_each_answer_is_needed_and_checked(name: str, value: object) -> None:
    document = {**PLAIN, name: value}
    if name == "jurisdiction" and value == "nonsense":
        assert read_application(document, NOON).application.jurisdiction == "NONSENSE"
        return
    with pytest.raises(InvalidInput) as problem:
        read_application(document, NOON)
    assert problem.value.field == name


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("amount", {"amount": "2500.001"}),
        ("amount", {"amount": "1e6"}),
        ("amount", {"amount": "NaN"}),
        ("monthly_income", {"monthly_income": 4200}),
        ("currency", {"currency": "ZZZ"}),
        ("date_of_birth", {"date_of_birth": "1985-02-30"}),
        ("term_months", {"term_months": True}),
        ("owner_verified", {"owner_verified": "yes"}),
        ("received_at", {"received_at": "yesterday"}),
        ("unconfirmed", {"unconfirmed": ["shoe_size"]}),
        ("risk", {"risk": "low"}),
        ("risk", {"risk": {"level": "none", "score": 1}}),
        ("risk.level", {"risk": {"level": 3}}),
        ("risk.complete", {"risk": {"level": "none", "complete": 1}}),
        ("risk.reasons", {"risk": {"level": "none", "reasons": [1]}}),
        ("consents", {"consents": {}}),
        ("channel", {"channel": "fax"}),
        ("height", {"height": "180"}),
    ],
)
def test_each_mistake_is_named(field: str, change: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as problem:
        read_application({**PLAIN, **change}, NOON)
    assert problem.value.field == field


def test_only_an_object_is_an_application() -> None:
    with pytest.raises(InvalidInput, match="object"):
        read_application([PLAIN], NOON)
