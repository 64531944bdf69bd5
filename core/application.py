"""The application: ten answers with their evidence, the consents, and the states it may pass through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from core.applicant import Last4, PersonName, PhoneNumber
from core.catalogue import Employment, Purpose
from core.errors import IllegalTransition
from core.evidence import Answer
from core.money import Money

__all__ = ["LEGAL_MOVES", "Application", "Channel", "Consent", "Status", "move", "thawed"]


class Channel(StrEnum):
    PHONE = "phone"
    API = "api"


class Status(StrEnum):
    SUBMITTED = "submitted"
    APPROVED = "approved"
    DECLINED = "declined"
    REVIEW = "review"
    INCOMPLETE = "incomplete"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    FROZEN = "frozen"


_OPEN = {Status.WITHDRAWN, Status.FROZEN}
#: From each state, the states that may follow. A decision never moves backwards.
LEGAL_MOVES: dict[Status, frozenset[Status]] = {
    Status.SUBMITTED: frozenset({Status.APPROVED, Status.DECLINED, Status.REVIEW, Status.INCOMPLETE} | _OPEN),
    Status.REVIEW: frozenset({Status.APPROVED, Status.DECLINED, Status.INCOMPLETE} | _OPEN),
    Status.INCOMPLETE: frozenset({Status.SUBMITTED, Status.EXPIRED} | _OPEN),
    Status.APPROVED: frozenset({Status.ACCEPTED, Status.REFUSED, Status.EXPIRED} | _OPEN),
    Status.ACCEPTED: frozenset(_OPEN),
    Status.DECLINED: frozenset({Status.FROZEN}),
    Status.REFUSED: frozenset({Status.FROZEN}),
    Status.EXPIRED: frozenset({Status.FROZEN}),
    Status.WITHDRAWN: frozenset({Status.FROZEN}),
    Status.FROZEN: frozenset(),
}


def move(now: Status, to: Status) -> Status:
    """Return ``to`` when it may follow ``now``; raise ``IllegalTransition`` otherwise."""
    if to not in LEGAL_MOVES[now]:
        raise IllegalTransition(f"an application that is {now} cannot become {to}")
    return to


def thawed(held: Status) -> Status:
    """What a frozen application becomes when it turns out that the person did ask for it: what it was, and nothing it
    was not. Offers that were not accepted have run out meanwhile. Only the decision of a dispute may thaw."""
    return Status.EXPIRED if held is Status.APPROVED else held


@dataclass(frozen=True, slots=True)
class Consent:
    """What the person agreed to: the scope, the exact text that was heard (by hash) and when."""

    scope: str
    granted: bool
    text_id: str
    text_hash: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Application:
    """A complete application. ``case_id`` is one person's one request; at most one application has it.

    ``owner_verified`` says that a one-time code sent to the registered number came back right. ``language`` is the tag
    of the language in which it was asked for, such as ``en-US``; empty where nobody said.
    """

    case_id: str
    channel: Channel
    jurisdiction: str
    received_at: datetime
    full_name: Answer[PersonName]
    national_id_last4: Answer[Last4]
    date_of_birth: Answer[date]
    phone: Answer[PhoneNumber]
    monthly_income: Answer[Money]
    employment: Answer[Employment]
    monthly_debt: Answer[Money]
    amount: Answer[Money]
    term_months: Answer[int]
    purpose: Answer[Purpose]
    owner_verified: bool
    consents: tuple[Consent, ...] = ()
    call_id: str | None = None
    language: str = ""
