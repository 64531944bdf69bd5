"""Mandarin at text level."""

from datetime import date
from decimal import Decimal

import pytest
from stdnum.cn import ric

from speech.answers.model import Command, Kind, Period
from speech.answers.parsing import parse
from speech.answers.zh.digits import identity_number_holds


def _values(kind: str, text: str) -> list[object]:
    return [reading.value for reading in parse(kind, text, "zh-CN").readings]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("两千五", "2500"),
        ("一万二", "12000"),
        ("三万零五百", "30500"),
        ("一百五", "150"),
        ("一百零五", "105"),
        ("一百一十", "110"),
        ("一万零三", "10003"),
        ("三块五", "3.50"),
        ("三块五毛二", "3.52"),
        ("五毛", "0.50"),
        ("2.5万", "25000"),
        ("一点五万", "15000"),
        ("十二万三千四百五十六", "123456"),
        ("二五零零", "2500"),
        ("2,500元", "2500"),
        ("壹万贰仟", "12000"),
        ("大概两千左右", "2000"),
        ("两万块钱分二十四个月", "20000"),
        ("不对，应该是一万二", "12000"),
        ("不是一万是两万", "20000"),
        ("两三千", "2000 3000"),
        ("没有", "0"),
        ("负五百", ""),
        ("一小时二十块", ""),
        ("你好", ""),
    ],
)
def test_amounts(text: str, values: str) -> None:
    assert _values("amount", text) == [Decimal(value) for value in values.split()]


def test_amounts_per_month_and_year() -> None:
    assert parse("amount", "月薪一万二", "zh-CN").readings[0].period is Period.MONTH
    assert parse("amount", "一年十万", "zh-CN").readings[0].period is Period.YEAR


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("幺三八零零幺三八零零零", "13800138000"),
        ("后四位是七三四一", "7341"),
        ("三个零七", "0007"),
        ("零零七三四一", "007341"),
        ("一一零一零五一九四九一二三一零零二X", "11010519491231002X"),
        ("一一零一零五一九四九一二三一零零二叉", "11010519491231002X"),
    ],
)
def test_figures(text: str, figures: str) -> None:
    assert _values("digits", text) == [figures]


def test_an_identity_number_with_a_wrong_check_character_is_not_believed() -> None:
    good = "11010519491231002X"
    assert identity_number_holds(good)
    assert ric.is_valid(good)
    for place in range(17):
        wrong = good[:place] + str((int(good[place]) + 1) % 10) + good[place + 1 :]
        assert not identity_number_holds(wrong)
        assert _values("digits", wrong) == []
    assert _values("digits", "七三四X") == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("一九八五年三月十二号", date(1985, 3, 12)),
        ("八五年三月十二", date(1985, 3, 12)),
        ("1985年3月12日", date(1985, 3, 12)),
        ("19850312", date(1985, 3, 12)),
        ("二零零一年十月一日", date(2001, 10, 1)),
        ("两千零一年十月一号", date(2001, 10, 1)),
        ("我是九零年十二月二十五号出生的", date(1990, 12, 25)),
        ("农历三月十二", None),
        ("一九八零年二月三十号", None),
        ("三月十二号", None),
    ],
)
def test_dates(text: str, value: date | None) -> None:
    assert parse("date", text, "zh-CN").value == value


def test_a_corrected_month() -> None:
    parsed = parse("date", "不对，是四月", "zh-CN")
    assert parsed.corrects
    assert [parts.month for parts in parsed.parts] == [4]


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("十二个月", [12]),
        ("两年半", [30]),
        ("一年零六个月", [18]),
        ("半年", [6]),
        ("二十四期", [24]),
        ("十八", [18]),
        ("三", [3, 36]),
    ],
)
def test_terms(text: str, months: list[int]) -> None:
    assert _values("term", text) == months


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("是的", [True]),
        ("没问题", [True]),
        ("好的谢谢", [True]),
        ("不对", [False]),
        ("我不同意", [False]),
        ("是不是", []),
        ("苹果", []),
    ],
)
def test_yes_and_no(text: str, values: list[bool]) -> None:
    assert _values("yes_no", text) == values


def test_yes_with_a_tail() -> None:
    parsed = parse("yes_no", "对，但是金额要改", "zh-CN")
    assert (parsed.value, parsed.topic) == (True, "amount")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("我叫王小明", ["王小明"]),
        ("我姓王叫小明", ["王小明"]),
        ("欧阳娜娜", ["欧阳娜娜"]),
        ("我要贷款", []),
        ("一二三", []),
    ],
)
def test_names(text: str, names: list[str]) -> None:
    assert _values("name", text) == names


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("purpose", "给孩子交学费", "education"),
        ("purpose", "还信用卡", "repay_debt"),
        ("employment", "没有工作", "unemployed"),
    ],
)
def test_choices(kind: str, text: str, code: str) -> None:
    assert _values(kind, text) == [code]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("转人工", Command.AGENT),
        ("请再说一遍", Command.REPEAT),
        ("我没有申请过贷款", Command.NOT_MY_LOAN),
        ("不知道", Command.DONT_KNOW),
        ("请等一下", Command.WAIT),
    ],
)
def test_commands(text: str, command: Command) -> None:
    for kind in Kind:
        assert parse(kind, text, "zh-CN").command is command
