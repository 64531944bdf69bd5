from __future__ import annotations

from importlib.resources import files

import pytest

from core.errors import PackError
from core.finance.schedule import Method
from core.jurisdiction.reader import METHODS, digest_of, parse_pack

US = (files("core.jurisdiction") / "packs" / "us.toml").read_text("utf-8")


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("schema = 1", "schema = 2", "pack.pack.schema"),
        ('version = "2026.1"\n', "", "pack.pack.version"),
        ("[eligibility]", "surprise = 1\n[eligibility]", "pack.pack.surprise"),
        ("[eligibility]", "[surprise]\nx = 1\n[eligibility]", "pack.surprise"),
        ("min_age = 18", "min_age = 18\nmax_age = 70", "pack.eligibility.max_age"),
        ("min_age = 18", "min_age = 12", "pack.eligibility.min_age"),
        ("min_age = 18", "min_age = true", "pack.eligibility.min_age"),
        ('debt_service_limit = "0.43"', "debt_service_limit = 0.43", "pack.affordability.debt_service_limit"),
        ('debt_service_limit = "0.43"', 'debt_service_limit = "1.43"', "pack.affordability.debt_service_limit"),
        ('per_cent = "36.00"', 'per_cent = "NaN"', "pack.caps.0.per_cent"),
        ('per_cent = "36.00"', 'per_cent = "lots"', "pack.caps.0.per_cent"),
        ('per_cent = "36.00"', 'per_cent = "36.00"\nplus = 1', "pack.caps.0.plus"),
        ('\nregime = "us_app_j"', '\nregime = "xirr"', "pack.caps.0.regime"),
        ("since = 2015-10-03", 'since = "2015-10-03"', "pack.caps.0.since"),
        ('currency = "USD"', 'currency = "ZZZ"', "pack.pack.currency"),
        ('"medical", ', '"gambling", ', "gambling"),
        ('methods = ["equal_instalment"]', 'methods = ["balloon"]', "balloon"),
        ('min_amount = "200.00"', 'min_amount = "200.001"', "min_amount"),
        ('min_amount = "200.00"', 'min_amount = "20000.00"', "minimum above its maximum"),
        ("min_months = 3", "min_months = 0", "min_months"),
        ('purposes = ["education"]', 'purposes = ["medical"]', "medical twice"),
        ('id = "study"', 'id = "personal"', "personal twice"),
        ('clock = "decision_notice"', 'clock = "someday"', "adverse_action"),
        ('mode = "oral"', 'mode = "shouted"', "pack.consents.0.mode"),
        ('biometric = "written"', "", "pack.features.biometric"),
        ("{principal}", "{}", "brace"),
        ("{principal}", "{", "brace"),
        ('id = "recording_consent"', 'id = "recording"', "recording_consent"),
        ('up_to = "500.00"', 'up_to = "5000.00"', "cooling_off"),
        ("in_force_from = 2026-01-01", "in_force_from = 2026-01-01\nin_force_until = 2025-01-01", "in_force_until"),
        ("[pack]", "[pack", "TOML"),
    ],
)
def test_one_key_out_of_place_rejects_the_pack_and_is_named(old: str, new: str, named: str) -> None:
    assert old in US
    with pytest.raises(PackError, match=named.replace(".", r"\.")):
        parse_pack(US.replace(old, new, 1))


def test_a_pack_without_a_cap_is_refused() -> None:
    head, _, rest = US.partition("[[caps]]")
    with pytest.raises(PackError, match="caps"):
        parse_pack("caps = []\n" + head + rest[rest.index("[[products]]") :])


def test_the_digest_is_that_of_the_text() -> None:
    assert parse_pack(US).digest == digest_of(US)
    assert parse_pack(US + "\n# a note\n").digest != digest_of(US)


def test_methods_are_those_of_the_schedules() -> None:
    assert set(METHODS) == {method.value for method in Method}
