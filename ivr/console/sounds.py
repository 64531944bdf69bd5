"""Stored sound for the browser: pieces as WAV, and their outline for a picture. Pure."""

from __future__ import annotations

import io
import wave
from itertools import pairwise

import numpy as np

from speech.audio import decode_mulaw

__all__ = ["cut", "outline", "wav"]

_RATE = 8000
_SILENCE = b"\xff"


def cut(mulaw: bytes, from_ms: int, to_ms: int, margin_ms: int = 250) -> bytes:
    """The piece between two moments of the stream, with a little before and after."""
    return mulaw[max(0, from_ms - margin_ms) * 8 : max(0, to_ms + margin_ms) * 8]


def wav(*tracks: bytes) -> bytes:
    """A 16-bit WAV of one or two mu-law tracks, padded to one length."""
    length = max(len(track) for track in tracks)
    sides = np.stack([decode_mulaw(track.ljust(length, _SILENCE)) for track in tracks], axis=1)
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(len(tracks))
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(sides.astype("<i2").tobytes())
    return made.getvalue()


def outline(mulaw: bytes, pieces: int) -> list[float]:
    """The loudest moment of each of ``pieces`` equal parts, from 0 to 1."""
    if not mulaw or pieces < 1:
        return []
    level = np.abs(decode_mulaw(mulaw).astype(np.float64)) / 32768
    edges = np.linspace(0, level.size, min(pieces, level.size) + 1).astype(int)
    peaks = [float(level[start:end].max()) for start, end in pairwise(edges) if end > start]
    top = max(peaks, default=0.0)
    return [round(peak / top, 3) if top else 0.0 for peak in peaks]
