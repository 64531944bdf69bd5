"""The seam between a telephone line and a call: what comes in, what goes out, and who admits calls.

Twilio's words (Sid, TwiML, mark) stop in ``ivr.twilio``; ``ivr.replay`` joins the same seam without a network.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.applicant import PhoneNumber

__all__ = [
    "Admission",
    "AudioIn",
    "IncomingCall",
    "KeyIn",
    "Line",
    "LineEnded",
    "LineEvent",
    "MarkBack",
    "NextStep",
    "Runner",
    "Switchboard",
]


@dataclass(frozen=True, slots=True)
class AudioIn:
    """8 kHz mu-law of the caller. ``at_ms`` counts from the start of the stream; gaps are already filled."""

    at_ms: int
    mulaw: bytes


@dataclass(frozen=True, slots=True, repr=False)
class KeyIn:
    """One key. Its ``repr`` hides which: keys can be a secret."""

    digit: str

    def __repr__(self) -> str:
        return "KeyIn(•)"


@dataclass(frozen=True, slots=True)
class MarkBack:
    """Everything sent before this mark was played, or flushed by a ``clear`` (``flushed``)."""

    name: str
    flushed: bool = False


@dataclass(frozen=True, slots=True)
class LineEnded:
    why: str


LineEvent = AudioIn | KeyIn | MarkBack | LineEnded


class Line(Protocol):
    """The way out to one caller. No method waits for playback."""

    async def play(self, mulaw: bytes, mark: str) -> None:
        """Queue audio at the far end (in pieces of at least 100 ms), then a mark of that name."""
        ...

    async def clear(self) -> None:
        """Empty the far end's buffer; the marks it held come back as flushed."""
        ...

    async def close(self) -> None:
        """End the stream; what comes after it is asked with ``Switchboard.next_step``."""
        ...


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """A ringing call. ``call_id`` is the carrier's own id; ``caller`` is ``None`` when the number is withheld."""

    call_id: str
    caller: PhoneNumber | None
    called: str
    attestation: str | None = None


class Admission(StrEnum):
    WELCOME = "welcome"
    FULL = "full"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class NextStep:
    """What the telephone network should do once the stream is over.

    ``kind`` is ``goodbye`` (hang up), ``person`` (give the call to a person), ``reconnect`` (stream again) or
    ``call_back`` (say that we call back, hang up).
    """

    kind: str
    reason: str = ""


class Runner(Protocol):
    """One call in progress. Events go in one at a time; ``handle`` returns when each is fully dealt with."""

    async def begin(self) -> None: ...

    async def handle(self, event: LineEvent) -> None: ...

    @property
    def over(self) -> bool: ...


class Switchboard(Protocol):
    """Admits calls and knows what becomes of them. All methods may be called twice with the same id."""

    async def ring(self, call: IncomingCall) -> Admission: ...

    async def connect(self, call_id: str, line: Line) -> Runner:
        """Join a stream to a call that rang. Raises ``NotFound``, or ``Conflict`` when it is joined already."""
        ...

    def next_step(self, call_id: str) -> NextStep: ...

    async def ended(self, call_id: str, why: str) -> None: ...
