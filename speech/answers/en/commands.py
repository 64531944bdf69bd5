"""What a caller may say instead of an answer: "repeat", "talk to a person", "I did not ask for this loan"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from speech.answers.data import load
from speech.answers.model import Command
from speech.answers.phrases import PhraseTable, expand

__all__ = ["FIRM", "GRAMMAR", "LONGER", "command_alone", "command_inside"]

_FILE = load("en", "commands")
#: The commands' phrases that every grammar holds.
GRAMMAR: tuple[str, ...] = tuple(phrase for entry in _FILE.values() for phrase in entry["grammar"])
#: Those that would be taken for numbers, for the grammars of other questions.
LONGER: tuple[str, ...] = tuple(phrase for entry in _FILE.values() for phrase in entry["longer"])
#: Commands that stand even beside an answer: a person is wanted, the loan is not the caller's, the call is to end.
FIRM = frozenset({Command.AGENT, Command.NOT_MY_LOAN, Command.STOP})


def _entries(*parts: str) -> Iterator[tuple[str, Command]]:
    for name, entry in _FILE.items():
        for part in parts:
            for template in entry[part]:
                yield from ((phrase, Command(name)) for phrase in expand(template))


_ALONE = PhraseTable(_entries("grammar", "longer", "alone", "anywhere"))
_INSIDE = PhraseTable(_entries("anywhere"))
#: Words of politeness around a command.
_BEFORE = PhraseTable(
    (phrase, True) for template in load("en", "wording")["command"]["before"] for phrase in expand(template)
)
_AFTER = frozenset(load("en", "wording")["command"]["after"].split())


def command_alone(words: Sequence[str]) -> Command | None:
    """The command that these words are, with nothing but politeness around it."""
    if not words or len(words) > 20:
        return None
    stems = [words]
    place = 0
    while match := _BEFORE.at(words, place):
        place = match.end
        stems.append(words[place:])
    for stem in stems:
        for cut in range(min(4, len(stem))):
            kept = stem[: len(stem) - cut]
            if all(word in _AFTER for word in stem[len(stem) - cut :]) and (labels := _ALONE.whole(kept)):
                return labels[0]
    return None


def command_inside(words: Sequence[str]) -> tuple[Command | None, list[str]]:
    """A command somewhere among other words, the first firm one, else the first; and the words that are no command."""
    matches = _INSIDE.find(words)
    said = [match.labels[0] for match in matches]
    taken = {place for match in matches for place in range(match.start, match.end)}
    chosen = next((command for command in said if command in FIRM), said[0] if said else None)
    return chosen, [word for place, word in enumerate(words) if place not in taken]
