"""What stands around a name: "hello, my name is … speaking", "first name … last name …"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from speech.answers.data import load
from speech.answers.en.numbers import at
from speech.answers.phrases import PhraseTable, expand

__all__ = ["SPELLERS", "sections"]

_WORDING = load("en", "wording")["name"]


def _table(templates: Sequence[str]) -> PhraseTable[bool]:
    return PhraseTable((phrase, True) for template in templates for phrase in expand(template))


_INTRODUCTIONS = _table(_WORDING["introductions"])
_OPENINGS = _table(_WORDING["openings"])
_ENDINGS = _table(_WORDING["endings"])
#: Between a name and its spelling.
SPELLERS = _table(_WORDING["spellers"])
_SECTIONS: PhraseTable[str] = PhraseTable(
    (phrase, part)
    for part, templates in _WORDING["sections"].items()
    for template in templates
    for phrase in expand(template)
)


def sections(words: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """The words of the name itself, by the part they belong to: ``first``, ``middle``, ``last``, or an empty string.

    "first name john last name carter" has two parts; most names have one, of the unnamed kind.
    """
    return _sections(_without_frame(_loose_letters(words)))


def _loose_letters(words: Sequence[str]) -> list[str]:
    """ "c-a-r-t-e-r" written with hyphens is six letters."""
    loose: list[str] = []
    for word in words:
        split = word.split("-")
        loose.extend(split if len(split) > 1 and all(len(part) == 1 for part in split) else [word])
    return loose


def _without_frame(words: list[str]) -> list[str]:
    introductions = _INTRODUCTIONS.find(words)
    first_part = next((m.start for m in _SECTIONS.find(words)), len(words))
    early = [match for match in introductions if match.start < first_part]
    if early and early[0].end < len(words):
        words = words[early[0].end :]
    while match := _OPENINGS.at(words, 0) if not _SECTIONS.at(words, 0) else None:
        words = words[match.end :]
    for start in range(1, len(words)):
        if _ENDINGS.at(words, start) and not _spelling_follows(words, start):
            return words[:start]
    return words


def _spelling_follows(words: list[str], start: int) -> bool:
    return SPELLERS.at(words, start) is not None and len(at(words, start + 1)) == 1


def _sections(words: list[str]) -> Iterator[tuple[str, list[str]]]:
    """ "first name john last name carter": each part with the place it belongs to."""
    part, content, place = "", list[str](), 0
    while place < len(words):
        match = _SECTIONS.at(words, place)
        if match:
            yield part, content
            part, content, place = match.labels[0], [], match.end
        else:
            content.append(words[place])
            place += 1
    yield part, content
