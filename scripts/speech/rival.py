"""PyPI ``pocketsphinx`` on the same sounds with the same grammars: the other recogniser that a telephone line could
take off the shelf (the extra ``bench``). Its stock American model works at 16 kHz. It listens in processes of its own,
so that a second core does not wait for the first.

It gets what Vosk makes of a grammar: a bigram model over the question's phrases with absolute discounting of one half
(``vosk-api``, ``src/recognizer.cc``). Its own search over a loop of all phrases takes minutes an answer.
"""

from __future__ import annotations

import math
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from speech.answers.grammar import grammar
from speech.answers.model import Kind
from speech.audio import resample

__all__ = ["Answer", "Beside", "Pocketsphinx", "RivalHeard", "bigram"]

_DISCOUNT = 0.5
_PIECE_BYTES = 2 * 1600
#: An answer is given up after this many seconds of work for each second of sound; what it has by then counts.
_PATIENCE = 4.0
#: What was asked, how many figures were asked for, and the sound as the line heard it.
Answer = tuple[Kind, int | None, bytes]


def bigram(phrases: Sequence[str], knows: Callable[[str], bool]) -> str:
    """An ARPA language model in which the words of phrases follow each other; phrases with unknown words are left
    out, a repeated phrase weighs more."""
    said = [["<s>", *phrase.split(), "</s>"] for phrase in phrases if all(knows(word) for word in phrase.split())]
    pairs = Counter(pair for words in said for pair in pairwise(words))
    singles = Counter(word for words in said for word in words[1:])
    before = Counter(word for words in said for word in words[:-1])
    total = sum(singles.values())
    follow: dict[str, list[str]] = {}
    for first, second in pairs:
        follow.setdefault(first, []).append(second)
    lines = ["\\data\\", f"ngram 1={len(singles) + 1}", f"ngram 2={len(pairs)}", "", "\\1-grams:"]
    for word in ("<s>", *sorted(singles)):
        alone = math.log10(singles[word] / total) if singles[word] else -99.0
        after = follow.get(word, [])
        left = 1.0 - sum(singles[each] for each in after) / total
        share = _DISCOUNT * len(after) / before[word] / max(left, 1e-6) if after else 1.0
        lines.append(f"{alone:.5f}\t{word}\t{math.log10(max(share, 1e-9)):.5f}")
    lines += ["", "\\2-grams:"]
    for (first, second), count in sorted(pairs.items()):
        lines.append(f"{math.log10((count - _DISCOUNT) / before[first]):.5f}\t{first} {second}")
    return "\n".join([*lines, "", "\\end\\", ""])


class Pocketsphinx:
    """Raises ``ImportError`` where the package is not installed. ``given_up`` counts answers cut for their cost."""

    def __init__(self) -> None:
        import pocketsphinx  # noqa: PLC0415 - the optional extra

        self._models = pocketsphinx.NGramModel
        # Only its first pass: the second and the one over the lattice take minutes for some answers.
        self._decoder: Any = pocketsphinx.Decoder(samprate=16000, loglevel="FATAL", fwdflat=False, bestpath=False)
        self._known: dict[tuple[str, ...], str] = {}
        self.cpu_s = self.audio_s = 0.0
        self.given_up = 0

    def hear(self, kind: Kind, length: int | None, pcm: bytes) -> str:
        """The words of one answer of 8 kHz sound: in the question's grammar, else in its own language model."""
        self._decoder.activate_search(self._search(kind, length))
        wide = resample(np.frombuffer(pcm, dtype="<i2"), 8000, 16000).tobytes()
        begun, most = time.process_time(), _PATIENCE * len(pcm) / 16000
        self._decoder.start_utt()
        for start in range(0, len(wide), _PIECE_BYTES):
            self._decoder.process_raw(wide[start : start + _PIECE_BYTES])
            if time.process_time() - begun > most:
                self.given_up += 1
                break
        self._decoder.end_utt()
        self.cpu_s += time.process_time() - begun
        self.audio_s += len(pcm) / 16000
        found = self._decoder.hyp()
        return re.sub(r"\(\d+\)", "", found.hypstr) if found else ""

    def _search(self, kind: Kind, length: int | None) -> str:
        phrases = grammar(kind, "en-US", length=length)
        if phrases is None:
            return "_default"
        if phrases not in self._known:  # questions share grammars, and each takes it seconds to build
            name = self._known[phrases] = f"{kind}{length or ''}"
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "grammar.arpa"
                file.write_text(bigram(phrases, lambda word: self._decoder.lookup_word(word) is not None))
                self._decoder.add_lm(name, self._models(self._decoder.config, self._decoder.logmath, str(file)))
        return self._known[phrases]


@dataclass(frozen=True, slots=True)
class RivalHeard:
    """The words of every answer, and what all of them cost."""

    texts: list[str]
    cpu_s: float
    audio_s: float
    given_up: int


@cache
def _of_this_process() -> Pocketsphinx:
    return Pocketsphinx()


def _hear(answers: Sequence[Answer]) -> RivalHeard:
    rival = _of_this_process()
    cpu, audio, given_up = rival.cpu_s, rival.audio_s, rival.given_up
    texts = [rival.hear(kind, length, pcm) if pcm else "" for kind, length, pcm in answers]
    return RivalHeard(texts, rival.cpu_s - cpu, rival.audio_s - audio, rival.given_up - given_up)


class Beside:
    """pocketsphinx at work beside the line. Raises ``ImportError`` where the package is not installed."""

    def __init__(self, processes: int = 2) -> None:
        import pocketsphinx  # noqa: F401, PLC0415 - the optional extra; better here than in a process far away

        self._pool = ProcessPoolExecutor(processes, mp_context=get_context("spawn"))

    def hear(self, answers: Sequence[Answer]) -> Future[RivalHeard]:
        return self._pool.submit(_hear, answers)

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)
