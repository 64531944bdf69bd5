"""Names: said, spelled, or both ("my name is john carter, c a r t e r"), in title case."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz import fuzz

from speech.answers.data import load
from speech.answers.en.name_frame import SPELLERS, sections
from speech.answers.en.numbers import at, is_numeral
from speech.answers.en.spelling import Piece, pieces
from speech.answers.en.words import ONES, TEENS, TENS
from speech.answers.model import Reading

__all__ = ["names"]

_MOST_WORDS, _LONGEST = 6, 120
_ALIKE = 55.0


_WORDING = load("en", "wording")["name"]
#: One of these left over means that the words are a sentence and no name.
_NO_NAME = frozenset(_WORDING["no_name"].split())
_AFTER_O = frozenset(_WORDING["after_o"].split())
_AFTER_D = frozenset(_WORDING["after_d"].split())
_SUFFIXES = {
    "junior": "Jr",
    "jr": "Jr",
    "senior": "Sr",
    "sr": "Sr",
    "ii": "II",
    "second": "II",
    "iii": "III",
    "third": "III",
    "iv": "IV",
    "fourth": "IV",
}
_SWAPS = {
    "k": "c",
    "c": "k",
    "s": "z",
    "z": "s",
    "y": "i",
    "i": "y",
    "ph": "v",
    "v": "ph",
    "f": "ph",
    "g": "j",
    "j": "g",
}


def names(words: Sequence[str]) -> tuple[Reading, ...]:
    """The full name, as one reading; nothing when the words hold figures or are a sentence."""
    if any(is_numeral(word) for word in words):
        return ()
    parts: dict[str, list[str]] = {"first": [], "middle": [], "last": [], "": []}
    spelled: set[str] = set()
    for part, content in sections(words):
        parts[part].extend(_section_words(content, spelled))
    found = [*parts["first"], *parts["middle"], *parts[""], *parts["last"]]
    found = _once(_with_prefixes(found))
    if not found or not _is_name(found, spelled):
        return ()
    text = " ".join(_title(word, last=at_ == len(found) - 1) for at_, word in enumerate(found))
    return (Reading(text),) if len(text) <= _LONGEST else ()


def _section_words(content: list[str], spelled: set[str]) -> list[str]:
    """The words of one part: what was said, put right by what was spelled. Spelled words are added to ``spelled``."""
    found: list[str] = []
    rest = _said_and_spelled(content)
    for at_, piece in enumerate(rest):
        following = rest[at_ + 1] if at_ + 1 < len(rest) else None
        if piece.gap or not piece.text:
            continue
        if not piece.spelled:
            if found[-1:] != [piece.text]:
                found.append(piece.text)
        elif len(piece.text) == 1 or (len(piece.text) == 2 and following and not following.spelled and not found):
            found.extend(piece.text)  # initials
        else:
            spelled.update(_put_right(found, piece.text))
    return found


def _said_and_spelled(content: list[str]) -> list[Piece]:
    kept: list[str] = []
    place = 0
    while place < len(content):
        speller = SPELLERS.at(content, place)
        changed = _respelled(kept, content, place)
        if changed:
            place = changed
        elif speller and kept:
            kept.append("next")
            place = speller.end
        elif content[place] == "comma" and len(kept) == 1:
            surname = kept.pop()  # "carter comma john"
            content = [*content, surname]
            place += 1
        else:
            kept.append(content[place])
            place += 1
    return pieces(kept)


def _respelled(kept: list[str], content: list[str], place: int) -> int:
    """ "catherine with a k", "sara without an h": change the word before; returns where to go on, 0 when not so."""
    word = content[place]
    if word not in {"with", "without", "no"} or not kept:
        return 0
    denied = word != "with" or at(content, place + 1) == "no"
    place += word == "with" and denied
    here = place + 1 + (at(content, place + 1) in {"a", "an"})
    letter = at(content, here)
    if not letter or len(letter) > 2 or not letter.isalpha():
        return 0
    before = kept[-1]
    if denied:
        kept[-1] = before.replace(letter, "", 1) if before.count(letter) == 1 else before
    elif letter in {"e", "h", "t"} and not before.endswith(letter):
        kept[-1] = before + letter
    elif letter not in before and before.count(_SWAPS.get(letter, letter)) >= 1:
        kept[-1] = before.replace(_SWAPS[letter], letter, 1)
    return here + 1


def _put_right(found: list[str], letters: str) -> list[str]:
    """Lay a spelling over the words it spells, or add it as a word of its own; returns the words it gave."""
    best, count = 0.0, 0
    for take in range(1, min(3, len(found)) + 1):
        score = fuzz.ratio("".join(found[-take:]), letters)
        if score > best:
            best, count = score, take
    if best < _ALIKE or (count > 1 and best < 80):
        found.append(letters)
        return [letters]
    replaced = found[-count:]
    del found[-count:]
    given = _cut_like(letters, replaced)
    found.extend(given)
    return given


def _cut_like(letters: str, words: list[str]) -> list[str]:
    """Cut one run of letters into as many words as were said, where they are most alike."""
    if len(words) == 1:
        return [letters]
    cuts = range(1, len(letters))
    best = max(
        cuts, key=lambda cut: fuzz.ratio(letters[:cut], words[0]) + fuzz.ratio(letters[cut:], "".join(words[1:]))
    )
    return [letters[:best], *_cut_like(letters[best:], words[1:])]


def _with_prefixes(words: list[str]) -> list[str]:
    """ "o brien" and "mc donald" are one word; "smith hyphen jones" too; letters that repeat a following word go."""
    found: list[str] = []
    for word in words:
        last = found[-1] if found else ""
        if (last == "o" and word in _AFTER_O) or (last == "d" and word in _AFTER_D):
            found[-1] = f"{last}'{word}"
        elif last in {"mc", "mac"} and len(word) > 1:
            found[-1] = last + "\u200b" + word
        elif word in {"hyphen", "dash"} and found:
            found[-1] = last + "-"
        elif last.endswith("-"):
            found[-1] = last + word
        elif not (word == "the" and words[-1] in _SUFFIXES):
            found.append(word)
    return found


def _once(words: list[str]) -> list[str]:
    """A name said twice is said once."""
    half = len(words) // 2
    if len(words) >= 4 and len(words) % 2 == 0 and words[:half] == words[half:]:
        words = words[:half]
    return [word for at_, word in enumerate(words) if at_ == 0 or word != words[at_ - 1] or len(words) <= 2]


def _is_name(words: list[str], spelled: set[str]) -> bool:
    if len(words) > _MOST_WORDS or any(word in _NO_NAME and word not in spelled for word in words):
        return False
    figures = (word in ONES or word in TEENS or word in TENS or len(word) == 1 for word in words)
    if all(figures) and not spelled:
        return False
    letters = ("".join(word.replace("'", "").replace("-", "").replace("\u200b", "")) for word in words)
    return all(text.isalpha() for text in letters)


def _title(word: str, *, last: bool) -> str:
    if last and word in _SUFFIXES:
        return _SUFFIXES[word]
    if "\u200b" in word:
        first, second = word.split("\u200b", 1)
        return first.capitalize() + _title(second, last=False)
    if "-" in word:
        return "-".join(_title(part, last=False) for part in word.split("-"))
    if word.startswith("mc") and len(word) > 4:
        return "Mc" + word[2:].capitalize()
    if word[:1] == "o" and word[1:] in _AFTER_O:
        return "O'" + word[1:].capitalize()
    head, mark, tail = word.partition("'")
    return head.capitalize() + mark + (tail.capitalize() if len(head) <= 2 else tail)
