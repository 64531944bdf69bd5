"""The words of Twilio Media Streams: JSON text frames to typed facts, and our answers back to JSON.

Source: twilio.com/docs/voice/media-streams/websocket-messages. Numbers may come as strings. A field we do not know
is tolerated, a field we need and do not find is not. Text that cannot be understood raises ``MalformedMessage``, a
frame above 64 KiB ``TooLarge``; neither message repeats what was sent.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from core.errors import MalformedMessage, TooLarge

__all__ = [
    "MAX_FRAME_BYTES",
    "Clear",
    "Connected",
    "Dtmf",
    "Inbound",
    "Mark",
    "Media",
    "Outbound",
    "PlayMark",
    "PlayMedia",
    "Start",
    "Stop",
    "decode",
    "encode",
]

#: A real media frame is about 400 bytes, a start frame about 900.
MAX_FRAME_BYTES = 65_536

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NUMBER = re.compile(r"[0-9]{1,15}")
_DIGITS = frozenset("0123456789*#ABCD")
_MAX_TEXT = 500
_MAX_PARAMETERS = 32


@dataclass(frozen=True, slots=True)
class Connected:
    """The first frame of every stream."""

    protocol: str
    version: str


@dataclass(frozen=True, slots=True, repr=False)
class Start:
    """The stream's particulars. ``parameters`` are the ``<Parameter>`` values of our TwiML: they hold a secret."""

    stream_sid: str
    call_sid: str
    account_sid: str
    tracks: tuple[str, ...]
    parameters: dict[str, str]
    encoding: str
    sample_rate: int
    channels: int

    def __repr__(self) -> str:
        return f"Start(call={self.call_sid}, stream={self.stream_sid}, {len(self.parameters)} parameters)"


@dataclass(frozen=True, slots=True, repr=False)
class Media:
    """Sound. ``chunk`` counts from 1; ``timestamp`` is in ms from the start of the stream."""

    stream_sid: str
    track: str
    chunk: int
    timestamp: int
    payload: bytes

    def __repr__(self) -> str:
        return f"Media(chunk={self.chunk}, timestamp={self.timestamp}, {len(self.payload)} bytes)"


@dataclass(frozen=True, slots=True, repr=False)
class Dtmf:
    """A key. Its digit may be part of a secret and never shows."""

    stream_sid: str
    digit: str

    def __repr__(self) -> str:
        return "Dtmf(•)"


@dataclass(frozen=True, slots=True)
class Mark:
    stream_sid: str
    name: str


@dataclass(frozen=True, slots=True)
class Stop:
    stream_sid: str
    call_sid: str


Inbound = Connected | Start | Media | Dtmf | Mark | Stop


@dataclass(frozen=True, slots=True, repr=False)
class PlayMedia:
    """Raw mu-law at 8 kHz, without any header, queued behind what was sent before."""

    stream_sid: str
    payload: bytes


@dataclass(frozen=True, slots=True)
class PlayMark:
    stream_sid: str
    name: str


@dataclass(frozen=True, slots=True)
class Clear:
    stream_sid: str


Outbound = PlayMedia | PlayMark | Clear


def decode(frame: str | bytes) -> Inbound:
    """Read one frame. Raises ``MalformedMessage`` or ``TooLarge``."""
    fields = _object(frame)
    event = fields.get("event")
    reader = _READERS.get(event) if isinstance(event, str) else None
    if reader is None:
        raise MalformedMessage("The frame has no event this line knows: look up the Media Streams messages.")
    return reader(fields)


def encode(message: Outbound) -> str:
    """The JSON text of one of our three messages; Twilio refuses any field more or less (warning 31951)."""
    if isinstance(message, PlayMedia):
        payload = base64.b64encode(message.payload).decode("ascii")
        return _text({"event": "media", "streamSid": message.stream_sid, "media": {"payload": payload}})
    if isinstance(message, PlayMark):
        return _text({"event": "mark", "streamSid": message.stream_sid, "mark": {"name": message.name}})
    return _text({"event": "clear", "streamSid": message.stream_sid})


def _text(fields: dict[str, Any]) -> str:
    return json.dumps(fields, separators=(",", ":"))


