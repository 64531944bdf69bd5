"""What it means that a prompt is over: a disclosure was made, or a case is closed."""

from __future__ import annotations

from ivr.dialogue.effects import Effect, Finish, Journal
from ivr.dialogue.events import PromptDone
from ivr.dialogue.keeping import text_hash
from ivr.dialogue.state import CallState, House

__all__ = ["close", "played"]


def played(house: House, state: CallState, event: PromptDone) -> list[Effect]:
    """A prompt is over. A disclosure counts as made only when it was heard to its end, and that is kept."""
    if state.playing == event.say_id:
        state.playing = None
    if state.said is not None and state.said.say_id == event.say_id and not event.heard:
        state.cut = event.played
    if state.ending is not None and state.ending[0] == event.say_id:
        return close(state)
    if state.disclosing is None or state.disclosing[0] != event.say_id or not event.heard:
        return []
    _, question_id, text = state.disclosing
    state.disclosing = None
    state.disclosed[question_id] = (event.from_ms, event.until_ms)
    if not state.recording:
        return []  # before consent nothing is kept; the consent itself names the text
    told = {
        "question": question_id,
        "version": house.disclosure_version,
        "text_hash": text_hash(text),
        "from_ms": event.from_ms,
        "until_ms": event.until_ms,
    }
    if question_id == "offer":
        told["offer"] = state.offer
    return [Journal("disclosed", told)]


def close(state: CallState) -> list[Effect]:
    """The caller knows how it ended, or has gone: nothing more is said, and the case is not taken up again."""
    state.over, state.listening = True, None
    ending, state.ending = state.ending, None
    return [] if ending is None else [Finish(ending[1])]
