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


GUESSED = (
    "password1234", "Welcome2026!", "loanline-operator", "qwertyuiop123", "aaaaaaaaaaaa", "abababababab",
    "m.reyes.m.reyes1", "123456789012", "Summer2026Summer", "ReyesReyes1985",
)  # fmt: skip
HARD = (
    "my loanline kettle sings",
    "tram paper onion",
    "喝茶看书走路听雨吃饭睡觉",
    "x9$kQ!2vLm#7",
    "ppppp" + "qwxyzzy-" * 8,
)


@pytest.mark.parametrize("password", GUESSED)
def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput, match="guessed first"):
        hash_password(password, about=("m.reyes", "reyes"))


@pytest.mark.parametrize("password", HARD)
def test_whatever_is_hard_to_guess_will_do(password: str) -> None:
    assert password_fits(password, hash_password(password, about=("m.reyes", "reyes")))


@pytest.mark.parametrize("password", ["", "short", "x" * 129])
def test_too_short_and_too_long(password: str) -> None:
    with pytest.raises(InvalidInput, match="password: use 12 to 128 characters"):
        hash_password(password)
