"""General English to learn which words follow which: conversations, pairs of words of the web, names, frequencies.

All of it comes with packages of the optional extra ``train-ear``; nothing of it is kept but counts.
"""

from __future__ import annotations

import importlib.util
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from core.errors import EnvironmentProblem
from speech.training.language import Text
from speech.training.sentences import plain

__all__ = ["census_names", "chats", "frequencies", "quotations", "web_pairs"]

_FORTUNES = Path("/usr/share/games/fortunes")
_PROGRAMS = frozenset({"ascii-art", "knghtbrd", "linux", "linuxcookie", "perl", "computers", "debian"})
#: What people who chat leave out.
_MENDED = {
    "im": "i'm", "dont": "don't", "didnt": "didn't", "doesnt": "doesn't", "cant": "can't", "wont": "won't",
    "thats": "that's", "whats": "what's", "ive": "i've", "youre": "you're", "isnt": "isn't", "wasnt": "wasn't",
    "havent": "haven't", "couldnt": "couldn't", "wouldnt": "wouldn't", "theres": "there's", "theyre": "they're",
    "hes": "he's", "shes": "she's", "arent": "aren't", "u": "you", "ur": "your", "lol": "", "haha": "", "hahaha": "",
    "gonna": "going to", "wanna": "want to", "ok": "okay", "ya": "yeah", "idk": "i don't know", "omg": "", "btw": "",
}  # fmt: skip


def _folder(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise EnvironmentProblem(f"Install the extra train-ear: it brings {package}.")
    return Path(found.submodule_search_locations[0])


def chats() -> Iterator[list[str]]:
    """What people wrote to each other in the Chit-Chat Challenge (PyPI ``chitchat-dataset``, MIT), in sentences."""
    talks = json.loads((_folder("chitchat_dataset") / "dataset.json").read_text(encoding="utf-8"))
    for talk in talks.values():
        for turn in talk["messages"]:
            for message in turn:
                for sentence in message["text"].replace("!", ".").replace("?", ".").split("."):
                    words = [part for word in plain(sentence) for part in _MENDED.get(word, word).split()]
                    if 1 <= len(words) <= 40:
                        yield words


def quotations(folder: Path = _FORTUNES) -> Iterator[list[str]]:
    """Sentences as books write them: Debian's ``fortunes``, without those about programs.

    Raises:
        EnvironmentProblem: the package is not there.
    """
    if not folder.is_dir():
        raise EnvironmentProblem("Install Debian's fortunes: sentences of books are learnt from them.")
    for file in sorted(folder.iterdir()):
        if file.suffix or file.name in _PROGRAMS:
            continue
        text = file.read_text(encoding="utf-8", errors="ignore").replace("\n%", ".").replace("\n", " ")
        for sentence in re.split(r"[.!?;:]", text):
            words = plain(sentence)
            if 2 <= len(words) <= 40 and not re.search(r"\d", sentence):
                yield words


def web_pairs(vocabulary: frozenset[str], share: float, least: int = 3) -> Text:
    """Pairs of words of the web, counted in millions from ``least`` on (PyPI ``wordsegment``, Apache-2.0)."""
    folder = _folder("wordsegment")
    text = Text(share, (1, 1))
    whole: dict[str, int] = {}
    for word, count in _counts(folder / "unigrams.txt"):
        if word in vocabulary and count >= 1_000_000:
            whole[word] = count // 1_000_000
    for pair, count in _counts(folder / "bigrams.txt"):
        first, _, second = pair.partition(" ")
        if count >= least * 1_000_000 and first in whole and second in vocabulary:
            text.two[first, second] = count // 1_000_000
            text.one[second] += count // 1_000_000
    text.whole = whole
    return text


def _counts(path: Path) -> Iterator[tuple[str, int]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        words, _, count = line.rpartition("\t")
        if count.isdigit():
            yield words.lower(), int(count)


def census_names(most_first: int = 1500, most_last: int = 6000) -> dict[str, dict[str, float]]:
    """First and last names with their weight, flattened so that rare ones are met too (PyPI ``names``: US census)."""
    folder = _folder("names")
    first: Counter[str] = Counter()
    for file, most in (("dist.male.first", most_first // 2), ("dist.female.first", most_first // 2)):
        first.update(_weights(folder / file, most))
    return {"first": dict(first), "last": _weights(folder / "dist.all.last", most_last)}


def _weights(path: Path, most: int) -> dict[str, float]:
    rows = (line.split() for line in path.read_text(encoding="ascii").splitlines()[:most])
    return {row[0].lower(): float(row[1]) ** 0.7 + 1e-3 for row in rows}


def frequencies() -> Mapping[str, float]:
    """How frequent English words are (PyPI ``wordfreq``).

    Raises:
        EnvironmentProblem: the package is not there.
    """
    try:
        import wordfreq  # noqa: PLC0415 - a package of the optional extra
    except ModuleNotFoundError as error:
        raise EnvironmentProblem("Install the extra train-ear: it brings wordfreq.") from error
    found: Mapping[str, float] = wordfreq.get_frequency_dict("en")
    return found
