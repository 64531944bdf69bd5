"""Terms: 十二个月, 两年半, 一年零六个月, 二十四期, 半年, 十八."""

from __future__ import annotations

from decimal import Decimal

from speech.answers.model import Reading
from speech.answers.zh.numbers import number

__all__ = ["terms"]

_MOST = 600
_MAYBE_YEARS = 5
_HALF = Decimal("0.5")
_UNITS = (("个月", 1), ("期", 1), ("月", 1), ("年", 12))


def _unit(text: str, place: int) -> tuple[int, int]:
    """Months in the unit at ``place`` and where it ends; 0 when there is none."""
    return next(((months, place + len(name)) for name, months in _UNITS if text.startswith(name, place)), (0, place))


def _said(text: str, place: int) -> tuple[Decimal, int, int, int] | None:
    """(count, the other end of a range or 0, months in the unit, end)."""
    if text[place] == "半":
        months, end = _unit(text, place + 1)
        return (_HALF, 0, months, end) if months == 12 else None
    found = number(text, place)
    if found is None:
        return None
    count, end = found.value, found.end
    if text.startswith("个半", end):
        months, after = _unit(text, end + 2)
        return count + _HALF, 0, months, after
    months, end = _unit(text, end)
    if months == 12 and text[end : end + 1] == "半":
        count, end = count + _HALF, end + 1
    return count, int(found.other or 0), months, end


def terms(text: str) -> tuple[Reading, ...]:
    """Every term the text may mean, in months. A small bare number may be months or years."""
    found: dict[Decimal, float] = {}
    place, years = 0, Decimal(0)
    while place < len(text):
        one = _said(text, place)
        if one is None:
            place += 1
            continue
        count, other, months, end = one
        place = max(end, place + 1)
        if text[end : end + 1] in {"块", "元", "万", "天", "周", "岁"}:
            continue
        if months == 12:
            years = count * 12
            found[years] = 0.0
        elif months == 1 and years:
            found.pop(years, None)
            found[years + count] = 0.0
        else:
            found[count] = 0.0
            if not months and count <= _MAYBE_YEARS:
                found[count * 12] = 1.0
        if other:
            found[Decimal(other) * (months or 1)] = 0.0
    whole = {value: cost for value, cost in found.items() if value == value.to_integral_value() and 1 <= value <= _MOST}
    return tuple(Reading(int(value), cost=cost) for value, cost in sorted(whole.items(), key=lambda item: item[1]))
