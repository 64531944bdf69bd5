"""Text messages that nobody's telephone gets: the sandbox's inbox, and the way into it over HTTP."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import httpx

from core.applicant import PhoneNumber
from core.errors import ProviderError, ProviderTimeout
from core.ports import Clock, Ids

__all__ = ["SandboxSms", "SmsBox", "Text"]


@dataclass(frozen=True, slots=True, repr=False)
class Text:
    """One message. ``at`` is ISO 8601 in UTC."""

    sms_id: str
    to: str
    text: str
    at: str


class SmsBox:
    """Keeps the last ``keep`` messages in memory. Is itself a ``core.ports.SmsSender``, for lines in one process."""

    def __init__(self, clock: Clock, ids: Ids, keep: int = 1000) -> None:
        self._clock = clock
        self._ids = ids
        self._texts: deque[Text] = deque(maxlen=keep)

    async def send(self, to: PhoneNumber, text: str) -> str:
        sent = Text(self._ids.new("sms"), to.value, text, self._clock.now().isoformat())
        self._texts.append(sent)
        return sent.sms_id

    def inbox(self, to: PhoneNumber) -> list[Text]:
        """What was sent to a number, oldest first."""
        return [text for text in self._texts if text.to == to.value]

    def texts_to(self, number: PhoneNumber) -> list[str]:
        return [text.text for text in self.inbox(number)]


class SandboxSms:
    """``core.ports.SmsSender`` that posts to a sandbox at ``base_url`` (``http://host:port/sandbox``)."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, seconds: float = 5.0) -> None:
        self._http = http
        self._url = f"{base_url.rstrip('/')}/sms"
        self._seconds = seconds

    async def send(self, to: PhoneNumber, text: str) -> str:
        try:
            answer = await self._http.post(self._url, json={"to": to.value, "text": text}, timeout=self._seconds)
        except httpx.TimeoutException:
            raise ProviderTimeout("The sandbox took no message in time: see whether it is overloaded.") from None
        except httpx.HTTPError:
            raise ProviderError("The sandbox does not answer: start it with loanline sandbox.") from None
        if answer.status_code != httpx.codes.CREATED:
            raise ProviderError(f"The sandbox refused the message with {answer.status_code}: check its address.")
        return str(answer.json()["id"])
