"""What numbers can exist: rules that a misheard figure usually breaks.

A United States social security number has no area 000, 666 or 9xx, no group 00 and no serial 0000 (Social Security
Administration, "Social Security Number Randomization"). Telephone numbers follow their country's plan as
``phonenumbers`` knows it. A Chinese identity number ends in its ISO 7064 MOD 11-2 check digit (GB 11643-1999).
"""

from __future__ import annotations

from collections.abc import Callable

import phonenumbers
from stdnum.cn import ric
from stdnum.us import ssn

__all__ = ["may_begin", "plan_for"]


def _social_security(figures: str) -> bool:
    return bool(ssn.is_valid(figures))


def _identity_card(figures: str) -> bool:
    return bool(ric.is_valid(figures))


def _telephone(region: str) -> Callable[[str], bool]:
    def possible(figures: str) -> bool:
        try:
            number = phonenumbers.parse(figures, region)
        except phonenumbers.NumberParseException:
            return False
        return phonenumbers.is_valid_number(number)

    return possible


_PLANS: dict[tuple[str, int], Callable[[str], bool]] = {
    ("en", 9): _social_security,
    ("en", 10): _telephone("US"),
    ("zh", 11): _telephone("CN"),
    ("zh", 18): _identity_card,
}


def plan_for(language: str, length: int | None) -> Callable[[str], bool] | None:
    """The rule for strings of this many figures in this language, ``None`` where any string may be right."""
    return _PLANS.get((language.split("-", maxsplit=1)[0].lower(), length or 0))


def may_begin(region: str, figures: str) -> bool:
    """Whether a telephone number of this region can begin so. North American area and exchange codes begin with 2 to
    9, and no exchange is N11 (NANPA, "About the North American Numbering Plan"); elsewhere anything may."""
    if region not in {"US", "CA"}:
        return True
    area, exchange = figures[:3], figures[3:6]
    return "0" not in area[:1] + exchange[:1] and "1" not in area[:1] + exchange[:1] and exchange[1:] != "11"
