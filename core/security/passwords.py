"""Passwords, kept as Argon2id hashes (RFC 9106; parameters of the OWASP password storage cheat sheet)."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from core.errors import InvalidInput
from core.security.leaked import PACKAGED, LeakedPasswords

__all__ = ["LONGEST", "SHORTEST", "WEAK_WORDS", "hash_password", "password_fits"]

SHORTEST, LONGEST = 12, 128
#: What a guesser tries first: our own words, and what heads every list of leaked passwords. They may stand in a
#: password, but they do not count towards what makes it hard to guess.
WEAK_WORDS = (
    "loanline", "lending", "borrower", "console", "supervisor", "underwriter", "auditor", "operator", "analyst",
    "password", "passw0rd", "letmein", "welcome", "changeme", "qwertyuiop", "qwerty", "asdfghjkl", "asdf", "zxcvbnm",
    "1qaz2wsx", "iloveyou", "monkey", "dragon", "football", "baseball", "superman", "batman", "sunshine", "princess",
    "master", "shadow", "trustno", "admin", "login", "secret", "summer", "winter", "spring", "autumn", "1234567890",
    "123456789", "12345678", "1234567", "123456", "12345", "1234", "0987654321", "987654321", "abcdef", "abc",
)  # fmt: skip
_LEFT, _DISTINCT = 6, 5


def hash_password(password: str, *, about: tuple[str, ...] = (), leaked: LeakedPasswords = PACKAGED) -> str:
    """The hash in PHC form. Raises ``InvalidInput`` for a password that is too short or too long, or that a guesser
    tries first: little but ``WEAK_WORDS``, words ``about`` the person, digits, few different characters, or
    one that has ``leaked``. Raises ``EnvironmentProblem`` when that cannot be told."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput("password", f"use {SHORTEST} to {LONGEST} characters")
    if _easily_guessed(password, about):
        raise InvalidInput("password", "this one is guessed first; use several words that do not belong together")
    if leaked.has(password):
        raise InvalidInput("password", "this one has leaked and is guessed first; use another")
    derivation = Argon2id(salt=os.urandom(16), length=32, iterations=2, lanes=1, memory_cost=19 * 1024)
    return derivation.derive_phc_encoded(password.encode())


def _easily_guessed(password: str, about: tuple[str, ...]) -> bool:
    left = password.casefold()
    for word in sorted((*WEAK_WORDS, *(each.casefold() for each in about if len(each) > 2)), key=len, reverse=True):
        left = left.replace(word, "")
    return len(left.strip("0123456789!.?-_#*@$ ")) < _LEFT or len(set(password)) < _DISTINCT


def password_fits(password: str, phc: str) -> bool:
    """Whether this is the password of that hash. Takes the same work for every password up to the longest."""
    if len(password) > LONGEST:
        return False
    try:
        Argon2id.verify_phc_encoded(password.encode(), phc)
    except InvalidKey:
        return False
    return True
