"""The TwiML documents of the line, built with twilio's own classes.

Twilio speaks only what stands here: before the stream, after it, and when there is none. After ``<Connect>`` comes
always another verb, because a call without one would end. Sources: twilio.com/docs/voice/twiml/stream, /connect,
/gather, /dial and /docs/usage/webhooks/webhooks-connection-overrides.
"""

from __future__ import annotations

from dataclasses import dataclass

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from core.applicant import PhoneNumber
from core.errors import EnvironmentProblem
from ivr.line import NextStep

__all__ = ["TOKEN_PARAMETER", "WEBHOOK_LIMITS", "Documents", "Spoken"]

#: The ``<Parameter>`` that carries the stream token.
TOKEN_PARAMETER = "call_token"  # noqa: S105  # the name of the field, no secret

#: Connect within 2 s, answer within 8 s, two retries, 15 s in all. The fragment stays with Twilio: it is not sent.
WEBHOOK_LIMITS = "#ct=2000&rc=2&rt=8000&tt=15000"


@dataclass(frozen=True, slots=True)
class Spoken:
    """What Twilio's voice says on our behalf, in one language."""

    language: str = "en-US"
    notice: str = "Welcome to Loanline. You are talking to an automated line."
    full: str = "All our lines are taken right now."
    offer_call_back: str = "Press 1 and we will call you back on this number."
    call_later: str = "Please call again in a few minutes. Goodbye."
    will_call_back: str = "Thank you. We will call you back on this number. Goodbye."
    closed: str = "Our line is closed at the moment. Please call again later. Goodbye."
    trouble: str = "I am sorry, we have a technical problem."
    form: str = "Press 2 to try again. Press 0 for a person."
    hold: str = "Please hold the line. I am giving your call to a person."
    nobody: str = "I am sorry, nobody is free to take your call."
    goodbye: str = "Thank you for calling. Goodbye."


class Documents:
    """``public_url`` is the address Twilio calls; ``staff_number`` is where calls for a person go, if anywhere.

    ``call_backs`` tells whether somebody takes call-back requests: a promise is offered only when it can be kept.
    """

    def __init__(
        self,
        public_url: str,
        staff_number: PhoneNumber | None = None,
        spoken: Spoken | None = None,
        *,
        call_backs: bool = False,
        dial_seconds: int = 30,
    ) -> None:
        if not public_url.startswith(("http://", "https://")):
            raise EnvironmentProblem("Set LOANLINE_PUBLIC_URL to the address Twilio calls, such as https://host.")
        self._base = public_url.rstrip("/")
        self._staff = staff_number
        self._say = spoken or Spoken()
        self._call_backs = call_backs
        self._dial_seconds = dial_seconds

    def incoming(self, token: str) -> str:
        """Welcome the caller and open the stream."""
        response = self._response(self._say.notice)
        return self._stream(response, token)

    def reconnect(self, token: str) -> str:
        """Open the stream again, without a welcome."""
        return self._stream(VoiceResponse(), token)

    def full(self) -> str:
        """No line is free: offer a call-back if anybody takes one."""
        response = self._response(self._say.full)
        if self._call_backs:
            gather = self._gather(response, "/voice/call-back")
            self._speak(gather, self._say.offer_call_back)
        return self._end(response, self._say.call_later)

    def closed(self) -> str:
        return self._end(VoiceResponse(), self._say.closed)

    def fallback(self) -> str:
        """The line itself cannot be used: a small form by keys that needs no stream."""
        response = self._response(self._say.trouble)
        gather = self._gather(response, "/voice/fallback-key")
        if self._call_backs:
            self._speak(gather, self._say.offer_call_back)
        self._speak(gather, self._say.form)
        return self._end(response, self._say.call_later)

    def person(self) -> str:
        """Give the call to a person; when none is set, say so."""
        if self._staff is None:
            return self.nobody()
        response = self._response(self._say.hold)
        dial = Dial(
            action=self.url("/voice/after-dial"), method="POST", timeout=self._dial_seconds, answer_on_bridge=True
        )
        dial.number(self._staff.value)
        response.append(dial)
        return str(response)

    def conference(self, room: str) -> str:
        """The caller waits in ``room``, with Twilio's hold music, until a person comes in."""
        response = self._response(self._say.hold)
        dial = Dial(action=self.url("/voice/after-dial"), method="POST")
        dial.conference(room, start_conference_on_enter=False, end_conference_on_exit=True, beep=False)
        response.append(dial)
        return str(response)

    def join_conference(self, room: str, whisper: str) -> str:
        """For the person: hear ``whisper`` alone, then enter ``room`` and start the talk; who leaves first ends it."""
        response = self._response(whisper)
        dial = Dial()
        dial.conference(room, start_conference_on_enter=True, end_conference_on_exit=True, beep=False)
        response.append(dial)
        return str(response)

    def nobody(self) -> str:
        response = self._response(self._say.nobody)
        if self._call_backs:
            gather = self._gather(response, "/voice/call-back")
            self._speak(gather, self._say.offer_call_back)
        return self._end(response, self._say.call_later)

    def call_back_promised(self) -> str:
        return self._end(VoiceResponse(), self._say.will_call_back)

    def goodbye(self) -> str:
        return self._end(VoiceResponse(), self._say.goodbye)

    def hang_up(self) -> str:
        """End the call without a word: everything was said in the stream."""
        response = VoiceResponse()
        response.hangup()
        return str(response)

    def after_stream(self, step: NextStep, token: str) -> str:
        """What the switchboard wants next; a step this line does not know gets the form."""
        if step.kind == "goodbye":
            return self.hang_up()
        if step.kind == "person":
            return self.person()
        if step.kind == "reconnect":
            return self.reconnect(token)
        if step.kind == "call_back":
            return self.call_back_promised()
        return self.fallback()

    def _stream(self, response: VoiceResponse, token: str) -> str:
        connect = response.connect(action=self.url("/voice/after-stream"), method="POST")
        stream = connect.stream(
            url="ws" + self._base.removeprefix("http") + "/voice/media",
            status_callback=self.url("/voice/stream-status"),
            status_callback_method="POST",
        )
        stream.parameter(name=TOKEN_PARAMETER, value=token)
        # Reached when Twilio gets no answer from the action; without a verb here the call would end.
        response.redirect(self.url("/voice/fallback"), method="POST")
        return str(response)

    def _gather(self, response: VoiceResponse, path: str) -> Gather:
        return response.gather(
            input="dtmf", num_digits=1, timeout=6, action=self.url(path), method="POST", action_on_empty_result=False
        )

    def _response(self, text: str) -> VoiceResponse:
        response = VoiceResponse()
        self._speak(response, text)
        return response

    def _speak(self, verb: VoiceResponse | Gather, text: str) -> None:
        verb.say(text, language=self._say.language)

    def _end(self, response: VoiceResponse, text: str) -> str:
        self._speak(response, text)
        response.hangup()
        return str(response)

    def url(self, path: str) -> str:
        """``path`` as Twilio is told it, with our limits for its request."""
        return f"{self._base}{path}{WEBHOOK_LIMITS}"
