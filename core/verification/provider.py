"""One provider over HTTP: a deadline, few retries with jitter, a circuit breaker, bounded answers, typed failures.

Retry only what may pass: connection failures, time-outs, 429 and 5xx. The pause is "full jitter" (a random part of a
doubling span), so that many callers do not come back together.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import httpx

from core.errors import ProviderError, ProviderTimeout
from core.ports import Clock
from core.verification.breaker import CircuitBreaker
from core.verification.permission import Permission

__all__ = ["Patience", "Provider"]

_MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Patience:
    """``deadline`` for everything, ``attempt`` for one try, in seconds; ``tries`` at most; ``pause`` is the first
    span a retry waits within."""

    deadline: float = 4.0
    attempt: float = 2.0
    tries: int = 3
    pause: float = 0.1

    def times(self, factor: float) -> Patience:
        """The same tries, with so many times the time."""
        return replace(self, deadline=self.deadline * factor, attempt=self.attempt * factor)


class Provider:
    """``name`` appears in errors and snapshots. ``random`` gives numbers from 0 up to 1; ``sleep`` waits seconds."""

    def __init__(
        self,
        name: str,
        base_url: str,
        http: httpx.AsyncClient,
        *,
        clock: Clock,
        random: Callable[[], float],
        breaker: CircuitBreaker | None = None,
        patience: Patience | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.name = name
        self.clock = clock
        self._base = base_url.rstrip("/")
        self._http = http
        self._random = random
        self._breaker = breaker or CircuitBreaker()
        self._patience = patience or Patience()
        self._sleep = sleep

    async def ask(self, path: str, question: Mapping[str, Any], permission: Permission) -> tuple[dict[str, Any], bytes]:
        """POST ``question`` with the permission; the JSON object that came, and its bytes. Raises ``ProviderTimeout``
        when the deadline passed and ``ProviderError`` otherwise."""
        if not self._breaker.admits(self.clock.monotonic()):
            raise ProviderError(f"The {self.name} has failed repeatedly and rests: try again in a minute.")
        body = dict(question) | {"permissible_purpose": permission.purpose.value, "consent_id": permission.consent_id}
        try:
            async with asyncio.timeout(self._patience.deadline):
                return await self._persist(path, body)
        except TimeoutError:
            self._breaker.failed(self.clock.monotonic())
            raise ProviderTimeout(f"The {self.name} did not answer in time: decide without it or later.") from None
        finally:
            self._breaker.let_go()

    async def _persist(self, path: str, body: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        why = f"The {self.name} may not be asked at all: allow it one try."
        for number in range(self._patience.tries):
            if number:
                await self._sleep(self._random() * self._patience.pause * 2 ** (number - 1))
            try:
                async with asyncio.timeout(self._patience.attempt):
                    status, content = await self._fetch(path, body)
            except (TimeoutError, httpx.HTTPError):
                why = f"The {self.name} does not answer: check its address and its state."
                continue
            if status != httpx.codes.TOO_MANY_REQUESTS and status < httpx.codes.INTERNAL_SERVER_ERROR:
                return self._read(status, content)
            why = f"The {self.name} answered {status}: see its status page."
        self._breaker.failed(self.clock.monotonic())
        raise ProviderError(why)

    def _read(self, status: int, content: bytes) -> tuple[dict[str, Any], bytes]:
        if status not in {httpx.codes.OK, httpx.codes.CREATED}:
            self._breaker.answered()  # it works; it is the question that it does not like
            raise ProviderError(f"The {self.name} refused the question with {status}: check the contract with it.")
        try:
            answer = json.loads(content)
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            self._breaker.failed(self.clock.monotonic())
            raise ProviderError(f"The {self.name} answered something unreadable: report it to them.")
        self._breaker.answered()
        return answer, content

    async def _fetch(self, path: str, body: dict[str, Any]) -> tuple[int, bytes]:
        async with self._http.stream("POST", self._base + path, json=body) as answer:
            content = bytearray()
            async for piece in answer.aiter_bytes():
                content += piece
                if len(content) > _MOST_BYTES:
                    raise ProviderError(f"The {self.name} answered more than a megabyte: report it to them.")
            return answer.status_code, bytes(content)
