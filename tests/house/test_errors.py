"""The error tree of core/errors.py is what its docstring prints."""

from __future__ import annotations

import re

import core.errors
from core.errors import LoanlineError


def _classes() -> list[type[LoanlineError]]:
    kinds = [value for value in vars(core.errors).values() if isinstance(value, type)]
    return [kind for kind in kinds if issubclass(kind, LoanlineError)]


def _printed() -> dict[str, str | None]:
    """Each name of the printed tree with the one it hangs from."""
    parents: dict[str, str | None] = {}
    path: list[str] = []
    for line in (core.errors.__doc__ or "").splitlines():
        hit = re.match(r"^    ((?:│   |    )*)(├── |└── )?([A-Z]\w+)", line)
        if hit:
            depth = len(hit[1]) // 4 + bool(hit[2])
            path[depth:] = [hit[3]]
            parents[hit[3]] = path[depth - 1] if depth else None
    return parents


def test_the_printed_tree_is_the_tree() -> None:
    real = {kind.__name__: kind.__mro__[1].__name__ for kind in _classes() if kind is not LoanlineError}
    assert _printed() == {"LoanlineError": None} | real


def test_every_error_is_exported_and_has_a_code_of_its_own() -> None:
    assert sorted(core.errors.__all__) == sorted(kind.__name__ for kind in _classes())
    codes = [vars(kind).get("code") for kind in _classes()]
    assert None not in codes
    assert len(set(codes)) == len(codes)
