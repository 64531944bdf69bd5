"""Deadline, retries, jitter, breaker, bounds: with a transport that answers as told."""

import asyncio
from datetime import UTC, datetime

import httpx
import pytest

from core.errors import ProviderError, ProviderTimeout
from core.verification.breaker import CircuitBreaker
from core.verification.permission import Permission, Purpose
from core.verification.provider import Patience, Provider

PERMIT = Permission(Purpose.CREDIT_APPLICATION, "c1", datetime(2026, 10, 1, tzinfo=UTC))


class Clock:
    seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 10, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds


class Bench:
    """A provider whose answers are a list; remembers requests and pauses."""

    def __init__(self, *answers: object, patience: Patience | None = None, failures: int = 5) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.pauses: list[float] = []
        self.clock = Clock()
        self.breaker = CircuitBreaker(failures=failures, rest_seconds=30)
        self.provider = Provider(
            "credit bureau",
            "https://bureau.example.org/",
            httpx.AsyncClient(transport=httpx.MockTransport(self.answer)),
            clock=self.clock,
            random=lambda: 0.5,
            breaker=self.breaker,
            patience=patience,
            sleep=self.sleep,
        )

    async def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            answer = {"late": True}
        if isinstance(answer, int):
            return httpx.Response(answer)
        return httpx.Response(200, json=answer) if isinstance(answer, dict) else httpx.Response(200, content=answer)

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)

    async def ask(self) -> dict[str, object]:
        answer, _ = await self.provider.ask("/x", {"a": 1}, PERMIT)
        return answer


async def test_the_permission_goes_with_the_question() -> None:
    bench = Bench({"ok": 1})
    assert await bench.ask() == {"ok": 1}
    assert str(bench.requests[0].url) == "https://bureau.example.org/x"
    assert bench.requests[0].read() == b'{"a":1,"permissible_purpose":"credit_application","consent_id":"c1"}'


async def test_what_may_pass_is_tried_again_with_growing_jitter() -> None:
    bench = Bench(503, httpx.ConnectError("no"), {"ok": 1}, patience=Patience(pause=0.2))
    assert await bench.ask() == {"ok": 1}
    assert bench.pauses == [0.1, 0.2]


async def test_what_will_not_pass_is_not() -> None:
    bench = Bench(400)
    with pytest.raises(ProviderError, match="refused the question with 400"):
        await bench.ask()
    assert len(bench.requests) == 1
    assert not bench.breaker.open


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"null"])
async def test_nonsense_is_an_error_not_a_guess(body: bytes) -> None:
    bench = Bench(body)
    with pytest.raises(ProviderError, match="unreadable"):
        await bench.ask()


async def test_an_endless_answer_is_cut_off() -> None:
    bench = Bench(b"x" * 1_000_001)
    with pytest.raises(ProviderError, match="megabyte"):
        await bench.ask()


async def test_it_gives_up_after_its_tries() -> None:
    bench = Bench(500, 502, 429)
    with pytest.raises(ProviderError, match="answered 429"):
        await bench.ask()
    assert len(bench.requests) == 3


async def test_the_deadline_holds_over_all_tries() -> None:
    bench = Bench(5.0, 5.0, 5.0, patience=Patience(deadline=0.05, attempt=0.03))
    with pytest.raises(ProviderTimeout):
        await bench.ask()
    assert len(bench.requests) == 2


async def test_a_slow_try_is_repeated_within_the_deadline() -> None:
    bench = Bench(5.0, {"ok": 1}, patience=Patience(deadline=1, attempt=0.02))
    assert await bench.ask() == {"ok": 1}


async def test_a_provider_that_keeps_failing_is_left_alone() -> None:
    bench = Bench(500, 500, {"ok": 1}, patience=Patience(tries=1), failures=2)
    for _ in range(2):
        with pytest.raises(ProviderError):
            await bench.ask()
    with pytest.raises(ProviderError, match="rests"):
        await bench.ask()
    assert len(bench.requests) == 2
    bench.clock.seconds = 31
    assert await bench.ask() == {"ok": 1}
    assert not bench.breaker.open


async def test_a_cancelled_question_does_not_block_the_breaker() -> None:
    bench = Bench(500, 5.0, {"ok": 1}, patience=Patience(tries=1), failures=1)
    with pytest.raises(ProviderError):
        await bench.ask()
    bench.clock.seconds = 31
    task = asyncio.create_task(bench.ask())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await bench.ask() == {"ok": 1}


def test_on_a_busy_machine_the_same_tries_have_more_time() -> None:
    assert Patience(deadline=2, attempt=1, tries=2, pause=0.05).times(20) == Patience(40, 20, 2, 0.05)
