"""The carrier's side over real HTTP and a real WebSocket, against a small server that checks every signature."""

import asyncio
import base64
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import uvicorn
from fastapi import FastAPI, Request, Response, WebSocket, WebSocketDisconnect
from twilio.request_validator import RequestValidator

from core.errors import EnvironmentProblem, MalformedMessage
from ivr.replay.caller import Heard, Said, SimulatedCaller
from ivr.replay.manifest import CallFixture
from ivr.replay.wire import Carrier, WireCall, WireResult

TOKEN = "a token of the test's own"
PUBLIC = "https://line.example.org"
CALL = "CA" + "1" * 32
VALIDATOR = RequestValidator(TOKEN)
PIECE = base64.b64encode(bytes([0x20]) * 1600).decode()


class Server:
    """Speaks one prompt a script line; remembers every form and message."""

    def __init__(self, talk: Callable[["Server", WebSocket, str], Any], after: str = "<Hangup/>") -> None:
        self.talk = talk
        self.after = after
        self.pages: list[str] = []
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.messages: list[dict[str, Any]] = []
        self.port = 0
        self.app = FastAPI()
        self.app.post("/voice/{name}")(self.webhook)
        self.app.websocket("/voice/media")(self.media)
        self.app.get("/sandbox/sms")(self.sms)

    async def webhook(self, name: str, request: Request) -> Response:
        form = {key: str(value) for key, value in (await request.form()).items()}
        signature = request.headers["x-twilio-signature"]
        query = f"?{request.url.query}" if request.url.query else ""
        if not VALIDATOR.validate(f"{PUBLIC}/voice/{name}{query}", form, signature):
            return Response(status_code=403)
        self.forms.append((name, form))
        if name == "after-stream" and self.after == "broken":
            return Response(status_code=500)
        if name == "incoming":
            inner = (
                f'<Connect action="{PUBLIC}/voice/after-stream">'
                f'<Stream url="wss://line.example.org/voice/media" statusCallback="{PUBLIC}/voice/stream-status">'
                '<Parameter name="token" value="t1"/></Stream></Connect><Redirect>/voice/fallback</Redirect>'
            )
        else:
            inner = self.after if name == "after-stream" else ""
        if name in {"after-stream", "form"} and self.pages:
            inner = self.pages.pop(0)
        return Response(f"<Response>{inner}</Response>", media_type="application/xml")

    async def media(self, ws: WebSocket) -> None:
        if not VALIDATOR.validate("wss://line.example.org/voice/media", {}, ws.headers["x-twilio-signature"]):
            await ws.close()
            return
        await ws.accept()
        try:
            await self.talk(self, ws, "")
        except WebSocketDisconnect:
            return

    async def sms(self, to: str) -> list[dict[str, str]]:
        return [{"to": to, "text": "old 111111"}, {"to": to, "text": "Your code for $2,500 is 204816."}]

    async def next(self, ws: WebSocket) -> dict[str, Any]:
        message = json.loads(await ws.receive_text())
        self.messages.append(message)
        return message

    async def until(self, ws: WebSocket, event: str) -> dict[str, Any]:
        while (message := await self.next(ws))["event"] != event:
            pass
        return message

    async def say(self, ws: WebSocket, mark: str) -> None:
        stream = self.messages[1]["streamSid"]
        await ws.send_text(json.dumps({"event": "media", "streamSid": stream, "media": {"payload": PIECE}}))
        await ws.send_text(json.dumps({"event": "mark", "streamSid": stream, "mark": {"name": mark}}))


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[int]:
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", ws="websockets-sansio"))
    listener = socket.create_server(("127.0.0.1", 0))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    yield listener.getsockname()[1]
    server.should_exit = True
    await task


def tone(path: Path) -> np.ndarray:
    return (8000 * np.sin(np.arange(2400) * 0.4)).astype(np.int16)


