"""Leaked passwords: those that come with the program, and a set of the operator's, however large."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest

from core.errors import EnvironmentProblem, InvalidInput
from core.security.leaked import PACKAGED, LeakedPasswords
from core.security.passwords import hash_password


def hashed(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def listed(folder: Path, passwords: list[str], form: str = "{}:12\r\n") -> Path:
    """As Have I Been Pwned gives it: hash, colon, count, in order."""
    path = folder / "leaked.txt"
    path.write_bytes("".join(form.format(each) for each in sorted(map(hashed, passwords))).encode())
    return path


@pytest.mark.parametrize("password", ["finalfantasy", "CounterStrike", "needforspeed!2026", "SonyEricsson123!"])
def test_the_common_ones_come_with_the_program(password: str) -> None:
    assert PACKAGED.has(password)


def test_what_nobody_chose_before_is_fine() -> None:
    assert not PACKAGED.has("tram paper onion")


@pytest.mark.parametrize("form", ["{}:12\r\n", "{}\n"])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 1000])
def test_each_of_a_set_is_found_and_no_other(tmp_path: Path, form: str, count: int) -> None:
    dice = random.Random(count)
    passwords = [f"{dice.random()} kettles sing" for _ in range(count)]
    leaked = LeakedPasswords(listed(tmp_path, passwords, form))
    assert all(map(leaked.has, passwords))
    assert not any(leaked.has(f"{dice.random()} onions cry") for _ in range(200))


def test_a_file_without_a_last_line_end_is_read_to_its_end(tmp_path: Path) -> None:
    path = listed(tmp_path, ["my own kettle", "my own tram"])
    path.write_bytes(path.read_bytes().rstrip())
    leaked = LeakedPasswords(path)
    assert leaked.has("my own kettle")
    assert leaked.has("my own tram")


def test_nobody_chooses_one_of_them(tmp_path: Path) -> None:
    leaked = LeakedPasswords(listed(tmp_path, ["tram paper onion"]))
    with pytest.raises(InvalidInput, match="leaked"):
        hash_password("tram paper onion", leaked=leaked)
    with pytest.raises(InvalidInput, match="leaked"):
        hash_password("finalfantasy")
    assert hash_password("tram paper onion").startswith("$argon2id$")


def test_a_set_that_cannot_be_read_lets_nobody_choose(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="LOANLINE_LEAKED_PASSWORDS_FILE"):
        hash_password("tram paper onion", leaked=LeakedPasswords(tmp_path / "none.txt"))
