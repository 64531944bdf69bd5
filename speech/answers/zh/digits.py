"""Figures one by one, 幺 for one; and the citizen identity number (公民身份号码, GB 11643-1999)."""

from __future__ import annotations

import re
from datetime import date

from speech.answers.model import Reading
from speech.answers.zh.numbers import SPOKEN_FIGURES, number

__all__ = ["digits", "identity_number_holds"]

_LONGEST = 32
_LEAD = re.compile(r"(?:后|最后|末|尾号|前)[一二三四五六两4-6]{1,2}[位个](?:数字|数|号码)?(?:是|为)?")
_REPEATED = re.compile(r"([两二三四])个([零一二三四五六七八九幺])")
_CROSS = re.compile(r"(?:叉|埃克斯|爱克斯|艾克斯|x)$")
#: GB 11643-1999, 5.2: weights 2^(18-i) mod 11 and the check characters by remainder.
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
#: First two figures of the administrative codes (GB/T 2260), 83 for Taiwan residents.
_REGIONS = frozenset(
    {*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83}
)


def _born(text: str) -> bool:
    try:
        return 1900 <= date(int(text[6:10]), int(text[10:12]), int(text[12:14])).year <= 2099
    except ValueError:
        return False


def identity_number_holds(text: str) -> bool:
    """Whether 18 characters are an identity number: known region, a real birth date, the right check character."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", text) or int(text[:2]) not in _REGIONS or not _born(text):
        return False
    total = sum(int(figure) * weight for figure, weight in zip(text[:17], _WEIGHTS, strict=True))
    return _CHECKS[total % 11] == text[17]


def digits(text: str) -> tuple[Reading, ...]:
    """The figures said. Eighteen characters that look like an identity number must have the right check character."""
    text = _REPEATED.sub(lambda found: found.group(2) * SPOKEN_FIGURES[found.group(1)], _LEAD.sub("", text))
    ending = _CROSS.search(text)
    body = text[: ending.start()] if ending else text
    figures = ""
    place = 0
    while place < len(body):
        character = body[place]
        found = number(body, place) if character not in "幺o" else None
        if found is not None and not found.plain and found.other is None and not character.isascii():
            figures, place = figures + str(int(found.value)), found.end
        elif character in SPOKEN_FIGURES or (character.isascii() and character.isdigit()):
            figures += str(SPOKEN_FIGURES.get(character, character))
            place += 1
        elif character.isascii() and character.isalpha():
            return ()
        else:
            place += 1
    if ending:
        figures += "X"
    looks_like_one = len(figures) == 18 and (ending or (_born(figures) and int(figures[:2]) in _REGIONS))
    if not figures or len(figures) > _LONGEST or (looks_like_one and not identity_number_holds(figures)):
        return ()
    return () if ending and len(figures) != 18 else (Reading(figures),)
