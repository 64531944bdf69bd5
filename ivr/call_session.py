"""One call, pure: events in, effects out. No clock, no socket, no thread; the same events give the same effects."""

from __future__ import annotations

import re
from datetime import datetime
from typing import assert_never

from core.events import JournalEntry
from core.evidence import Evidence, HeardWord, Source
from ivr.dialogue.asking import ask, ask_again, speak
from ivr.dialogue.commands import obey
from ivr.dialogue.effects import (
    AwaitKeys,
    Effect,
    HandOver,
    Journal,
    StopListening,
    StopPlayback,
)
from ivr.dialogue.events import (
    RECORD,
    AnswerHeard,
    CallBegan,
    CallEvent,
    CallGone,
    CodeChecked,
    CodeSent,
    DecisionMade,
    EffectFact,
    Failed,
    KeyPressed,
    LineFact,
    PromptDone,
    RiskUpdated,
    Silence,
    SpeechBegan,
    StaffAct,
)
from ivr.dialogue.keeping import Heard, text_hash
from ivr.dialogue.keys import complete, read_keys
from ivr.dialogue.script import KeyRule
from ivr.dialogue.staffing import act
from ivr.dialogue.state import CallState, House, Mode, fold
from ivr.dialogue.steps import code_checked, code_sent, decided
from ivr.dialogue.taking import kind_in_focus, take
from ivr.dialogue.trouble import trouble
from speech.answers.model import Command, Parsed
from speech.repair.understand import understand

__all__ = ["CallSession"]

