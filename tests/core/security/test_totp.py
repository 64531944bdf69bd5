"""Codes of an authenticator app, against the test vectors of RFC 6238, appendix B."""

from __future__ import annotations

import pytest

from core.security.totp import code_at, enrolment_uri, matching_step, readable_secret

SECRET = b"12345678901234567890"
VECTORS = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}


@pytest.mark.parametrize(("seconds", "code"), VECTORS.items())
def test_the_vectors_of_the_rfc(seconds: int, code: str) -> None:
    assert code_at(SECRET, seconds // 30, digits=8) == code
    assert matching_step(SECRET, code[2:], seconds) == seconds // 30


def test_one_step_early_or_late_and_no_further() -> None:
    code = code_at(SECRET, 1000)
    fits = {step: matching_step(SECRET, code, step * 30) for step in range(997, 1004)}
    assert fits == {997: None, 998: None, 999: 1000, 1000: 1000, 1001: 1000, 1002: None, 1003: None}


def test_a_code_is_good_once() -> None:
    assert matching_step(SECRET, code_at(SECRET, 1000), 30_000, after=999) == 1000
    assert matching_step(SECRET, code_at(SECRET, 1000), 30_000, after=1000) is None


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "12 456", "abcdef"])
def test_what_is_no_code(code: str) -> None:
    assert matching_step(SECRET, code, 59) is None


def test_what_an_app_reads() -> None:
    assert readable_secret(SECRET) == "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert enrolment_uri(SECRET, "m.reyes").startswith("otpauth://totp/Loanline:m.reyes?secret=GEZDGNBV")
