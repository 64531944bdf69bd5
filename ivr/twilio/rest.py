"""What we ask of Twilio's API: text messages, and changes to a call in progress.

twilio's client blocks, so each request runs in a thread. Nothing is tried twice here: a message whose answer was
lost may have gone out. Every failure is a ``ProviderError`` with Twilio's error number and without its text, which
may hold a telephone number. Sources: twilio.com/docs/messaging/api/message-resource and
twilio.com/docs/voice/api/call-resource#update-a-call-resource.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from core.applicant import PhoneNumber
from core.errors import EnvironmentProblem, ProviderError, ProviderTimeout
from core.ports import CallBack
from ivr.twilio.meter import Meter
from ivr.twilio.twiml import Documents, Place

__all__ = ["CallControl", "TwilioApi", "TwilioRefused", "TwilioSms"]

#: "Call is not in-progress": the caller has hung up meanwhile.
_CALL_IS_OVER = 21220


class TwilioApi:
    """The account's REST client. ``api_url`` is another address than Twilio's for the sandbox and for tests.

    Raises ``EnvironmentProblem`` when the account or its token is not set.
    """

    def __init__(
        self, account_sid: str, auth_token: str, meter: Meter, api_url: str = "", timeout_s: float = 10.0
    ) -> None:
        if not account_sid or not auth_token:
            raise EnvironmentProblem("Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN to send texts and move calls.")
        self._client = Client(account_sid, auth_token, http_client=TwilioHttpClient(timeout=timeout_s))
        if api_url:
            self._client.api.base_url = self._client.verify.base_url = api_url
        self._meter = meter

    async def ask(self, request: Callable[[Client], Any]) -> Any:
        """Run one request of twilio's client in a thread. Raises ``ProviderError`` or ``ProviderTimeout``."""
        try:
            return await asyncio.to_thread(request, self._client)
        except requests.Timeout:
            self._meter.count("twilio_api_failed", why="timeout")
            raise ProviderTimeout("Twilio does not answer: try again, or see its status page.") from None
        except (TwilioRestException, TwilioServiceException) as error:
            raise self._refused(int(error.status), int(error.code or error.status)) from None
        except (requests.RequestException, TwilioException, ValueError):
            self._meter.count("twilio_api_failed", why="unreachable")
            raise ProviderError("Twilio cannot be reached: check the network, then try again.") from None

    def _refused(self, status: int, number: int) -> ProviderError:
        if status == 429:
            self._meter.count("twilio_api_failed", why="too_many")
            return TwilioRefused("Twilio is given too many requests: try again in a minute.", number)
        if status >= 500:
            self._meter.count("twilio_api_failed", why="provider")
            return TwilioRefused("Twilio has a problem of its own: try again, or see its status page.", number)
        self._meter.count("twilio_api_failed", why="refused")
        return TwilioRefused(f"Twilio refused the request: look up error {number} in its error list.", number)


class TwilioRefused(ProviderError):
    """Twilio said no. ``number`` is Twilio's error number, or the HTTP status where it gives none."""

    def __init__(self, message: str, number: int) -> None:
        super().__init__(message)
        self.number = number


class TwilioSms:
    """A ``core.ports.SmsSender``. ``sender`` is a number of the account, or a messaging service (``MG…``).

    ``reports`` is where Twilio reports what became of each message (``/voice/sms-status``); empty for nowhere.
    """

    def __init__(self, api: TwilioApi, sender: str, reports: str = "") -> None:
        if not sender:
            raise EnvironmentProblem("Set TWILIO_FROM_NUMBER to the number that text messages come from.")
        self._api = api
        self._fixed = {"messaging_service_sid" if sender.startswith("MG") else "from_": sender}
        if reports:
            self._fixed["status_callback"] = reports

    async def send(self, to: PhoneNumber, text: str) -> str:
        message = await self._api.ask(lambda client: client.messages.create(to=to.value, body=text, **self._fixed))
        return str(message.sid)


class CallControl:
    """Changes to a call in progress. Each ends the call's stream, because it replaces the TwiML at once."""

    def __init__(self, api: TwilioApi, documents: Documents) -> None:
        self._api = api
        self._documents = documents

    async def hang_up(self, call_id: str) -> None:
        """End the call. A call that is over already is no error."""
        try:
            await self._update(call_id, status="completed")
        except TwilioRefused as refused:
            if refused.number != _CALL_IS_OVER:
                raise

    async def to_conference(self, call_id: str, room: str) -> None:
        """Bring the caller into ``room``, an id of ours without personal data, where a person is."""
        await self._update(call_id, twiml=self._documents.conference(room))

    async def to_hold(self, call_id: str, place: Place) -> None:
        """Let the caller wait for a person."""
        await self._update(call_id, twiml=self._documents.please_hold(place))

    async def nobody(self, call_id: str, *, go_on: bool) -> None:
        """Tell a waiting caller that nobody is free, and what else there is."""
        await self._update(call_id, twiml=self._documents.nobody(go_on=go_on))

    async def invite(self, staff: PhoneNumber, caller_id: str, whisper: str) -> str:
        """Ring a person and tell them ``whisper``; a key of theirs asks ``/voice/staff-join``. Returns the call's id.

        ``caller_id`` is the number of ours that the person sees.
        """
        twiml = self._documents.invitation(whisper)
        status = self._documents.url("/voice/staff-status")
        call = await self._api.ask(
            lambda client: client.calls.create(
                to=staff.value, from_=caller_id, twiml=twiml, timeout=25, status_callback=status
            )
        )
        return str(call.sid)

    async def ring_to_call_back(self, staff: PhoneNumber, caller_id: str, wish: CallBack) -> str:
        """Ring a person who is to call ``wish`` back; a key of theirs asks ``/voice/call-back-dial``."""
        why = wish.reason.replace("_", " ")
        about = f"They asked for it because: {why}. Case ending in {', '.join(wish.case_id[-4:])}."
        twiml = self._documents.call_back_invitation(wish.call_id, about)
        call = await self._api.ask(
            lambda client: client.calls.create(to=staff.value, from_=caller_id, twiml=twiml, timeout=25)
        )
        return str(call.sid)

    async def hand_back(self, call_id: str) -> None:
        """Give the caller back to the line, which goes on where it stopped."""
        await self._update(call_id, url=self._documents.url("/voice/resume"), method="POST")

    async def _update(self, call_id: str, **change: str) -> None:
        await self._api.ask(lambda client: client.calls(call_id).update(**change))
