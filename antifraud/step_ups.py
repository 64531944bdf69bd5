"""Which further check settles which reason: a table that anybody can read (``data/step_ups.toml``).

A step up is met when what is left of the report, without the reasons that were settled, asks for none any more. What
the table does not know is never met, and there is nothing here that declines.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files

from antifraud.fusion import fuse, points_table
from core.risk import RiskLevel, RiskReport

__all__ = ["Proof", "StepUps", "open_reasons", "step_ups"]


class Proof(StrEnum):
    """What a caller, or a person of the house, can show; ``data/step_ups.toml`` says what each of them is."""

    OWN_CODE = "own_code"
    KNOWN_CODE = "known_code"
    DIGITS = "digits"
    CALL_BACK = "call_back"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class StepUps:
    """For each reason code the sets of proof of which one settles it; ``known_days`` is how long ago a loan must have
    been taken at a number before a code from there counts as ``KNOWN_CODE``."""

    version: str
    known_days: int
    met_by: Mapping[str, tuple[frozenset[Proof], ...]]

    def met(self, reason: str, shown: frozenset[Proof]) -> bool:
        return any(proofs <= shown for proofs in self.met_by.get(reason, ()))


@cache
def step_ups() -> StepUps:
    """The table of the house."""
    table = tomllib.loads(files("antifraud").joinpath("data/step_ups.toml").read_text(encoding="utf-8"))
    rows = {row["reason"]: tuple(frozenset(map(Proof, each)) for each in row["met_by"]) for row in table["step_up"]}
    return StepUps(table["version"], table["known_days"], rows)


def open_reasons(report: RiskReport, shown: Iterable[Proof]) -> tuple[str, ...]:
    """The reasons that still ask for a step up after what was ``shown``; none when it was met, or none was asked for.

    A reason that no signal of the report accounts for stays open until it is met itself.
    """
    proofs, table = frozenset(shown), step_ups()
    unmet = tuple(reason for reason in report.reasons if not table.met(reason, proofs))
    if report.level < RiskLevel.STEP_UP or not unmet:
        return ()
    left = [signal for signal in report.signals if signal.reason_code in unmet]
    if set(unmet) <= {signal.reason_code for signal in left}:
        level, _ = fuse(left, points_table())
        return unmet if level >= RiskLevel.STEP_UP else ()
    return unmet
