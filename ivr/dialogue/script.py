"""The questions of the line, read from ``script.toml``. Closed schema: an unknown key rejects the script."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.errors import InvalidInput
from speech.answers.model import Kind, Period

__all__ = ["Cost", "KeyRule", "Limits", "Question", "Role", "Script", "load_script"]


class Role(StrEnum):
    MENU = "menu"
    CONSENT = "consent"
    RESUME = "resume"
    KNOWN = "known"
    AS_BEFORE = "as_before"
    SLOT = "slot"
    SUMMARY = "summary"
    CHALLENGE = "challenge"
    CODE = "code"
    RECALL = "recall"
    OFFER = "offer"


class Cost(StrEnum):
    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class KeyRule:
    """How an answer is keyed: a fixed count of digits, or up to ``at_most`` closed by ``until``."""

    exactly: int | None = None
    until: str | None = None
    at_most: int = 12


@dataclass(frozen=True, slots=True)
class Question:
    """One question. See the head of ``script.toml`` for what each field means."""

    id: str
    role: Role
    kind: Kind
    cost: Cost
    accept: float
    reject: float
    keys: KeyRule
    hangover_ms: int
    max_ms: int
    no_input_ms: int
    length: int | None = None
    groups: tuple[int, ...] = ()
    free: bool = False
    secret: bool = False
    disclosure: bool = False
    critical: bool = False
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    period: Period | None = None
    doubtful_above: Decimal | None = None
    doubtful_below: Decimal | None = None

    @property
    def numeric(self) -> bool:
        """Whether a keyed 0 is part of an answer here."""
        return self.kind in {Kind.DIGITS, Kind.AMOUNT, Kind.DATE, Kind.TERM}


@dataclass(frozen=True, slots=True)
class Limits:
    """``more_offers`` is how many offers may be told after the first; ``wait_seconds`` how long the line stays quiet
    for a caller who asks it to, at most ``waits_per_call`` times; ``known_days`` how long the answers of a decided
    application may be used again (0: never); ``challenge_tries`` how often digits may be asked to be said back where
    the risk report asks for a step up (0: never); ``record_questions`` how many random questions a borrower is asked
    about their last loan after the code (0: none)."""

    tries_per_question: int
    troubles_per_call: int
    prompts_per_call: int
    more_offers: int
    wait_seconds: int
    waits_per_call: int
    known_days: int
    challenge_tries: int
    record_questions: int


@dataclass(frozen=True, slots=True)
class Script:
    questions: tuple[Question, ...]
    limits: Limits

    def __getitem__(self, question_id: str) -> Question:
        for question in self.questions:
            if question.id == question_id:
                return question
        raise KeyError(question_id)

    @property
    def slots(self) -> tuple[Question, ...]:
        return self.of_role(Role.SLOT)

    def of_role(self, role: Role) -> tuple[Question, ...]:
        return tuple(question for question in self.questions if question.role is role)


def _question(row: dict[str, Any]) -> Question:
    name = str(row.get("id", "?"))
    unknown = set(row) - {field.name for field in fields(Question)}
    if unknown:
        raise InvalidInput(f"script.{name}", f"unknown key {min(unknown)!r}")
    rule = row.get("keys", {})
    unknown = set(rule) - {field.name for field in fields(KeyRule)}
    if unknown:
        raise InvalidInput(f"script.{name}.keys", f"unknown key {min(unknown)!r}")
    made = dict(row)
    made["keys"] = KeyRule(**rule)
    for key, convert in (("role", Role), ("kind", Kind), ("cost", Cost), ("period", Period)):
        if key in made:
            made[key] = convert(made[key])
    made["groups"] = tuple(row.get("groups", ()))
    if made["groups"] and sum(made["groups"]) != row.get("length"):
        raise InvalidInput(f"script.{name}.groups", "they must add up to the length")
    for key in ("at_least", "at_most", "doubtful_above", "doubtful_below"):
        if key in made:
            made[key] = Decimal(made[key])
    return Question(**made)


def load_script(path: Path | None = None) -> Script:
    """Read a script; raises ``InvalidInput`` that names the question and the key at fault."""
    source = path or Path(__file__).with_name("script.toml")
    data = tomllib.loads(source.read_text("utf-8"))
    unknown = set(data) - {"question", "limits"}
    if unknown:
        raise InvalidInput("script", f"unknown table {min(unknown)!r}")
    try:
        questions = tuple(_question(row) for row in data["question"])
        limits = Limits(**data["limits"])
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput("script", f"cannot be read: {error}") from None
    ids = [question.id for question in questions]
    if len(set(ids)) != len(ids):
        raise InvalidInput("script", "two questions have the same id")
    return Script(questions, limits)
