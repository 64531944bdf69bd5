"""When an answer may end before its hang-over: its words are whole, and nothing more can follow.

Only figures of a known number, full dates and a plain yes are ever whole. "Nineteen sixty" may still become sixty
nine, an amount may always go on, and a no often does ("no, twelve hundred"), so they wait. Measured in
``docs/hearing.md``. Pure.
"""

from __future__ import annotations

from datetime import date

from speech.answers.en.words import ONES, TEENS, TENS, ZEROS
from speech.answers.model import Kind
from speech.answers.parsing import parse
from speech.repair.plans import plan_for

__all__ = ["EARLY_MS", "complete", "worth_asking"]

#: Silence after which it is worth asking whether the words so far are whole.
EARLY_MS = 300
#: A question that gives a yes longer than this expects more than a yes ("yes, but change the amount").
_PLAIN_YES_MS = 600
#: Words after which an English year is over; "nineteen sixty" and "two thousand" may go on.
_YEAR_ENDS = frozenset({*ONES, *TEENS})
_DAY_ENDS = ("日", "号")
#: Figures end in a figure: after "no wait" or "I mean" more will come.
_FIGURES = frozenset({*ONES, *TEENS, *TENS, *ZEROS})
#: A clear yes to which nothing is added. "Okay", "sure" and "right" often only open an answer.
_YES = frozenset(
    {
        *("yes", "yeah", "yep", "yup", "yes yes", "yes please", "yes i do", "yes it is", "correct", "yes correct"),
        *("that's right", "that's correct", "yes that's right", "yes that's correct", "是", "是的", "对", "对的"),
    }
)


def worth_asking(kind: Kind | str | None, hangover_ms: int) -> bool:
    """Whether an answer of ``kind`` to a question with this hang-over may be whole before its end at all."""
    return kind in {Kind.DIGITS, Kind.DATE} or (kind == Kind.YES_NO and hangover_ms <= _PLAIN_YES_MS)


def complete(
    kind: Kind | str, text: str, language: str = "en-US", *, length: int | None = None, today: date | None = None
) -> bool:
    """Whether ``text``, the words recognised so far, is an answer to which nothing is added.

    ``length`` is how many figures the question asks for; without it no figures are ever whole. Figures that break
    their national plan are not whole either: the caller may be correcting them. Raises ``InvalidInput`` for an
    unknown kind or language.
    """
    if kind not in {Kind.DIGITS, Kind.DATE, Kind.YES_NO} or not text:
        return False
    if kind == Kind.YES_NO:
        return text in _YES
    parsed = parse(kind, text, language, today=today)
    if parsed.command is not None or parsed.corrects or parsed.topic is not None or len(parsed.readings) != 1:
        return False
    value, last = parsed.readings[0].value, text.rsplit(maxsplit=1)[-1]
    if isinstance(value, str):
        plan = plan_for(language, length)
        fits = length is not None and len(value) == length and (plan is None or plan(value))
        return fits and (last in _FIGURES or not text.isascii())
    return last in _YEAR_ENDS if text.isascii() else last.endswith(_DAY_ENDS)
