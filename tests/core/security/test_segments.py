"""A recording's segments: moved, doubled, dropped, altered or cut is found; a crash is only incomplete."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from core.errors import Tampered
from core.security.envelope import DataKey, new_key
from core.security.segments import Segment, join_track, open_track, seal_segment

KEY = DataKey(new_key(), 1)


def track(count: int, call: str = "CA1", side: str = "caller", closed: bool = True) -> list[Segment]:
    segments = [
        seal_segment(KEY, call, side, number=n, start_ms=n * 1000, mulaw=bytes([n + 1]) * 8000, last=False)
        for n in range(count)
    ]
    if closed:
        segments.append(seal_segment(KEY, call, side, number=count, start_ms=0, mulaw=b"", last=True))
    return segments


def test_a_whole_track_opens_and_is_closed() -> None:
    pieces, closed = open_track(KEY, "CA1", "caller", track(3))
    assert closed
    assert join_track(pieces) == b"\x01" * 8000 + b"\x02" * 8000 + b"\x03" * 8000


def test_a_crash_leaves_a_readable_track_that_is_not_closed() -> None:
    pieces, closed = open_track(KEY, "CA1", "caller", track(2, closed=False))
    assert not closed
    assert len(join_track(pieces)) == 16_000


def test_a_gap_is_filled_with_silence_and_later_audio_wins() -> None:
    assert join_track([(1, b"ab"), (2, b"c")]) == b"\xff" * 8 + b"ab" + b"\xff" * 6 + b"c"
    assert join_track([(0, b"a" * 16), (1, b"bb")]) == b"a" * 8 + b"bb" + b"a" * 6


def test_hundreds_of_random_changes_are_all_found() -> None:
    rng = random.Random(11)
    foreign = [*track(6, call="CA2"), *track(6, side="line")]
    for _ in range(600):
        segments = track(6)
        how = rng.choice(["swap", "drop", "double", "foreign", "flag", "start", "renumber"])
        one, other = rng.sample(range(6), 2)
        if how == "swap":
            segments[one], segments[other] = segments[other], segments[one]
        elif how == "drop":
            del segments[one]
        elif how == "double":
            segments.insert(one, segments[one])
        elif how == "foreign":
            segments[one] = foreign[rng.randrange(len(foreign))]
        elif how == "flag":
            segments[one] = replace(segments[one], last=True)
            segments = segments[: one + 1]
        elif how == "start":
            segments[one] = replace(segments[one], start_ms=segments[one].start_ms + 20)
        else:
            del segments[one]
            segments = [replace(segment, number=n) for n, segment in enumerate(segments)]
        with pytest.raises(Tampered):
            open_track(KEY, "CA1", "caller", segments)


def test_a_cut_tail_cannot_pass_for_closed() -> None:
    for length in range(6):
        _, closed = open_track(KEY, "CA1", "caller", track(6)[:length])
        assert not closed


def test_nothing_may_follow_the_last_segment() -> None:
    more = seal_segment(KEY, "CA1", "caller", number=3, start_ms=0, mulaw=b"x", last=False)
    with pytest.raises(Tampered):
        open_track(KEY, "CA1", "caller", [*track(2), more])