async def ring(
    server: Server,
    *turns: dict[str, object],
    caller: dict[str, object] | None = None,
    token: str = TOKEN,
    channel: dict[str, object] | None = None,
) -> tuple[WireResult, list[Heard | Said]]:
    given = {"number": "+14155550123", "attestation": "A"} if caller is None else caller
    fixture = CallFixture.model_validate({"caller": given, "turn": list(turns), "channel": channel or {}})
    news: list[Heard | Said] = []
    async with serving(server.app) as port:
        carrier = Carrier(token, f"http://127.0.0.1:{port}", PUBLIC)
        call = WireCall(
            SimulatedCaller(fixture, tone), carrier, CALL, now=lambda: datetime.now(UTC), speed=20, watch=news.append
        )
        async with asyncio.timeout(30):
            return await call.run(), news


async def test_a_whole_call_as_the_carrier_makes_it() -> None:
    async def talk(server: Server, ws: WebSocket, _: str) -> None:
        await server.until(ws, "start")
        await server.say(ws, "amount.ask:1")
        await server.until(ws, "mark")
        await server.until(ws, "dtmf")
        await server.say(ws, "code.ask:2")
        for _ in range(6):
            await server.until(ws, "dtmf")
        await server.say(ws, "goodbye.accepted:3")
        await server.until(ws, "mark")
        await ws.close()

    server = Server(talk)
    result, news = await ring(server, {"when": "amount.ask", "keys": "7"}, {"when": "code.*", "keys": "{sms_code}"})

    assert (result.ended, result.why) == ("completed", "Hangup")
    assert result.steps == ("Connect", "Hangup")
    assert result.warnings == ()
    assert result.unused == ()
    assert [h.prompt_id for h in result.heard] == ["amount.ask", "code.ask", "goodbye.accepted"]
    assert len(news) == 5

    names = [name for name, _ in server.forms]
    assert names == ["incoming", "stream-status", "stream-status", "after-stream", "status"]
    incoming = server.forms[0][1]
    assert (incoming["CallSid"], incoming["From"], incoming["CallStatus"]) == (CALL, "+14155550123", "ringing")
    assert incoming["StirVerstat"] == "TN-Validation-Passed-A"
    assert [form["StreamEvent"] for name, form in server.forms if name == "stream-status"] == [
        "stream-started",
        "stream-stopped",
    ]
    assert server.forms[-1][1]["CallStatus"] == "completed"

    connected, start = server.messages[:2]
    assert connected == {"event": "connected", "protocol": "Call", "version": "1.0.0"}
    assert start["sequenceNumber"] == "1"
    assert start["start"]["callSid"] == CALL
    assert start["start"]["customParameters"] == {"token": "t1"}
    assert start["start"]["mediaFormat"] == {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
    numbered = [int(m["sequenceNumber"]) for m in server.messages[1:]]
    assert numbered == list(range(1, len(numbered) + 1))
    media = [m["media"] for m in server.messages if m["event"] == "media"]
    assert [m["chunk"] for m in media] == [str(n) for n in range(1, len(media) + 1)]
    assert [m["timestamp"] for m in media[:3]] == ["0", "20", "40"]
    assert {len(base64.b64decode(m["payload"])) for m in media} == {160}
    assert "".join(m["dtmf"]["digit"] for m in server.messages if m["event"] == "dtmf") == "7204816"


async def test_barge_in_is_cleared_and_the_mark_comes_back() -> None:
    async def talk(server: Server, ws: WebSocket, _: str) -> None:
        await server.until(ws, "start")
        for _ in range(20):
            stream = server.messages[1]["streamSid"]
            await ws.send_text(json.dumps({"event": "media", "streamSid": stream, "media": {"payload": PIECE}}))
        await server.say(ws, "summary.ask:1")
        await server.until(ws, "dtmf")
        await ws.send_text(json.dumps({"event": "clear", "streamSid": stream}))
        await server.until(ws, "mark")
        await ws.close()

    result, _ = await ring(Server(talk), {"when": "summary.ask", "keys": "1", "after_ms": 500})
    assert [(h.prompt_id, h.flushed) for h in result.heard] == [("summary.ask", True)]
    assert result.stream_ms < 4000


def page(prompt: str, more: str = "") -> str:
    action = f"/voice/form?page=1&amp;prompt={prompt}"
    return f'<Gather input="dtmf speech" action="{action}" actionOnEmptyResult="true" {more}><Say>?</Say></Gather>'


async def never(_server: Server, _ws: WebSocket, _: str) -> None:
    raise AssertionError("no stream was to be opened")


async def test_without_a_stream_the_form_is_answered_by_words_and_keys() -> None:
    server = Server(never)
    server.pages = [
        page("amount.ask"),
        page("term_months.ask", 'numDigits="2"'),
        page("full_name.ask", 'finishOnKey=""'),
        page("code.ask"),
        page("purpose.ask"),
        "<Hangup/>",
    ]
    result, _ = await ring(
        server,
        {"when": "amount.ask", "say": "a.wav", "words": "two thousand"},
        {"when": "term_months.ask", "keys": "123"},
        {"when": "full_name.ask", "keys": "51#52##"},
        {"when": "code.ask", "say_digits": "{sms_code}", "digits_dir": "d"},
        channel={"stream": False},
    )
    forms = [form for name, form in server.forms if name == "form"]
    given = [(form.get("Digits"), form.get("SpeechResult")) for form in forms]
    spelled = "two zero four eight one six"
    assert given == [(None, "two thousand"), ("12", None), ("51#52##", None), (None, spelled), (None, None)]
    assert float(forms[0]["Confidence"]) > 0.5
    assert [form["StreamEvent"] for name, form in server.forms if name == "stream-status"] == ["stream-error"]
    assert result.ended == "completed"
    assert result.unused == ()


async def test_a_key_menu_is_found_by_its_address_and_silence_goes_on_to_the_next_verb() -> None:
    menu = '<Gather action="/voice/call-back" numDigits="1"><Say>Press 1.</Say></Gather><Say>Bye</Say><Hangup/>'
    server = Server(never)
    server.pages = [menu]
    result, _ = await ring(server, {"when": "call-back", "keys": "1"}, channel={"stream": False})
    assert [form["Digits"] for name, form in server.forms if name == "call-back"] == ["1"]
    server = Server(never)
    server.pages = [menu]
    result, _ = await ring(server, {"when": "x", "keys": "1"}, channel={"stream": False})
    assert (result.steps, result.ended) == (("Connect", "Gather", "Say", "Hangup"), "completed")
    assert "call-back" not in [name for name, _ in server.forms]


async def test_a_stream_that_breaks_is_reported_and_the_turn_comes_again() -> None:
    streams = 0

    async def talk(server: Server, ws: WebSocket, _: str) -> None:
        nonlocal streams
        streams += 1
        server.messages = []
        await server.until(ws, "start")
        await server.say(ws, f"amount.ask:{streams}")
        if streams == 2:
            await server.until(ws, "dtmf")
            await ws.close()
        while True:
            await server.next(ws)

    server = Server(talk)
    again = (
        f'<Connect action="{PUBLIC}/voice/after-stream"><Stream url="wss://line.example.org/voice/media" '
        f'statusCallback="{PUBLIC}/voice/stream-status"/></Connect>'
    )
    server.pages = [again, "<Hangup/>"]
    result, _ = await ring(server, {"when": "amount.ask", "keys": "7"}, channel={"breaks": [0.3]})
    assert streams == 2
    events = [form["StreamEvent"] for name, form in server.forms if name == "stream-status"]
    assert events == ["stream-started", "stream-error", "stream-started", "stream-stopped"]
    assert (result.ended, result.unused) == ("completed", ())


async def test_what_a_stream_had_queued_is_not_heard_in_the_next() -> None:
    async def talk(server: Server, ws: WebSocket, _: str) -> None:
        streams.append(len(streams) + 1)
        server.messages = []
        await server.until(ws, "start")
        await server.say(ws, ("amount.ask:1", "term_months.ask:2")[len(streams) - 1])
        if len(streams) == 2:
            marks.append((await server.until(ws, "mark"))["mark"]["name"])
        await ws.close()

    streams: list[int] = []
    marks: list[str] = []
    server = Server(talk)
    again = (
        f'<Connect action="{PUBLIC}/voice/after-stream"><Stream url="wss://line.example.org/voice/media" '
        f'statusCallback="{PUBLIC}/voice/stream-status"/></Connect>'
    )
    server.pages = [again, "<Hangup/>"]
    result, _ = await ring(server, {"when": "amount.ask", "keys": "7"})
    assert marks == ["term_months.ask:2"]
    assert [prompt.prompt_id for prompt in result.heard] == ["term_months.ask"]
    assert result.unused == (0,)


async def test_the_caller_hangs_up() -> None:
    async def talk(server: Server, ws: WebSocket, _: str) -> None:
        await server.until(ws, "start")
        await server.say(ws, "offer.ask:1")
        await server.until(ws, "stop")

    server = Server(talk)
    result, _ = await ring(server, {"when": "offer.ask", "hang_up": True})
    assert result.ended == "hung_up"
    assert server.messages[-1]["stop"]["callSid"] == CALL
    assert [name for name, _ in server.forms][-2:] == ["stream-status", "status"], "nothing is asked after a hang-up"


async def test_a_person_takes_over_and_a_withheld_number() -> None:
    async def talk(server: Server, ws: WebSocket, _: str) -> None:
        await server.until(ws, "start")
        await ws.close()

    server = Server(talk, after="<Dial>+14155550100</Dial>")
    result, _ = await ring(server, {"when": "x", "keys": "1"}, caller={})
    assert result.ended == "handed_over"
    assert result.unused == (0,)
    assert server.forms[0][1]["From"] == "+266696687"
    assert "StirVerstat" not in server.forms[0][1]


async def test_undocumented_messages_are_dropped_with_a_warning() -> None:
    async def talk(server: Server, ws: WebSocket, _: str) -> None:
        await server.until(ws, "start")
        stream = server.messages[1]["streamSid"]
        await ws.send_bytes(b"\x00")
        for wrong in ('{"event": "media"}', "nonsense", "[]", json.dumps({"event": "dance", "streamSid": stream})):
            await ws.send_text(wrong)
        for _ in range(30):
            await server.next(ws)
        await ws.close()

    result, _ = await ring(Server(talk), {"when": "x", "keys": "1"})
    assert [warning[:5] for warning in result.warnings] == ["31950", "31951", "31951", "31951", "31951"]
    assert result.ended == "completed"


async def test_a_server_that_refuses_the_signature() -> None:
    async def talk(server: Server, ws: WebSocket, _: str) -> None:
        raise AssertionError("never reached")

    server = Server(talk)
    result, _ = await ring(server, {"when": "x", "keys": "1"}, token="another token")
    assert (result.ended, result.why) == ("refused", "the webhook was answered 403")
    assert server.forms == []


async def test_a_handshake_that_fails_goes_on_to_the_action() -> None:
    async def talk(server: Server, ws: WebSocket, _: str) -> None:
        raise AssertionError("never reached")

    server = Server(talk)
    server.app.router.routes = [r for r in server.app.router.routes if getattr(r, "path", "") != "/voice/media"]
    result, _ = await ring(server, {"when": "x", "keys": "1"})
    assert [form["StreamEvent"] for name, form in server.forms if name == "stream-status"] == ["stream-error"]
    assert result.ended == "completed"
    assert result.warnings == ("the stream failed: InvalidStatus",)


async def test_a_server_that_breaks_in_mid_call_ends_it() -> None:
    async def talk(server: Server, ws: WebSocket, _: str) -> None:
        await server.until(ws, "start")
        raise ConnectionAbortedError

    result, _ = await ring(Server(talk, after="broken"), {"when": "x", "keys": "1"})
    assert (result.ended, result.why) == ("failed", "the webhook was answered 500")


async def test_nobody_listens() -> None:
    fixture = CallFixture.model_validate({"caller": {}, "turn": [{"when": "x", "keys": "1"}]})
    carrier = Carrier(TOKEN, "http://127.0.0.1:9", PUBLIC)
    with pytest.raises(EnvironmentProblem, match="loanline serve"):
        await WireCall(SimulatedCaller(fixture, tone), carrier, CALL, now=lambda: datetime.now(UTC)).run()


def test_only_the_public_host_is_followed() -> None:
    carrier = Carrier(TOKEN, "http://127.0.0.1:8080", PUBLIC)
    assert carrier.local("wss://line.example.org/voice/media") == "ws://127.0.0.1:8080/voice/media"
    assert carrier.local("https://line.example.org/a?b=1") == "http://127.0.0.1:8080/a?b=1"
    assert TOKEN not in repr(carrier)
    with pytest.raises(MalformedMessage):
        carrier.local("https://elsewhere.example.org/a")
