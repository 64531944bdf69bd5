"""Callers we know: what they told us before need not be asked again, once a code has shown that it is their telephone.

Nothing of it is spoken before that. Who they are is read back in the summary as always; what they earn and owe is
asked about first ("as before?"), for it may have changed.
"""

from __future__ import annotations

from datetime import datetime

from core.applicant import PhoneNumber
from core.evidence import Answer, Evidence, ReadBack, Source
from ivr.dialogue.asking import ask, carried
from ivr.dialogue.effects import Effect, Journal
from ivr.dialogue.flow import go_on
from ivr.dialogue.keeping import Heard, confirm, keep
from ivr.dialogue.state import CallState, House, Known
from ivr.dialogue.trouble import trouble

__all__ = ["carry_over", "take_as_before", "usable"]

#: What stays true of a person from one application to the next, or may.
_CARRIED = ("full_name", "national_id_last4", "date_of_birth", "monthly_income", "employment", "monthly_debt")


def usable(earlier: Known, caller: PhoneNumber | None) -> Known | None:
    """The earlier case, when it was decided and its owner is known by the number that calls now."""
    phone = earlier.slots.get("phone")
    known = caller is not None and phone is not None and phone.value == caller
    return earlier if known and earlier.submitted and set(_CARRIED) <= set(earlier.slots) else None


def carry_over(house: House, state: CallState, now: datetime) -> list[Effect]:
    """Take the earlier answers into this case. Each is kept as what it is: from a record, not yet confirmed here."""
    earlier, state.earlier = state.earlier, None
    if earlier is None:
        return []
    evidence = Evidence(Source.RECORD, now, call_id=state.call_id)
    slots: dict[str, Answer[object]] = earlier.slots
    return [keep(state, name, slots[name].value, evidence) for name in _CARRIED]


def take_as_before(house: House, state: CallState, heard: Heard) -> list[Effect]:
    """Still right, or to be asked anew."""
    names = carried(house, state)
    if heard.parsed.value is True and not heard.parsed.tail:
        return [confirm(state, names, ReadBack.EXPLICIT), *go_on(house, state)]
    if heard.parsed.value is False:
        for name in names:
            del state.slots[name]
        return [Journal("withdrawn", {"names": list(names)}), *go_on(house, state)]
    return trouble(house, state, "no_match") if names else ask(house, state)
