"""One door to every parser: the words of an answer in, every reading that fits out.

Pure and deterministic. Words that mean nothing give no readings; no text makes it raise.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from core.errors import InvalidInput
from speech.answers.en import parser as english
from speech.answers.model import Kind, Parsed
from speech.answers.zh import parser as mandarin

__all__ = ["LANGUAGES", "parse"]

_PARSERS: dict[str, Callable[[Kind, str, date | None], Parsed]] = {
    "en-US": english.parse,
    "zh-CN": mandarin.parse,
}
LANGUAGES = tuple(_PARSERS)


def parse(kind: Kind | str, text: str, language: str = "en-US", *, today: date | None = None) -> Parsed:
    """Understand ``text`` as the answer to a question of ``kind``.

    Readings come most likely first; ambiguity is kept, never guessed away. ``today`` matters only for years said
    with two figures ("eighty five"); without it the window is 1916 to 2026. Raises ``InvalidInput`` for an unknown
    kind or language.
    """
    if kind not in set(Kind):
        raise InvalidInput("kind", f"unknown kind; use one of {', '.join(Kind)}")
    if language not in _PARSERS:
        raise InvalidInput("language", f"unknown language; use one of {', '.join(LANGUAGES)}")
    return _PARSERS[language](Kind(kind), text, today)
