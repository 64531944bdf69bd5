"""The telephone's keys within a call: they cut what may be cut, win over speech, and wait for a whole answer."""

from __future__ import annotations

import re
from datetime import datetime

from core.evidence import Evidence, Source
from ivr.dialogue.asking import ask_again
from ivr.dialogue.commands import obey
from ivr.dialogue.effects import AwaitKeys, Effect, StopListening, StopPlayback
from ivr.dialogue.focus import in_focus
from ivr.dialogue.keeping import Heard
from ivr.dialogue.keys import complete, read_keys
from ivr.dialogue.proving import refuse_report
from ivr.dialogue.script import Role
from ivr.dialogue.state import CallState, House, Mode
from ivr.dialogue.taking import take
from speech.answers.model import Command, Parsed

__all__ = ["keyed", "pressed"]

_KEY_PATIENCE_MS = 5000


def pressed(house: House, state: CallState, digit: str, now: datetime) -> list[Effect]:
    """One key."""
    question = state.question(house.script)
    if not re.fullmatch(r"[0-9*#]", digit):
        return []
    plain = state.mode is not Mode.ASK
    if not state.keys and digit == "0" and (plain or not question.numeric):
        return [StopPlayback(), StopListening(), *obey(house, state, Command.AGENT)]
    if state.playing is not None and not state.interruptible:
        return []  # a disclosure is heard to its end, unless the caller wants a person
    if not state.keys and digit == "*":
        return [StopPlayback(), StopListening(), *ask_again(house, state)]
    if not state.keys and digit == "#" and question.role is Role.CODE and question.id in state.disclosed:
        return [StopPlayback(), StopListening(), *refuse_report(house, state, now)]
    first: list[Effect] = []
    if not state.keys:
        first = [StopPlayback(), StopListening()] if state.playing is not None else [StopListening()]
    state.keys += digit
    if complete(in_focus(house, state).keys, state.keys):
        return [*first, *keyed(house, state, now)]
    state.listening = state.tick()
    return [*first, AwaitKeys(state.listening, _KEY_PATIENCE_MS)]


def keyed(house: House, state: CallState, now: datetime) -> list[Effect]:
    """The keys so far are the answer. Those of a secret go into no evidence."""
    keys, state.keys, state.listening, state.interrupted = state.keys, "", None, False
    question, kind = state.question(house.script), in_focus(house, state).kind
    choosing = state.mode in {Mode.WHICH_VALUE, Mode.WHICH_PERIOD, Mode.WHICH_SLOT}
    parsed = Parsed(kind) if choosing else read_keys(question, kind, keys)
    shown = "" if question.secret else keys
    prompt_id = f"{state.focus}.{state.variant}"
    evidence = Evidence(Source.KEYS, now, call_id=state.call_id, prompt_id=prompt_id, text=shown)
    return take(house, state, Heard(parsed, evidence, keys), now)
