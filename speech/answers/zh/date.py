"""Dates: 一九八五年三月十二号, 八五年三月十二, 1985-03-12, 19850312; and their parts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from speech.answers.model import DateParts, Reading
from speech.answers.years import four_figures, plausible
from speech.answers.zh.numbers import SPOKEN_FIGURES, number

__all__ = ["dates"]

#: The lunar calendar needs the year's tables; such an answer is asked again.
_LUNAR = re.compile(r"农历|阴历|旧历|正月|腊月|冬月|初[一二三四五六七八九十]|闰")
_FIGURE = "零一二三四五六七八九十两0-9"
_WHOLE = re.compile(
    rf"(?:(?P<year>[{_FIGURE}千百]+)年)?(?:(?P<month>[{_FIGURE}]+)月(?:份)?)?(?:(?P<day>[{_FIGURE}]+)(?:号|日)?)?"
)
_SIGNS = re.compile(r"(?P<year>[0-9]{4})[-/.](?P<month>[0-9]{1,2})[-/.](?P<day>[0-9]{1,2})")
_RUN = re.compile(r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})")


def _small(text: str | None) -> int | None:
    if not text:
        return None
    if len(text) == 2 and text[0] in "零0":
        text = text[1]
    found = number(text, 0)
    whole = found is not None and found.end == len(text) and found.value == found.value.to_integral_value()
    return int(found.value) if found and whole else None


def _years(text: str | None, today: date | None) -> tuple[int | None, ...]:
    """一九八五, 八五, 零一, 两千零一, 1985."""
    if not text:
        return (None,)
    if all(character in SPOKEN_FIGURES or character.isdigit() for character in text):
        figures = "".join(str(SPOKEN_FIGURES.get(character, character)) for character in text)
        if len(figures) == 2:
            return four_figures(int(figures), today)
        return (int(figures),) if len(figures) == 4 and plausible(int(figures)) else ()
    value = _small(text)
    return (value,) if value is not None and plausible(value) else ()


def _candidates(text: str, today: date | None) -> Iterator[DateParts]:
    compact = "".join(str(SPOKEN_FIGURES.get(character, character)) for character in text)
    for pattern in (_SIGNS, _RUN):
        found = pattern.search(compact)
        if found:
            yield DateParts(int(found["year"]), int(found["month"]), int(found["day"]))
            return
    for found in _WHOLE.finditer(text):
        if found.group() and not text[found.end() :].startswith(("岁", "个")):
            yield from _parts_of(found, today)


def _parts_of(found: re.Match[str], today: date | None) -> Iterator[DateParts]:
    month, day = _small(found["month"]), _small(found["day"])
    if (found["month"] and not (month and 1 <= month <= 12)) or (found["day"] and not (day and 1 <= day <= 31)):
        return
    for year in _years(found["year"], today):
        if year or month or (day and found.group().endswith(("号", "日"))):
            yield DateParts(year, month, day)


def dates(
    text: str, today: date | None = None, before: tuple[DateParts, ...] = ()
) -> tuple[tuple[Reading, ...], tuple[DateParts, ...]]:
    """Whole dates; and the parts where there is no whole date, joined when year and day were said apart."""
    if _LUNAR.search(text):
        return (), ()
    said = list(dict.fromkeys(_candidates(text, today)))
    joined = [parts.applied_to(other) for parts in said for other in (*before, *said)]
    whole = list(dict.fromkeys(day for parts in [*said, *joined] if (day := parts.whole()) is not None))
    if whole:
        return tuple(Reading(day) for day in whole), ()
    complete = [parts for parts in said if None in (parts.year, parts.month, parts.day)]
    return (), tuple(complete)
