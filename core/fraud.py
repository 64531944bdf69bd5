"""What is kept to notice fraud: what applicants share, what their calls left behind, and what became of them.

Plain data and protocols. Values that could name somebody are kept as keyed hashes; sound and voice are sealed with the
key of their call and go with it. None of it ever reaches score, limit or price.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from core.applicant import Last4, PersonName, PhoneNumber
from core.risk import RiskReport

__all__ = [
    "DeepCheck",
    "DeepChecks",
    "Edge",
    "FraudLabel",
    "FraudLabels",
    "FraudUnit",
    "Label",
    "LinkKind",
    "Links",
    "Seen",
    "Sharing",
    "Trace",
    "TraceKind",
    "Traces",
    "VoiceScope",
    "VoiceTerms",
    "link_values",
]


class LinkKind(StrEnum):
    """What two applications may share. ``PERSON`` is the whole identity; ``PAPERS`` birth date and national id alone,
    which two names have in common only by fraud or by mistake."""

    PERSON = "person"
    PAPERS = "papers"
    NUMBER = "number"
    ADDRESS = "address"
    PAYEE = "payee"
    EMPLOYER = "employer"
    DEVICE = "device"


def link_values(
    name: PersonName | None, born: date | None, last4: Last4 | None, number: PhoneNumber | None
) -> dict[LinkKind, str]:
    """What a case is known by, from what is known so far. A name alone is nobody."""
    found = {} if number is None else {LinkKind.NUMBER: number.value}
    if born is not None and last4 is not None:
        found[LinkKind.PAPERS] = papers = f"{born.isoformat()}\x1f{last4.value}"
        if name is not None:
            found[LinkKind.PERSON] = f"{' '.join(name.value.split())}\x1f{papers}"
    return found


@dataclass(frozen=True, slots=True)
class Seen:
    """One other case that shares something: when, and keyed hashes of who and from which number (where known)."""

    at: datetime
    case_id: str
    person: bytes | None
    number: bytes | None


@dataclass(frozen=True, slots=True)
class Sharing:
    """What one case has in common with others since some day. ``looks``: (when, staff id) of each look at earlier
    records of this person by somebody who did not work on a review of theirs."""

    person: bytes | None
    number: bytes | None
    by_kind: Mapping[LinkKind, tuple[Seen, ...]]
    looks: tuple[tuple[datetime, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """Two cases have one thing in common. ``person`` is the keyed hash of who ``other`` is about."""

    kind: LinkKind
    case_id: str
    other: str
    person: bytes | None


class Links(Protocol):
    """Who shares what, by keyed hashes."""

    def note(self, case_id: str, values: Mapping[LinkKind, str], at: datetime) -> None:
        """Keep what this case is known by; a later value of a kind replaces the earlier. The case must exist."""
        ...

    def sharing(self, case_id: str, since: datetime) -> Sharing: ...

    def network(self, case_id: str, since: datetime, *, steps: int = 3, most: int = 60) -> tuple[Edge, ...]:
        """What the case is joined to through papers, numbers, addresses, payees and devices, ``steps`` links far and at
        most so many cases. Employers join too many strangers and are left out."""
        ...


class TraceKind(StrEnum):
    """What a call leaves for later comparison: the fingerprint of its sound (no speaker can be told from it), or the
    speaker's voice (biometric)."""

    SOUND = "sound"
    VOICE = "voice"


@dataclass(frozen=True, slots=True, repr=False)
class Trace:
    """``person`` is the keyed hash of who the caller said to be, where that is known."""

    call_id: str
    case_id: str
    at: datetime
    person: bytes | None
    body: bytes


class Traces(Protocol):
    """Sealed with the key of the call, a voice with one of its own; destroyed with the call."""

    def keep(self, call_id: str, kind: TraceKind, body: bytes, at: datetime) -> None:
        """A later one replaces the earlier. Raises ``NotFound``, ``Conflict`` where recording was not agreed to."""
        ...

    def forget_voices(self, case_id: str) -> Sequence[str]:
        """Delete the voices of all calls of this case's person; returns these calls, whether or not they had one: their
        voice keys are to be destroyed next, else a backup brings the voices back."""
        ...

    def newest(self, kind: TraceKind, limit: int, since: datetime, *, but_call: str) -> list[Trace]:
        """Newest first; what was destroyed is passed over."""
        ...


class VoiceScope(StrEnum):
    """What was agreed with a person in writing about their voice. ``ASSISTIVE``: they speak with a machine's voice, so
    signals of machine speech say nothing of them."""

    BIOMETRIC = "biometric"
    VOICE_ANALYSIS = "voice_analysis"
    ASSISTIVE = "assistive"


class VoiceTerms(Protocol):
    """Written consents and exemptions by person, found by the keyed hash of the identity."""

    def agree(self, case_id: str, scope: VoiceScope, document: str, at: datetime) -> None:
        """Keep that the person of this case signed ``document`` (an id). Raises ``NotFound`` where the case has no
        identity."""
        ...

    def withdraw(self, case_id: str, scope: VoiceScope, at: datetime) -> bool:
        """False when nothing stood."""
        ...

    def of(self, case_id: str) -> frozenset[VoiceScope]:
        """What stands for the person of this case."""
        ...


class Label(StrEnum):
    """What became of a case, as far as is known."""

    FRAUD = "fraud"
    GENUINE = "genuine"


@dataclass(frozen=True, slots=True)
class FraudLabel:
    """``source`` is ``review``, ``dispute``, ``audit`` (a random check of an unflagged call), ``default`` or
    ``simulated``; ``typology`` the kind of fraud, or ``none``. The newest label of a case stands."""

    case_id: str
    label: Label
    source: str
    typology: str
    actor: str
    at: datetime


class FraudLabels(Protocol):
    def add(self, label: FraudLabel) -> None: ...

    def standing(self) -> Sequence[FraudLabel]:
        """The label that stands for each case, oldest first."""
        ...


@dataclass(frozen=True, slots=True)
class DeepCheck:
    """The pass over a call after it ended. ``state`` is ``waiting``, ``done`` or ``given_up``."""

    call_id: str
    asked_at: datetime
    state: str
    tries: int
    report: RiskReport | None = None


class DeepChecks(Protocol):
    """A list of work that survives a crash: what is not settled is done again."""

    def ask(self, call_id: str, at: datetime) -> None:
        """Twice changes nothing."""
        ...

    def waiting(self, limit: int) -> list[DeepCheck]:
        """Longest waiting first."""
        ...

    def tried(self, call_id: str) -> int:
        """Count one try; returns how many there were."""
        ...

    def settle(self, call_id: str, report: RiskReport | None, at: datetime) -> None:
        """Keep what was found, sealed with the call's key; ``None`` gives up."""
        ...

    def of(self, call_id: str) -> DeepCheck | None: ...


class FraudUnit(Protocol):
    """The part of ``core.ports.UnitOfWork`` that is about fraud."""

    links: Links
    traces: Traces
    voice_terms: VoiceTerms
    fraud_labels: FraudLabels
    deep_checks: DeepChecks
