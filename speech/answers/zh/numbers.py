"""Mandarin numbers: 两千五 (2500), 三万零五十, 一点五万, 两三千 (2000 or 3000), 二零零一."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

__all__ = ["FIGURES", "Number", "number"]

FIGURES = {character: at for at, character in enumerate("零一二三四五六七八九")} | {"两": 2, "俩": 2}
#: 幺 is one only when figures are said one by one.
SPOKEN_FIGURES = FIGURES | {"幺": 1, "么": 1, "o": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_GROUPS = {"万": 10_000, "亿": 100_000_000}
_WRITTEN = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")
_LARGEST = Decimal(10) ** 13


@dataclass(frozen=True, slots=True)
class Number:
    """``value`` up to ``end``; ``other`` where a range was said (两三千); ``plain`` when it has no unit character."""

    value: Decimal
    end: int
    other: Decimal | None = None
    plain: bool = False


def _figure_run(text: str, place: int) -> tuple[str, int]:
    figures = ""
    while place < len(text) and text[place] in SPOKEN_FIGURES:
        figures += str(SPOKEN_FIGURES[text[place]])
        place += 1
    return figures, place


def _one_by_one(text: str, place: int) -> Number | None:
    """二零零一: figures without any unit after them."""
    figures, end = _figure_run(text, place)
    follows = text[end : end + 1]
    if len(figures) >= 2 and follows not in {*_UNITS, *_GROUPS, "点"} and figures[0] != "0" and len(figures) <= 12:
        return Number(Decimal(figures), end, plain=True)
    return None


def _below_ten_thousand(text: str, place: int) -> tuple[int, int, int] | None:
    """A group below 10,000: (value, end, the smallest unit said)."""
    total, unit, start, skipped = 0, 10_000, place, False
    while place < len(text):
        character = text[place]
        follows = text[place + 1 : place + 2]
        if character == "零" and place > start:
            place, skipped = place + 1, True
        elif character == "十" and place == start:
            total, unit, place = 10, 10, place + 1
        elif character in FIGURES and follows in _UNITS and _UNITS[follows] < unit:
            total += FIGURES[character] * _UNITS[follows]
            unit, place, skipped = _UNITS[follows], place + 2, False
        elif character in FIGURES and FIGURES[character] and follows not in FIGURES and follows not in _UNITS:
            short = place > start and not skipped and 10 < unit < 10_000  # 两千五: the five is hundreds
            total += FIGURES[character] * (unit // 10 if short else 1)
            return total, place + 1, 1
        else:
            break
    return (total, place, unit) if total and not skipped else None


def _quantity(text: str, place: int) -> tuple[Decimal, int] | None:
    """A number in figures or characters, with its decimals, before a unit such as 万."""
    written = _WRITTEN.match(text, place)
    if written:
        return Decimal(written.group()), written.end()
    if text[place : place + 1] == "零" and text[place + 1 : place + 2] == "点":
        found: tuple[int, int, int] | None = (0, place + 1, 1)
    else:
        found = _below_ten_thousand(text, place)
    if found is None:
        return None
    value, end = Decimal(found[0]), found[1]
    if text[end : end + 1] == "点":
        figures, stop = _figure_run(text, end + 1)
        if figures:
            return Decimal(f"{value}.{figures}"), stop
    return value, end


def _range(text: str, place: int) -> Number | None:
    """两三千, 三四万: two figures before one unit."""
    pair = text[place : place + 2]
    if len(pair) < 2 or pair[0] not in FIGURES or pair[1] not in FIGURES or FIGURES[pair[1]] != FIGURES[pair[0]] + 1:
        return None
    unit = {**_UNITS, **_GROUPS}.get(text[place + 2 : place + 3])
    if unit is None:
        return None
    end = place + 3
    if unit < 10_000 and text[end : end + 1] == "万":
        unit, end = unit * 10_000, end + 1
    return Number(Decimal(FIGURES[pair[0]] * unit), end, Decimal(FIGURES[pair[1]] * unit))


def number(text: str, place: int) -> Number | None:
    """The longest number at ``place``, or ``None``."""
    special = _range(text, place) or _one_by_one(text, place)
    if special:
        return special
    total, limit, end = Decimal(0), Decimal(10) ** 12, place
    plain = True
    while True:
        after_zero = end + (text[end : end + 1] == "零" and end > place)
        found = _quantity(text, after_zero)
        if found is None:
            break
        value, stop = found
        unit = _unit_after(text, stop)
        if unit is None:
            short = not plain and after_zero == end and value < 10 and stop == end + 1 and limit >= 10_000
            total += value * limit / 10 if short else value  # 三万五 is 35,000; 三万零五 is 30,005
            end = stop
            break
        size, stop = unit
        if size >= limit:
            break
        total, limit, end, plain = total + value * size, size, stop, False
    if end == place or total <= 0 or total >= _LARGEST:
        return None
    return Number(total, end, plain=plain and end - place == 1)


def _unit_after(text: str, place: int) -> tuple[Decimal, int] | None:
    """万, 亿, and after figures also 千 and 百; k and w as people write them."""
    character = text[place : place + 1]
    if character in _GROUPS:
        size, end = Decimal(_GROUPS[character]), place + 1
        return (size * 10_000, end + 1) if text[end : end + 1] == "亿" and size == 10_000 else (size, end)
    if character in {"k", "w"}:
        return Decimal(1000 if character == "k" else 10_000), place + 1
    if character in _UNITS and text[place - 1 : place].isdigit():
        return Decimal(_UNITS[character]), place + 1
    return None
