"""Taking words back: "no wait", "I meant March", "make that two thousand", "change my income", "not fifteen, fifty"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from speech.answers.data import load
from speech.answers.en.numbers import at
from speech.answers.phrases import PhraseTable, expand

__all__ = ["GRAMMAR", "Correction", "denied_first", "find_correction", "find_topic", "without_denied"]

#: Lead words that every grammar holds.
GRAMMAR = ("no", "no wait", "i meant", "sorry", "make that", "change")

_MARKERS = PhraseTable(
    (phrase, not template.startswith("no ("))
    for template in (
        "no (more than|less than|later than|idea|other|others|problem|longer|one|name)",
        "(no|nope|nah|wait|no wait|wait no|oh wait|no no|hang on|hold on|oh no|no sorry|sorry no|no actually)",
        "(i meant|i mean|i meant to say|i wanted to say|what i meant was|i said|i was saying)",
        "(sorry|i'm sorry|my mistake|my bad|my apologies|excuse me|oops|whoops)",
        "(actually|rather|or rather|correction|instead|in fact)",
        "(make that|make it|let's make it|let's make that|change that to|change it to|change to)",
        "(scratch|strike|forget|ignore|erase|cancel|delete) that",
        "(that|it) (should|ought to) (be|have been|say)",
        "(let me|i want to|i need to|i'd like to|i have to|can i) (correct|change|fix|rephrase) (that|it|this|myself|)",
        "(that's|that is|that was|it's) (wrong|not right|not correct|incorrect|a mistake)",
    )
    for phrase in expand(template)
)
_CHANGES = PhraseTable(
    (phrase, True)
    for template in (
        "(change|changing|correct|correcting|fix|update|edit|modify|redo|wrong|incorrect|mistake|except|but not)",
        "(isn't|is not|wasn't|aren't|not) (right|correct|quite right|true|my|the)",
        "(should|ought to) (be|have been)",
        "(got|have|has|heard|took) (my|the|that) wrong",
        "(misheard|misunderstood|mixed up)",
    )
    for phrase in expand(template)
)
#: What people call the fields of an application.
_NAMES: dict[str, tuple[str, ...]] = {
    "income": (
        "(monthly|yearly|annual|) (income|salary|wage|wages|earnings|pay|paycheck)",
        "(i|we) (make|earn|get paid|bring home|take home)",
        "what (i|we) (make|earn)",
    ),
    "debt": (
        "(monthly|other|) (debt|debts|debt payment|debt payments|loan payments|obligations|bills)",
        "(i|we) (owe|pay)",
        "what (i|we) (owe|pay)",
    ),
    "term": (
        "(the|my|) (term|months|number of months|years|length|duration|period|time|loan term|loan length)",
        "how long",
    ),
    "date": (
        "(birthday|birth date|birthdate|date of birth|birth day|birth|date|dob|year of birth|birth year|year|month)",
        "(was|am) born",
        "when i was born",
    ),
    "name": ("(my|the|) (full|first|last|) (name|surname|spelling)",),
    "phone": (
        "(phone|telephone|cell|mobile|cell phone|mobile phone|phone number|telephone number|number|cell number)",
    ),
    "purpose": ("(purpose|reason|use|loan purpose)", "what (it's|it is|the loan is|the money is) for"),
    "employment": ("(job|work|employment|employer|occupation|work status|employment status)",),
    "id": (
        "(social|social security|social security number|ssn|id|id number|identity number|national id|last four|last 4)",
        "last (four|4) (digits|numbers) (of my social|)",
    ),
    "amount": ("(amount|loan amount|loan|sum|money|how much|principal)", "(i|we) (want|need) to borrow"),
}
_TOPICS = PhraseTable((phrase, topic) for topic, all_ in _NAMES.items() for one in all_ for phrase in expand(one))
#: Words between a topic and its new value.
_JOINING = frozenset(load("en", "wording")["correction"]["joining"].split())


#: "not sure", "not a car": nothing of the kind asked for is denied by these.
_NOT_DENYING = frozenset({"sure", "really", "much", "a", "any", "yet", "at", "on", "in", "more", "less", "too"})


@dataclass(frozen=True, slots=True)
class Correction:
    """``before`` the marker, ``after`` it; ``topic`` where the words name the field, ``tail`` the words after that."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    topic: str | None = None
    tail: tuple[str, ...] = ()


def find_topic(words: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    """The field that these words want changed and the words after its name; ``None`` when nothing is to be changed."""
    if not _CHANGES.find(words):
        return None
    return _named(words)


def _named(words: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    found = _TOPICS.find(words)
    if not found:
        return None
    return found[0].labels[0], _value_after(words[found[0].end :])


def _value_after(words: Sequence[str]) -> tuple[str, ...]:
    """The words after a topic, without "to", "is", "should be"."""
    start = next((place for place, word in enumerate(words) if word not in _JOINING), len(words))
    return tuple(words[start:])


def _opens_with_topic(words: Sequence[str]) -> tuple[str, tuple[str, ...]] | None:
    """ "my income is three thousand": the words begin with the name of a field."""
    for start in (0, 1):
        match = _TOPICS.at(words, start) if start == 0 or at(words, 0) in {"the", "my", "it's"} else None
        if match:
            return match.labels[0], _value_after(words[match.end :])
    return None


def find_correction(words: Sequence[str]) -> Correction | None:
    """The last correction among the words, or ``None``.

    "two thousand, no wait, three thousand" has both sides; "no, twelve hundred" has nothing before.
    """
    markers = [match for match in _MARKERS.find(words) if match.labels[0]]
    named = find_topic(words)
    if not markers:
        return Correction((), tuple(words), *named) if named else None
    first = last = markers[-1]
    for match in reversed(markers[:-1]):  # side by side they are one: "no", "sorry", "I meant"
        if match.end != first.start:
            break
        first = match
    after = tuple(words[last.end :])
    named = named or _opens_with_topic(after)
    return Correction(tuple(words[: first.start]), after, *(named or (None, ())))


def without_denied(words: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    """Leave out what was denied: "twelve hundred not fifteen hundred", "not March but May". Says whether it did.

    "not fifteen hundred" alone leaves nothing; of "not fifteen hundred twelve hundred" see ``denied_first``.
    """
    if "not" not in words:
        return tuple(words), False
    place = len(words) - 1 - list(reversed(words)).index("not")
    before, after = tuple(words[:place]), tuple(words[place + 1 :])
    for turn in ("but", "it's", "rather", "instead", "i'm"):
        if turn in after and after[-1] != turn:
            return after[after.index(turn) + 1 :], True
    if at(words, place + 1) in _NOT_DENYING:
        return tuple(words), False
    return before, True


def denied_first(words: Sequence[str]) -> tuple[str, ...]:
    """The words after a "not" that opens them: the first value in them is denied, the rest stands."""
    return tuple(words[1:]) if words and words[0] == "not" else ()
