from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from core.codec import to_plain
from core.decision.decide import decide
from core.decision.model import Outcome
from core.decision.receipt import Verdict, bundle, bundle_hash, replay
from core.errors import InvalidInput
from tests.core.decision.builders import POLICY, US, facts, policy_with, usd


def receipt() -> dict[str, Any]:
    return bundle(facts(), decide(facts(), US, POLICY), US, POLICY)


def test_a_receipt_is_decided_again_bit_for_bit() -> None:
    again = replay(json.loads(json.dumps(receipt())))
    assert (again.verdict, again.identical) == (Verdict.SAME, True)
    assert again.decision == decide(facts(), US, POLICY)
    assert replay(receipt(), US, POLICY).verdict is Verdict.SAME


def test_another_policy_is_a_changed_rule_even_where_the_outcome_is_not() -> None:
    dearer = replay(receipt(), policy=policy_with('rate = "11.90"', 'rate = "12.90"'))
    assert (dearer.verdict, dearer.identical) == (Verdict.RULE_CHANGED, False)
    noted = replay(receipt(), policy=policy_with("# The lender", "# Our lender"))
    assert (noted.verdict, noted.identical) == (Verdict.RULE_CHANGED, True)


def test_another_pack_is_a_changed_rule() -> None:
    stricter = replace(US, min_age=60, digest="0" * 64)
    again = replay(receipt(), pack=stricter)
    assert (again.verdict, again.decision.outcome) == (Verdict.RULE_CHANGED, Outcome.DECLINE)


def test_changed_facts_are_found_out() -> None:
    altered = receipt()
    altered["facts"]["monthly_income"]["amount"] = "9200.00"
    assert replay(altered).verdict is Verdict.DATA_CHANGED


def test_a_changed_decision_is_found_out() -> None:
    altered = receipt()
    altered["decision"]["offers"][0]["apr"] = "9.90"
    again = replay(altered)
    assert (again.verdict, again.identical) == (Verdict.DATA_CHANGED, False)


@pytest.mark.parametrize(("part", "verdict"), [("model", Verdict.MODEL_CHANGED), ("code", Verdict.CODE_CHANGED)])
def test_another_model_or_code_is_named(part: str, verdict: Verdict) -> None:
    older = receipt()
    older["decision"]["versions"][part] = "of last year"
    assert replay(older).verdict is verdict


def test_a_bundle_has_one_hash_and_every_change_another() -> None:
    one, other = receipt(), deepcopy(receipt())
    assert bundle_hash(one) == bundle_hash(other)
    other["facts"]["age"] += 1
    assert bundle_hash(one) != bundle_hash(other)


def test_facts_and_decision_must_belong_together() -> None:
    with pytest.raises(InvalidInput, match="facts"):
        bundle(facts(amount=usd("2600.00")), decide(facts(), US, POLICY), US, POLICY)


@pytest.mark.parametrize("key", ["facts", "decision", "pack_sources", "policy_source", "format"])
def test_an_incomplete_bundle_is_refused(key: str) -> None:
    broken = receipt()
    del broken[key]
    with pytest.raises(InvalidInput, match="bundle"):
        replay(broken)


def test_the_bundle_holds_no_name_and_no_number() -> None:
    assert set(receipt()["facts"]) == set(to_plain(facts()))
