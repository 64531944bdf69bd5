"""Closed, open, half open."""

from core.verification.breaker import CircuitBreaker


def test_it_opens_after_failures_in_a_row_only() -> None:
    breaker = CircuitBreaker(failures=3, rest_seconds=10)
    for _ in range(2):
        breaker.failed(0.0)
    breaker.answered()
    for _ in range(2):
        breaker.failed(1.0)
    assert breaker.admits(1.0)
    breaker.failed(1.0)
    assert breaker.open
    assert not breaker.admits(10.9)


def test_after_its_rest_one_request_decides() -> None:
    breaker = CircuitBreaker(failures=1, rest_seconds=10)
    breaker.failed(0.0)
    assert breaker.admits(10.0)
    assert not breaker.admits(10.0), "one at a time"
    breaker.failed(10.5)
    assert not breaker.admits(20.0)
    assert breaker.admits(20.5)
    breaker.answered()
    assert not breaker.open
    assert breaker.admits(20.5)


def test_a_request_that_was_cancelled_frees_the_place() -> None:
    breaker = CircuitBreaker(failures=1, rest_seconds=10)
    breaker.failed(0.0)
    assert breaker.admits(10.0)
    breaker.let_go()
    assert breaker.admits(10.0)