_KEY_PATIENCE_MS = 5000


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
        if isinstance(event, CodeSent | CodeChecked | DecisionMade | Failed | RiskUpdated):
            return self._performed(event, now)
        return self._line(event, now)

    def _line(self, event: LineFact, now: datetime) -> list[Effect]:
        """What the caller and the line did."""
        state = self.state
        match event:
            case CallBegan():
                return self._begin(event, now)
            case PromptDone():
                return self._played(event)
            case SpeechBegan():
                return self._interrupt()
            case AnswerHeard():
                return self._heard(event, now) if event.listen_id == state.listening else []
            case KeyPressed():
                return self._key(event.digit, now)
            case Silence():
                return self._silence(event, now) if event.listen_id == state.listening else []
            case CallGone():
                state.over, state.listening = True, None
                return []
        assert_never(event)

    def _performed(self, event: EffectFact, now: datetime) -> list[Effect]:
        """What became of the effects asked for."""
        match event:
            case CodeSent():
                return code_sent(self.house, self.state, event.ok)
            case CodeChecked():
                return code_checked(self.house, self.state, event.result, now)
            case DecisionMade():
                return decided(self.house, self.state, event.decision)
            case RiskUpdated():
                self.state.risk = event.report
                return []
            case Failed():
                return self._failed(event)
        assert_never(event)

    def _played(self, event: PromptDone) -> list[Effect]:
        """A prompt is over. A disclosure counts as made only when it was heard to its end, and that is kept."""
        state = self.state
        if state.playing == event.say_id:
            state.playing = None
        if state.disclosing is None or state.disclosing[0] != event.say_id or not event.heard:
            return []
        _, question_id, text = state.disclosing
        state.disclosing = None
        state.disclosed.add(question_id)
        if not state.recording:
            return []  # before consent nothing is kept; the consent itself names the text
        told = {"question": question_id, "version": self.house.disclosure_version, "text_hash": text_hash(text)}
        return [Journal("disclosed", told)]

    def _failed(self, event: Failed) -> list[Effect]:
        """Nothing of the effect was kept. The caller is told once, without touching the store again, and a person
        takes over; a recording that breaks off after the last word is no news to the caller."""
        state = self.state
        if state.apologised or (state.over and event.what == RECORD):
            return []
        state.apologised = state.over = True
        state.listening = None
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
        return ask(self.house, state)

    def _interrupt(self) -> list[Effect]:
        """The caller speaks over a prompt that may be spoken over."""
        state = self.state
        if state.playing is None or not state.interruptible:
            return []
        state.interrupted = True
        return [StopPlayback()]

    def _heard(self, event: AnswerHeard, now: datetime) -> list[Effect]:
        state, transcript = self.state, event.transcript
        state.listening = None
        interrupted, state.interrupted = state.interrupted, False
        if not transcript.text.strip():
            if interrupted and not transcript.unknown:
                return ask_again(self.house, state)
            return trouble(self.house, state, "no_match")
        question = state.question(self.house.script)
        plain = state.mode is Mode.ASK
        bounded = plain and question.period is None
        understood = understand(
            kind_in_focus(self.house, state),
            transcript,
            self.house.language,
            today=state.today,
            length=question.length if plain else None,
            at_least=question.at_least if bounded else None,
            at_most=question.at_most if bounded else None,
        )
        parsed = understood.parsed
        if parsed.command is not None and transcript.confidence >= question.reject:
            return obey(self.house, state, parsed.command)
        # Words that are no answer here may still correct another field; then only how well they were heard counts.
        sure = understood.confidence if parsed.readings else transcript.confidence
        if sure < question.reject:
            return trouble(self.house, state, "no_match")
        evidence = Evidence(
            Source.SPEECH,
            now,
            call_id=state.call_id,
            prompt_id=f"{state.focus}.{state.variant}",
            start_ms=event.start_ms,
            end_ms=event.end_ms,
            text=understood.text,
            words=tuple(
                HeardWord(word.text, event.start_ms + word.start, event.start_ms + word.end, word.conf)
                for word in transcript.words
            ),
            confidence=transcript.confidence,
            p_error=round(1.0 - sure, 4),
            alternatives=transcript.alternatives,
        )
        heard = Heard(parsed, evidence, understood.text, transcript.unknown)
        return take(self.house, state, heard, now)

    def _key(self, digit: str, now: datetime) -> list[Effect]:
        state = self.state
        question = state.question(self.house.script)
        if not re.fullmatch(r"[0-9*#]", digit):
            return []
        plain = state.mode is not Mode.ASK
        if not state.keys and digit == "0" and (plain or not question.numeric):
            return [StopPlayback(), StopListening(), *obey(self.house, state, Command.AGENT)]
        if state.playing is not None and not state.interruptible:
            return []  # a disclosure is heard to its end, unless the caller wants a person
        if not state.keys and digit == "*":
            return [StopPlayback(), StopListening(), *ask_again(self.house, state)]
        first: list[Effect] = []
        if not state.keys:
            first = [StopPlayback(), StopListening()] if state.playing is not None else [StopListening()]
        state.keys += digit
        rule = KeyRule(exactly=1) if plain else question.keys
        if complete(rule, state.keys):
            return [*first, *self._keyed(now)]
        state.listening = state.tick()
        return [*first, AwaitKeys(state.listening, _KEY_PATIENCE_MS)]

    def _keyed(self, now: datetime) -> list[Effect]:
        state = self.state
        keys, state.keys, state.listening, state.interrupted = state.keys, "", None, False
        question = state.question(self.house.script)
        kind = kind_in_focus(self.house, state)
        choosing = state.mode in {Mode.WHICH_VALUE, Mode.WHICH_PERIOD, Mode.WHICH_SLOT}
        parsed = Parsed(kind) if choosing else read_keys(question, kind, keys)
        shown = "" if question.secret else keys
        prompt_id = f"{state.focus}.{state.variant}"
        evidence = Evidence(Source.KEYS, now, call_id=state.call_id, prompt_id=prompt_id, text=shown)
        return take(self.house, state, Heard(parsed, evidence, keys), now)

    def _silence(self, event: Silence, now: datetime) -> list[Effect]:
        state = self.state
        question = state.question(self.house.script)
        if state.keys == "0" and not (question.at_least is not None and question.at_least <= 0):
            return obey(self.house, state, Command.AGENT)
        if state.keys:
            if question.keys.until and state.mode is Mode.ASK:
                return self._keyed(now)
            state.keys = ""
            return trouble(self.house, state, "invalid")
        state.listening = None
        return trouble(self.house, state, "noise" if event.noise else "no_input")
