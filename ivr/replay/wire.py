"""Be the carrier: signed webhooks and a Media Streams WebSocket, played by a simulated caller.

The server cannot tell this from Twilio: the same requests, signatures, messages, numbers as strings, and order.
Sources: the carrier's pages on ``<Stream>`` and "Webhooks security"; the stream itself is ``ivr.replay.stream``.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake

from core.errors import EnvironmentProblem, MalformedMessage
from ivr.replay.caller import Heard, Said, SimulatedCaller, newest_code
from ivr.replay.form import CONFIDENCE, reply
from ivr.replay.stream import MediaStream, StreamIds
from ivr.replay.twiml import GatherVerb, Step, StreamVerb, read_twiml

__all__ = ["Carrier", "WireCall", "WireResult"]

_CALLED = "+18005550199"
#: What the carrier sends as the number of a caller who withholds it.
_ANONYMOUS = "+266696687"
_MOST_STEPS = 250
#: An address that does not answer is tried twice more (``rc=2`` of our addresses).
_AGAIN_AFTER_S = (1.0, 2.0)
_LAST_VERBS = {"Hangup": "completed", "Reject": "refused", "Dial": "handed_over", "Enqueue": "handed_over"}


@dataclass(frozen=True, slots=True, repr=False)
class Carrier:
    """Whose calls these are, and where they go. ``public_url`` is the address that is signed; ``to`` the one that is
    dialled. ``token`` is the account's auth token."""

    token: str
    to: str
    public_url: str
    account: str = "AC" + "0" * 32

    def local(self, url: str) -> str:
        """``url`` of the public address at the address that is dialled, with ``ws`` for ``wss`` where that is plain
        HTTP. Raises ``MalformedMessage`` for any other host."""
        parts, public, to = urlsplit(url), urlsplit(self.public_url), urlsplit(self.to)
        if parts.netloc != public.netloc:
            raise MalformedMessage("The TwiML points to another host: set LOANLINE_PUBLIC_URL or --public-url alike.")
        scheme = to.scheme if parts.scheme in {"http", "https"} else {"http": "ws", "https": "wss"}[to.scheme]
        return urlunsplit((scheme, to.netloc, parts.path, parts.query, ""))


@dataclass(frozen=True, slots=True)
class WireResult:
    """What the caller and the carrier saw. ``ended``: ``completed`` (the line hung up), ``handed_over`` (to a person),
    ``hung_up`` (by the caller), ``refused`` or ``failed``; ``why`` says more. ``steps`` are the TwiML verbs met."""

    call_id: str
    ended: str
    why: str
    stream_ms: int
    steps: tuple[str, ...]
    warnings: tuple[str, ...]
    heard: tuple[Heard, ...]
    said: tuple[Said, ...]
    unused: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _End:
    """How the call ended, in the words of ``WireResult``."""

    ended: str
    why: str = ""


