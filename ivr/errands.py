"""The effects that reach beyond the line: journal, one-time codes, the application and its answer.

Each is one transaction, done in a thread. What fails is reported, and nothing of it is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar, get_args

from core.applicant import PhoneNumber
from core.application import Application, Channel
from core.decision.keeping import KnownNumber
from core.decision.model import Decision, Terms
from core.errors import Conflict, InvalidInput, ProviderError
from core.events import JournalEntry
from core.evidence import Evidence
from core.identity.questions import draw
from core.lending.summary import in_writing, reasons_in_writing
from core.ports import Clock, Ids, SmsSender, Storage, UnitOfWork
from core.risk import RiskReport
from core.usecases.consents import enter_heard
from core.usecases.last_loan import last_loan
from ivr.dialogue.effects import (
    BindPhone,
    CheckCode,
    DrawDigits,
    DrawQuestions,
    Finish,
    Journal,
    NewCase,
    Respond,
    SendCode,
    SendTerms,
    Submit,
)
from ivr.dialogue.events import CallEvent, CodeChecked, CodeSent, DecisionMade, DigitsDrawn, QuestionsDrawn
from ivr.dialogue.state import CallState

__all__ = ["ERRANDS", "CodeDesk", "Errand", "Errands", "IntakeDesk"]

T = TypeVar("T")
_IDENTITY = ("full_name", "date_of_birth", "national_id_last4")

_Deed = Journal | BindPhone | SendCode | SendTerms | CheckCode | Submit | Respond | Finish | NewCase
Errand = _Deed | DrawDigits | DrawQuestions
ERRANDS = (*get_args(_Deed), DrawDigits, DrawQuestions)


class CodeDesk(Protocol):
    """Sends and checks one-time codes."""

    async def issue(self, case_id: str, purpose: str, binding: str, to: PhoneNumber, about: str) -> bool:
        """True when the message was handed to the provider. ``about`` is the static subject of the text."""
        ...

    async def check(self, case_id: str, purpose: str, binding: str, code: str) -> str: ...


class IntakeDesk(Protocol):
    """Takes applications and the answers to offers; one transaction each."""

    async def submit(self, application: Application, risk: RiskReport) -> Decision: ...

    def accept(self, case_id: str, offer_index: int, assent: Evidence) -> Terms: ...

    def refuse(self, case_id: str, assent: Evidence) -> None: ...


@dataclass(slots=True)
class Errands:
    """Runs one call's errands. ``case_id`` changes only by ``NewCase``."""

    storage: Storage
    clock: Clock
    ids: Ids
    codes: CodeDesk
    intake: IntakeDesk
    sms: SmsSender
    jurisdiction: str
    call_id: str
    case_id: str
    case_started: datetime
    language: str = ""
    #: The address of a case's written copy; without one, texts carry no link.
    copy_url: Callable[[str], str] | None = None
    #: Freezes what was asked for from the caller's number when they say that it is not theirs: number, case, call.
    freeze: Callable[[PhoneNumber | None, str, str], object] | None = None

    async def run(self, errand: Errand, state: CallState) -> CallEvent | None:
        """Do one errand; raises ``LoanlineError`` when it could not be done."""
        match errand:
            case SendCode():
                return await self._send_code(errand, state)
            case CheckCode():
                result = await self.codes.check(self.case_id, errand.purpose, errand.binding, errand.code)
                return CodeChecked(result)
            case DrawDigits():
                return DigitsDrawn(self.ids.digits(errand.count))
            case DrawQuestions():
                return await asyncio.to_thread(self._draw_questions, errand, state)
            case Submit():
                return DecisionMade(await self._submit(state))
            case SendTerms():
                await self._send_terms(errand.offer, state)
                return None
            case Finish(how="declined") if self.copy_url is not None:
                await asyncio.to_thread(self._keep, errand, state)
                await self._text(state, reasons_in_writing(self.copy_url(self.case_id)), "reasons", {})
                return None
            case NewCase():
                self.case_id = state.case_id = self.ids.new("case")
                self.case_started = self.clock.now()
                return None
        await asyncio.to_thread(self._keep, errand, state)
        return None

    async def _send_code(self, errand: SendCode, state: CallState) -> CodeSent:
        """To the number that this person is known by; somebody new is known by the number they give."""
        applying = errand.purpose == "apply"
        given = state.slots["phone"].value if applying else state.caller
        known = await asyncio.to_thread(self._registered, state) if applying else None
        to = known.phone if known else given
        if to is None:
            return CodeSent(False)
        sent = await self.codes.issue(self.case_id, errand.purpose, errand.binding, to, errand.purpose)
        since = known.borrowed_at if known else None
        return CodeSent(sent, to != given, None if since is None else (self.clock.now() - since).days)

    def _registered(self, state: CallState) -> KnownNumber | None:
        who = (state.slots[name].value for name in _IDENTITY)
        return self._transaction(lambda unit: unit.applicants.registered(*who))

    def _draw_questions(self, errand: DrawQuestions, state: CallState) -> QuestionsDrawn:
        who = (state.slots[name].value for name in _IDENTITY)
        loan = self._transaction(lambda unit: last_loan(unit, *who))
        truths = loan.truths if loan is not None else {}
        possible = [topic for topic in truths if topic.value in errand.topics]
        drawn = draw(possible, errand.count, self.ids.digits)
        return QuestionsDrawn(tuple((topic.value, truths[topic]) for topic in drawn))

    async def _send_terms(self, offer: int, state: CallState) -> None:
        if state.decision is None:
            raise Conflict("No offer was made, so there are no terms to send; decide first.")
        link = self.copy_url(self.case_id) if self.copy_url is not None else ""
        await self._text(state, in_writing(state.decision.offers[offer], link), "terms", {"offer": offer})

    async def _text(self, state: CallState, text: str, what: str, note: dict[str, int]) -> None:
        """Send a text about the case to its number, and note what became of it."""
        try:
            await self.sms.send(state.slots["phone"].value, text)
        except ProviderError as error:
            await asyncio.to_thread(self._keep, Journal(f"{what}_unsent", {"code": error.code}), state)
        else:
            await asyncio.to_thread(self._sent, what, note)

    def _sent(self, what: str, note: dict[str, int]) -> None:
        entry = JournalEntry(f"{what}_sent", self.clock.now(), self.call_id, dict(note))
        with self.storage.begin() as unit:
            unit.journal.append(self.case_id, entry)
            unit.owed_texts.paid(self.case_id, what)
            unit.commit()

    def _keep(self, errand: Errand, state: CallState) -> None:
        match errand:
            case Journal():
                entry = JournalEntry(errand.kind, self.clock.now(), self.call_id, errand.data)
                self._transaction(lambda unit: self._note(unit, entry))
                if errand.kind == "disputed" and self.freeze is not None:
                    self.freeze(state.caller, self.case_id, self.call_id)
            case BindPhone():
                if state.caller is not None:
                    caller = state.caller
                    self._transaction(lambda unit: unit.journal.bind_phone(self.case_id, caller))
            case Finish():
                self._transaction(lambda unit: unit.journal.finish(self.case_id, errand.how, self.clock.now()))
            case Respond():
                if errand.offer is None:
                    self.intake.refuse(self.case_id, errand.assent)
                else:
                    self.intake.accept(self.case_id, errand.offer, errand.assent)

    def _note(self, unit: UnitOfWork, entry: JournalEntry) -> None:
        unit.journal.append(self.case_id, entry)
        if entry.kind == "consent":
            enter_heard(unit, self.case_id, entry)

    def _transaction(self, work: Callable[[UnitOfWork], T]) -> T:
        with self.storage.begin() as unit:
            result = work(unit)
            unit.commit()
        return result

    async def _submit(self, state: CallState) -> Decision:
        risk = state.risk or RiskReport.failed("NO_RISK_REPORT")
        decision = await self.intake.submit(self._application(state), risk)
        await asyncio.to_thread(self._keep, Journal("submitted", {"outcome": decision.outcome.value}), state)
        return decision

    def _application(self, state: CallState) -> Application:
        slots = state.slots
        try:
            return Application(
                case_id=self.case_id,
                channel=Channel.PHONE,
                jurisdiction=self.jurisdiction,
                received_at=self.case_started,
                full_name=slots["full_name"],
                national_id_last4=slots["national_id_last4"],
                date_of_birth=slots["date_of_birth"],
                phone=slots["phone"],
                monthly_income=slots["monthly_income"],
                employment=slots["employment"],
                monthly_debt=slots["monthly_debt"],
                amount=slots["amount"],
                term_months=slots["term_months"],
                purpose=slots["purpose"],
                owner_verified=state.owner_verified,
                consents=tuple(state.known.consents),
                call_id=self.call_id,
                language=self.language,
            )
        except KeyError as missing:
            raise InvalidInput(str(missing.args[0]), "has not been answered yet") from None
