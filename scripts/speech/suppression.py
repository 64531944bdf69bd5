"""Does noise suppression help the recogniser? Word error of noisy answers with and without ``noisereduce``.

    python -m scripts.speech.suppression --audio ../shared/audio [--answers 40]

Needs PyPI ``noisereduce``, which the line itself does not use: see ``docs/hearing.md`` for what this measured.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

import jiwer
import noisereduce
import numpy as np

from scripts.speech.fit_calibration import in_dev
from scripts.speech.listening import Line, hear_all, on_the_line
from scripts.speech.material import human
from speech.answers.model import Kind

#: Share of the noise taken away.
STRENGTHS = (0.0, 0.5, 0.9)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--audio", type=Path, required=True)
    parser.add_argument("--answers", type=int, default=40)
    given = parser.parse_args()
    rng = np.random.default_rng(8)
    said = [one for one in human(given.audio, rng, strings_each=4) if in_dev(one.speaker) and one.kind is not Kind.NAME]
    said = [said[int(at)] for at in rng.permutation(len(said))[: given.answers]]
    for line in (Line(noise=15.0), Line(noise=10.0)):
        sounds = [(one, line, *on_the_line(one, line, rng)) for one in said]
        sounds = [each for each in sounds if each[2]]
        for strength in STRENGTHS:
            cleaned = [(one, at, suppressed(pcm, strength), cut) for one, at, pcm, cut in sounds]
            heard = asyncio.run(hear_all(cleaned, alternatives=0))
            error = jiwer.wer([one.said.words for one in heard], [one.transcript.text for one in heard])
            print(f"{line}, {strength:.0%} taken away: word error {error:.1%} of {len(heard)} answers")
    return 0


def suppressed(pcm: bytes, strength: float) -> bytes:
    if not strength:
        return pcm
    wave = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
    quiet = noisereduce.reduce_noise(y=wave, sr=8000, stationary=True, prop_decrease=strength, n_fft=256)
    return bytes(np.clip(np.rint(quiet), -32768, 32767).astype("<i2").tobytes())


if __name__ == "__main__":
    sys.exit(main())
