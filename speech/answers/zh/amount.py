"""Amounts: 两千五, 一万二, 三块五毛, 每月八千, 两三千 (2000 or 3000)."""

from __future__ import annotations

import re
from decimal import Decimal

from speech.answers.model import Period, Reading
from speech.answers.zh.numbers import FIGURES, number

__all__ = ["amounts"]

_HUNDREDTH = Decimal("0.01")
_MOST = Decimal(10) ** 12
_PERIODS = (
    (Period.FORTNIGHT, re.compile(r"每?(?:两|2|二)(?:个星期|个礼拜|周|星期)|双周")),
    (Period.MONTH, re.compile(r"每个?月|一个月|月薪|月收入|每月份|/月|按月")),
    (Period.YEAR, re.compile(r"每一?年|一年|年薪|年收入|/年")),
    (Period.WEEK, re.compile(r"每个?(?:周|星期|礼拜)|一(?:周|个星期|星期|个礼拜)|周薪")),
)
_UNKNOWN_PERIOD = re.compile(r"每天|一天|每小时|一小时|一个小时|时薪|日薪|每日|每季度")
_OTHER = re.compile(r"^(?:个月|年|期|个人|岁|天|周|次|号|月|%|分之)")
_MONEY = re.compile(r"^(?:块钱|块|元|人民币|圆)")
_NOTHING = re.compile(r"没有|没欠|不欠|无|没")


def amounts(text: str) -> tuple[Reading, ...]:
    """Every amount the text may mean; more than one where a range or two amounts were said."""
    period = None
    for name, pattern in _PERIODS:
        if pattern.search(text):
            text, period = pattern.sub("|", text), name
            break
    if _UNKNOWN_PERIOD.search(text) or "负" in text or re.search(r"(?<![0-9])-[0-9]", text):
        return ()
    found: dict[Decimal, None] = {}
    place = 0
    while place < len(text):
        values, end = _money(text, place)
        found.update(dict.fromkeys(value for value in values if value == value.quantize(_HUNDREDTH) and value < _MOST))
        place = max(end, place + 1)
    if not found and (_NOTHING.search(text) or text.strip("|") in {"零", "零元", "0"}):
        found = {Decimal(0): None}
    return tuple(Reading(value.quantize(_HUNDREDTH), period) for value in found)


def _money(text: str, place: int) -> tuple[list[Decimal], int]:
    """The values of the amount at ``place`` and its end; no values where the number counts something else."""
    said = number(text, place)
    if said is None:
        return [], place
    end = said.end
    end += text[end : end + 1] in {"多", "来"}
    if text[end : end + 1] in {"毛", "角", "分"}:
        return _small_change(text, place)
    unit = _MONEY.match(text[end:])
    if unit:
        end += unit.end()
        change, stop = _change_after(text, end)
        return [said.value + change], stop
    if _OTHER.match(text[end:]):
        return [], end
    return [value for value in (said.value, said.other) if value is not None], end


def _change_after(text: str, place: int) -> tuple[Decimal, int]:
    """After 块: 五 or 五毛 is fifty cents, 五毛二 fifty-two, 零五分 five."""
    change, end = _small_change(text, place + (text[place : place + 1] == "零"))
    if change:
        return change[0], end
    figure = FIGURES.get(text[place : place + 1])
    if figure and text[place + 1 : place + 2] not in {"十", "百", "千", "万", "个"}:
        return Decimal(figure) / 10, place + 1
    return Decimal(0), place


def _small_change(text: str, place: int) -> tuple[list[Decimal], int]:
    total, end, seen = Decimal(0), place, False
    for units, size in ((("毛", "角"), Decimal("0.1")), (("分",), _HUNDREDTH)):
        figure = FIGURES.get(text[end : end + 1])
        if figure is None and text[end : end + 1].isdigit():
            figure = int(text[end])
        if figure is not None and text[end + 1 : end + 2] in units:
            total, end, seen = total + figure * size, end + 2, True
        elif figure is not None and seen and size == _HUNDREDTH:
            total, end = total + figure * size, end + 1
    end += text[end : end + 1] == "钱"
    return ([total], end) if seen else ([], place)
