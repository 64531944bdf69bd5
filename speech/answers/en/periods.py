"""What an amount is counted per: "a month", "every two weeks", "annually"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from speech.answers.model import Period
from speech.answers.phrases import PhraseTable, expand

__all__ = ["HOURLY", "SPOKEN_PERIODS", "TWICE_A_MONTH", "Marked", "mark_periods"]

#: Stands for "twice a month": the amount may be one payment or both together.
TWICE_A_MONTH = "twice a month"
#: Stands for an hour, a day or a quarter: an amount that cannot be used without knowing more.
HOURLY = "hourly"

_EACH = "(a|an|per|each|every|the)"
_TEMPLATES: dict[str, tuple[str, ...]] = {
    Period.WEEK: (f"{_EACH} (week|wk)", "weekly", "(by the|in a) week"),
    Period.FORTNIGHT: (
        f"{_EACH} fortnight",
        "fortnightly",
        "(biweekly|bi weekly|bi-weekly)",
        "(every|each|per) (two|2|other|second|couple of) weeks",
        "every (other|second) week",
        "every (other|second) (friday|thursday|wednesday|monday|tuesday)",
    ),
    Period.MONTH: (f"{_EACH} (month|mo|mth)", "(monthly|pcm)", "(in a|by the|once a) month", "a calendar month"),
    Period.YEAR: (f"{_EACH} (year|yr|annum)", "(yearly|annually|annual|pa)", "p a", "(in a|by the|once a) year"),
    TWICE_A_MONTH: (
        "(twice|two times) (a|per|each|every) month",
        "(semi monthly|semimonthly|bimonthly)",
        "(on the|the|every|) (first|1st) and (the|) (fifteenth|15th)",
    ),
    HOURLY: (
        f"{_EACH} (hour|hr|day|shift)",
        "(per|each|every) quarter",
        "(hourly|daily|quarterly)",
        "(twice|two times) (a|per) (week|year)",
    ),
}
#: The wordings that belong in a grammar.
SPOKEN_PERIODS = (
    "a week",
    "per week",
    "weekly",
    "every two weeks",
    "a month",
    "per month",
    "every month",
    "monthly",
    "twice a month",
    "a year",
    "per year",
    "yearly",
    "annually",
)
_TABLE = PhraseTable((phrase, label) for label, all_ in _TEMPLATES.items() for one in all_ for phrase in expand(one))


@dataclass(frozen=True, slots=True)
class Marked:
    """The words with every period taken out, and each period with the place where it stood among them."""

    words: tuple[str, ...]
    periods: tuple[tuple[int, str], ...]

    def of(self, start: int, end: int, following: int) -> str | None:
        """The period of the number at ``start`` to ``end``, the next number being at ``following``.

        The first one after it and before the next number; else the only one said anywhere.
        """
        for place, label in self.periods:
            if end <= place <= following and not (place == following and following == start):
                return label
        labels = {label for _, label in self.periods}
        return labels.pop() if len(labels) == 1 else None


def mark_periods(words: Sequence[str]) -> Marked:
    """Find the periods. "a month" after a number is one; "the" or "a" before a number stays where it is."""
    kept: list[str] = []
    periods: list[tuple[int, str]] = []
    place = 0
    while place < len(words):
        match = _TABLE.at(words, place)
        if match:
            periods.append((len(kept), match.labels[0]))
            place = match.end
        else:
            kept.append(words[place])
            place += 1
    return Marked(tuple(kept), tuple(periods))
