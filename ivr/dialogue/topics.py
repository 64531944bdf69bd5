"""Which field do these words mean to change?"""

from __future__ import annotations

from ivr.dialogue.keeping import Heard
from ivr.dialogue.script import Question
from ivr.dialogue.slots import candidates
from ivr.dialogue.state import CallState, House, Mode
from speech.answers.model import Kind
from speech.answers.parsing import parse

__all__ = ["chosen", "corrected"]

#: The field a correction is about, as the parser names it.
_TOPICS = {
    "name": "full_name",
    "id": "national_id_last4",
    "date": "date_of_birth",
    "phone": "phone",
    "income": "monthly_income",
    "employment": "employment",
    "debt": "monthly_debt",
    "amount": "amount",
    "term": "term_months",
    "purpose": "purpose",
}
#: Kinds of answer, the one whose words are least like any other's first.
_PARTICULAR = (Kind.DATE, Kind.TERM, Kind.AMOUNT, Kind.DIGITS)
#: In the order of the keys in ``summary.which_keys``.
_BY_KEY = ("full_name", "national_id_last4", "date_of_birth", "phone", "amount", "term_months")


def corrected(house: House, state: CallState, heard: Heard) -> str | None:
    """The field, other than the one in focus, that these words correct."""
    parsed = heard.parsed
    slot = _TOPICS.get(parsed.topic or "")
    if slot and slot != state.focus and slot in state.slots:
        return slot
    if not parsed.corrects or slot or state.mode is not Mode.ASK:
        return None
    if state.focus == "summary":
        return _fits_one(house, state, heard)
    return state.echoes[-1] if state.echoes else None


def _fits_one(house: House, state: CallState, heard: Heard) -> str | None:
    """The critical field that a bare correction ("no, two thousand dollars") is about: the most particular kind of
    answer that its words make. What was understood is read back again, so a wrong guess costs one more turn."""
    for in_part in (False, True):
        for question in sorted(house.script.slots, key=_particular):
            if not question.critical or question.kind not in _PARTICULAR:
                continue
            old = state.slots[question.id].value
            parsed = parse(question.kind, heard.parsed.tail or heard.text, house.language, today=state.today)
            before = old if in_part else None
            values = candidates(question, parsed, state.today, house.currency, house.region, before=before)
            if len(values) == 1 and values[0] != old:
                return question.id
    return None


def _particular(question: Question) -> int:
    return _PARTICULAR.index(question.kind) if question.kind in _PARTICULAR else len(_PARTICULAR)


def chosen(house: House, heard: Heard) -> str | None:
    """The field named, or keyed by its number, as the answer to "what should I change?", also without a verb ("birth
    date")."""
    if heard.keyed:
        number = int(heard.text) if heard.text.isdigit() else 0
        return _BY_KEY[number - 1] if 1 <= number <= len(_BY_KEY) else None
    sentence = house.prompts.phrases("change")[0].format(field=heard.text)
    named = heard.parsed.topic or parse(Kind.YES_NO, sentence, house.language).topic
    return _TOPICS.get(named or "")
