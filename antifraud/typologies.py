"""Kinds of fraud that a report may point to, with what a person should ask. A reading aid: it changes no level."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from core.risk import RiskReport

__all__ = ["Typology", "fitting", "typologies"]


@dataclass(frozen=True, slots=True)
class Typology:
    """``any``: reason codes of which one is enough. ``seen``: signals that must all have a value above zero."""

    name: str
    title: str
    any: tuple[str, ...]
    seen: tuple[str, ...]
    ask: str


@cache
def typologies() -> tuple[Typology, ...]:
    table = tomllib.loads(files("antifraud").joinpath("data/typologies.toml").read_text(encoding="utf-8"))
    return tuple(
        Typology(row["name"], row["title"], tuple(row["any"]), tuple(row["seen"]), row["ask"])
        for row in table["typology"]
    )


def fitting(report: RiskReport) -> tuple[Typology, ...]:
    """Those the report points to, in the table's order."""
    reasons = set(report.reasons)
    seen = {signal.name for signal in report.signals if signal.assessed and (signal.value or 0) > 0}
    return tuple(
        each for each in typologies() if reasons & set(each.any) or (bool(each.seen) and seen >= set(each.seen))
    )
