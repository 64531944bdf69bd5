"""What one call knows. The part that must survive is a fold of the case's journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from core.applicant import PhoneNumber
from core.application import Consent
from core.catalogue import Purpose
from core.codec import from_plain
from core.decision.model import Decision
from core.events import JournalEntry
from core.evidence import Answer, Evidence, ReadBack, Source
from core.identity.questions import Recalled
from core.money import Money
from core.risk import RiskReport
from ivr.dialogue.effects import Say
from ivr.dialogue.prompts import Catalogue
from ivr.dialogue.script import Question, Script
from ivr.dialogue.slots import from_json
from speech.answers.model import DateParts

__all__ = ["REFUSED", "CallState", "House", "Known", "Mode", "Pending", "fold", "with_read_back"]


CoolingOff = Callable[[Money], int]


@dataclass(frozen=True, slots=True)
class House:
    """Everything about this line that does not change during a call.

    ``grammars`` holds, per question id (and ``yes_no``), the phrases its recogniser is given; a question that is not
    in it is decoded freely.
    """

    script: Script
    prompts: Catalogue
    grammars: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    language: str = "en-US"
    currency: str = "USD"
    region: str = "US"
    disclosures: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    disclosure_version: str = ""
    cooling_off: CoolingOff = lambda _amount: 24
    rate: int = 150


class Mode(StrEnum):
    """What the line is waiting for within a question."""

    ASK = "ask"
    CONFIRM = "confirm"
    WHICH_VALUE = "which_value"
    WHICH_PERIOD = "which_period"
    WHICH_SLOT = "which_slot"
    MORE = "more"


@dataclass(frozen=True, slots=True, repr=False)
class Pending:
    """A value that was heard but not yet taken: one to confirm, or several to choose from."""

    slot: str
    values: tuple[Any, ...]
    evidence: Evidence


#: Instead of an offer's number: the caller wants none of them.
REFUSED = -1


@dataclass(slots=True)
class Known:
    """What the journal of a case has established."""

    slots: dict[str, Answer[Any]] = field(default_factory=dict)
    consents: list[Consent] = field(default_factory=list)
    submitted: bool = False
    #: The number of the offer that was accepted, or ``REFUSED``; ``None`` while none is answered.
    assent: int | None = None
    terms_sent: bool = False
    #: What the answers to random questions about the last loan came to, in the order they were asked.
    recalled: list[Recalled] = field(default_factory=list)

    def refused(self, scope: str) -> bool:
        """Whether the last word on this consent was a no."""
        said = [consent.granted for consent in self.consents if consent.scope == scope]
        return bool(said) and not said[-1]

    @property
    def worth_keeping(self) -> bool:
        """Whether there is anything to take up again: more than what every call brings along."""
        return self.submitted or bool(set(self.slots) - {"phone"})


@dataclass(slots=True)
class CallState:
    """The state of one call. Changed by ``ivr.dialogue`` only."""

    call_id: str = ""
    case_id: str = ""
    caller: PhoneNumber | None = None
    today: date = date.min
    focus: str = "menu"
    wants_to_go_on: bool = False
    mode: Mode = Mode.ASK
    known: Known = field(default_factory=Known)
    left_behind: Known | None = None
    #: What this number's newest decided case established; opened by a one-time code only.
    earlier: Known | None = None
    recording: bool = False
    pending: Pending | None = None
    echoes: tuple[str, ...] = ()
    owner_verified: bool = False
    decision: Decision | None = None
    #: The offer told last, and all that were told, in order.
    offer: int = 0
    offers_told: list[int] = field(default_factory=list)
    refusal: Evidence | None = None
    risk: RiskReport | None = None
    troubles: Counter[str] = field(default_factory=Counter)
    keys: str = ""
    rate: int = 0
    counter: int = 0
    variant: str = "ask"
    prefix: str = ""
    listening: int | None = None
    playing: int | None = None
    interruptible: bool = True
    interrupted: bool = False
    #: The prompt said last; how much of it had played when it was cut, ``None`` while it was not; and how often it has
    #: gone on already after it was cut for nothing.
    said: Say | None = None
    cut: float | None = None
    resumed: int = 0
    prompts: int = 0
    waiting: bool = False
    waits: int = 0
    over: bool = False
    #: The prompt that tells the end of the matter, and how it ended: heard, it closes the case.
    ending: tuple[int, str] | None = None
    apologised: bool = False
    with_staff: bool = False
    disclosing: tuple[int, str, str] | None = None
    #: The disclosures heard to their end, and where in the line's track.
    disclosed: dict[str, tuple[int | None, int | None]] = field(default_factory=dict)
    answered_by: Source = Source.SPEECH
    #: The code went to the number we know this person by, which is not the one given.
    code_elsewhere: bool = False
    #: How many days ago this person first took a loan at the number the code went to; ``None``: never.
    code_known_days: int | None = None
    #: The digits to be said back, how often that was tried, and whether they came.
    challenge: str = field(default="", repr=False)
    challenges: int = 0
    challenge_passed: bool = False
    #: Random questions that are still to be asked, each with its right answer; ``None`` before they were drawn.
    to_recall: list[tuple[str, Money | int | Purpose]] | None = field(default=None, repr=False)
    parts: DateParts = field(default_factory=DateParts)
    digits: str = field(default="", repr=False)
    #: The field whose value the caller has just said no to, and that value: it is not meant by the next answer.
    refused: tuple[str, Any] | None = field(default=None, repr=False)
    #: The groups of a long number heard so far, each with its hearing.
    groups: list[tuple[str, Evidence]] = field(default_factory=list, repr=False)

    @property
    def slots(self) -> dict[str, Answer[Any]]:
        return self.known.slots

    def question(self, script: Script) -> Question:
        return script[self.focus]

    def tick(self) -> int:
        """The next number for a prompt or a listening."""
        self.counter += 1
        return self.counter


def with_read_back(answer: Answer[Any], how: ReadBack) -> Answer[Any]:
    """The same answer, its last hearing marked as confirmed in this way."""
    last = answer.evidence[-1]
    confirmed = Evidence(
        source=last.source,
        at=last.at,
        call_id=last.call_id,
        prompt_id=last.prompt_id,
        start_ms=last.start_ms,
        end_ms=last.end_ms,
        text=last.text,
        words=last.words,
        confidence=last.confidence,
        p_error=last.p_error,
        alternatives=last.alternatives,
        read_back=how,
    )
    return Answer(answer.value, (*answer.evidence[:-1], confirmed))


def fold(entries: Iterable[JournalEntry], currency: str) -> Known:
    """Rebuild what a case has established. Entries of kinds it does not know change nothing."""
    known = Known()
    for entry in entries:
        match entry.kind:
            case "slot":
                name = entry.data["name"]
                value = from_json(name, entry.data["value"], currency)
                evidence = from_plain(Evidence, entry.data["evidence"])
                before = known.slots.get(name, Answer(value))
                known.slots[name] = before.corrected(value, evidence)
            case "confirmed":
                for name in entry.data["names"]:
                    if name in known.slots:
                        known.slots[name] = with_read_back(known.slots[name], ReadBack(entry.data["how"]))
            case "consent":
                known.consents.append(
                    Consent(
                        scope=entry.data["scope"],
                        granted=bool(entry.data["granted"]),
                        text_id=entry.data["text_id"],
                        text_hash=entry.data["text_hash"],
                        at=entry.at,
                    )
                )
            case "withdrawn":
                for name in entry.data["names"]:
                    known.slots.pop(name, None)
            case _:
                _fold_outcome(known, entry)
    return known


def _fold_outcome(known: Known, entry: JournalEntry) -> None:
    """The entries of a case whose fields are all there."""
    match entry.kind:
        case "recalled":
            known.recalled.append(Recalled(entry.data["result"]))
        case "submitted":
            known.submitted = True
        case "assent":
            known.assent = entry.data.get("offer", 0) if entry.data["accepted"] else REFUSED
        case "terms_sent":
            known.terms_sent = True
