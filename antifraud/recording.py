"""One recording from a file, as the line would have heard it: mono, 8 kHz, 16 bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from antifraud.activity import RATE
from core.errors import InvalidInput

__all__ = ["read_recording"]

LONGEST = 3600.0


def read_recording(path: Path) -> NDArray[np.int16]:
    """The first channel of a WAV or FLAC file (PCM, mu-law, a-law or float; any rate), resampled to 8 kHz.

    Raises ``InvalidInput`` when the file is missing, is no audio, is empty or is longer than an hour.
    """
    try:
        with soundfile.SoundFile(path) as file:
            rate = file.samplerate
            if not 0 < file.frames <= LONGEST * rate:
                raise InvalidInput("file", "give a recording that is neither empty nor longer than an hour.")
            samples = file.read(dtype="float32", always_2d=True)[:, 0]
    except (soundfile.SoundFileError, OSError, TypeError) as error:
        raise InvalidInput("file", "give the path of a WAV or FLAC file that can be read.") from error
    if not np.all(np.isfinite(samples)):
        raise InvalidInput("file", "give a recording whose samples are all numbers.")
    if rate != RATE:
        samples = soxr.resample(samples, rate, RATE)
    return np.asarray(np.clip(np.rint(samples * 32768.0), -32768, 32767), dtype=np.int16)
