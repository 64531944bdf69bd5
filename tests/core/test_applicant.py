from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.applicant import Last4, PersonName, PhoneNumber, age_on
from core.errors import InvalidIdentity

PEOPLE = [
    (PhoneNumber("+14155550123"), "+1", "4155550123"[:8]),
    (PersonName("Maria-Luise O'Keller"), "M", "aria"),
    (Last4("4821"), "•", "4821"),
]


@pytest.mark.parametrize(("person", "shown", "hidden"), PEOPLE)
def test_printing_a_person_shows_almost_nothing(person: Any, shown: str, hidden: str) -> None:
    for text in (repr(person), str(person), f"{person}", person.masked(), repr([person])):
        assert shown in text
        assert hidden not in text
    assert hidden in person.value


def test_what_is_shown_of_a_number_is_its_ends() -> None:
    assert PhoneNumber("+14155550123").masked() == "+1••••••••23"


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        *(
            (PhoneNumber, "phone", value)
            for value in ("6175550188", "+0415", "+6", "+1617555x188", "+1" + "2" * 15, None, 7)
        ),
        *((PersonName, "full_name", value) for value in ("Maria", "", "M", "Maria K3ller", "x " * 80, None)),
        *((Last4, "national_id_last4", value) for value in ("482", "48211", "48a1", "４８２１", 4821)),
    ],
)
def test_anything_else_is_refused_without_repeating_it(kind: type[Any], field: str, value: Any) -> None:
    with pytest.raises(InvalidIdentity) as problem:
        kind(value)
    assert problem.value.field == field
    assert not value or str(value) not in str(problem.value)


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ((1985, 3, 12), (2026, 3, 11), 40),
        ((1985, 3, 12), (2026, 3, 12), 41),
        ((2004, 2, 29), (2022, 2, 28), 17),
        ((2004, 2, 29), (2022, 3, 1), 18),
        ((2004, 2, 29), (2024, 2, 29), 20),
    ],
)
def test_age_is_in_completed_years(born: tuple[int, int, int], day: tuple[int, int, int], age: int) -> None:
    assert age_on(date(*born), date(*day)) == age
