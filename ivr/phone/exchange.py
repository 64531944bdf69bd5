"""The carrier's part that a browser cannot play: it signs the page's webhooks and its stream.

The page speaks the carrier's own messages; nothing in them is changed on the way. Sources: the carrier's pages
"Webhooks security" and "Media Streams: WebSocket messages".
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit

import httpx
from starlette.websockets import WebSocket, WebSocketDisconnect
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from core.errors import InvalidInput, ProviderError

__all__ = ["DemoExchange"]

_ACCOUNT = "AC" + "0" * 32


class DemoExchange:
    """``public_url`` is the address that is signed, ``local_url`` the one that is dialled: this very program."""

    def __init__(self, token: str, public_url: str, local_url: str) -> None:
        self._validator = RequestValidator(token)
        self._public, self._local = public_url.rstrip("/"), local_url.rstrip("/")

    async def webhook(self, path: str, given: Mapping[str, str]) -> str:
        """Post one signed webhook; returns the TwiML. Raises ``InvalidInput`` for a path that is none of ours and
        ``ProviderError`` when the line does not answer."""
        url = self._own(path)
        params = {"AccountSid": _ACCOUNT, "ApiVersion": "2010-04-01", "Direction": "inbound"} | dict(given)
        headers = {"X-Twilio-Signature": self._validator.compute_signature(url, params)}
        try:
            async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
                answer = await http.post(self._dialled(url), data=params, headers=headers)
        except httpx.HTTPError:
            raise ProviderError("The line did not answer; try again.") from None
        if answer.is_error:
            raise ProviderError(f"The line answered {answer.status_code}; hang up and call again.")
        return answer.text

    async def stream(self, page: WebSocket) -> None:
        """Join the page's stream to the line's, until either ends."""
        url = "ws" + self._public.removeprefix("http") + "/voice/media"
        try:
            async with connect(
                self._dialled(url),
                additional_headers={"x-twilio-signature": self._validator.compute_signature(url, {})},
                compression=None,
                ping_interval=None,
                max_size=65_536,
                proxy=None,
            ) as line:
                await page.accept()
                ways = [asyncio.create_task(_to_line(page, line)), asyncio.create_task(_to_page(line, page))]
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
        except (InvalidHandshake, OSError):
            await page.close(1013)
            return
        with suppress(RuntimeError):  # the page has gone already
            await page.close(1000)

    def _own(self, path: str) -> str:
        """The public address of a path or address of our own webhooks; fragments are the carrier's and not signed."""
        parts = urlsplit(path)
        if parts.netloc and parts.netloc != urlsplit(self._public).netloc:
            raise InvalidInput("path", "the telephone rings this line only")
        if not parts.path.startswith("/voice/"):
            raise InvalidInput("path", "the telephone knows the line's webhooks only")
        return self._public + parts.path + (f"?{parts.query}" if parts.query else "")

    def _dialled(self, url: str) -> str:
        parts, local = urlsplit(url), urlsplit(self._local)
        scheme = local.scheme if parts.scheme.startswith("http") else {"http": "ws", "https": "wss"}[local.scheme]
        return urlunsplit((scheme, local.netloc, parts.path, parts.query, ""))


async def _to_line(page: WebSocket, line: ClientConnection) -> None:
    with suppress(WebSocketDisconnect, ConnectionClosed, KeyError):
        while True:
            await line.send(await page.receive_text())


async def _to_page(line: ClientConnection, page: WebSocket) -> None:
    with suppress(WebSocketDisconnect, ConnectionClosed, RuntimeError):
        async for message in line:
            if isinstance(message, str):
                await page.send_text(message)
