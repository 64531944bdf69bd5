"""Letters: "j o h n", "bee", "double l", "b as in boy", "juliet oscar hotel november", and what they spell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from speech.answers.data import load
from speech.answers.en.numbers import at

__all__ = ["Piece", "pieces"]

_WORDING = load("en", "wording")["spelling"]
_ALPHABET: tuple[str, ...] = tuple(_WORDING["nato"].split())
_NATO = {**{word: word[0] for word in _ALPHABET}, "alfa": "a", "juliett": "j", "x-ray": "x", "whisky": "w"}
#: Letters as words, as some recognisers write them. Some are names too, so they count only among other letters.
_LETTER_WORDS: dict[str, str] = {
    word: letter for letter, words in _WORDING["letters"].items() for word in words.split()
}
#: Words people use to make a letter clear, beside the NATO ones: "b boy".
_CLEAR = frozenset(_WORDING["clear"].split())
_SAID_FOR = tuple(
    tuple(link.split()) for link in ("as in the word", "is as in", "as in", "like in", "is for", "for", "like", "of")
)
_IGNORED = frozenset({"capital", "uppercase", "lowercase", "letter", "period", "dot"})
_TIMES = {"double": 2, "triple": 3}
_JOINS = {"hyphen": "-", "dash": "-", "apostrophe": "'"}
_FEWEST_NATO = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """``text`` of a name: a word as it was said, or letters put together (``spelled``); ``gap`` parts two words."""

    text: str
    spelled: bool = False
    gap: bool = False


@dataclass(frozen=True, slots=True)
class _Letter:
    """``letters`` read at some place up to ``end``; ``sure`` when nothing else could be meant."""

    letters: str
    end: int
    sure: bool


def _single(word: str) -> str:
    return word if len(word) == 1 and word.isalpha() else _LETTER_WORDS.get(word, "")


def _explained(words: Sequence[str], place: int) -> _Letter | None:
    """ "b as in boy", "b for bravo", "b boy". Where letter and word disagree the word is the one heard better."""
    letter = _single(words[place])
    if not letter:
        return None
    for link in _SAID_FOR:
        end = place + 1 + len(link)
        if tuple(words[place + 1 : end]) == link and len(at(words, end)) > 1:
            word = words[end]
            said = letter if letter == "x" and word[0] == "e" else _NATO.get(word, word[0])
            return _Letter(said, end + 1, True)
    word = at(words, place + 1)
    if (word in _CLEAR or word in _NATO) and word[0] == letter:
        return _Letter(letter, place + 2, True)
    return None


def _letter(words: Sequence[str], place: int) -> _Letter | None:
    """The letter or doubled letter at ``place``."""
    word = words[place]
    if word in _IGNORED and place + 1 < len(words) and word != "letter":
        return _letter(words, place + 1) if _single(words[place + 1]) else None
    times = _TIMES.get(word, 1)
    if times > 1:
        following = at(words, place + 1)
        if following in {"u", "you"} and word == "double":
            return _Letter("w", place + 2, True)
        letter = _single(following)
        return _Letter(letter * times, place + 2, True) if letter else None
    explained = _explained(words, place)
    if explained:
        return explained
    if word in _JOINS:
        return _Letter(_JOINS[word], place + 1, False)
    letter = _single(word)
    return _Letter(letter, place + 1, len(word) == 1) if letter else None


def _nato_run(words: Sequence[str], place: int) -> tuple[str, int]:
    letters = ""
    while at(words, place) in _NATO:
        letters += _NATO[words[place]]
        place += 1
    return letters, place


def _run(words: Sequence[str], place: int) -> tuple[list[_Letter], int]:
    found: list[_Letter] = []
    while place < len(words):
        one = _letter(words, place)
        if one is None:
            break
        found.append(one)
        place = one.end
    return found, place


def _is_spelling(run: list[_Letter], alone: bool) -> bool:
    """Whether the stretch spells: enough sure letters in it, or three and nothing else is said."""
    letters = [one for one in run if one.letters not in {"-", "'"}]
    sure = sum(one.sure for one in letters)
    return (sure > 0 and 2 * sure >= len(letters)) or (alone and len(letters) >= 3)


def pieces(words: Sequence[str]) -> list[Piece]:
    """The words of a name with every spelled stretch put together."""
    found: list[Piece] = []
    place = 0
    while place < len(words):
        letters, after = _nato_run(words, place)
        if len(letters) >= _FEWEST_NATO:
            found.append(Piece(letters, spelled=True))
            place = after
            continue
        run, end = _run(words, place)
        if run and _is_spelling(run, end - place == len(words)):
            found.extend(_spelled(words, place, run))
            place = end
        elif words[place] in {"space", "next"}:
            found.append(Piece("", gap=True))
            place += 1 + (at(words, place + 1) == "word")
        else:
            found.append(Piece(words[place]))
            place += 1
    return found


def _spelled(words: Sequence[str], place: int, run: list[_Letter]) -> list[Piece]:
    """ "jay j a y": a name that is also a letter's name, then its spelling."""
    text = "".join(one.letters for one in run)
    rest = "".join(one.letters for one in run[1:])
    if not run[0].sure and len(run) > 1 and rest == words[place]:
        return [Piece(words[place]), Piece(rest, spelled=True)]
    return [Piece(text.strip("-'"), spelled=True)]
