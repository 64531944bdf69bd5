"""What may be shown to whom, decided before any HTML exists. Pure.

Without the right and a stated purpose a reader sees what the line asks in general, never whom: prompts as their
templates with dots for figures, answers to identity questions as dots, other answers without their numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.security.redaction import MASK, mask_numbers
from ivr.console.story import Line, SlotRow

__all__ = ["IDENTITY", "PERSONAL", "Eyes", "Masker", "masked_value"]

#: Fields that say who somebody is: revealed one at a time, with a reason, for thirty seconds.
IDENTITY = ("full_name", "national_id_last4", "date_of_birth", "phone")
#: Further personal fields, shown with a purpose.
PERSONAL = ("monthly_income", "monthly_debt", "employment")
_SECRET = frozenset({"code", "resume", "known"})
_FIGURE = re.compile(r"\{[a-z0-9_]+\}")
_RUN = re.compile(rf"{MASK}(?: {MASK})+")
_PAUSE = re.compile(r"<pause [0-9]+>")


@dataclass(frozen=True, slots=True)
class Eyes:
    """``words``: may read what was said in this call, and has stated a purpose."""

    words: bool


class Masker:
    """``texts`` are the prompt templates by id; ``phrases`` what the recogniser is told to expect at closed questions:
    words in them are nobody's own, any other word of a caller is dots."""

    def __init__(self, texts: Mapping[str, str], phrases: Iterable[str]) -> None:
        self._plain = {name: _template(text) for name, text in texts.items()}
        self._common = {word for phrase in phrases for word in phrase.split()}

    def text(self, line: Line, eyes: Eyes) -> str:
        """What is shown of one line."""
        if line.status == "hidden" or (line.who == "caller" and line.about in _SECRET):
            return MASK
        if eyes.words:
            return line.text
        if line.who == "line":
            return self._plain.get(line.about, MASK)
        return self._general(line.about, line.text)

    def words(self, line: Line, eyes: Eyes) -> list[tuple[str, bool]]:
        """The caller's words, each with whether it was heard badly; empty where the text is masked."""
        if not eyes.words or line.who != "caller" or line.status == "hidden":
            return []
        return [(word, sure < 0.6) for word, sure in line.words]

    def slot(self, row: SlotRow, eyes: Eyes) -> str:
        """The value of a field. Identity stays masked here even with a purpose."""
        if row.name in IDENTITY or (row.name in PERSONAL and not eyes.words):
            return masked_value(row.name, str(row.value))
        return str(row.value)

    def heard(self, row: SlotRow, eyes: Eyes) -> str:
        if not row.heard:
            return ""
        if eyes.words:
            return row.heard
        return self._general(row.name, row.heard)

    def _general(self, question: str, text: str) -> str:
        """A caller's words without what is his or her own."""
        if question in IDENTITY or question in PERSONAL:
            return MASK
        shown = " ".join(word if word in self._common else MASK for word in mask_numbers(text).split())
        return _RUN.sub(MASK, shown)


def masked_value(name: str, value: str) -> str:
    """Just enough to recognise that something is there."""
    if name == "full_name":
        return " ".join(part[0] + MASK for part in value.split()) or MASK
    if name == "phone" and len(value) > 4:
        return value[:2] + "•" * (len(value) - 4) + value[-2:]
    return MASK


def _template(text: str) -> str:
    return " ".join(_FIGURE.sub(MASK, _PAUSE.sub(" ", text)).split())
