"""A tone over what must not be heard: 1 kHz in mu-law, the sequence of ITU-T G.711, table 6."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["MARGIN_MS", "tone_over"]

_TONE = bytes.fromhex("1e0b0b1e9e8b8b9e")
_SAMPLES_PER_MS = 8
#: Recognised words start and end a little off; the tone covers more.
MARGIN_MS = 200


def tone_over(mulaw: bytes, spans: Iterable[tuple[int, int]]) -> bytes:
    """``mulaw`` (8 kHz) with a tone from each start to each end, in milliseconds, and ``MARGIN_MS`` around."""
    audio = bytearray(mulaw)
    for start_ms, end_ms in spans:
        first = max(0, (start_ms - MARGIN_MS) * _SAMPLES_PER_MS)
        last = min(len(audio), (end_ms + MARGIN_MS) * _SAMPLES_PER_MS)
        if last > first:
            audio[first:last] = (_TONE * ((last - first) // len(_TONE) + 1))[: last - first]
    return bytes(audio)