class WireCall:
    """One call over real HTTP and WebSocket. ``watch`` is told of every prompt heard and turn taken, as it happens."""

    def __init__(
        self,
        caller: SimulatedCaller,
        carrier: Carrier,
        call_id: str,
        *,
        now: Callable[[], datetime],
        speed: float = 1.0,
        watch: Callable[[Heard | Said], None] | None = None,
    ) -> None:
        self._caller = caller
        self._carrier = carrier
        self._call_id = call_id
        self._now = now
        self._speed = speed
        self._watch = watch
        self._told = [0, 0]
        self._validator = RequestValidator(carrier.token)
        self._steps: list[str] = []
        self._warnings: list[str] = []
        self._streams = 0

    async def run(self) -> WireResult:
        """Ring, talk, follow the TwiML to its end. Raises ``EnvironmentProblem`` when nobody listens at ``to``."""
        async with httpx.AsyncClient(timeout=30, trust_env=False) as http:
            self._http = http
            base = self._carrier.public_url.rstrip("/")
            try:
                end = await self._follow(base + "/voice/incoming")
            except MalformedMessage as error:
                end = _End("failed", str(error))
            await self._quietly(self._post(base + "/voice/status", "completed", CallDuration=str(self._seconds())))
        caller = self._caller
        steps, warnings = tuple(self._steps), tuple(self._warnings)
        heard, said = tuple(caller.heard), tuple(caller.said)
        return WireResult(self._call_id, end.ended, end.why, caller.now_ms, steps, warnings, heard, said, caller.unused)

    def _seconds(self) -> int:
        return max(1, round(self._caller.now_ms / 1000))

    # Webhooks.

    def _params(self, status: str) -> dict[str, str]:
        caller = self._caller.fixture.caller
        number = caller.number or _ANONYMOUS
        params = {"AccountSid": self._carrier.account, "ApiVersion": "2010-04-01", "CallSid": self._call_id}
        params |= {"CallStatus": status, "Direction": "inbound", "From": number, "Caller": number}
        params |= {"To": _CALLED, "Called": _CALLED}
        if caller.stir_verstat is not None:
            params["StirVerstat"] = caller.stir_verstat
        return params

    async def _post(self, url: str, status: str, **more: str) -> httpx.Response:
        """One signed webhook. ``url`` is the public one."""
        params = self._params(status) | more
        headers = {
            "X-Twilio-Signature": self._validator.compute_signature(url, params),
            "User-Agent": "TwilioProxy/1.1",
        }
        return await self._http.post(self._carrier.local(url), data=params, headers=headers)

    async def _post_again(self, url: str, status: str, **more: str) -> httpx.Response:
        """In mid-call the carrier tries an address that does not answer again."""
        for pause in _AGAIN_AFTER_S if self._steps else ():
            try:
                return await self._post(url, status, **more)
            except httpx.ConnectError:
                await asyncio.sleep(pause)
        return await self._post(url, status, **more)

    async def _quietly(self, request: Awaitable[httpx.Response]) -> None:
        """A notice whose answer changes nothing for the carrier."""
        try:
            answer = await request
        except (httpx.HTTPError, MalformedMessage) as error:
            self._warnings.append(f"a status callback failed: {type(error).__name__}")
            return
        if answer.is_error:
            self._warnings.append(f"a status callback was answered {answer.status_code}")

    async def _twiml(self, url: str, status: str, **more: str) -> list[Step] | _End:
        try:
            answer = await self._post_again(url, status, **more)
        except httpx.ConnectError:
            if not self._steps:
                raise EnvironmentProblem(
                    f"No server answers at {self._carrier.to}: run loanline serve first."
                ) from None
            return _End("failed", "the server went away")
        except httpx.HTTPError as error:
            return _End("failed", f"a webhook failed: {type(error).__name__}")
        if answer.is_error:
            ended = "refused" if answer.status_code in {401, 403} else "failed"
            return _End(ended, f"the webhook was answered {answer.status_code}")
        return read_twiml(answer.text) if answer.content else []

    async def _follow(self, url: str) -> _End:
        """Perform verbs until the call is over."""
        steps = await self._twiml(url, "ringing")
        while len(self._steps) < _MOST_STEPS:
            if isinstance(steps, _End):
                return steps
            if not steps:
                return _End("completed", "the TwiML ended")
            step = steps.pop(0)
            self._steps.append(step.verb)
            if step.verb in _LAST_VERBS:
                return _End(_LAST_VERBS[step.verb], step.verb)
            if step.verb == "Pause":
                await asyncio.sleep(float(step.text or "1"))
            next_url, more = step.url, dict[str, str]()
            if step.stream is not None:
                await self._talk(url, step.stream)
                next_url = step.stream.action or ""
            elif step.gather is not None:
                more = await self._gathered(step.gather)
                next_url = step.gather.action if more or step.gather.on_empty else ""
            if self._caller.hung_up:
                return _End("hung_up", "the caller hung up")
            if next_url:
                url = urljoin(url, next_url)
                steps = await self._twiml(url, "in-progress", **more)
        return _End("failed", "the TwiML goes round in circles")

    async def _gathered(self, verb: GatherVerb) -> dict[str, str]:
        """What the caller gives to a ``<Gather>``, as its fields; empty for nothing."""
        turn = self._caller.turn_without_stream(verb.prompt_id)
        self._tell()
        code = await self._code_in_time() if turn is not None and turn.wants_code else ""
        given = reply(turn, code, verb.digits, verb.finish)
        if given.keys:
            return {"Digits": given.keys}
        if given.words and verb.speech:
            return {"SpeechResult": given.words, "Confidence": str(CONFIDENCE)}
        return {}

    async def _code_in_time(self) -> str:
        """The code is on its way: a person waits for it a little."""
        for _ in range(20):
            code = await self._newest_code()
            if code is not None:
                return code
            await asyncio.sleep(0.25)
        return ""

    # The stream.

    async def _talk(self, base: str, verb: StreamVerb) -> None:
        """One WebSocket from handshake to close."""
        url = urljoin(re.sub("^http", "ws", base), verb.url)
        self._streams += 1
        stream_id = "MZ" + hashlib.sha256(f"{self._call_id}:{self._streams}".encode()).hexdigest()[:32]
        if not self._caller.fixture.channel.stream:
            await self._stream_status(base, verb, stream_id, "stream-error")
            return
        event = "stream-stopped"
        try:
            async with connect(
                self._carrier.local(url),
                additional_headers={"x-twilio-signature": self._validator.compute_signature(url, {})},
                user_agent_header="Twilio.TmeWs/1.0",
                compression=None,
                ping_interval=None,
                max_size=None,
                proxy=None,
            ) as socket:
                await self._stream_status(base, verb, stream_id, "stream-started")
                if await self._stream(socket, stream_id).run(verb.parameters):
                    event = "stream-error"
        except (InvalidHandshake, OSError) as error:
            event = "stream-error"
            self._warnings.append(f"the stream failed: {type(error).__name__}")
        await self._stream_status(base, verb, stream_id, event)

    def _stream(self, socket: ClientConnection, stream_id: str) -> MediaStream:
        ids = StreamIds(self._carrier.account, self._call_id, stream_id)
        return MediaStream(
            socket,
            self._caller,
            ids,
            speed=self._speed,
            after_tick=self._tell,
            newest_code=self._newest_code,
            warn=self._warnings.append,
        )

    async def _stream_status(self, base: str, verb: StreamVerb, stream_id: str, event: str) -> None:
        if verb.status_callback is None:
            return
        more = {"StreamSid": stream_id, "StreamName": verb.name, "StreamEvent": event}
        more["Timestamp"] = self._now().isoformat()
        await self._quietly(self._post(urljoin(base, verb.status_callback), "in-progress", **more))

    def _tell(self) -> None:
        """Report what is new to ``watch``."""
        heard, said = self._caller.heard, self._caller.said
        news: list[Heard | Said] = [*heard[self._told[0] :], *said[self._told[1] :]]
        self._told = [len(heard), len(said)]
        for item in news:
            if self._watch is not None:
                self._watch(item)

    async def _newest_code(self) -> str | None:
        """The last code in the sandbox's text-message inbox, as a person reads it off the telephone."""
        number = self._caller.fixture.caller.texts_to
        if number is None:
            return None
        try:
            answer = await self._http.get(f"{self._carrier.to.rstrip('/')}/sandbox/sms", params={"to": number})
            texts = [str(item["text"]) for item in answer.raise_for_status().json()]
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return None
        return newest_code(texts)
