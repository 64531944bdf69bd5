from __future__ import annotations

from ivr.console.throttle import Limit, Throttle
from tests.core.usecases.test_staff import MovingClock

THREE = Limit("three", 3, 60)


def test_a_limit_counts_by_name_and_key_and_forgets_with_time() -> None:
    clock = MovingClock()
    throttle = Throttle(clock)
    for _ in range(3):
        assert throttle.allows(THREE, "a")
        throttle.note(THREE, "a")
        clock.pass_by(seconds=10)
    assert not throttle.allows(THREE, "a")
    assert throttle.allows(THREE, "b")
    assert throttle.allows(Limit("other", 3, 60), "a")
    clock.pass_by(seconds=31)
    assert throttle.allows(THREE, "a")
    throttle.note(THREE, "a")
    throttle.forget(THREE, "a")
    assert throttle.allows(THREE, "a")
