from __future__ import annotations

from decimal import Decimal

import pytest

from core.errors import PackError
from core.jurisdiction.library import packaged
from core.jurisdiction.reader import digest_of
from tests.core.decision.builders import POLICY, US, policy_with, usd

RULES = POLICY.rules_for(US)


def test_the_policy_is_hashed_as_written() -> None:
    assert POLICY.digest == digest_of(POLICY.source)
    assert policy_with('"11.90"', '"11.80"').digest != POLICY.digest


def test_the_rate_is_that_of_the_first_band_that_holds() -> None:
    shares = ("0", "0.20", "0.2001", "0.30", "0.40", "0.99", "Infinity")
    assert [str(RULES.rate_for(Decimal(share))) for share in shares] == [
        "11.90",
        "11.90",
        "15.90",
        "15.90",
        "19.90",
        "19.90",
        "19.90",
    ]


def test_each_pack_has_its_rules() -> None:
    assert POLICY.rules_for(packaged("CN")).residual_income.currency == "CNY"


def test_every_rate_of_the_house_is_under_every_cap_of_the_pack_today() -> None:
    for code in ("US", "CN"):
        pack = packaged(code)
        lowest = min(cap.per_cent for cap in pack.caps)
        for band in POLICY.rules_for(pack).bands:
            assert ((1 + band.rate / 1200) ** 12 - 1) * 100 < lowest


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("most_offers = 3", "most_offers = 3\nlucky = 1", "policy.policy.lucky"),
        ("[rules.US]", "[rules.US]\nlucky = 1", "policy.rules.US.lucky"),
        ("[rules.US]", "[rules.UK]", "policy.rules.US"),
        ('rate = "15.90"', "rate = 15.90", "bands.1.rate"),
        ('rate = "15.90"', 'rate = "10.90"', "never fall"),
        ('up_to = "0.30"', 'up_to = "0.20"', "must rise"),
        ('up_to = "0.40"', 'up_to = "0.39"', "reach the debt service limit"),
        ('amount_step = "50.00"', 'amount_step = "0.00"', "amount_step"),
        ("terms = [6, 12, 18, 24, 36]", "terms = [0]", "terms"),
    ],
)
def test_a_mistake_rejects_the_policy_and_is_named(old: str, new: str, named: str) -> None:
    with pytest.raises(PackError, match=named.replace(".", r"\.")):
        policy_with(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('{ from = 560, add = "6.00"', '{ from = 510, add = "6.00"'),
        ('{ from = 560, add = "6.00"', '{ from = 560, add = "9.50"'),
        ('add = "6.00", limit = "3000.00"', 'add = "6.00", limit = "1000.00"'),
        ('unscored_limit = "10000.00"', 'unscored_limit = "-1.00"'),
        ("report_needed = false", 'report_needed = "no"'),
        ("from = 520", 'from = 520, age = "18"'),
    ],
)
def test_score_bands_that_turn_round_are_refused(old: str, new: str) -> None:
    with pytest.raises(PackError):
        policy_with(old, new)


def test_a_band_is_found_by_its_points() -> None:
    rules = POLICY.rules_for(US)
    assert rules.band_of(519) is None
    assert (rules.most_at(520), rules.most_at(640), rules.most_at(None)) == (
        usd("1500.00"),
        usd("10000.00"),
        usd("10000.00"),
    )
    assert rules.most_at(519) == usd("0.00")
    assert rules.at_score(600).bands[0].rate == rules.bands[0].rate + 3
    assert rules.at_score(None) == rules
