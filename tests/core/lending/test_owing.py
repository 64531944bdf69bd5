"""How long an owed text waits between two tries."""

from __future__ import annotations

from datetime import timedelta

from core.lending.owing import MOST_TRIES, pause_after


def test_pauses_double_to_six_hours_and_the_tries_span_two_days() -> None:
    pauses = [pause_after(tries) for tries in range(MOST_TRIES)]
    assert pauses[:3] == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=20)]
    assert pauses == sorted(pauses)
    assert max(pauses) == timedelta(hours=6)
    assert timedelta(days=1) < sum(pauses, timedelta()) < timedelta(days=3)
    assert pause_after(10**6) == timedelta(hours=6)
