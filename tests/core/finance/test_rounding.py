from __future__ import annotations

import decimal
from decimal import Decimal

import pytest

from core.errors import InvalidInput
from core.finance.rounding import ROUNDINGS, rounding_named, shown, working_precision


@pytest.mark.parametrize("name", ROUNDINGS)
def test_every_mode_has_its_short_and_its_long_name(name: str) -> None:
    assert rounding_named(name) == rounding_named(f"ROUND_{name.upper()}") == ROUNDINGS[name]


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(InvalidInput, match="rounding"):
        rounding_named("nearest")


def test_the_callers_context_neither_matters_nor_changes() -> None:
    with decimal.localcontext(decimal.Context(prec=5)):
        with working_precision():
            assert len(str(Decimal(1) / 3)) == 44
        assert str(Decimal(1) / 3) == "0.33333"


@pytest.mark.parametrize(
    # SWD(2012) 128, section 4.1.2: the published rounding examples.
    ("rate", "places", "figure"),
    [("3.055", 1, "3.1"), ("3.055", 2, "3.06"), ("3.054", 1, "3.1"), ("3.054", 2, "3.05")],
)
def test_rates_are_shown_as_the_commission_says(rate: str, places: int, figure: str) -> None:
    assert str(shown(Decimal(rate), places)) == figure
