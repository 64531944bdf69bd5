from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from core.errors import PackError
from core.jurisdiction.activation import Activation
from core.jurisdiction.library import packaged

US = packaged("US")
NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
GOOD = Activation(US.digest, "anna", NOON, "boris", NOON + timedelta(hours=1))


def test_two_people_activate_a_pack() -> None:
    GOOD.check(US)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (replace(GOOD, approved_by=" Anna "), "same person"),
        (replace(GOOD, approved_by=" "), "name both"),
        (replace(GOOD, digest=packaged("CN").digest), "another version"),
        (replace(GOOD, approved_at=NOON - timedelta(hours=1)), "older"),
    ],
)
def test_anything_less_is_refused(bad: Activation, why: str) -> None:
    with pytest.raises(PackError, match=why):
        bad.check(US)