def _object(frame: str | bytes) -> dict[str, Any]:
    size = len(frame)
    if isinstance(frame, str) and size <= MAX_FRAME_BYTES and not frame.isascii():
        size = len(frame.encode("utf-8", "surrogatepass"))
    if size > MAX_FRAME_BYTES:
        raise TooLarge("The frame is above 64 KiB: send sound in pieces of some 20 ms.")
    try:
        fields = json.loads(frame, parse_constant=_no_constant)
    except (ValueError, RecursionError):  # bad UTF-8 and numbers of 5,000 digits are ValueErrors too
        raise MalformedMessage("The frame is not JSON: send one JSON object as text.") from None
    if not isinstance(fields, dict):
        raise MalformedMessage("The frame is not a JSON object: send one object with an event.")
    return fields


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _part(fields: dict[str, Any], name: str) -> dict[str, Any]:
    value = fields.get(name)
    if not isinstance(value, dict):
        raise MalformedMessage(f"The frame lacks its {name!r} object: send it.")
    return value


def _str(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_TEXT:
        raise MalformedMessage(f"The field {name!r} must be text of 1 to {_MAX_TEXT} characters.")
    return value


def _sid(fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise MalformedMessage(f"The field {name!r} must be an identifier of letters and digits.")
    return value


def _int(fields: dict[str, Any], name: str) -> int:
    value = fields.get(name)
    if type(value) is int and 0 <= value < 10**15:
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    raise MalformedMessage(f"The field {name!r} must be a whole number of at most 15 digits.")


def _connected(fields: dict[str, Any]) -> Connected:
    return Connected(_str(fields, "protocol"), _str(fields, "version"))


def _start(fields: dict[str, Any]) -> Start:
    start = _part(fields, "start")
    form = _part(start, "mediaFormat")
    tracks = start.get("tracks")
    if not isinstance(tracks, list) or not all(isinstance(track, str) for track in tracks):
        raise MalformedMessage("The field 'tracks' must be a list of names.")
    stream_sid = _sid(start, "streamSid")
    if _sid(fields, "streamSid") != stream_sid:
        raise MalformedMessage("The frame names two streams: send one 'streamSid'.")
    return Start(
        stream_sid=stream_sid,
        call_sid=_sid(start, "callSid"),
        account_sid=_sid(start, "accountSid"),
        tracks=tuple(tracks),
        parameters=_parameters(start.get("customParameters", {})),
        encoding=_str(form, "encoding"),
        sample_rate=_int(form, "sampleRate"),
        channels=_int(form, "channels"),
    )


def _parameters(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or len(value) > _MAX_PARAMETERS:
        raise MalformedMessage(f"The field 'customParameters' must be an object of at most {_MAX_PARAMETERS} texts.")
    if not all(isinstance(text, str) and len(text) <= _MAX_TEXT for text in value.values()):
        raise MalformedMessage(f"Each of 'customParameters' must be text of at most {_MAX_TEXT} characters.")
    return dict(value)


def _media(fields: dict[str, Any]) -> Media:
    media = _part(fields, "media")
    encoded = media.get("payload")
    try:
        payload = base64.b64decode(encoded, validate=True) if isinstance(encoded, str) else b""
    except (binascii.Error, ValueError):
        payload = b""
    if not payload:
        raise MalformedMessage("The field 'payload' must be base64 of at least one sample.")
    chunk = _int(media, "chunk")
    if chunk < 1:
        raise MalformedMessage("The field 'chunk' counts from 1.")
    return Media(_sid(fields, "streamSid"), _str(media, "track"), chunk, _int(media, "timestamp"), payload)


def _dtmf(fields: dict[str, Any]) -> Dtmf:
    digit = _part(fields, "dtmf").get("digit")
    if not isinstance(digit, str) or digit not in _DIGITS:
        raise MalformedMessage("The field 'digit' must be one key of a telephone.")
    return Dtmf(_sid(fields, "streamSid"), digit)


def _mark(fields: dict[str, Any]) -> Mark:
    return Mark(_sid(fields, "streamSid"), _str(_part(fields, "mark"), "name"))


def _stop(fields: dict[str, Any]) -> Stop:
    return Stop(_sid(fields, "streamSid"), _sid(_part(fields, "stop"), "callSid"))


_READERS: dict[str, Callable[[dict[str, Any]], Inbound]] = {
    "connected": _connected,
    "start": _start,
    "media": _media,
    "dtmf": _dtmf,
    "mark": _mark,
    "stop": _stop,
}
