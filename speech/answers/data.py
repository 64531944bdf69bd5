"""The phrase files that lie beside each language's parsers."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["load"]


@cache
def load(language: str, name: str) -> dict[str, Any]:
    """The parsed file ``name``.toml of a language's folder; it is part of the package, so it is always there."""
    return tomllib.loads(files("speech.answers").joinpath(language, f"{name}.toml").read_text(encoding="utf-8"))
