"""The dialogue of each call that this node serves, so that a call which left its stream goes on where it stopped.

A call that comes back with the same CallSid is the same telephone connection, never hung up: the webhook is signed
and the stream carries a token made for that very call. So what was established *in this call* needs no new one-time
code. What an earlier call left behind still does.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime

from core.applicant import PhoneNumber
from core.errors import NotFound
from core.events import NO_CALL, JournalEntry
from ivr.call_session import CallSession
from ivr.dialogue.effects import AllowRecording, Effect, Finish, HandOver, Journal
from ivr.dialogue.events import CallBegan, CallEvent
from ivr.dialogue.flow import binding, go_on, prove_first
from ivr.dialogue.script import Role
from ivr.dialogue.state import CallState, House, fold
from ivr.line import CallNote

__all__ = ["LineSession", "Sessions"]

_REMEMBERED = 2000
#: Entries after which a case is not taken up again in the same call.
_LAST = frozenset({"assent", "stopped", "disputed"})
#: What of a call's state outlasts the stream or form it came about in.
_LASTING = (
    "call_id",
    "case_id",
    "caller",
    "known",
    "left_behind",
    "earlier",
    "recording",
    "owner_verified",
    "code_elsewhere",
    "code_known_days",
    "challenges",
    "challenge_passed",
    "decision",
    "offer",
    "offers_told",
    "risk",
    "rate",
    "counter",
    "prompts",
)


class LineSession(CallSession):
    """A ``CallSession`` that may begin with the ``state`` of the same call's earlier part."""

    def __init__(self, house: House, state: CallState | None = None) -> None:
        super().__init__(house)
        self.taken_up = state is not None
        self.closed = False
        self.handed_over = ""
        self._attestation: str | None = None
        if state is not None:
            self.state = state

    def handle(self, event: CallEvent, now: datetime) -> list[Effect]:
        again = isinstance(event, CallBegan) and self.taken_up
        effects = self._go_on(now) if again else self._attested(event, super().handle(event, now))
        for effect in effects:
            if isinstance(effect, Finish) or self.state.ending is not None:
                self.closed = True
            elif isinstance(effect, HandOver):
                self.handed_over = effect.reason
        return effects

    def _attested(self, event: CallEvent, effects: list[Effect]) -> list[Effect]:
        """Keep the carrier's word on the calling number with the case, once there may be a record. None is no news."""
        if isinstance(event, CallBegan):
            self._attestation = event.attestation
        allowed = next((place for place, effect in enumerate(effects) if isinstance(effect, AllowRecording)), None)
        if allowed is None or self._attestation is None:
            return effects
        word = Journal("attestation", {"stir_verstat": self._attestation})
        return [*effects[: allowed + 1], word, *effects[allowed + 1 :]]

    def _go_on(self, now: datetime) -> list[Effect]:
        """Ask what is open. Nothing that was answered or confirmed is asked again; the counters of trouble restart."""
        before, state = self.state, CallState(today=now.date())
        for name in _LASTING:
            setattr(state, name, getattr(before, name))
        self.state = state
        first: list[Effect] = [AllowRecording(), Journal("continued", {"at_question": before.focus})]
        proof = prove_first(state)
        if proof:
            return [*first, *proof]
        return [*first, *go_on(self.house, state)]


class Sessions:
    """One session a call. ``open`` gives a new one, or one that goes on; ``forget`` drops what a call has said."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._known: OrderedDict[str, LineSession] = OrderedDict()

    def open(self, call_id: str) -> LineSession:
        """The session for the next stream or form of this call."""
        known = self._known.get(call_id)
        session = LineSession(self._house, known.state if known is not None and self.can_go_on(call_id) else None)
        self._keep(call_id, session)
        return session

    def restore(
        self, call_id: str, case_id: str, caller: PhoneNumber | None, entries: Iterable[JournalEntry], now: datetime
    ) -> None:
        """Rebuild the state of a call from the journal of its case, after the process that held it is gone."""
        entries = tuple(entries)
        here = tuple(entry for entry in entries if entry.call_id == call_id)
        kinds = {entry.kind for entry in here}
        state = CallState(call_id=call_id, case_id=case_id, caller=caller, today=now.date(), rate=self._house.rate)
        agreed = (entry.data for entry in here if entry.kind == "consent" and entry.data.get("granted") is True)
        state.recording = any(consent["scope"] == "recording" for consent in agreed)
        earlier = fold(entries, self._house.currency)
        state.known = earlier if "resumed" in kinds else fold(here, self._house.currency)
        other_calls = {entry.call_id for entry in entries} - {call_id, NO_CALL}
        if "resumed" not in kinds and other_calls and earlier.worth_keeping:
            state.left_behind = earlier
        bindings = {entry.data.get("binding") for entry in here if entry.kind == "owner_verified"}
        if {"amount", "phone"} <= set(state.slots):
            state.owner_verified = binding(state) in bindings
        session = LineSession(self._house, state)
        session.closed = bool(kinds & _LAST)
        self._keep(call_id, session)

    def can_go_on(self, call_id: str) -> bool:
        """Whether the caller agreed to the record and the case is not closed."""
        known = self._known.get(call_id)
        return known is not None and known.state.recording and not known.closed

    def is_closed(self, call_id: str) -> bool:
        known = self._known.get(call_id)
        return known is not None and known.closed

    def case_of(self, call_id: str) -> str | None:
        """The case the call works for now, which is another one after the caller started again."""
        known = self._known.get(call_id)
        return known.state.case_id or None if known is not None else None

    def note(self, call_id: str) -> CallNote:
        """Raises ``NotFound``."""
        known = self._known.get(call_id)
        if known is None:
            raise NotFound("This call is not on the line; look at its record instead.")
        state, questions = known.state, [q.id for q in self._house.script.questions if q.role is Role.SLOT]
        return CallNote(
            case=state.case_id,
            reason=known.handed_over,
            open_question=state.focus,
            answered=sum(name in state.slots for name in questions),
            questions=len(questions),
            owner_verified=state.owner_verified,
        )

    def forget(self, call_id: str) -> None:
        """The call is over: nothing of it stays in memory."""
        self._known.pop(call_id, None)

    def _keep(self, call_id: str, session: LineSession) -> None:
        self._known[call_id] = session
        self._known.move_to_end(call_id)
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
