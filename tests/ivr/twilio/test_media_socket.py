"""The media socket against a real server: who is let in, what goes through, and that every fault ends well."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from ivr.line import AudioIn, KeyIn, LineEnded, MarkBack, NextStep
from ivr.twilio.media_socket import Limits
from tests.ivr.twilio import frames
from tests.ivr.twilio.line_app import CALL, LineApp
from tests.ivr.twilio.live_line import FAST, answers, begin, close_code, dial, ring, serving, until
from tests.ivr.twilio.test_wire_fixtures import NAMES, WIRE, frame_text


async def still_serves(line: LineApp, call: str = "CAnext") -> None:
    """A fresh call gets through from ring to stop."""
    async with dial(line) as ws:
        runner = await begin(line, ws, call, "MZnext")
        await ws.send(frames.media(1, stream="MZnext"))
        await ws.send(frames.stop(call, "MZnext"))
        await until(lambda: (call, "stop") in line.house.ends)
    assert runner.sound == b"\x55" * 160
    assert line.calls.joined == 0


async def test_a_whole_call() -> None:
    async with serving() as line, dial(line) as ws:
        runner = await begin(line, ws)
        first = await answers(ws, 2)
        assert [frame["event"] for frame in first] == ["media", "mark"]
        for chunk in (1, 2, 3):
            await ws.send(frames.media(chunk))
        await ws.send(frames.dtmf("1"))
        await ws.send(frames.mark("consent.ask:1"))
        await until(lambda: len(runner.others) == 2)
        await runner.line.play(b"\x02" * 800, "amount.ask:2")
        await runner.line.clear()
        assert [frame["event"] for frame in await answers(ws, 3)] == ["media", "mark", "clear"]
        await ws.send(frames.mark("amount.ask:2"))
        await ws.send(frames.stop())
        await until(lambda: bool(line.house.ends))
        assert await close_code(ws) == 1000
        assert runner.sound == b"\x55" * 480
        assert runner.others == [
            KeyIn("1"),
            MarkBack("consent.ask:1", flushed=False),
            MarkBack("amount.ask:2", flushed=True),
            LineEnded("stop"),
        ]
        assert line.house.ends == [(CALL, "stop")]
        assert line.meter["twilio_stream_began", ""] == 1
        assert line.meter["twilio_stream_over", "stop"] == 1


async def test_the_line_hangs_up_when_the_call_is_over() -> None:
    async with serving() as line, dial(line) as ws:
        runner = await begin(line, ws)
        await runner.line.play(b"", "last")
        await ws.send(frames.mark("last"))
        assert await close_code(ws) == 1000
        await until(lambda: line.house.ends == [(CALL, "finished")])
        await runner.line.play(b"\x01" * 800, "too.late:1")  # dropped without an error
        await runner.line.close()


@pytest.mark.parametrize("kind", ["none", "wrong", "other scheme", "other path", "query"])
async def test_without_twilios_signature_there_is_no_socket(kind: str) -> None:
    async with serving() as line:
        ws_url = "ws" + line.base.removeprefix("http") + "/voice/media"
        signed_url = {"other scheme": line.base + "/voice/media", "other path": ws_url + "/", "query": ws_url}
        headers = {"none": {}, "wrong": {"X-Twilio-Signature": "AAAA"}}.get(kind)
        headers = line.sign(signed_url[kind]) if headers is None else headers
        with pytest.raises(InvalidStatus) as caught:
            await dial(line, "/voice/media?a=1" if kind == "query" else "/voice/media", headers)
        assert caught.value.response.status_code == 403
        assert line.meter["twilio_refused", "handshake"] == 1
        await still_serves(line)


@pytest.mark.parametrize("kind", ["none", "used", "other call", "expired", "nonsense"])
async def test_without_a_good_token_no_sound_is_heard(kind: str) -> None:
    async with serving() as line:
        token = await ring(line)
        other = await ring(line, "CAother")
        if kind == "used":
            line.tokens.redeem(token, CALL)
        if kind == "expired":
            line.clock.seconds += 61
        value = {"none": "", "other call": other, "nonsense": "x.y.z"}.get(kind, token)
        async with dial(line) as ws:
            await ws.send(frames.connected())
            await ws.send(frames.start(parameters={"call_token": value}))
            await ws.send(frames.media(1))
            assert await close_code(ws) == 1008
        assert line.meter["twilio_refused", "token"] == 1
        assert line.house.runners == {}
        assert line.house.ends == []
        await still_serves(line)


async def test_one_token_opens_one_stream() -> None:
    async with serving() as line:
        token = await ring(line)
        for expected in (None, 1008):
            async with dial(line) as ws:
                await ws.send(frames.connected())
                await ws.send(frames.start(parameters={"call_token": token}))
                if expected is None:
                    await until(lambda: CALL in line.house.runners)
                    await ws.send(frames.stop())
                else:
                    assert await close_code(ws) == expected
        assert len(line.house.runners[CALL]) == 1
        await until(lambda: line.house.ends == [(CALL, "stop")])


async def test_a_second_stream_of_a_live_call_is_refused() -> None:
    async with serving(Limits()) as line, dial(line) as first, dial(line) as second:
        runner = await begin(line, first)
        await second.send(frames.connected())
        await second.send(frames.start(stream="MZ2", parameters={"call_token": line.tokens.mint(CALL)}))
        assert await close_code(second) == 1008
        assert line.meter["twilio_refused", "no_such_stream"] == 1
        await first.send(frames.dtmf("1"))
        await until(lambda: runner.others == [KeyIn("1")])


FIRST_FAULTS = {
    "media before start": (frames.media(1), 1008, "out_of_order"),
    "start before connected": (frames.start(), 1008, "out_of_order"),
    "broken JSON": ("{", 1008, "malformed_message"),
    "unknown event": ('{"event":"video"}', 1008, "malformed_message"),
    "binary": (b"\x00\x01", 1003, "malformed_message"),
    "oversize": ("x" * 70_000, 1009, "too_large"),
}


@pytest.mark.parametrize("name", list(FIRST_FAULTS))
async def test_a_fault_before_the_start_closes(name: str) -> None:
    frame, code, why = FIRST_FAULTS[name]
    async with serving() as line:
        async with dial(line) as ws:
            await ws.send(frame)
            assert await close_code(ws) == code
        await until(lambda: line.meter["twilio_wire_fault", why] == 1)
        assert line.house.runners == {}
        await still_serves(line)


@pytest.mark.parametrize("sent", [[], [frames.connected()]])
async def test_no_start_in_time_closes(sent: list[str]) -> None:
    async with serving() as line, dial(line) as ws:
        for frame in sent:
            await ws.send(frame)
        assert await close_code(ws) == 1008
        assert line.meter["twilio_refused", "no_start"] == 1


async def test_a_socket_that_goes_before_start_leaves_nothing() -> None:
    async with serving() as line:
        async with dial(line):
            pass
        await until(lambda: line.meter["twilio_refused", "no_start"] == 1)
        await still_serves(line)


@pytest.mark.parametrize("fault", ["{", '{"event":"video"}', frames.start(), frames.connected(), frames.dtmf("x")])
async def test_a_wrong_frame_in_a_call_is_counted_and_the_call_goes_on(fault: str) -> None:
    async with serving() as line, dial(line) as ws:
        runner = await begin(line, ws)
        await ws.send(fault)
        await ws.send(frames.media(1))
        await ws.send(frames.stop())
        await until(lambda: line.house.ends == [(CALL, "stop")])
        assert runner.sound == b"\x55" * 160
        assert sum(n for (name, _), n in line.meter.counts.items() if name == "twilio_wire_fault") == 1


@pytest.mark.parametrize(
    ("sent", "code", "why"),
    [([b"\x00"], 1003, "wire_fault"), (["x" * 70_000], 1009, "socket_closed"), (["{"] * 20, 1008, "wire_fault")],
    ids=["binary", "oversize", "too many"],
)
async def test_a_fault_that_ends_the_call_ends_it_once(sent: list[str | bytes], code: int, why: str) -> None:
    async with serving() as line:
        async with dial(line) as ws:
            runner = await begin(line, ws)
            await ws.send(frames.media(1))
            for frame in sent:
                await ws.send(frame)
            assert await close_code(ws) == code
            await until(lambda: line.house.ends == [(CALL, why)])
            assert runner.others == [LineEnded(why)]
        await still_serves(line)


@pytest.mark.parametrize("how", ["close", "abort"])
async def test_a_socket_without_stop_ends_the_call(how: str) -> None:
    async with serving() as line:
        ws = await dial(line)
        runner = await begin(line, ws)
        await ws.send(frames.media(1))
        if how == "close":
            await ws.close()
        else:
            ws.transport.abort()
        await until(lambda: line.house.ends == [(CALL, "socket_closed")])
        assert runner.others == [LineEnded("socket_closed")]
        await still_serves(line)


async def test_a_stream_that_falls_silent_ends() -> None:
    async with serving() as line, dial(line) as ws:
        runner = await begin(line, ws)
        await ws.send(frames.media(1))
        assert await close_code(ws) == 1011
        await until(lambda: line.house.ends == [(CALL, "stalled")])
        assert runner.others == [LineEnded("stalled")]


async def test_the_status_callback_ends_a_dead_stream_once() -> None:
    async with serving(Limits(drain_s=1)) as line, dial(line) as ws:
        runner = await begin(line, ws)
        await line.calls.call_over(CALL, "completed")
        assert await close_code(ws) == 1000
        await until(lambda: line.house.ends == [(CALL, "completed")])
        assert runner.others == [LineEnded("completed")]


async def test_a_call_that_fails_is_closed_and_the_server_lives() -> None:
    async with serving() as line:
        line.house.fail_on = KeyIn
        async with dial(line) as ws:
            await begin(line, ws)
            await ws.send(frames.dtmf("1"))
            assert await close_code(ws) == 1011
            await until(lambda: line.house.ends == [(CALL, "failed")])
        line.house.fail_on = None
        await still_serves(line)


async def test_a_token_for_a_call_that_never_rang_finds_no_call() -> None:
    async with serving() as line, dial(line) as ws:
        await ws.send(frames.connected())
        await ws.send(frames.start(parameters={"call_token": line.tokens.mint(CALL)}))
        assert await close_code(ws) == 1011
        assert line.house.runners == {}


async def test_a_slow_call_never_stops_the_reader_and_keeps_stream_time() -> None:
    limits = Limits(backlog_ms=200, drain_s=5, stall_s=5)
    async with serving(limits) as line:
        line.house.slow = 0.03
        async with dial(line) as ws:
            runner = await begin(line, ws)
            for chunk in range(1, 51):
                await ws.send(frames.media(chunk))
            await ws.send(frames.dtmf("7"))
            await until(lambda: line.meter["twilio_backlog", ""] > 0)
            await until(lambda: KeyIn("7") in runner.events)
            assert len(runner.sound) == 50 * 160
            assert runner.sound.endswith(b"\xff" * 160)
            positions = [event.at_ms for event in runner.events if isinstance(event, AudioIn)]
            assert positions == sorted(positions)


async def test_a_call_that_fails_learns_that_its_line_is_gone() -> None:
    async with serving() as line:
        line.house.fail_on = AudioIn
        async with dial(line) as ws:
            runner = await begin(line, ws)
            await ws.send(frames.media(1))
            await close_code(ws)
        await until(lambda: runner.over)
        assert runner.others == [LineEnded("failed")]


async def test_a_stuck_call_is_cut() -> None:
    async with serving(Limits(drain_s=0.2)) as line:
        line.house.slow = 60
        async with dial(line) as ws:
            await begin(line, ws)
            await ws.send(frames.media(1))
            await ws.send(frames.stop())
            await until(lambda: line.house.ends == [(CALL, "stop")])
        assert line.meter["twilio_stream_stuck", ""] == 1


async def test_a_call_that_reconnects_is_told_of_one_end() -> None:
    async with serving() as line:
        line.house.step = NextStep("reconnect")
        async with dial(line) as ws:
            await begin(line, ws)
        await until(lambda: line.calls.joined == 0)
        assert line.house.ends == []
        line.house.step = NextStep("goodbye")
        async with dial(line) as ws:
            await begin(line, ws, stream="MZ2")
            await ws.send(frames.stop(stream="MZ2"))
        await until(lambda: line.house.ends == [(CALL, "stop")])
        assert len(line.house.runners[CALL]) == 2


@pytest.mark.slow
async def test_every_wire_fixture_leaves_the_server_alive() -> None:
    async with serving(FAST) as line:
        for number, name in enumerate(NAMES):
            call, stream = f"CAwire{number}", f"MZwire{number}"
            token = await ring(line, call)
            async with dial(line) as ws:
                for text in wire_frames(WIRE / f"{name}.jsonl", call, stream, token):
                    await ws.send(text)
                assert await close_code(ws) in {1000, 1003, 1008, 1009, 1011}, name
        await until(lambda: line.calls.joined == 0)
        assert len(line.house.ends) == len(line.house.runners)
        await still_serves(line)


def wire_frames(path: Path, call: str, stream: str, token: str) -> list[str]:
    """The fixture's frames, as those of a call that rang here."""
    steps = [json.loads(line) for line in path.read_text().splitlines()][:-1]
    texts = [frame_text(step) for step in steps]
    swaps = {"CA" + "7" * 32: call, "MZ" + "5" * 32: stream, "one-use": token}
    for old, new in swaps.items():
        texts = [text.replace(old, new) for text in texts]
    return texts


async def test_ten_calls_at_once() -> None:
    async with serving() as line:

        async def one(number: int) -> bytes:
            call, stream = f"CA{number}", f"MZ{number}"
            async with dial(line) as ws:
                runner = await begin(line, ws, call, stream)
                for chunk in range(1, 21):
                    await ws.send(frames.media(chunk, bytes([number]) * 160, stream=stream))
                await ws.send(frames.stop(call, stream))
                await until(lambda: (call, "stop") in line.house.ends)
                return runner.sound

        sounds = await asyncio.gather(*map(one, range(10)))
        assert sounds == [bytes([number]) * 3200 for number in range(10)]


def test_on_a_busy_machine_everything_may_take_longer_but_faults() -> None:
    patient = Limits(stall_s=3).times(20)
    assert (patient.stall_s, patient.backlog_ms, patient.faults) == (60, 200_000, Limits().faults)
    assert (patient.start_s, patient.drain_s, patient.send_s) == (100, 200, 100)
