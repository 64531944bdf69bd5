"""Who is applying. The types mask themselves: ``repr`` and ``str`` never show a person's data.

``.value`` gives the plain text, so that each place which uses it can be found by search.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from core.errors import InvalidIdentity

__all__ = ["Last4", "PersonName", "PhoneNumber", "age_on"]

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True, slots=True, repr=False)
class _Masked:
    value: str

    def masked(self) -> str:
        return "•••"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.masked()})"

    __str__ = __repr__


@dataclass(frozen=True, slots=True, repr=False)
class PhoneNumber(_Masked):
    """An E.164 number, such as ``+14155550123``; shown as ``+1•••••••23``."""

    def __post_init__(self) -> None:
        if not isinstance(self.value, str) or not _E164.fullmatch(self.value):
            raise InvalidIdentity("phone", "write it in E.164 form, such as +14155550123")

    def masked(self) -> str:
        return self.value[:2] + "•" * (len(self.value) - 4) + self.value[-2:]


@dataclass(frozen=True, slots=True, repr=False)
class PersonName(_Masked):
    """A full name in title case; at least two words, at most 120 characters."""

    def __post_init__(self) -> None:
        text = self.value
        if not isinstance(text, str) or not 2 < len(text) <= 120 or len(text.split()) < 2:
            raise InvalidIdentity("full_name", "give first and last name")
        if not all(part.replace("-", "").replace("'", "").replace(".", "").isalpha() for part in text.split()):
            raise InvalidIdentity("full_name", "a name holds letters, hyphens and apostrophes only")

    def masked(self) -> str:
        return " ".join(part[0] + "•••" for part in self.value.split())


@dataclass(frozen=True, slots=True, repr=False)
class Last4(_Masked):
    """The last four digits of a national identity number."""

    def __post_init__(self) -> None:
        if not isinstance(self.value, str) or not re.fullmatch(r"[0-9]{4}", self.value):
            raise InvalidIdentity("national_id_last4", "exactly four digits")

    def masked(self) -> str:
        return "••••"


def age_on(born: date, day: date) -> int:
    """Completed years of age on ``day``; a 29 February birthday is kept on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
