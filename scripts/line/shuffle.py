"""Tell every story of a call in thousands of garbled ways, and look whether it always ends like the plain telling.

``python -m scripts.line.shuffle --sequences 10000 --real 300``: webhooks repeated up to three times, late and out of
order; ``--real`` of them through the real switchboard, form, sealed store and list of call-backs. Prints one line a
story and ends with 1 when a telling ended otherwise; ``--seed`` repeats a run.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import structlog

from tests.ivr.form_house import FormHouse
from tests.ivr.twilio.shuffling import REAL_STORIES, STORIES, FakeLine, RealLine, Step, Story, garbled, told


async def _fakes(story: Story, count: int, dice: Random) -> tuple[int, list[list[Step]]]:
    """How many webhooks were told, and the tellings that ended otherwise."""
    plain = await told(FakeLine(story), story.steps)
    webhooks, wrong = 0, []
    for _ in range(count):
        steps = garbled(story, dice)
        webhooks += len(steps)
        if await told(FakeLine(story), steps) != plain:
            wrong.append(steps)
    return webhooks, wrong


async def _real(story: Story, count: int, dice: Random, first: int, house: FormHouse) -> tuple[int, list[list[Step]]]:
    plain = await told(RealLine(house, first), story.steps)
    webhooks, wrong = 0, []
    for number in range(1, count + 1):
        steps = garbled(story, dice)
        webhooks += len(steps)
        if await told(RealLine(house, first + number), steps) != plain:
            wrong.append(steps)
    return webhooks, wrong


async def _run(sequences: int, real: int, seed: int) -> int:
    failed = 0
    for number, story in enumerate(STORIES):
        share = sequences // len(STORIES) + (number < sequences % len(STORIES))
        failed += _tell(f"{story.name}", share, *await _timed(_fakes(story, share, Random(seed + number))))
    with tempfile.TemporaryDirectory() as folder:
        house = FormHouse(Path(folder))
        for number, story in enumerate(REAL_STORIES):
            share = real // len(REAL_STORIES) + (number < real % len(REAL_STORIES))
            first = 1_000_000 * (number + 1)
            failed += _tell(
                f"real: {story.name}", share, *await _timed(_real(story, share, Random(seed + number), first, house))
            )
        house.storage.close()
    return failed


async def _timed(work):  # type: ignore[no-untyped-def]  # a coroutine of either kind
    begun = time.perf_counter()
    webhooks, wrong = await work
    return webhooks, wrong, time.perf_counter() - begun


def _tell(name: str, count: int, webhooks: int, wrong: list[list[Step]], seconds: float) -> int:
    print(f"{name}: {count} tellings, {webhooks} webhooks, {len(wrong)} ended otherwise, {seconds:.1f} s")
    for steps in wrong[:1]:
        print("   " + " | ".join(step.route for step in steps))
    return len(wrong)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=10_000)
    parser.add_argument("--real", type=int, default=300)
    parser.add_argument("--seed", type=int, default=4)
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    return 1 if asyncio.run(_run(asked.sequences, asked.real, asked.seed)) else 0


if __name__ == "__main__":
    sys.exit(main())
