"""A tone covers what it should and nothing else."""

from __future__ import annotations

from core.security.tones import MARGIN_MS, tone_over

QUIET = b"\xff" * 8000


def test_only_the_span_and_its_margin_are_covered() -> None:
    covered = tone_over(QUIET, [(400, 500)])
    first, last = (400 - MARGIN_MS) * 8, (500 + MARGIN_MS) * 8
    assert len(covered) == len(QUIET)
    assert covered[:first] == QUIET[:first]
    assert covered[last:] == QUIET[last:]
    assert b"\xff" not in covered[first:last]
    assert covered[first : first + 8] == bytes.fromhex("1e0b0b1e9e8b8b9e")


def test_spans_past_the_ends_and_none() -> None:
    assert tone_over(QUIET, []) == QUIET
    assert b"\xff" not in tone_over(QUIET, [(-50, 5000)])
    assert tone_over(QUIET, [(5000, 6000)]) == QUIET
    assert tone_over(b"", [(0, 10)]) == b""
