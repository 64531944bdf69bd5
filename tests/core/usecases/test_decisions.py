"""Stored decisions made again: under their own rules, under others, and when they cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.decision.model import Outcome
from core.errors import NotFound
from core.scoring.library import packaged_challenger, packaged_scorecard
from core.storage.store import SqlStorage
from core.usecases.decisions import Rulebook, again, bundle_of, read_bundles
from core.usecases.intake import submit
from core.usecases.shred import plan_person, shred
from tests.core.decision.builders import POLICY, US, policy_with
from tests.core.decision.reports import checks
from tests.core.storage.people import HandClock, application, opened, risk

RULES = Rulebook(US, POLICY, packaged_scorecard(), packaged_challenger())


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[SqlStorage]:
    made = opened(tmp_path)
    for number in (1, 2):
        about = application(f"case_{number}", f"CA{number}", jurisdiction="US")
        submit(made, HandClock(), about, risk(), RULES.decider(HandClock(), checks(late_30=number)))
    yield made
    made.close()


def test_every_bundle_is_read_and_one_row_says_so(storage: SqlStorage) -> None:
    found = list(read_bundles(storage, 10, "os.tester"))
    assert {case_id for case_id, _, _ in found} == {"case_1", "case_2"}
    assert {kind for _, kind, _ in found} == {"decided"}
    for case_id, kind, bundle in found:
        made = again(case_id, kind, bundle)
        assert made.replay is not None
        assert (made.replay.verdict.value, made.replay.identical) == ("same", True)
    assert storage.verify_audit().rows == 3


def test_other_rules_are_named_as_the_change(storage: SqlStorage) -> None:
    kind, bundle = bundle_of(storage, "case_1", "os.tester")
    dearer = again("case_1", kind, bundle, policy=policy_with('rate = "11.90"', 'rate = "12.90"'))
    assert dearer.replay is not None
    assert (dearer.replay.verdict.value, dearer.replay.identical) == ("rule changed", False)
    assert dearer.replay.decision.outcome is Outcome.APPROVE
    other = again("case_1", kind, bundle, rater=packaged_challenger())
    assert other.replay is not None
    assert other.replay.verdict.value == "model changed"


def test_a_changed_fact_is_named(storage: SqlStorage) -> None:
    kind, bundle = bundle_of(storage, "case_1", "os.tester")
    bundle["facts"]["term_months"] = 24
    made = again("case_1", kind, bundle)
    assert made.replay is not None
    assert made.replay.verdict.value == "data changed"


def test_a_bundle_that_cannot_be_read_is_a_finding(storage: SqlStorage) -> None:
    kind, bundle = bundle_of(storage, "case_1", "os.tester")
    for damaged in ({}, bundle | {"facts": {}}, bundle | {"policy_source": "x"}, bundle | {"model_source": "{}"}):
        made = again("case_1", kind, damaged)
        assert made.replay is None
        assert made.error in {"invalid_input", "pack_error"}


def test_destroyed_cases_are_passed_over(storage: SqlStorage) -> None:
    shred(storage, plan_person(storage, "case_1"), "os.tester")
    assert [case_id for case_id, _, _ in read_bundles(storage, 10, "os.tester")] == ["case_2"]
    with pytest.raises(NotFound):
        bundle_of(storage, "case_9", "os.tester")
