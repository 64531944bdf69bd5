"""English text, as a recogniser, a person or a test writes it, to plain words."""

from __future__ import annotations

import re
import unicodedata

from speech.answers.en.words import FILLERS

__all__ = ["LONGEST", "plain", "tokens"]

#: A longer text is no answer to any question; it is not even looked at.
LONGEST = 600

_WORD = re.compile(
    r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"  # 2,500.00
    r"|[0-9]+(?:st|nd|rd|th)\b"  # 12th
    r"|[0-9]+\.[0-9]+|\.[0-9]+|[0-9]+"
    r"|(?<![^\s$])-(?=\s?\$?[0-9])"  # a minus sign, not a hyphen
    r"|[^\W\d_]+(?:'[^\W\d_]+)*(?:-[^\W\d_]+(?:'[^\W\d_]+)*)*"
)
_AGREEING = re.compile(r"\b(?:mm+[- ]?h+m+|m+h+m+|u+[hm]+[- ]h[uma]+h?)\b")
_REFUSING = re.compile(r"\b(?:n?uh[- ]uh|unh[- ]unh)\b")
_PER = re.compile(r"/\s*(?=[a-z])")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'", "‐": "-", "‑": "-", "–": "-", "—": "-"})
#: Ways to write that mean the same words.
_SAME = {
    "-": ("minus",),
    "thats": ("that's",),
    "dont": ("don't",),
    "doesnt": ("doesn't",),
    "didnt": ("didn't",),
    "isnt": ("isn't",),
    "wasnt": ("wasn't",),
    "cant": ("can't",),
    "wont": ("won't",),
    "havent": ("haven't",),
    "im": ("i'm",),
    "ive": ("i've",),
    "its": ("it's",),
    "ok": ("okay",),
    "alright": ("all", "right"),
    "gonna": ("going", "to"),
    "wanna": ("want", "to"),
    "cos": ("because",),
}


def plain(text: str) -> str:
    """Lower case; one kind of apostrophe and hyphen; "uh-huh" as one word; a slash before a word as "per"."""
    text = text.replace("½", " and a half").replace("¼", " and a quarter")
    text = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES).lower()
    text = _REFUSING.sub("nuhuh", _AGREEING.sub("uhhuh", text))
    return _PER.sub(" per ", text)


def tokens(text: str, *, names: bool = False) -> list[str]:
    """The words of ``text`` without punctuation and fillers; numbers keep their digits ("2500.00", "12th").

    ``names`` keeps "smith-jones" whole. Text longer than ``LONGEST`` gives no words.
    """
    if len(text) > LONGEST:
        return []
    words: list[str] = []
    for found in _WORD.findall(plain(text)):
        word = found.replace(",", "")
        pieces = [word] if names or "-" not in word or word == "-" else word.split("-")
        for piece in pieces:
            words.extend(_SAME.get(piece, (piece,)))
    return [word for word in words if word not in FILLERS]
