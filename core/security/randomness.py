"""Identifiers, codes and tokens from the operating system's generator: the product's ``core.ports.Ids``."""

from __future__ import annotations

import secrets

__all__ = ["SystemIds"]


class SystemIds:
    """Stateless; safe to share between threads."""

    def new(self, prefix: str) -> str:
        """``prefix_`` and 128 random bits in hexadecimal."""
        return f"{prefix}_{secrets.token_hex(16)}"

    def digits(self, count: int) -> str:
        """Uniform decimal digits, leading zeros kept."""
        return "".join(secrets.choice("0123456789") for _ in range(count))

    def token(self) -> str:
        """256 random bits, URL-safe."""
        return secrets.token_urlsafe(32)
