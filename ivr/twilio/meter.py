"""What the Twilio side counts. ``why`` is always one of a few static words."""

from __future__ import annotations

from typing import Protocol

__all__ = ["METERS", "Meter"]

#: Name of each counter, and what it means. The words its ``why`` may take stand in ``docs/connect-twilio.md``.
METERS = {
    "twilio_webhook": "A signed webhook was answered; why is the route.",
    "twilio_refused": "A request or handshake was refused; why tells the check that failed.",
    "twilio_bad_request": "A signed webhook did not fit; why is the error's code.",
    "twilio_webhook_failed": "The house could not answer a webhook; the caller heard an apology. why is the code.",
    "twilio_caller_trouble": "Twilio reports trouble; why is stream_error or fallback.",
    "twilio_stream_began": "A stream passed its checks and was joined to a call.",
    "twilio_stream_over": "A joined stream is over; why tells how.",
    "twilio_stream_stuck": "A call did not finish its last events in time and was cut.",
    "twilio_wire_fault": "A frame was wrong; why is the error's code.",
    "twilio_wire_repair": "A frame was repaired or dropped without error; why is the kind of repair.",
    "twilio_backlog": "Sound was replaced by silence because the call was too far behind.",
    "twilio_call_ended": "A call was reported ended to the switchboard; why tells the source.",
    "twilio_call_back": "A caller heard that we call back, and is on the list; why is what led to it.",
    "twilio_called_back": "Somebody on the list was called back; why is answered or not_answered.",
    "twilio_hand_over": "A caller who waits for a person, or a talk with one; why is what happened.",
    "twilio_message": "A text message changed its status; why is the status.",
    "twilio_api_failed": "A request to Twilio's API failed; why is the kind of failure.",
}


class Meter(Protocol):
    def count(self, name: str, **labels: str) -> None:
        """Add one to the counter ``name``, a key of ``METERS``."""
        ...
