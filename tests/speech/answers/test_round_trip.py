"""Every number, amount and date that num2words can say, and its variants, comes back: some 27,000 examples."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from num2words import num2words

from speech.answers.model import Period
from speech.answers.parsing import parse

_MONTHS = [date(2000, month, 1).strftime("%B").lower() for month in range(1, 13)]
_FILLERS = st.sampled_from(["", "about ", "i need ", "uh ", "it's around "])
_ENDINGS = st.sampled_from(["", " dollars", " bucks", " please", " dollars please"])
_PERIODS = {" a month": Period.MONTH, " per year": Period.YEAR, " every week": Period.WEEK, "": None}
_days = st.dates(date(1930, 1, 1), date(2015, 12, 31))


def _many(count: int) -> settings:
    return settings(max_examples=count, deadline=None)


def _plain(text: str, *, conjunction: bool = True) -> str:
    words = text.replace(",", "").replace("-", " ")
    return words if conjunction else words.replace(" and ", " ")


@_many(4000)
@given(st.integers(1, 9_999_999), st.booleans(), _FILLERS, _ENDINGS)
def test_whole_amounts(value: int, conjunction: bool, before: str, after: str) -> None:
    words = before + _plain(num2words(value), conjunction=conjunction) + after
    assert parse("amount", words).value == Decimal(value), words


@_many(2000)
@given(st.integers(1, 999), st.integers(1, 99), st.sampled_from([" dollars and ", " dollars "]))
def test_dollars_and_cents(dollars: int, cents: int, between: str) -> None:
    words = f"{_plain(num2words(dollars))}{between}{_plain(num2words(cents))} cents"
    assert parse("amount", words).value == Decimal(dollars) + Decimal(cents) / 100, words


@_many(1500)
@given(st.integers(11, 99).filter(lambda count: count % 10), st.integers(0, 99), st.booleans())
def test_hundreds_above_a_thousand(count: int, rest: int, conjunction: bool) -> None:
    tail = f" {'and ' if conjunction else ''}{_plain(num2words(rest))}" if rest else ""
    words = f"{_plain(num2words(count))} hundred{tail}"
    assert parse("amount", words).value == Decimal(count * 100 + rest), words


@_many(1500)
@given(st.integers(1, 99), st.integers(1, 9), st.sampled_from(["thousand", "k", "grand", "million"]))
def test_decimals_before_a_scale(whole: int, tenth: int, scale: str) -> None:
    size = 1_000_000 if scale == "million" else 1000
    words = f"{_plain(num2words(whole))} point {num2words(tenth)} {scale}"
    assert parse("amount", words).value == Decimal(f"{whole}.{tenth}") * size, words


@_many(1500)
@given(st.integers(1, 99), st.one_of(st.integers(10, 99)))
def test_two_numbers_side_by_side_keep_both_readings(first: int, second: int) -> None:
    words = f"{_plain(num2words(first))} {_plain(num2words(second))}"
    values = [reading.value for reading in parse("amount", words).readings]
    assert values == [Decimal(first * 100 + second), Decimal(first) + Decimal(second) / 100], words


@_many(1500)
@given(st.integers(100, 99_999), st.sampled_from(list(_PERIODS)), st.booleans())
def test_amounts_per_period_in_figures_and_words(value: int, period: str, figures: bool) -> None:
    words = (f"${value:,}" if figures else _plain(num2words(value))) + period
    (reading,) = parse("amount", words).readings
    assert (reading.value, reading.period) == (Decimal(value), _PERIODS[period]), words


def _one_by_one(figures: str, ohs: bool) -> str:
    return " ".join("oh" if figure == "0" and ohs else num2words(int(figure)) for figure in figures)


@_many(3000)
@given(st.text("0123456789", min_size=1, max_size=12), st.booleans())
def test_figures_one_by_one(figures: str, ohs: bool) -> None:
    assert parse("digits", _one_by_one(figures, ohs)).value == figures


@_many(1500)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 3)), min_size=1, max_size=5))
def test_doubled_and_tripled_figures(groups: list[tuple[int, int]]) -> None:
    times = {1: "", 2: "double ", 3: "triple "}
    words = " ".join(times[count] + num2words(figure) for figure, count in groups)
    assert parse("digits", words).value == "".join(str(figure) * count for figure, count in groups), words


@_many(1500)
@given(st.lists(st.integers(10, 99), min_size=1, max_size=5))
def test_figures_in_groups_of_two(groups: list[int]) -> None:
    words = " ".join(_plain(num2words(group)) for group in groups)
    tens_then_teens = "".join(str(group) for group in groups)
    assert parse("digits", words).value == tens_then_teens, words


def _spoken_year(year: int, way: str) -> str:
    if way == "figures":
        return str(year)
    if way == "short" and year % 100 >= 27:
        return _plain(num2words(year % 100))
    return _plain(num2words(year, to="year"), conjunction=way != "bare")


@_many(3500)
@given(
    _days,
    st.sampled_from(
        ["{month} {day} {year}", "the {day} of {month} {year}", "{day} {month} {year}", "{year} {month} {day}"]
    ),
    st.sampled_from(["ordinal", "cardinal", "figures", "12th"]),
    st.sampled_from(["year", "bare", "figures", "short"]),
)
def test_dates_in_every_order(day: date, order: str, day_way: str, year_way: str) -> None:
    days = {
        "ordinal": _plain(num2words(day.day, to="ordinal")),
        "cardinal": _plain(num2words(day.day)),
        "figures": str(day.day),
        "12th": num2words(day.day, to="ordinal_num"),
    }
    year = _spoken_year(day.year, "year" if order.startswith("{year}") and year_way == "short" else year_way)
    words = order.format(month=_MONTHS[day.month - 1], day=days[day_way], year=year)
    readings = [reading.value for reading in parse("date", words).readings]
    # "march twenty | nineteen eighty five" may also be read "march twenty nineteen, 85" and the like: both are kept
    assert readings[0] == day, (words, readings)


@_many(1500)
@given(_days, st.sampled_from(["/", "-", ".", " "]), st.booleans())
def test_dates_in_figures_keep_month_first_and_day_first(day: date, sign: str, padded: bool) -> None:
    width = "02d" if padded else "d"
    words = f"{day.month:{width}}{sign}{day.day:{width}}{sign}{day.year}"
    readings = [reading.value for reading in parse("date", words).readings]
    other = [date(day.year, day.day, day.month)] if day.day <= 12 and day.day != day.month else []
    assert readings == [day, *other], words


@_many(1000)
@given(st.integers(1, 20), st.integers(0, 11), st.booleans())
def test_terms_of_years_and_months(years: int, months: int, conjunction: bool) -> None:
    rest = f"{' and' if conjunction else ''} {num2words(months)} months" if months else ""
    assert parse("term", f"{num2words(years)} years{rest}").value == years * 12 + months


@_many(1000)
@given(st.text("bcdefghjklmnpqrstuvwxyz", min_size=3, max_size=10))
def test_spelled_names(name: str) -> None:
    (reading,) = parse("name", " ".join(name)).readings
    assert isinstance(reading.value, str)
    assert reading.value.lower().replace("'", "") == name


_FIGURES = "零一二三四五六七八九"


def _mandarin(value: int) -> str:
    """The standard form of a number below a hundred million, written here from the other side."""
    if value >= 10_000:
        high, low = divmod(value, 10_000)
        return _mandarin(high) + "万" + (("零" if low < 1000 else "") + _mandarin(low) if low else "")
    text, gap = "", False
    for size, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        figure, value = divmod(value, size)
        if figure:
            text += ("零" if gap and text else "") + _FIGURES[figure] + unit
        gap = not figure
    return text


@_many(2000)
@given(st.integers(1, 99_999_999), st.sampled_from(["", "块", "元", "块钱"]))
def test_mandarin_amounts(value: int, unit: str) -> None:
    text = _mandarin(value)
    assert parse("amount", text + unit, "zh-CN").value == Decimal(value), text


@_many(1500)
@given(_days, st.booleans(), st.sampled_from(["号", "日", ""]))
def test_mandarin_dates(day: date, figures: bool, ending: str) -> None:
    year = str(day.year) if figures else "".join(_FIGURES[int(figure)] for figure in str(day.year))
    text = f"{year}年{_mandarin(day.month)}月{_mandarin(day.day)}{ending}"
    assert parse("date", text, "zh-CN").value == day, text
