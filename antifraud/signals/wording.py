"""Phrases of urgency, remote access, or being told what to say, from a list that anybody can read and correct.

Context only: a borrower in a hurry is a borrower in a hurry. The report names the kind, never the words.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from antifraud.signals.model import Known, NotAssessed, Reading, Rule
from core.risk import ConsentClass, EvidenceLevel

__all__ = ["RULES", "plain"]


@cache
def _kinds() -> dict[str, tuple[str, re.Pattern[str]]]:
    """For each kind: what to call it, and a pattern of all its phrases."""
    table = tomllib.loads(files("antifraud").joinpath("data/wording.toml").read_text(encoding="utf-8"))
    found = {}
    for kind in table["kind"]:
        english = [rf"\b{re.escape(phrase)}\b" for phrase in kind["en"]]
        found[kind["name"]] = (kind["says"], re.compile("|".join([*english, *map(re.escape, kind["zh"])])))
    return found


def plain(text: str) -> str:
    """Lower case, without the spaces that recognisers put between Chinese words."""
    return re.sub(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])", "", " ".join(text.lower().split()))


def _rule(name: str) -> Rule:
    def read(known: Known) -> Reading:
        said = [plain(turn.text) for turn in known.turns if turn.text and not turn.by_keys]
        if not said:
            raise NotAssessed("nothing was said yet")
        says, pattern = _kinds()[name]
        count = sum(bool(pattern.search(text)) for text in said)
        return Reading(float(count), "answers", f"{says} in {count} of {len(said)} answers" if count else f"no {says}")

    return Rule(f"wording.{name}", ConsentClass.RECORDING, EvidenceLevel.CONTEXT, read)


RULES = tuple(_rule(name) for name in _kinds())
