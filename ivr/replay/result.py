"""What a replayed call is judged by: what the line heard, decided and how long it took, and what the caller saw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from core.applicant import PhoneNumber
from core.events import TranscriptLine
from core.risk import RiskReport
from ivr.line import Forms, Switchboard
from ivr.replay.caller import Heard, Said
from ivr.replay.manifest import CallFixture

__all__ = [
    "CallResult",
    "HouseFactory",
    "Played",
    "ReplayExchange",
    "ReplayHouse",
    "RiskLook",
    "SmsInbox",
    "TurnTiming",
]


@dataclass(frozen=True, slots=True)
class TurnTiming:
    """One answer. ``heard_ms``: from the end of speech to the end of the answer (stream time); ``decode_ms``: the
    recogniser's last word; ``think_ms``: from there to the first byte of the next prompt (both clock time)."""

    question: str
    heard_ms: float
    decode_ms: float
    think_ms: float

    @property
    def answer_ms(self) -> float:
        return self.heard_ms + self.decode_ms + self.think_ms


@dataclass(frozen=True, slots=True)
class RiskLook:
    """One risk report as it was shown while the call lasted. ``found`` are the signals that were assessed and above
    zero; ``took_ms`` is clock time, with the audio that had to be heard first."""

    at_ms: int
    band: str
    reasons: tuple[str, ...]
    found: tuple[str, ...]
    took_ms: float

    @classmethod
    def of(cls, fact: Mapping[str, Any], at_ms: int) -> RiskLook:
        """From the board's fact of kind ``signals``."""
        found = tuple(one["name"] for one in fact["signals"] if one["assessed"] and (one["value"] or 0) > 0)
        return cls(at_ms, fact["band"], tuple(fact["reasons"]), found, fact["took_ms"])


@dataclass(frozen=True, slots=True, repr=False)
class CallResult:
    """What the line made of one call. ``slots`` are JSON values (``"2500.00"``, ``"1985-03-12"``, ``12``); ``decision``
    is the decision as the codec writes it (``outcome``, ``reasons`` with ``code`` and ``text``, ``offers`` …);
    ``prompts`` the ids of the prompts in order; ``reasks`` how often a question was put again; ``looks`` the risk
    reports that were shown live, of which ``risk`` is the last."""

    outcome: str | None
    slots: Mapping[str, Any] = field(default_factory=dict)
    lines: tuple[TranscriptLine, ...] = ()
    decision: Mapping[str, Any] | None = None
    risk: RiskReport | None = None
    looks: tuple[RiskLook, ...] = ()
    turns: tuple[TurnTiming, ...] = ()
    prompts: tuple[str, ...] = ()
    reasks: int = 0


class SmsInbox(Protocol):
    def texts_to(self, number: PhoneNumber) -> list[str]:
        """The texts sent to a number, oldest first."""
        ...


class ReplayExchange(Switchboard, Forms, Protocol):
    """What stands behind the line."""


class ReplayHouse(Protocol):
    """A whole line without its network: its own data directory, keyring and text-message inbox."""

    @property
    def switchboard(self) -> ReplayExchange: ...

    @property
    def sms_inbox(self) -> SmsInbox: ...

    def remember(self, fixture: CallFixture) -> None:
        """Write the fixture's ``history`` before the call. Raises ``StorageError``."""
        ...

    def result(self, call_id: str) -> CallResult:
        """After the call has ended. Raises ``NotFound``."""
        ...


#: Opens a house in an empty folder that is deleted afterwards; the number is the seed of the codes it draws. Houses may
#: share engines; calls share nothing else.
HouseFactory = Callable[[Path, int], AbstractAsyncContextManager[ReplayHouse]]


@dataclass(frozen=True, slots=True, repr=False)
class Played:
    """One fixture, played. ``ended`` as in ``WireResult``; ``error`` is set when the pipeline itself failed, and then
    ``result`` may be missing. ``wall_seconds`` is clock time, ``stream_ms`` the length of the call."""

    fixture: CallFixture
    ended: str
    stream_ms: int
    wall_seconds: float
    heard: tuple[Heard, ...]
    said: tuple[Said, ...]
    unused: tuple[int, ...]
    result: CallResult | None
    error: str = ""
