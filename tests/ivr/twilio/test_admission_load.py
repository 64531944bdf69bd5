"""Callers too many, hammering, while calls are on the line: every frame of those arrives, in time, and each refusal is
cheap."""

from __future__ import annotations

import asyncio
import statistics
import time

import httpx

from ivr.line import Admission
from tests.ivr.twilio import frames
from tests.ivr.twilio.live_line import begin, dial, serving, until
from tests.ivr.twilio.test_webhooks import verbs

_CALLS, _FRAMES, _REFUSED = 3, 150, 150
_STEP_S = 0.02


async def test_refusing_many_costs_the_calls_on_the_line_nothing() -> None:
    async with serving() as line, dial(line) as one, dial(line) as two, dial(line) as three:
        sockets = [one, two, three]
        names = [f"CA{number:032d}" for number in range(_CALLS)]
        streams = [f"MZ{number:032d}" for number in range(_CALLS)]
        runners = [
            await begin(line, socket, name, stream)
            for socket, name, stream in zip(sockets, names, streams, strict=True)
        ]
        line.house.admission = Admission.FULL
        lags: list[float] = []

        async def talk(number: int) -> None:
            began = time.monotonic()
            for chunk in range(1, _FRAMES + 1):
                await asyncio.sleep(max(0.0, began + chunk * _STEP_S - time.monotonic()))
                await sockets[number].send(frames.media(chunk, stream=streams[number]))

        async def hammer(http: httpx.AsyncClient) -> list[httpx.Response]:
            answers = []
            for number in range(_REFUSED):
                fields = line.form(CallSid=f"CAx{number:031d}")
                headers = line.sign(f"{line.base}/voice/incoming", fields)
                answers.append(await http.post(f"{line.base}/voice/incoming", data=fields, headers=headers))
            return answers

        async def watch() -> None:
            while True:
                before = time.monotonic()
                await asyncio.sleep(_STEP_S)
                lags.append(time.monotonic() - before - _STEP_S)

        watching = asyncio.create_task(watch())
        async with httpx.AsyncClient(trust_env=False) as http:
            busy = time.process_time()
            talks = [talk(number) for number in range(_CALLS)]
            *_, answers = await asyncio.gather(*talks, hammer(http))
            busy = time.process_time() - busy
        watching.cancel()
        await until(lambda: all(len(runner.sound) >= 160 * _FRAMES for runner in runners))

        assert {tuple(verbs(answer)) for answer in answers} == {("Say", "Gather", "Say", "Hangup")}
        assert len(line.house.runners) == _CALLS
        assert [len(runner.sound) for runner in runners] == [160 * _FRAMES] * _CALLS
        assert sum(count for (name, _), count in line.meter.counts.items() if name == "twilio_backlog") == 0
        # The test's own side is in it too: signing, sending, parsing. A frame lasts 20 ms.
        assert busy / _REFUSED < 0.02
        # Other tests share the machine: half of all times within five frames is in time.
        assert statistics.median(lags) < 0.1
