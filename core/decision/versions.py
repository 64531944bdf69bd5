"""Which code decided: the release and a hash of the very source that computes a decision."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

__all__ = ["code_version"]

_ROOMS = ("core.finance", "core.jurisdiction", "core.scoring", "core.decision")
_SINGLE = ("money.py", "catalogue.py", "risk.py", "codec.py")


@cache
def code_version() -> str:
    """``sha256:`` and the hash of every module a decision runs through, in the order of their names."""
    total = hashlib.sha256()
    for room in _ROOMS:
        for entry in sorted(files(room).iterdir(), key=lambda one: one.name):
            if entry.name.endswith(".py"):
                total.update(hashlib.sha256(entry.read_bytes()).digest())
    for name in _SINGLE:
        total.update(hashlib.sha256((files("core") / name).read_bytes()).digest())
    return f"sha256:{total.hexdigest()}"
