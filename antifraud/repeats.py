"""Near-duplicate audio: is this the same recording as one heard before, whatever line it came over?

A fingerprint of signs (Haitsma and Kalker 2002): every 16 ms, for 32 pairs of neighbouring bands between 300 and
3000 Hz, whether the step between the bands grew or fell. Two recordings of the same sound agree in most signs after
codecs, noise and gain; the same words said twice do not. Frames without speech say nothing and are masked.
It recognises recordings and no speaker, so it needs the consent to recording only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from antifraud.activity import FRAME, RATE, levels, noise_floor

__all__ = [
    "ANSWER_BELOW",
    "ANSWER_SECONDS",
    "DUPLICATE_BELOW",
    "LEAST_SECONDS",
    "CallPrint",
    "Fingerprint",
    "Match",
    "best_match",
    "fingerprint",
    "milliseconds",
]

HOP = 128
_WINDOW = 2048
_BANDS = 33
_FRAMES_A_SECOND = RATE / HOP
_ABOVE_FLOOR = 4.0  # dB; half of what counts as a voice elsewhere, so that a copy in noise keeps its frames
_REACH = 6  # frames of 20 ms to both sides: a window of 256 ms hears that far

# Measured by scripts/antifraud/bench.py: at 6 s copies reach 0.37 (GSM and 10 dB of noise), other speech 0.42;
# at 1.5 s copies over the same line reach 0.19, the same words said again 0.34.
LEAST_SECONDS, DUPLICATE_BELOW = 6.0, 0.39
ANSWER_SECONDS, ANSWER_BELOW = 1.5, 0.25
PROMPT_SECONDS, PROMPT_BELOW = 1.5, 0.33

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, repr=False)
class Fingerprint:
    """``signs``: frames x 32, +1 or -1, and 0 in frames without speech. 62.5 frames a second."""

    signs: NDArray[np.int8]

    @property
    def seconds(self) -> float:
        """Net seconds of speech in it."""
        return float(np.count_nonzero(self.signs[:, 0])) / _FRAMES_A_SECOND if len(self.signs) else 0.0

    def __repr__(self) -> str:
        return f"Fingerprint({len(self.signs) / _FRAMES_A_SECOND:.1f} s)"

    def without(self, prompts: Iterable[Fingerprint]) -> Fingerprint:
        """The same with every stretch masked in which one of our own prompts is heard: the line's voice leaking into
        the caller's track is no repetition of the caller."""
        signs = self.signs.copy()
        length = int(PROMPT_SECONDS * _FRAMES_A_SECOND)
        for prompt in prompts:
            for start in range(0, len(signs), length):
                match = best_match(Fingerprint(self.signs[start : start + length]), prompt, PROMPT_SECONDS)
                if match is not None and match.error < PROMPT_BELOW:
                    signs[start : start + length] = 0
        return Fingerprint(signs)

    def pack(self) -> bytes:
        """Five bytes a frame: one that says whether there was speech, four of signs."""
        spoken = (self.signs[:, :1] != 0).astype(np.uint8)
        return np.hstack([spoken, np.packbits(self.signs > 0, axis=1)]).tobytes()

    @classmethod
    def unpack(cls, packed: bytes) -> Fingerprint:
        rows = np.frombuffer(packed, dtype=np.uint8).reshape(-1, 5)
        signs = np.unpackbits(rows[:, 1:], axis=1).astype(np.int8) * 2 - 1
        return cls(np.asarray(signs * rows[:, :1].astype(np.int8), dtype=np.int8))


@dataclass(frozen=True, slots=True)
class Match:
    """The best agreement of two recordings: share of differing signs (0.5 by chance), over how many seconds of speech,
    and where in each, in milliseconds."""

    error: float
    seconds: float
    at_ms: int
    other_at_ms: int


