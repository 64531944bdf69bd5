"""Passwords, kept as Argon2id hashes (RFC 9106; parameters of the OWASP password storage cheat sheet)."""

from __future__ import annotations

import os

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from core.errors import InvalidInput

__all__ = ["LONGEST", "SHORTEST", "hash_password", "password_fits"]

SHORTEST, LONGEST = 12, 128


def hash_password(password: str) -> str:
    """The hash in PHC form. Raises ``InvalidInput`` for a password that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidInput("password", f"use {SHORTEST} to {LONGEST} characters")
    derivation = Argon2id(salt=os.urandom(16), length=32, iterations=2, lanes=1, memory_cost=19 * 1024)
    return derivation.derive_phc_encoded(password.encode())


def password_fits(password: str, phc: str) -> bool:
    """Whether this is the password of that hash. Takes the same work for every password up to the longest."""
    if len(password) > LONGEST:
        return False
    try:
        Argon2id.verify_phc_encoded(password.encode(), phc)
    except InvalidKey:
        return False
    return True
