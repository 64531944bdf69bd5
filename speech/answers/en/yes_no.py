"""Yes and no, with whatever else is said beside them: "yes but change the amount", "no, twelve hundred"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from speech.answers.data import load
from speech.answers.en.corrections import find_correction, without_denied
from speech.answers.en.numbers import is_numeral
from speech.answers.en.words import ONES, SCALES, TEENS, TENS
from speech.answers.model import Kind, Parsed, Reading
from speech.answers.phrases import Match, PhraseTable, expand

__all__ = ["GRAMMAR", "yes_no"]

_FILE = load("en", "yes_no")
GRAMMAR: tuple[str, ...] = (*_FILE["yes"]["grammar"], *_FILE["no"]["grammar"])


def _entries() -> Iterator[tuple[str, bool | None]]:
    for name, meaning in (("yes", True), ("no", False), ("neither", None)):
        for part in ("grammar", "also"):
            for template in _FILE[name].get(part, ()):
                yield from ((phrase, meaning) for phrase in expand(template))


_TABLE: PhraseTable[bool | None] = PhraseTable(_entries())
_LAST = PhraseTable((phrase, True) for template in _FILE["yes"]["last"] for phrase in expand(template))
_WORDING = load("en", "wording")["yes_no"]
_NEGATIONS = frozenset(_WORDING["negations"].split())
#: Politeness: a yes beside a clear no does not count ("okay no"; "no, that's fine" stays open).
_SOFT = frozenset(
    {"okay", "all right", "right", "fine", "good", "great", "sure", "cool", "super", "i would", "i do", "i am"}
)
_SHIFTS = frozenset(_WORDING["shifts"].split())
#: Words that may open a tail and say nothing.
_LINKS = frozenset(_WORDING["links"].split())
#: How far a negation reaches.
_REACH = 4
_EMPTY = frozenset(_WORDING["empty"].split())


@dataclass(frozen=True, slots=True)
class _Said:
    start: int
    end: int
    meaning: bool
    soft: bool


def _scan(words: Sequence[str]) -> tuple[list[_Said], list[int]]:
    """The yes and no phrases in order, and the places of the words that are part of none."""
    said: list[_Said] = []
    left: list[int] = []
    place = negated_until = 0
    while place < len(words):
        match = _at(words, place)
        if match and match.labels[0] is not None:
            one = _meaning(words, match)
            if place >= negated_until or not said:
                said.append(one)
            elif not one.meaning:
                # "not wrong" is a yes made of two noes, so it stays open; "no I don't, that's wrong" is no
                fresh = words[match.start] in {"that's", "it's", "that", "it", "this", "no"}
                said.append(_Said(one.start, one.end, not fresh, False))
            negated_until = _reach(words, match.start, match.end, negated_until)
            place = match.end
        elif words[place] in _NEGATIONS:
            said.append(_Said(place, place + 1, False, False))
            negated_until, place = place + 1 + _REACH, place + 1
        else:
            end = match.end if match else place + 1
            left.extend(range(place, end))
            place = end
    return said, left


def _at(words: Sequence[str], place: int) -> Match[bool | None] | None:
    last = _LAST.at(words, place)
    return Match(place, last.end, (True,)) if last and last.end == len(words) else _TABLE.at(words, place)


def _meaning(words: Sequence[str], match: Match[bool | None]) -> _Said:
    phrase = " ".join(words[match.start : match.end])
    return _Said(match.start, match.end, bool(match.labels[0]), phrase in _SOFT)


def _reach(words: Sequence[str], start: int, end: int, now: int) -> int:
    """ "no I don't | think that's right": a phrase that ends in a negation reaches on."""
    return end + _REACH if words[end - 1] in _NEGATIONS and end > start else now


def _settled(words: Sequence[str], said: list[_Said]) -> list[bool]:
    """The meanings that stand, the last one first."""
    for later in reversed(said[1:]):
        between = words[said[0].start : later.start]
        if _SHIFTS & set(between) and later.meaning != said[0].meaning:
            return [later.meaning]
    firm = [one for one in said if not one.soft]
    if firm and any(one.meaning is False for one in firm) and said[-1] in firm:
        said = firm
    return list(dict.fromkeys(one.meaning for one in reversed(said)))


def _sounded(words: Sequence[str]) -> list[str]:
    """ "know" is how a recogniser may write "no"; after "don't" it is itself."""
    before = ["", *words]
    return [
        "no" if word == "know" and last not in _NEGATIONS else word for last, word in zip(before, words, strict=False)
    ]


def _is_number(word: str) -> bool:
    return word in ONES or word in TEENS or word in TENS or word in SCALES or is_numeral(word)


def _is_content(word: str) -> bool:
    return _is_number(word) or word not in _EMPTY


def yes_no(words: Sequence[str]) -> Parsed:
    """A yes or a no; both when both were said. Other words come back as the tail."""
    words = _sounded(words)
    kept, denied = without_denied(words)
    if denied and any(_is_content(word) for word in kept) and any(_is_number(word) for word in kept):
        return Parsed(Kind.YES_NO, (Reading(False),), corrects=True, tail=" ".join(_trimmed(kept)))
    said, left = _scan(words)
    correction = find_correction(words)
    content = [place for place in left if _is_content(words[place])]
    topic, tail = (correction.topic, correction.tail) if correction and correction.topic else (None, ())
    if not tail and content:
        start = content[0] if topic is None else min(content[0], left[0])
        tail = tuple(words[place] for place in left if place >= start and (said or correction))
        tail = _trimmed(tail)
    meanings = _settled(words, said) if said else []
    took_back = correction is not None and (bool(content) or topic is not None)
    return Parsed(
        Kind.YES_NO,
        tuple(Reading(meaning, cost=float(rank)) for rank, meaning in enumerate(meanings)),
        corrects=took_back,
        topic=topic,
        tail=" ".join(tail),
    )


def _trimmed(tail: tuple[str, ...]) -> tuple[str, ...]:
    start = next((at for at, word in enumerate(tail) if word not in _LINKS), len(tail))
    return tail[start:]
