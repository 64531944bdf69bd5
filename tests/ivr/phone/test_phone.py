"""The telephone's helper: signs for its own page on its own machine, rings this line only."""

from __future__ import annotations

import asyncio
import socket as sockets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import uvicorn
from fastapi import APIRouter, FastAPI, Request, Response, WebSocket
from fastapi.responses import JSONResponse
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from core.errors import InvalidInput, LoanlineError, ProviderError
from ivr.phone.callers import ReadyCaller, ReadyTurn
from ivr.phone.exchange import DemoExchange
from ivr.phone.routes import phone_router

TOKEN = "0123456789abcdef"
PUBLIC = "https://line.example.org"
CALLER = ReadyCaller(
    "happy", "A borrower", "+14155550123", "+14155550123", "A", (ReadyTurn("a.ask", (b"\xff",), "1#"),)
)


def _app(exchange: DemoExchange) -> FastAPI:
    app = FastAPI()
    app.include_router(phone_router(exchange, [CALLER]))

    @app.exception_handler(LoanlineError)
    async def refuse(_request: Request, error: LoanlineError) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, 400)

    return app


def _client(app: FastAPI, address: str = "127.0.0.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=(address, 5000))
    return httpx.AsyncClient(
        transport=transport, base_url="http://line.test", headers={"sec-fetch-site": "same-origin"}
    )


async def test_the_page_and_its_callers_are_served_on_this_machine_only() -> None:
    app = _app(DemoExchange(TOKEN, PUBLIC, "http://127.0.0.1:1"))
    async with _client(app) as here, _client(app, "203.0.113.7") as away:
        page = await here.get("/phone")
        assert "Call Loanline" in page.text
        assert "unsafe" not in page.headers["content-security-policy"]
        for name in ("phone.js", "telephone.js", "stand-in.js", "worklet.js", "phone.css"):
            assert (await here.get(f"/phone/static/{name}")).status_code == 200
        assert (await here.get("/phone/static/phone.html")).status_code == 400
        assert (await here.get("/phone/callers")).json()[0]["title"] == "A borrower"
        assert (await here.get("/phone/callers/happy")).json()["turns"][0]["sounds"] == ["/w=="]
        for path in ("/phone", "/phone/callers", "/phone/callers/happy", "/phone/static/phone.js"):
            assert (await away.get(path)).status_code == 400


async def test_only_the_telephones_own_page_may_ring() -> None:
    app = _app(DemoExchange(TOKEN, PUBLIC, "http://127.0.0.1:1"))
    body = {"path": "/voice/incoming", "params": {}}
    async with _client(app) as client:
        for site in ("cross-site", "same-site", "none"):
            assert (await client.post("/phone/webhook", json=body, headers={"sec-fetch-site": site})).status_code == 400
        for bad in (b"{", b"[]", b'{"path": "/voice/x", "params": 3}', b"x" * 20_000):
            assert (await client.post("/phone/webhook", content=bad)).status_code == 400


@pytest.mark.parametrize(
    "path", ["https://evil.test/voice/incoming", "/console/sign-out", "//evil.test/voice/x", "voice"]
)
async def test_it_rings_this_line_and_no_other(path: str) -> None:
    with pytest.raises(InvalidInput):
        await DemoExchange(TOKEN, PUBLIC, "http://127.0.0.1:1").webhook(path, {})


async def test_a_line_that_does_not_answer_is_said_so() -> None:
    with pytest.raises(ProviderError):
        await DemoExchange(TOKEN, PUBLIC, "http://127.0.0.1:1").webhook("/voice/incoming", {})


@asynccontextmanager
async def _served(app: FastAPI) -> AsyncIterator[int]:
    listener = sockets.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", ws="websockets-sansio"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        while not server.started:  # noqa: ASYNC110  # uvicorn sets no event
            await asyncio.sleep(0.01)
        server.should_exit = True
        await serving


async def test_a_webhook_carries_the_signature_of_the_public_address() -> None:
    seen: list[bool] = []
    api = APIRouter()

    @api.post("/voice/incoming")
    async def incoming(request: Request) -> Response:
        form = dict((await request.form()).items())
        url = f"{PUBLIC}/voice/incoming?page=2"
        seen.append(RequestValidator(TOKEN).validate(url, form, request.headers["x-twilio-signature"]))
        return Response("<Response/>", media_type="text/xml")

    app = FastAPI()
    app.include_router(api)
    async with _served(app) as port:
        exchange = DemoExchange(TOKEN, PUBLIC, f"http://127.0.0.1:{port}")
        answer = await exchange.webhook(f"{PUBLIC}/voice/incoming?page=2#rc=1", {"CallSid": "CA1"})
    assert (answer, seen) == ("<Response/>", [True])


async def test_the_pages_stream_is_joined_to_the_lines_both_ways() -> None:
    line = FastAPI()

    @line.websocket("/voice/media")
    async def media(socket: WebSocket) -> None:
        signature = socket.headers["x-twilio-signature"]
        signed = RequestValidator(TOKEN).validate("wss://line.example.org/voice/media", {}, signature)
        await socket.accept()
        await socket.send_text(f"{signed}: {await socket.receive_text()}")

    async with _served(line) as port, _served(_app(DemoExchange(TOKEN, PUBLIC, f"http://127.0.0.1:{port}"))) as own:
        address, home = f"ws://127.0.0.1:{own}/phone/media", f"http://127.0.0.1:{own}"
        async with connect(address, additional_headers={"Origin": home}, proxy=None) as page:
            await page.send("hello")
            assert await asyncio.wait_for(page.recv(), 5) == "True: hello"
        with pytest.raises(InvalidStatus):
            await connect(address, additional_headers={"Origin": "http://evil.test"}, proxy=None)
