"""The model's ``graph`` folder: the vocabulary, which words follow which, and both as look-ahead transducers."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from speech.training.grammar_graph import write_grammar_graph
from speech.training.language import BackOff, Text, mixed
from speech.training.lexicon import Lexicon, Pronunciation
from speech.training.lexicon_graph import Unknown, write_lexicon_graph
from speech.training.sentences import NUMBER_WORDS, Sayer, own_words_of_the_line, sayings

__all__ = ["General", "GraphPlan", "build", "language_model", "vocabulary"]

_WORD = re.compile(r"[a-z][a-z']*")
#: A word that people who chat used so often belongs in before rarer words of books.
_USUAL = 3


@dataclass(frozen=True, slots=True)
class GraphPlan:
    """``words`` in the vocabulary; ``sentences`` of the line's own text; each text's share of the mixture and from
    which counts on its sequences are written (see :class:`Text`)."""

    words: int = 32_000
    sentences: int = 400_000
    chat_share: float = 0.11
    book_share: float = 0.08
    web_share: float = 0.05
    own_least: tuple[int, int] = (3, 4)
    chat_least: tuple[int, int] = (2, 3)
    book_least: tuple[int, int] = (2, 3)
    unknown: Unknown = field(default_factory=Unknown)
    seed: int = 11


@dataclass(frozen=True, slots=True)
class General:
    """General English: how frequent words are, names with weights, conversations, sentences of books, and pairs of
    words of the web for a vocabulary and a share."""

    frequencies: Mapping[str, float]
    names: Mapping[str, Mapping[str, float]]
    chats: Sequence[Sequence[str]] = ()
    books: Sequence[Sequence[str]] = ()
    pairs: Callable[[frozenset[str], float], Text] | None = None


def build(folder: Path, plan: GraphPlan, lexicon: Lexicon, general: General) -> int:
    """Write the graph; how many words it knows.

    Raises:
        EnvironmentProblem: OpenFst or a package of the extra is missing.
    """
    sayer = Sayer(random.Random(plan.seed), general.names)  # noqa: S311 - nothing secret: sentences
    own = [sayer.sentence() for _ in range(plan.sentences)]
    words = vocabulary(_needed(own, general), _ranked(general), lexicon, plan.words)
    model = language_model(plan, own, frozenset(words), general)
    numbers = write_lexicon_graph(folder, words, general.frequencies, plan.unknown)
    write_grammar_graph(folder, model, numbers)
    return len(words)


def vocabulary(
    needed: Iterable[str], ranked: Iterable[str], lexicon: Lexicon, most: int
) -> dict[str, list[Pronunciation]]:
    """Every word that is needed, and of the ranked ones those that a list can pronounce, up to ``most`` in all."""
    found = {word: said for word in dict.fromkeys(needed) if (said := lexicon.of(word))}
    for word in ranked:
        if len(found) >= most:
            break
        if word not in found and _WORD.fullmatch(word) and (len(word) > 1 or word in "aio"):
            said = lexicon.known(word)
            if said:
                found[word] = said
    return found


def _needed(own: Iterable[Sequence[str]], general: General) -> list[str]:
    """The line's own words, letters, numbers and the names."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    names = (name for listed in general.names.values() for name in listed)
    return [*(word for sentence in own for word in sentence), *letters, *NUMBER_WORDS, *own_words_of_the_line(), *names]


def _ranked(general: General) -> list[str]:
    counts = Counter(word for sentence in (*general.chats, *general.books) for word in sentence)
    usual = [word for word, count in counts.most_common() if count >= _USUAL]
    return [*usual, *sorted(general.frequencies, key=lambda word: -general.frequencies[word])]


def _first_names(
    share: float, own: Sequence[Sequence[str]], others: Sequence[Text], general: General
) -> dict[str, str]:
    """The kind of each first name, but for those that are other words more often ("will", "may")."""
    counts = Counter(word for sentence in own for word in sentence)
    size = max(1, counts.total())

    def elsewhere(name: str) -> float:
        return sum(text.share * text.one[name] / max(1, text.one.total()) for text in others)

    spanish = frozenset(sayings()["words"]["first_spanish"].split())
    names = {**dict.fromkeys(general.names.get("first", {}), "{first}"), **dict.fromkeys(spanish, "{first_spanish}")}
    return {name: kind for name, kind in names.items() if share * counts[name] / size > elsewhere(name)}


def language_model(plan: GraphPlan, own: Sequence[Sequence[str]], words: frozenset[str], general: General) -> BackOff:
    """The mixture over a vocabulary."""
    pairs = general.pairs(words, plan.web_share) if general.pairs else None
    texts = [
        Text(share, least).add(sentences, words)
        for share, least, sentences in (
            (plan.chat_share, plan.chat_least, general.chats),
            (plan.book_share, plan.book_least, general.books),
        )
        if sentences
    ]
    if pairs:
        texts.append(pairs)
    rest = 1.0 - sum(text.share for text in texts)
    texts.insert(0, Text(rest, plan.own_least, kinds=_first_names(rest, own, texts, general)).add(own, words))
    return mixed(texts, {word: general.frequencies.get(word, 1e-9) for word in words})