def _bands() -> Floats:
    edges = np.geomspace(300.0, 3000.0, _BANDS + 1)
    frequency = np.arange(_WINDOW // 2 + 1) * RATE / _WINDOW
    return ((frequency >= edges[:-1, None]) & (frequency < edges[1:, None])).astype(np.float32).T


_HANN, _BAND = np.hanning(_WINDOW).astype(np.float32), _bands()


class CallPrint:
    """The fingerprint of a track that is still coming in. Keeps a third of a second of samples and no more."""

    def __init__(self) -> None:
        self._origin = self._next = 0
        self._started = False
        self._tail = np.zeros(0, dtype=np.float32)
        self._unmeasured = np.zeros(0, dtype=np.float32)
        self._last: Floats | None = None
        self._signs: list[NDArray[np.int8]] = []
        self._db: list[Floats] = []

    def add(self, samples: NDArray[np.int16], start_ms: int = 0) -> None:
        """The next samples at 8 kHz. What was already given is skipped, what is missing is silence."""
        first = start_ms * RATE // 1000
        if not self._started:
            self._started, self._origin, self._next = True, first, first
        silence = np.zeros(max(0, first - self._next), dtype=np.float32)
        fresh = np.concatenate([silence, samples[max(0, self._next - first) :].astype(np.float32) / 32768.0])
        self._next += fresh.size
        self._unmeasured = np.concatenate([self._unmeasured, fresh])
        self._db.append(levels(self._unmeasured))
        self._unmeasured = self._unmeasured[self._unmeasured.size // FRAME * FRAME :]
        wave = np.concatenate([self._tail, fresh])
        count = max(0, (wave.size - _WINDOW) // HOP + 1)
        self._tail = wave[count * HOP :]
        if not count:
            return
        frames = np.lib.stride_tricks.sliding_window_view(wave, _WINDOW)[::HOP]
        for start in range(0, count, 256):
            spectrum = np.fft.rfft(frames[start : start + 256] * _HANN, axis=1)
            power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
            steps = np.diff(np.log(power @ _BAND + 1e-9), axis=1)
            grown = np.diff(steps if self._last is None else np.vstack([self._last, steps]), axis=0) > 0
            self._signs.append(np.where(grown, 1, -1).astype(np.int8))
            self._last = steps[-1:]

    def fingerprint(self) -> Fingerprint:
        """Of everything so far; frame ``i`` lies 16 ``i`` milliseconds after the first sample and hears 272 ms on."""
        signs = np.concatenate([np.zeros((0, _BANDS - 1), dtype=np.int8), *self._signs])
        if len(signs):
            db = np.concatenate(self._db)
            loud = np.flatnonzero(db > noise_floor(db) + _ABOVE_FLOOR)
            talk = np.zeros(db.size + 2 * _REACH, dtype=bool)
            for shift in range(2 * _REACH + 1):
                talk[loud + shift] = True
            middles = np.minimum((np.arange(1, len(signs) + 1) * HOP + _WINDOW // 2) // FRAME, db.size - 1)
            signs[~talk[_REACH + middles]] = 0
        return Fingerprint(signs)

    @property
    def heard_ms(self) -> int:
        """Time of the stream up to which there was sound."""
        return self._next * 1000 // RATE

    def frames(self, start_ms: int, end_ms: int) -> slice:
        """Where the stretch between two times of the stream lies in ``fingerprint().signs``."""
        first, last = (max(0, (ms * RATE // 1000 - self._origin) // HOP) for ms in (start_ms, end_ms))
        return slice(first, last)


def fingerprint(samples: NDArray[np.int16]) -> Fingerprint:
    """Of a whole recording at 8 kHz; empty when it is shorter than 0.3 s."""
    track = CallPrint()
    track.add(samples)
    return track.fingerprint()


def best_match(query: Fingerprint, other: Fingerprint, seconds: float = LEAST_SECONDS) -> Match | None:
    """The stretch of ``query`` (of ``seconds``, moved by halves) that agrees best with a stretch of ``other``.

    ``None`` where no stretch of both holds speech for half of ``seconds``.
    """
    length = int(seconds * _FRAMES_A_SECOND)
    best: Match | None = None
    size = 1 << (len(other.signs) + length - 1).bit_length()
    spectra = _spectra(other.signs, size)
    for start in range(0, max(1, len(query.signs) - length + length // 2), length // 2):
        block = query.signs[start : start + length]
        if np.count_nonzero(block[:, 0]) < length // 2:
            continue
        found = _align(block, spectra, len(other.signs), size, length // 2)
        if found is not None and (best is None or found[0] < best.error):
            error, frames, lag = found
            shift = max(0, -lag)
            best = Match(error, frames / _FRAMES_A_SECOND, milliseconds(start + shift), milliseconds(lag + shift))
    return best


def milliseconds(frames: int) -> int:
    return round(frames * 1000 / _FRAMES_A_SECOND)


def _spectra(signs: NDArray[np.int8], size: int) -> tuple[NDArray[np.complex64], NDArray[np.complex64]]:
    """Of the 32 rows of signs, and of the mask of frames with speech."""
    wide = np.fft.rfft(signs.astype(np.float32), size, axis=0).astype(np.complex64)
    mask = np.fft.rfft((signs[:, 0] != 0).astype(np.float32), size).astype(np.complex64)
    return wide, mask


def _align(
    block: NDArray[np.int8],
    other: tuple[NDArray[np.complex64], NDArray[np.complex64]],
    count: int,
    size: int,
    least: int,
) -> tuple[float, int, int] | None:
    wide, mask = _spectra(block, size)
    agree = np.fft.irfft((wide.conj() * other[0]).sum(axis=1), size)
    both = np.rint(np.fft.irfft(mask.conj() * other[1], size))
    lags = np.arange(size)
    lags[lags >= count] -= size
    enough = (both >= least) & (lags > -len(block))
    if not enough.any():
        return None
    error = np.where(enough, 0.5 - 0.5 * agree / np.maximum(1.0, both * (_BANDS - 1)), 1.0)
    at = int(np.argmin(error))
    return float(error[at]), int(both[at]), int(lags[at])
