"""Telephone audio: mu-law, 20 ms frames, rates, levels, files.

Inside the speech room sound is 8 kHz, mono, 16-bit signed samples (``Samples``). Levels are in dBFS: the root mean
square against a full-scale square wave, so a full-scale sine reads -3.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from core.errors import InvalidInput

__all__ = [
    "FRAME_BYTES",
    "FRAME_MS",
    "FRAME_SAMPLES",
    "MULAW_SILENCE",
    "SAMPLE_RATE",
    "SILENCE_DBFS",
    "Framer",
    "Level",
    "Samples",
    "decode_mulaw",
    "encode_mulaw",
    "gap_fill",
    "level_dbfs",
    "measure",
    "normalise",
    "read_audio",
    "resample",
    "silence_mulaw",
    "snr_db",
    "telephone_band",
    "write_wav",
]

Samples = npt.NDArray[np.int16]

SAMPLE_RATE = 8000
FRAME_MS = 20
FRAME_SAMPLES = SAMPLE_RATE * FRAME_MS // 1000
FRAME_BYTES = 2 * FRAME_SAMPLES
#: The mu-law byte of a zero sample.
MULAW_SILENCE = 0xFF
#: What exact digital zero measures as; below the quietest 16-bit sound.
SILENCE_DBFS = -96.0

_FULL_SCALE = 32768.0
_CLIP_AT = 32000
_BIAS = 0x84
_TOP = 32635


def _decode_table() -> Samples:
    code = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + _BIAS) << ((code >> 4) & 7)) - _BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _encode_table() -> npt.NDArray[np.uint8]:
    """For every 16-bit pattern, read as unsigned, its code. ITU-T G.711 works on 14 bits: the low two are cut off,
    rounding towards minus infinity as the ITU's own ``ulaw_compress`` and Sun's ``g711.c`` do."""
    sample = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    cut = sample >> 2
    biased = np.minimum(np.abs(cut), _TOP >> 2) + (_BIAS >> 2)
    segment = np.floor(np.log2(biased)).astype(np.int32) - 5
    code = (segment << 4) | ((biased >> (segment + 1)) & 0x0F)
    table: npt.NDArray[np.uint8] = (code ^ np.where(cut < 0, 0x7F, 0xFF)).astype(np.uint8)
    return table


_DECODE = _decode_table()
_ENCODE = _encode_table()


def decode_mulaw(mulaw: bytes) -> Samples:
    """G.711 mu-law to samples, one a byte."""
    pcm: Samples = _DECODE[np.frombuffer(mulaw, dtype=np.uint8)]
    return pcm


def encode_mulaw(pcm: Samples) -> bytes:
    """Samples to G.711 mu-law, one byte each, without a header."""
    return _ENCODE[np.ascontiguousarray(pcm, dtype=np.int16).view(np.uint16)].tobytes()


def silence_mulaw(ms: int) -> bytes:
    """``ms`` milliseconds of mu-law silence; empty when not positive."""
    return bytes([MULAW_SILENCE]) * (max(ms, 0) * SAMPLE_RATE // 1000)


def gap_fill(expected_ms: int, at_ms: int, longest_ms: int = 10_000) -> bytes:
    """Mu-law silence for what the network lost between the end of the last piece and the start of the next.

    Empty when the pieces meet or overlap. Never longer than ``longest_ms``, so that a wild time stamp cannot fill
    the memory.
    """
    return silence_mulaw(min(at_ms - expected_ms, longest_ms))


class Framer:
    """Cuts a stream of any piece size into 20 ms frames, each with its stream time."""

    def __init__(self, start_ms: int = 0) -> None:
        self._rest = b""
        self._at_ms = start_ms

    def push(self, pcm: bytes) -> Iterator[tuple[int, bytes]]:
        """Yields ``(at_ms, frame)`` for every frame now complete; ``at_ms`` is the frame's first sample."""
        data = self._rest + pcm
        whole = len(data) // FRAME_BYTES * FRAME_BYTES
        self._rest = data[whole:]
        for start in range(0, whole, FRAME_BYTES):
            at_ms = self._at_ms
            self._at_ms += FRAME_MS
            yield at_ms, data[start : start + FRAME_BYTES]


def resample(pcm: npt.NDArray[np.generic], source_hz: int, target_hz: int) -> Samples:
    """A whole recording at another rate (soxr, high quality). Never wraps around on overshoot."""
    if source_hz == target_hz:
        return pcm.astype(np.int16)
    moved: npt.NDArray[np.float32] = soxr.resample(
        np.asarray(pcm, dtype=np.float32), source_hz, target_hz, quality="HQ"
    )
    return np.clip(np.rint(moved), -32768, 32767).astype(np.int16)


@dataclass(frozen=True, slots=True)
class Level:
    """``rms_dbfs`` and ``peak_dbfs`` are at least ``SILENCE_DBFS``; ``clipped`` is the share of samples at the rail."""

    rms_dbfs: float
    peak_dbfs: float
    clipped: float


