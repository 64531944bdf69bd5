"""The TwiML documents of the line, built with twilio's own classes.

Twilio speaks only what stands here: before the stream, after it, and when there is none. After ``<Connect>`` comes
always another verb, because a call without one would end. Sources: twilio.com/docs/voice/twiml/stream, /connect,
/gather, /dial and /docs/usage/webhooks/webhooks-connection-overrides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from twilio.twiml.voice_response import Dial, Gather, VoiceResponse

from core.applicant import PhoneNumber
from core.errors import EnvironmentProblem, InvalidInput
from ivr.line import FormPage

__all__ = ["TOKEN_PARAMETER", "WEBHOOK_LIMITS", "Documents", "Place", "Spoken"]

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
    closed: str = "Our line is closed for a moment."
    one_moment: str = "One moment please. We will go on right where we are."
    trouble: str = "I am sorry, we have a technical problem."
    form: str = "Press 2 to try again. Press 0 for a person."
    hold: str = "Please hold the line. I am giving your call to a person."
    next_in_line: str = "You are the next in line. Please hold."
    in_line_one: str = "There is one caller before you. Please hold."
    in_line: str = "There are {before} callers before you. Please hold."
    wait_one: str = "The wait is about a minute."
    wait: str = "The wait is about {minutes} minutes."
    instead_of_waiting: str = "If you do not want to wait, press 1 and we will call you back on this number."
    line_instead: str = "To go back to the automated line, press 2."
    ring_back: str = "A call back of the loan line."
    press_to_dial: str = "Press any key and I will dial the caller."
    settled: str = "This call back is settled already."
    caller_gone: str = "The caller is not there any more."
    nobody: str = "I am sorry, nobody is free to take your call."
    go_on: str = "To go on with the automated line, press 2."
    take_call: str = "Press any key to take the call. Later, press star to give the caller back to the automated line."
    text_link: str = "Press 3 and we will text you how to go on."
    link_sent: str = "Thank you. The message is on its way. Goodbye."
    goodbye: str = "Thank you for calling. Goodbye."


@dataclass(frozen=True, slots=True)
class Place:
    """Where a waiting caller stands: how many are ``before`` them, about how many ``minutes`` that takes (``None``: not
    known), and whether they can have a ``call_back`` or ``go_on`` with the line instead."""

    before: int
    minutes: int | None = None
    call_back: bool = False
    go_on: bool = False


class Documents:
    """``public_url`` is the address Twilio calls; ``staff_number`` is where calls for a person go, if anywhere.

    ``call_backs`` tells whether somebody takes call-back requests, ``text_links`` whether a link to go on can be sent:
    a promise is offered only when it can be kept.
    """

    def __init__(
        self,
        public_url: str,
        staff_number: PhoneNumber | None = None,
        spoken: Spoken | None = None,
        *,
        call_backs: bool = False,
        text_links: bool = False,
        dial_seconds: int = 30,
    ) -> None:
        if not public_url.startswith(("http://", "https://")):
            raise EnvironmentProblem("Set LOANLINE_PUBLIC_URL to the address Twilio calls, such as https://host.")
        self._base = public_url.rstrip("/")
        self._staff = staff_number
        self._say = spoken or Spoken()
        self._call_backs, self._text_links = call_backs, text_links
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
        return self._offer(self._say.full)

    def closed(self) -> str:
        """The line takes no new calls just now: offer a call-back if anybody takes one."""
        return self._offer(self._say.closed)

    def one_moment(self) -> str:
        """The node goes down: the caller waits, and goes on with the one that comes up."""
        response = self._response(self._say.one_moment)
        response.pause(length=20)
        response.redirect(self.url("/voice/resume"), method="POST")
        return str(response)

    def fallback(self) -> str:
        """Neither stream nor form can be used: a few ways on by keys."""
        response = self._response(self._say.trouble)
        gather = self._gather(response, "/voice/fallback-key")
        if self._call_backs:
            self._speak(gather, self._say.offer_call_back)
        self._speak(gather, self._say.form)
        if self._text_links:
            self._speak(gather, self._say.text_link)
        return self._end(response, self._say.call_later)

    def form_page(self, page: FormPage) -> str:
        """One question of the form. Raises ``InvalidInput`` for a page that asks nothing.

        What must be heard whole stands before the ``<Gather>``, where no word and no key cuts it.
        """
        ask = page.ask
        if ask is None:
            raise InvalidInput("page", "the form is over; answer with its next step")
        response = VoiceResponse()
        for text in page.whole:
            self._speak(response, text)
        keys = {} if ask.digits is None else {"num_digits": ask.digits}
        hints = {"hints": ",".join(ask.hints)} if ask.hints else {}
        gather = response.gather(
            input="dtmf speech",
            # The question's name is for whoever reads the carrier's log of requests, and for a simulated caller.
            action=self.url(f"/voice/form?page={page.number}&prompt={page.prompt_id}"),
            method="POST",
            timeout=ask.patience_s,
            speech_timeout=str(ask.pause_s),
            finish_on_key=ask.finish,
            language=self._say.language,
            profanity_filter=False,  # a name must not come back as stars
            action_on_empty_result=True,
            **keys,
            **hints,
        )
        for text in page.open:
            self._speak(gather, text)
        response.redirect(self.url("/voice/fallback"), method="POST")
        return str(response)

    def person(self, before: Iterable[str] = (), *, go_on: bool = False) -> str:
        """Dial the staff number; when none is set, say that nobody is there, and what else there is."""
        if self._staff is None:
            return self.nobody(before, go_on=go_on)
        response = self._response(*before, self._say.hold)
        dial = Dial(
            action=self.url("/voice/after-dial"), method="POST", timeout=self._dial_seconds, answer_on_bridge=True
        )
        dial.number(self._staff.value)
        response.append(dial)
        return str(response)

    def hold(self, place: Place, before: Iterable[str] = ()) -> str:
        """What a waiting caller hears, again and again, after ``before``: their place, ways out by key, music.

        A caller waits here and not in the conference: the pages of a conference's waitUrl take no keys
        (twilio.com/docs/voice/twiml/conference#attributes-waitUrl).
        """
        response = self._response(*before)
        gather = self._gather(response, "/voice/call-back", timeout=1)
        self._speak(gather, self._place(place.before))
        if place.minutes is not None:
            words = self._say.wait_one if place.minutes == 1 else self._say.wait.format(minutes=place.minutes)
            self._speak(gather, words)
        if place.call_back and self._call_backs:
            self._speak(gather, self._say.instead_of_waiting)
        if place.go_on:
            self._speak(gather, self._say.line_instead)
        gather.play(f"{self._base}/voice/hold-music.wav")
        response.redirect(self.url("/voice/hold"), method="POST")
        return str(response)

    def please_hold(self, place: Place, before: Iterable[str] = ()) -> str:
        """The first time: say that a person is coming, then as ``hold``."""
        return self.hold(place, (*before, self._say.hold))

    def _place(self, before: int) -> str:
        if before == 0:
            return self._say.next_in_line
        return self._say.in_line_one if before == 1 else self._say.in_line.format(before=before)

    def conference(self, room: str) -> str:
        """For the caller: into ``room``, where the person comes in at the same moment. Whoever leaves ends it."""
        return self._room(Dial(action=self.url("/voice/after-dial"), method="POST"), room)

    def invitation(self, whisper: str) -> str:
        """For the person alone: what the call is about, and a key to take it. A mailbox presses none."""
        response = VoiceResponse()
        gather = response.gather(
            input="dtmf", num_digits=1, timeout=10, action=self.url("/voice/staff-join"), method="POST"
        )
        self._speak(gather, whisper)
        self._speak(gather, self._say.take_call)
        response.hangup()
        return str(response)

    def join_conference(self, room: str) -> str:
        """For the person: enter ``room`` and start the talk. The star key leaves it; whoever leaves ends it."""
        return self._room(Dial(action=self.url("/voice/staff-left"), method="POST", hangup_on_star=True), room)

    def call_back_invitation(self, call_id: str, about: str) -> str:
        """For the person alone, before somebody is called back; a mailbox presses no key."""
        response = VoiceResponse()
        action = self.url(f"/voice/call-back-dial?call={call_id}")
        gather = response.gather(input="dtmf", num_digits=1, timeout=10, action=action, method="POST")
        for text in (self._say.ring_back, about, self._say.press_to_dial):
            self._speak(gather, text)
        response.hangup()
        return str(response)

    def call_back(self, number: PhoneNumber, caller_id: str, call_id: str) -> str:
        """Dial ``number`` for the person; what becomes of it is reported for the wish of ``call_id``."""
        dial = Dial(caller_id=caller_id, timeout=self._dial_seconds, answer_on_bridge=True)
        dial.number(
            number.value,
            status_callback=self.url(f"/voice/call-back-status?call={call_id}"),
            status_callback_event="completed",
            status_callback_method="POST",
        )
        response = VoiceResponse()
        response.append(dial)
        response.hangup()
        return str(response)

    def settled_already(self) -> str:
        return self._end(VoiceResponse(), self._say.settled)

    def caller_gone(self) -> str:
        """For the person: whom they took has hung up meanwhile."""
        return self._end(VoiceResponse(), self._say.caller_gone)

    def _room(self, dial: Dial, room: str) -> str:
        # No waitUrl: both come in within a second, and Twilio's own music must not play in between.
        dial.conference(room, start_conference_on_enter=True, end_conference_on_exit=True, beep=False, wait_url="")
        response = VoiceResponse()
        response.append(dial)
        return str(response)

    def nobody(self, before: Iterable[str] = (), *, go_on: bool = False) -> str:
        return self._offer(*before, self._say.nobody, go_on=go_on)

    def person_left(self) -> str:
        """The talk with a person is over and the line could go on."""
        response = VoiceResponse()
        self._speak(self._gather(response, "/voice/call-back"), self._say.go_on)
        return self._end(response, self._say.goodbye)

    def call_back_promised(self) -> str:
        return self._end(VoiceResponse(), self._say.will_call_back)

    def link_sent(self) -> str:
        return self._end(VoiceResponse(), self._say.link_sent)

    def call_later(self) -> str:
        return self._end(VoiceResponse(), self._say.call_later)

    def goodbye(self) -> str:
        return self._end(VoiceResponse(), self._say.goodbye)

    def hang_up(self, before: Iterable[str] = ()) -> str:
        """End the call; what is to be said was said in the stream, or stands in ``before``."""
        response = self._response(*before)
        response.hangup()
        return str(response)

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

    def _offer(self, *texts: str, go_on: bool = False) -> str:
        """Say ``texts``, then what the caller can have instead: a call-back, or the automated line again."""
        response = self._response(*texts)
        if self._call_backs or go_on:
            gather = self._gather(response, "/voice/call-back")
            if self._call_backs:
                self._speak(gather, self._say.offer_call_back)
            if go_on:
                self._speak(gather, self._say.go_on)
            if go_on and self._text_links:
                self._speak(gather, self._say.text_link)
        return self._end(response, self._say.call_later)

    def _gather(self, response: VoiceResponse, path: str, timeout: int = 6) -> Gather:
        return response.gather(
            input="dtmf",
            num_digits=1,
            timeout=timeout,
            action=self.url(path),
            method="POST",
            action_on_empty_result=False,
        )

    def _response(self, *texts: str) -> VoiceResponse:
        response = VoiceResponse()
        for text in texts:
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
