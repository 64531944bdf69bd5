from __future__ import annotations

import pytest

from core.errors import InvalidInput
from core.security.passwords import hash_password, password_fits


def test_a_password_fits_its_own_hash_only() -> None:
    phc = hash_password("correct horse battery")
    assert phc.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert phc != hash_password("correct horse battery")
    assert password_fits("correct horse battery", phc)
    assert not password_fits("correct horse batterY", phc)
    assert not password_fits("", phc)
    assert not password_fits("x" * 10_000, phc)


@pytest.mark.parametrize("password", ["", "short", "x" * 129])
def test_too_short_and_too_long(password: str) -> None:
    with pytest.raises(InvalidInput, match="password: use 12 to 128 characters"):
        hash_password(password)