def _dbfs(amplitude: float) -> float:
    return max(SILENCE_DBFS, 20.0 * math.log10(amplitude / _FULL_SCALE)) if amplitude > 0 else SILENCE_DBFS


def level_dbfs(pcm: Samples) -> float:
    """Root mean square level. An empty piece is silence."""
    if not pcm.size:
        return SILENCE_DBFS
    wide = pcm.astype(np.float64)
    return _dbfs(math.sqrt(float(np.dot(wide, wide)) / wide.size))


def measure(pcm: Samples) -> Level:
    """Level, peak and clipping of a piece of sound."""
    if not pcm.size:
        return Level(SILENCE_DBFS, SILENCE_DBFS, 0.0)
    size = np.abs(pcm.astype(np.int32))
    return Level(level_dbfs(pcm), _dbfs(float(size.max())), float(np.mean(size >= _CLIP_AT)))


def snr_db(pcm: bytes) -> float | None:
    """How far the speech of one answer stands above its line: the level of its loud frames (90th percentile) less
    that of its quiet ones (10th), from 0 to 60. ``None`` for less than a fifth of a second."""
    samples = np.frombuffer(pcm[: len(pcm) // FRAME_BYTES * FRAME_BYTES], dtype="<i2")
    if samples.size < 10 * FRAME_SAMPLES:
        return None
    power = np.square(samples.astype(np.float64)).reshape(-1, FRAME_SAMPLES).mean(axis=1)
    quiet, loud = np.percentile(10.0 * np.log10(power + 1.0), [10, 90])
    return float(min(60.0, loud - quiet))


def normalise(pcm: Samples, target_dbfs: float = -20.0, peak_dbfs: float = -3.0) -> Samples:
    """The same sound with its speech at ``target_dbfs``.

    Only frames within 25 dB of the loud ones count, so that pauses do not make speech louder, and a click does not
    make it quieter; peaks above
    ``peak_dbfs`` are bent softly instead of lowering everything. Silence stays silence.
    """
    whole = pcm.size // FRAME_SAMPLES * FRAME_SAMPLES
    if not np.any(pcm[:whole]):
        return pcm.copy()
    power = np.mean(pcm[:whole].reshape(-1, FRAME_SAMPLES).astype(np.float64) ** 2, axis=1)
    loud = float(np.percentile(power[power > 0], 95))
    active = float(np.minimum(power[power >= loud / 10**2.5], 4 * loud).mean())
    louder = pcm * (_FULL_SCALE * 10 ** (target_dbfs / 20) / math.sqrt(active))
    ceiling = _FULL_SCALE * 10 ** (peak_dbfs / 20)
    knee = 0.7 * ceiling
    size = np.abs(louder)
    bent = knee + (ceiling - knee) * np.tanh((size - knee) / (ceiling - knee))
    return np.rint(np.where(size > knee, np.sign(louder) * bent, louder)).astype(np.int16)


def telephone_band(pcm: Samples) -> Samples:
    """What a telephone line carries of it: 200 to 3500 Hz, with soft edges. For whole recordings, not streams."""
    if not pcm.size:
        return pcm.copy()
    spectrum = np.fft.rfft(pcm.astype(np.float64))
    hz = np.fft.rfftfreq(pcm.size, 1 / SAMPLE_RATE)
    spectrum *= np.clip((hz - 120) / 80, 0, 1) * np.clip((3700 - hz) / 200, 0, 1)
    return np.clip(np.rint(np.fft.irfft(spectrum, pcm.size)), -32768, 32767).astype(np.int16)


def read_audio(path: Path, *, first_channel: bool = False) -> Samples:
    """A sound file (WAV, FLAC, OGG …) as 8 kHz mono samples; several channels are averaged, or only the first is taken:
    in a recording of a call the others hold other people.

    Raises ``InvalidInput`` when there is no such file or it holds no sound.
    """
    if not path.is_file():
        raise InvalidInput("file", "give the path of an existing sound file.")
    try:
        data, rate = soundfile.read(str(path), dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise InvalidInput("file", "give a WAV or FLAC file: this one cannot be read as sound.") from error
    if not data.size:
        raise InvalidInput("file", "give a recording that is not empty.")
    if not np.isfinite(data).all():
        raise InvalidInput("file", "give a recording whose samples are numbers: record it anew.")
    mono = (data[:, 0] if first_channel else data.mean(axis=1)) * _FULL_SCALE
    return resample(np.clip(np.rint(mono), -32768, 32767).astype(np.int16), int(rate), SAMPLE_RATE)


def write_wav(path: Path, pcm: Samples) -> None:
    """Write 8 kHz 16-bit mono WAV. Raises ``InvalidInput`` when the place cannot be written."""
    try:
        soundfile.write(str(path), pcm, SAMPLE_RATE, subtype="PCM_16", format="WAV")
    except (soundfile.LibsndfileError, OSError) as error:
        raise InvalidInput("out", "give a path in a folder that exists and can be written.") from error
