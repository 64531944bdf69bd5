"""What the process that will be killed does. Apart from the tests, so that a fork needs nothing imported."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

from tests.chaos.crowd import Crowd, Told

__all__ = ["KILLED", "all_seats", "die_at_commit", "one_person"]

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
