"""What can happen to a call, as frozen facts. Times in milliseconds of the call's stream."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.applicant import PhoneNumber
from core.catalogue import Purpose
from core.decision.model import Decision
from core.events import JournalEntry
from core.money import Money
from core.risk import RiskReport
from speech.recognizer import Transcript

__all__ = [
    "RECORD",
    "AnswerHeard",
    "CallBegan",
    "CallEvent",
    "CallGone",
    "CodeChecked",
    "CodeSent",
    "DecisionMade",
    "DigitsDrawn",
    "EffectFact",
    "Failed",
    "KeyPressed",
    "LineFact",
    "PromptDone",
    "QuestionsDrawn",
    "RiskAssessed",
    "RiskUpdated",
    "Silence",
    "SpeechBegan",
    "StaffAct",
]


@dataclass(frozen=True, slots=True)
class CallBegan:
    """The line is open. ``left_behind`` is the journal of an unfinished case of this number, if any. ``from_ms`` is
    where on the call's time line this stream begins: a second stream of one call goes on after the first. ``earlier``
    is the journal of this number's newest decided case."""

    call_id: str
    case_id: str
    caller: PhoneNumber | None
    attestation: str | None = None
    left_behind: tuple[JournalEntry, ...] = ()
    from_ms: int = 0
    earlier: tuple[JournalEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class PromptDone:
    """A prompt's mark came back. ``heard`` is False when it was flushed by a ``StopPlayback``; ``played`` is the share
    of it (0 to 1) that had played by then. Where it lies in the line's track: ``None`` where nothing was recorded."""

    say_id: int
    heard: bool
    from_ms: int | None = None
    until_ms: int | None = None
    played: float = 1.0


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """Voice activity confirmed as the caller's speech."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class AnswerHeard:
    """The caller finished speaking and it was decoded."""

    listen_id: int
    transcript: Transcript
    start_ms: int
    end_ms: int
    latency_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """One key; hidden in ``repr``."""

    digit: str = field(repr=False)
    at_ms: int = 0


@dataclass(frozen=True, slots=True)
class Silence:
    """The listening time ran out. ``noise`` is True when there was sound but no speech."""

    listen_id: int
    noise: bool = False


@dataclass(frozen=True, slots=True)
class RiskUpdated:
    report: RiskReport


@dataclass(frozen=True, slots=True)
class RiskAssessed:
    """The report that was asked for."""

    report: RiskReport


@dataclass(frozen=True, slots=True, repr=False)
class DigitsDrawn:
    digits: str

    def __repr__(self) -> str:
        return "DigitsDrawn(•••)"


@dataclass(frozen=True, slots=True, repr=False)
class QuestionsDrawn:
    """Ids of questions about the caller's last loan, each with its right answer; empty for somebody without one."""

    drawn: tuple[tuple[str, Money | int | Purpose], ...]

    def __repr__(self) -> str:
        return f"QuestionsDrawn({len(self.drawn)})"


@dataclass(frozen=True, slots=True)
class CodeSent:
    """``elsewhere``: it went to the number that this person is known by, which is not the one given in this call.
    ``known_days``: how many days ago they first took a loan at that number; ``None`` for never."""

    ok: bool
    elsewhere: bool = False
    known_days: int | None = None


@dataclass(frozen=True, slots=True)
class CodeChecked:
    """``ok``, ``wrong``, ``expired`` or ``exhausted``."""

    result: str


@dataclass(frozen=True, slots=True)
class DecisionMade:
    decision: Decision


#: ``Failed.what`` of a recording or transcript that could not be stored.
RECORD = "record"


@dataclass(frozen=True, slots=True)
class Failed:
    """An effect could not be performed. ``what`` is the effect's name; nothing of it was kept."""

    what: str
    code: str = field(default="")


@dataclass(frozen=True, slots=True)
class CallGone:
    """The caller hung up or the stream ended."""

    why: str


@dataclass(frozen=True, slots=True, repr=False)
class StaffAct:
    """A member of staff helps. ``kind``: ``reask``, ``slower``, ``say`` (an approved prompt, its id in ``prompt_id``),
    ``correct`` (``slot`` gets ``value``, in journal form), ``join`` or ``leave``. ``who`` is the staff id."""

    kind: str
    who: str
    prompt_id: str = ""
    slot: str = ""
    value: object = None

    def __repr__(self) -> str:
        return f"StaffAct({self.kind})"


#: What the caller and the line did.
LineFact = CallBegan | PromptDone | SpeechBegan | AnswerHeard | KeyPressed | Silence | CallGone
#: What became of the effects asked for.
EffectFact = CodeSent | CodeChecked | DecisionMade | RiskUpdated | RiskAssessed | DigitsDrawn | QuestionsDrawn | Failed
CallEvent = LineFact | EffectFact | StaffAct
