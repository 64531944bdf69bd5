"""The fields of an application as the dialogue sees them: valid values, spoken form, journal form."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import phonenumbers

from core.applicant import Last4, PersonName, PhoneNumber, age_on
from core.catalogue import Employment, Purpose
from core.errors import InvalidInput
from core.money import Money
from ivr.dialogue import spoken
from ivr.dialogue.prompts import Catalogue
from ivr.dialogue.script import Question
from speech.answers.model import DateParts, Kind, Parsed, Period, Reading

__all__ = ["candidates", "doubtful", "from_json", "say", "to_json"]

_PER_YEAR = {
    Period.WEEK: Decimal(52),
    Period.FORTNIGHT: Decimal(26),
    Period.MONTH: Decimal(12),
    Period.YEAR: Decimal(1),
}


def _monthly(reading: Reading) -> Decimal:
    amount = Decimal(str(reading.value))
    if reading.period in {None, Period.MONTH}:
        return amount
    return amount * _PER_YEAR[Period(reading.period)] / 12


def _phone(digits: str, region: str) -> PhoneNumber:
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        raise InvalidInput("phone", "not a phone number") from None
    if not phonenumbers.is_possible_number(number):
        raise InvalidInput("phone", "not a possible phone number")
    return PhoneNumber(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _value(question: Question, reading: Reading, today: date, currency: str, region: str) -> Any:
    """The domain value of one reading; raises ``InvalidInput`` when it is not a legal one."""
    raw = reading.value
    match question.id:
        case "full_name":
            return PersonName(str(raw))
        case "national_id_last4":
            return Last4(str(raw))
        case "phone":
            return _phone(str(raw), region)
        case "date_of_birth":
            if not isinstance(raw, date) or not 14 <= age_on(raw, today) <= 110:
                raise InvalidInput("date_of_birth", "not the birth date of an adult")
            return raw
        case "employment":
            return Employment(str(raw))
        case "purpose":
            return Purpose(str(raw))
    number = _monthly(reading) if question.period else Decimal(str(raw))
    too_small = question.at_least is not None and number < question.at_least
    if too_small or (question.at_most is not None and number > question.at_most):
        raise InvalidInput(question.id, "out of range")
    if question.kind is Kind.TERM:
        return int(number)
    return Money.rounded(number, currency)


def _completed(parsed: Parsed, before: Any) -> tuple[Reading, ...]:
    """An incomplete date ("I meant March") laid over the date it corrects."""
    if not isinstance(before, date):
        return ()
    old = DateParts(before.year, before.month, before.day)
    whole = (parts.applied_to(old).whole() for parts in parsed.parts)
    return tuple(Reading(day) for day in whole if day is not None)


def candidates(
    question: Question, parsed: Parsed, today: date, currency: str, region: str, *, before: Any = None
) -> tuple[Any, ...]:
    """The legal values among the readings, most likely first, each once.

    ``before`` is the value that the words may correct in part: a date of which only the month is said again.
    """
    values: list[Any] = []
    for reading in parsed.readings or _completed(parsed, before):
        try:
            value = _value(question, reading, today, currency, region)
        except (InvalidInput, ValueError):
            continue
        if value not in values:
            values.append(value)
    return tuple(values)


def doubtful(question: Question, value: Any) -> bool:
    """Possible but odd: worth reading back even when it was heard well."""
    if not isinstance(value, Money):
        return False
    above, below = question.doubtful_above, question.doubtful_below
    return (above is not None and value.major > above) or (below is not None and value.major < below)


def say(slot: str, value: Any, catalogue: Catalogue) -> str:
    """The value as the voice says it. Of a phone number only the last two digits."""
    match value:
        case PhoneNumber():
            return spoken.digits(value.value[-2:])
        case Last4():
            return spoken.digits(value.value)
        case PersonName():
            return value.value
        case Money():
            return spoken.money(value)
        case Employment() | Purpose():
            return catalogue.say_choice(slot, value.value)
        case date():
            return spoken.day(value)
        case int():
            return spoken.months(value)
    raise InvalidInput(slot, "cannot be spoken")


def to_json(value: Any) -> Any:
    """The journal form: strings for exact things, numbers for whole ones."""
    match value:
        case PhoneNumber() | Last4() | PersonName():
            return value.value
        case Money():
            return str(value)
        case date():
            return value.isoformat()
        case Employment() | Purpose():
            return value.value
    return value


def from_json(slot: str, raw: Any, currency: str) -> Any:
    """The inverse of ``to_json``; raises ``InvalidInput`` for anything else."""
    makers: dict[str, Any] = {
        "full_name": PersonName,
        "national_id_last4": Last4,
        "phone": PhoneNumber,
        "date_of_birth": date.fromisoformat,
        "employment": Employment,
        "purpose": Purpose,
        "term_months": int,
    }
    make = makers.get(slot) or (lambda text: Money.parse(text, currency))
    try:
        return make(raw)
    except (TypeError, ValueError):
        raise InvalidInput(slot, "is damaged in the journal") from None
