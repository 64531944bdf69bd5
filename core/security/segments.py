"""Audio sealed in segments, so that a record is at most one second behind the call and still whole.

Each segment's sequence number, start and last-segment flag are associated data (the STREAM construction of
Hoang, Reyhanitabar, Rogaway and Vizár, 2015, with random nonces): a segment that was moved, doubled, dropped or cut off
at the end is found. A crash leaves a track without its last segment; that is readable, and known to be incomplete.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import Tampered
from core.security.envelope import DataKey, Place, Sealed

__all__ = ["Segment", "join_track", "open_track", "seal_segment"]

#: Mu-law code of silence (ITU-T G.711), used where nothing was recorded.
_SILENCE = b"\xff"
_SAMPLES_PER_MS = 8


@dataclass(frozen=True, slots=True, repr=False)
class Segment:
    """One stored segment. ``start_ms`` counts from the stream's start; ``last`` closes the track."""

    number: int
    start_ms: int
    last: bool
    body: Sealed


def _place(call_id: str, track: str, number: int, start_ms: int, last: bool) -> Place:
    return Place("call_audio", "body", f"{call_id}/{track}/{number}", f"{start_ms}/{'last' if last else 'more'}")


def seal_segment(
    key: DataKey, call_id: str, track: str, *, number: int, start_ms: int, mulaw: bytes, last: bool
) -> Segment:
    """Seal one piece of a track. The closing segment is empty and carries ``last``."""
    return Segment(number, start_ms, last, key.seal(_place(call_id, track, number, start_ms, last), mulaw))


def open_track(
    key: DataKey, call_id: str, track: str, segments: Iterable[Segment]
) -> tuple[list[tuple[int, bytes]], bool]:
    """Open the segments in stored order; returns (start, mu-law) pieces and whether the track was closed.

    Raises ``Tampered`` when one is missing, moved, doubled, altered or follows the last.
    """
    pieces: list[tuple[int, bytes]] = []
    closed = False
    for expected, segment in enumerate(segments):
        if closed or segment.number != expected:
            raise Tampered("A recording has a segment missing or out of place; restore the database from a backup.")
        place = _place(call_id, track, segment.number, segment.start_ms, segment.last)
        pieces.append((segment.start_ms, key.open(place, segment.body)))
        closed = segment.last
    return pieces, closed


def join_track(pieces: Iterable[tuple[int, bytes]]) -> bytes:
    """One run of 8 kHz mu-law from the stream's start: silence where nothing was kept, the later of two that meet."""
    audio = bytearray()
    for start_ms, mulaw in pieces:
        if not mulaw:
            continue
        at = start_ms * _SAMPLES_PER_MS
        if at > len(audio):
            audio += _SILENCE * (at - len(audio))
        audio[at : at + len(mulaw)] = mulaw
    return bytes(audio)
