"""``python -m tests.chaos.alone FOLDER TAG``: three calls on a line in a folder, told on stdout; for tools that wrap a
whole process, such as fiu-run."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import structlog

from tests.chaos.crowd import Crowd, Person, Told


async def _calls(folder: Path, tag: str) -> None:
    crowd = Crowd(folder, _tell)
    await crowd.open()
    _tell(Told("open", "", 0, 0))
    for number in range(3):
        await crowd.call(Person(number, int(tag)), f"CA{tag}n{number}".ljust(34, "0"))


def _tell(told: Told) -> None:
    os.write(1, told.line())


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    asyncio.run(_calls(Path(sys.argv[1]), sys.argv[2]))
