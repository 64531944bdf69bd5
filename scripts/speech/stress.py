"""Hold the recogniser to its promises for longer than the test suite can.

``kill``: workers get a kill -9 at random while answers are decoded; every answer must come back as it does in peace.
``memory``: hours of sound through one worker; prints its resident memory as it goes.

Run from the repository: ``python -m scripts.speech.stress kill --answers 200`` or ``memory --minutes 60``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import numpy as np

from speech.answers.grammar import grammar
from speech.answers.model import Kind
from speech.audio import decode_mulaw, read_audio
from speech.engines.vosk_pool import VoskPool
from speech.models import find_model
from speech.recognizer import HearingSpec
from speech.repair.understand import ALTERNATIVES
from speech.synthesis import Pyttsx3Voice

DIGITS = ("zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def spec_for(kind: Kind) -> HearingSpec:
    """As a call asks for it: the question's grammar, its next best hearings and the second listener."""
    return HearingSpec("en-US", grammar(kind, "en-US", length=4), ALTERNATIVES, second=True)


async def phrases() -> list[bytes]:
    """Twenty four-digit strings in the line's own voice, with silence around."""
    draw = random.Random(1)
    voice = Pyttsx3Voice(timeout_s=120)  # the machine may be busy; what is measured is the recogniser
    rest = np.zeros(2400, np.int16)
    try:
        texts = [", ".join(draw.choices(DIGITS, k=4)) for _ in range(20)]
        spoken = [decode_mulaw(await voice.say(text)) for text in texts]
    finally:
        await voice.close()
    return [np.concatenate([rest, sound, rest]).tobytes() for sound in spoken]


def resident_mb(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") >> 20


async def answer(pool: VoskPool, pcm: bytes, spec: HearingSpec) -> tuple[str, float]:
    """One answer at twice the speed of life: its words, and the milliseconds from its last sound to them."""
    hearing = pool.open(spec)
    for start in range(0, len(pcm), 320):
        hearing.feed(pcm[start : start + 320])
        await asyncio.sleep(0.01)
    begun = time.perf_counter()
    text = (await hearing.finish()).text
    return text, (time.perf_counter() - begun) * 1000


async def kill(answers: int, at_once: int) -> dict[str, object]:
    sounds = await phrases()
    spec = spec_for(Kind.DIGITS)
    # Patient: on a busy machine only deaths may cost an answer, not slowness.
    pool = VoskPool({"en-US": find_model("en-US")}, workers=2, threads=1, timeout_s=120, stall_s=60)
    await pool.start()
    in_peace = [(await answer(pool, sound, spec))[0] for sound in sounds]
    draw, kills, wrong, waits = random.Random(2), 0, 0, []

    async def killer() -> None:
        nonlocal kills
        while True:
            await asyncio.sleep(draw.uniform(0.2, 2.0))
            if len(pool.pids) == 2:
                os.kill(draw.choice(pool.pids), signal.SIGKILL)
                kills += 1

    async def caller(first: int) -> None:
        nonlocal wrong
        for number in range(first, answers, at_once):
            text, wait = await answer(pool, sounds[number % len(sounds)], spec)
            wrong += text != in_peace[number % len(sounds)]
            waits.append(wait)

    task = asyncio.create_task(killer())
    await asyncio.gather(*(caller(first) for first in range(at_once)))
    task.cancel()
    await pool.close()
    p50, p95 = np.percentile(waits, [50, 95])
    return {"answers": len(waits), "kills": kills, "lost_or_changed": wrong, "p50_ms": round(p50), "p95_ms": round(p95)}


async def memory(minutes: float, files: list[Path]) -> dict[str, object]:
    sounds = [read_audio(file).tobytes() for file in files] or await phrases()
    pool = VoskPool({"en-US": find_model("en-US")}, workers=1, threads=1, growth_mb=10**6, timeout_s=600, stall_s=300)
    await pool.start()
    fed, seen, specs = 0.0, [], [spec_for(kind) for kind in Kind]
    while fed < minutes * 60:
        for index, sound in enumerate(sounds):
            hearing = pool.open(specs[index % len(specs)])
            hearing.feed(sound)
            await hearing.finish()
            fed += len(sound) / 16_000
        seen.append((round(fed / 60, 1), resident_mb(pool.pids[0])))
        sys.stderr.write(f"{seen[-1][0]} min: {seen[-1][1]} MB\n")
    await pool.close()
    return {"minutes_and_mb": seen[:: max(1, len(seen) // 20)]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    kinds = parser.add_subparsers(dest="kind", required=True)
    killing = kinds.add_parser("kill")
    killing.add_argument("--answers", type=int, default=200)
    killing.add_argument("--at-once", type=int, default=5)
    remembering = kinds.add_parser("memory")
    remembering.add_argument("--minutes", type=float, default=60)
    remembering.add_argument("files", nargs="*", type=Path, help="recordings; without any the line's own voice")
    given = parser.parse_args()
    if given.kind == "kill":
        print(json.dumps(asyncio.run(kill(given.answers, given.at_once))))
    else:
        print(json.dumps(asyncio.run(memory(given.minutes, given.files))))


if __name__ == "__main__":
    main()
