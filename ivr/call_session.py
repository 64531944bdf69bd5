"""One call, pure: events in, effects out. No clock, no socket, no thread; the same events give the same effects."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from core.events import JournalEntry
from ivr.dialogue.asking import ask, speak
from ivr.dialogue.carrying import usable
from ivr.dialogue.challenging import assessed, drawn
from ivr.dialogue.effects import Effect, HandOver, StopListening, StopPlayback
from ivr.dialogue.events import (
    RECORD,
    AnswerHeard,
    CallBegan,
    CallEvent,
    CallGone,
    CodeChecked,
    CodeSent,
    DecisionMade,
    DigitsDrawn,
    EffectFact,
    Failed,
    KeyPressed,
    LineFact,
    PromptDone,
    QuestionsDrawn,
    RiskAssessed,
    RiskUpdated,
    Silence,
    SpeechBegan,
    StaffAct,
)
from ivr.dialogue.keying import pressed
from ivr.dialogue.listening import heard, silent
from ivr.dialogue.noticed import with_noticed
from ivr.dialogue.offering import decided
from ivr.dialogue.played import close, played
from ivr.dialogue.proving import code_checked, code_sent
from ivr.dialogue.recalling import questions_drawn
from ivr.dialogue.staffing import act
from ivr.dialogue.state import CallState, House, fold

__all__ = ["CallSession"]


class CallSession:
    """The dialogue of one call over its state. ``handle`` never raises for anything a caller can do."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.state = CallState(rate=house.rate)

    def handle(self, event: CallEvent, now: datetime) -> list[Effect]:
        """Take one event at ``now`` (UTC) and return what is to be done, in order."""
        if self.state.over and not isinstance(event, PromptDone | CallGone | Failed):
            return []
        if isinstance(event, StaffAct):
            return act(self.house, self.state, event, now)
        if self.state.with_staff and isinstance(event, SpeechBegan | AnswerHeard | KeyPressed | Silence):
            return []
        if isinstance(event, EffectFact):
            return self._performed(event, now)
        return self._line(event, now)

    def _line(self, event: LineFact, now: datetime) -> list[Effect]:
        """What the caller and the line did."""
        state = self.state
        match event:
            case CallBegan():
                return self._begin(event, now)
            case PromptDone():
                return played(self.house, self.state, event)
            case SpeechBegan():
                return self._interrupt()
            case AnswerHeard():
                return heard(self.house, state, event, now) if event.listen_id == state.listening else []
            case KeyPressed():
                return pressed(self.house, state, event.digit, now)
            case Silence():
                return silent(self.house, state, event, now) if event.listen_id == state.listening else []
            case CallGone():
                return close(state)
        assert_never(event)

    def _performed(self, event: EffectFact, now: datetime) -> list[Effect]:
        """What became of the effects asked for."""
        match event:
            case CodeSent():
                return code_sent(self.house, self.state, event, now)
            case CodeChecked():
                return code_checked(self.house, self.state, event.result, now)
            case DecisionMade():
                return decided(self.house, self.state, event.decision)
            case RiskUpdated():
                self.state.risk = with_noticed(event.report, self.state)
                return []
            case RiskAssessed():
                self.state.risk = with_noticed(event.report, self.state)
                return assessed(self.house, self.state)
            case DigitsDrawn():
                return drawn(self.house, self.state, event)
            case QuestionsDrawn():
                return questions_drawn(self.house, self.state, event)
            case Failed():
                return self._failed(event)
        assert_never(event)

    def _failed(self, event: Failed) -> list[Effect]:
        """Nothing of the effect was kept. The caller is told once, without touching the store again, and a person
        takes over; a recording that breaks off after the last word is no news to the caller. The case stays open: how
        it was about to end may be what could not be kept."""
        state = self.state
        if state.apologised or (state.over and event.what == RECORD):
            return []
        state.apologised = state.over = True
        state.listening = state.ending = None
        said = speak(self.house, state, "handover.fault", may_interrupt=False)
        return [StopListening(), said, HandOver(f"failed:{event.what}")]

    def take_up(self, entries: tuple[JournalEntry, ...]) -> None:
        """Remember what an earlier call of the same case established; used only after re-verification."""
        left = fold(entries, self.house.currency)
        self.state.left_behind = left if left.worth_keeping else None

    def _begin(self, event: CallBegan, now: datetime) -> list[Effect]:
        state = self.state
        state.call_id, state.case_id, state.caller = event.call_id, event.case_id, event.caller
        state.today = now.date()
        if event.left_behind:
            self.take_up(event.left_behind)
        elif event.earlier:
            state.earlier = usable(fold(event.earlier, self.house.currency), event.caller)
        return ask(self.house, state)

    def _interrupt(self) -> list[Effect]:
        """The caller speaks over a prompt that may be spoken over."""
        state = self.state
        if state.playing is None or not state.interruptible:
            return []
        state.interrupted = True
        return [StopPlayback()]
