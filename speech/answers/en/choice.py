"""What the loan is for and how the caller earns a living, by meaning: the phrases are in ``choices.toml``."""

from __future__ import annotations

from speech.answers.choosing import Chooser
from speech.answers.data import load
from speech.answers.en.tokens import tokens

__all__ = ["EMPLOYMENT", "PURPOSE"]

#: "Your": "none of your business".
_DENIALS = frozenset({"not", "isn't", "no", "never", "don't", "without", "neither", "nor", "your"})


def _stem(word: str) -> str:
    """Without a possessive or plural ending: "daughter's" and "daughters" are "daughter"."""
    word = word.removesuffix("'s").removesuffix("'")
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


def _fold(text: str) -> list[str]:
    return [_stem(word) for word in tokens(text)]


_ENTRIES = load("en", "choices")
PURPOSE = Chooser(_ENTRIES["purpose"], _fold, _DENIALS)
EMPLOYMENT = Chooser(_ENTRIES["employment"], _fold, _DENIALS)
