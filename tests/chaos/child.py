"""The process that will be killed. Forked from a server that has everything imported, so that a round costs a tenth
of a second and not three."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

import structlog

from antifraud.analysis import warm
from core.scoring.library import packaged_challenger, packaged_scorecard
from tests.chaos.crowd import Crowd, Told

__all__ = ["Child", "Plan", "Prepare"]

#: Done before the line opens: a limit, a hook.
Prepare = Callable[[], None]
#: What the child does once its line is open.
Plan = Callable[[Crowd], Awaitable[None]]

# What the fork server holds ready.
warm()
packaged_scorecard()
packaged_challenger()


def _run(folder: Path, pipe: Connection, prepare: Prepare | None, plan: Plan) -> None:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    if prepare is not None:
        prepare()

    def tell(told: Told) -> None:
        pipe.send_bytes(told.line())

    async def work() -> None:
        crowd = Crowd(folder, tell)
        await crowd.open()
        tell(Told("open", "", 0, 0))
        await plan(crowd)

    asyncio.run(work())
    os._exit(0)


class Child:
    """One process that plays ``plan`` on a line in ``folder``. ``plan`` and ``prepare`` must be importable."""

    def __init__(self, folder: Path, plan: Plan, prepare: Prepare | None = None) -> None:
        context = get_context("forkserver")
        context.set_forkserver_preload([__name__, "tests.chaos.plans"])
        self._pipe, theirs = context.Pipe(duplex=False)
        self._process = context.Process(target=_run, args=(folder, theirs, prepare, plan), daemon=True)
        self._process.start()
        theirs.close()
        self.told: list[Told] = []

    def listen(self, seconds: float, until: Callable[[Told], bool] = lambda _told: False) -> bool:
        """Hear what is told for so long, or until something is. False when the child has ended or time is up."""
        end = time.monotonic() + seconds
        with suppress(EOFError):
            while (left := end - time.monotonic()) > 0:
                if self._pipe.poll(left):
                    self.told.append(Told.read(self._pipe.recv_bytes()))
                    if until(self.told[-1]):
                        return True
        return False

    def kill(self) -> None:
        """SIGKILL; then hear what was told before."""
        self._process.kill()
        self.ended()

    def ended(self, seconds: float = 120.0) -> int:
        """Hear the child to its end; its exit status."""
        self.listen(seconds)
        self._process.join(seconds)
        status = self._process.exitcode
        self._pipe.close()
        self._process.close()
        assert status is not None, f"the process still ran after {seconds} s"
        return status
