"""What the process that will be killed does. Apart from the tests, so that a fork needs nothing imported."""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

from core.errors import StorageError
from ivr.line import IncomingCall
from tests.chaos.crowd import Crowd, Person, Told

__all__ = ["KILLED", "all_seats", "die_at_commit", "long_day", "one_person", "through_a_full_disk", "while_locked"]

#: The exit status of a process that ended itself at a commit.
KILLED = 137
#: One entry a commit of this process.
_commits: list[int] = []


async def all_seats(crowd: Crowd, lives: tuple[int, ...], tag: str) -> None:
    """Every telephone calls, the ``seat``-th beginning with its own life, until the process ends."""
    await asyncio.gather(*(crowd.live(seat, life, tag) for seat, life in enumerate(lives)))


async def one_person(crowd: Crowd, tag: str) -> None:
    """One telephone calls until its first person has an answer; then tell how many commits that took."""
    await crowd.live(0, 0, tag, until=1)
    crowd.tell(Told("commits", "", 0, 0, outcome=str(len(_commits))))


async def long_day(crowd: Crowd, calls: int) -> None:
    """Every telephone calls, person after person, until so many calls are over. Tells the size of the process at the
    start of each tenth and at the end (resident kB, open files), and what asyncio found lying about."""
    tell, over, done = crowd.tell, [0], asyncio.Event()
    strays: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, found: strays.append(found["message"]))

    def size() -> None:
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        kb = pages * resource.getpagesize() // 1024
        tell(Told("size", "", 0, over[0], outcome=f"{kb} {sum(1 for _ in Path('/proc/self/fd').iterdir())}"))

    def counted(told: Told) -> None:
        tell(told)
        if told.kind == "ended":
            over[0] += 1
            if over[0] % max(1, calls // 10) == 0 and not done.is_set():
                size()
            if over[0] >= calls:
                done.set()

    crowd.tell = counted
    telephones = [asyncio.create_task(crowd.live(seat, 0, "day")) for seat in range(8)]
    await asyncio.wait([asyncio.create_task(done.wait()), *telephones], return_when=asyncio.FIRST_COMPLETED)
    for one in telephones:
        one.cancel()
    await asyncio.gather(*telephones, return_exceptions=True)
    gc.collect()
    tell(Told("strays", "", 0, over[0], outcome="; ".join(strays)))


def die_at_commit(number: int, after: bool) -> None:
    """From now on count the commits of every database, and end the process at this one: no handlers, no clean-up."""
    commit = DefaultDialect.do_commit

    def counted(self: DefaultDialect, connection: Any) -> None:
        _commits.append(number)
        if len(_commits) == number and not after:
            os._exit(KILLED)
        commit(self, connection)
        if len(_commits) == number and after:
            os._exit(KILLED)

    DefaultDialect.do_commit = counted  # type: ignore[method-assign]  # the product has no hook for this, and needs none


class _Breaks:
    """Breaks something when a prompt is said for the first time."""

    def __init__(self, crowd: Crowd, prompt_id: str, happen: Callable[[], None]) -> None:
        self._tell, self._prompt_id, self._happen = crowd.tell, prompt_id, happen
        crowd.tell = self

    def __call__(self, told: Told) -> None:
        self._tell(told)
        if told.prompt == self._prompt_id and self._happen is not None:
            happen, self._happen = self._happen, lambda: None
            happen()


async def _welcome(crowd: Crowd) -> str:
    """What a caller who rings now is met with."""
    call = IncomingCall("CA" + "9" * 32, Person(7, 0).phone, "+18005550199", None)
    try:
        return (await crowd.house.switchboard.ring(call)).value
    except StorageError:
        return "no"


async def _readiness(crowd: Crowd) -> str:
    """What ``/readyz`` goes by."""
    try:
        await asyncio.to_thread(crowd.house.switchboard.healthy)
    except StorageError:
        return "unready"
    return "ready"


async def through_a_full_disk(crowd: Crowd) -> None:
    """One whole call; one in the middle of which no file can grow any more; a ring; room again, and a whole call."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    await crowd.call(Person(0, 0), "CA" + "a" * 32)
    _Breaks(crowd, "amount.ask", lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard)))
    outcome = await crowd.call(Person(1, 0), "CA" + "b" * 32)
    outcome += f" {await _welcome(crowd)} {await _readiness(crowd)}"
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    crowd.tell(Told("outage", "", 0, 0, outcome=f"{outcome} {await _readiness(crowd)}"))
    await crowd.live(1, 0, "after", until=1)


async def while_locked(crowd: Crowd, seconds: float, after: str = "") -> None:
    """Four telephones, for so long, while somebody else holds the database; then one whole call. The time counts from
    the moment when one of them has heard the prompt ``after``. Tells the longest lags of the loop that carries the
    sound, in milliseconds."""
    lags: list[float] = []
    heard = asyncio.Event()
    _Breaks(crowd, after, heard.set)
    calls = [asyncio.create_task(crowd.live(seat, 0, "locked")) for seat in range(4)]
    if after:
        await asyncio.wait_for(heard.wait(), 60)
    end = time.monotonic() + seconds
    while (before := time.monotonic()) < end:
        await asyncio.sleep(0.02)
        lags.append(1000 * (time.monotonic() - before - 0.02))
    for call in calls:
        call.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    lags.sort()
    crowd.tell(Told("lag", "", 0, 0, outcome=f"{lags[int(len(lags) * 0.99)]:.1f}"))
