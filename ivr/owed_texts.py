"""Sends the written copies that calls could not: after a crash, after a provider's failure, until one is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from core.applicant import PhoneNumber
from core.errors import LoanlineError, NotFound, ProviderError, Shredded
from core.events import JournalEntry
from core.lending.owing import MOST_TRIES, TERMS, OwedText, pause_after
from core.lending.summary import in_writing, reasons_in_writing
from core.ports import Clock, SmsSender, Storage
from ivr.telemetry import Metrics

__all__ = ["OwedCopies"]

_EVERY_S = 60.0
_log = structlog.get_logger()


class OwedCopies:
    """``run`` sends what is due, again and again, until it is cancelled."""

    def __init__(
        self, storage: Storage, clock: Clock, sms: SmsSender, copy_url: Callable[[str], str], metrics: Metrics
    ) -> None:
        self._storage, self._clock, self._sms, self._copy_url, self._metrics = storage, clock, sms, copy_url, metrics

    async def run(self) -> None:
        while True:
            try:
                await self.send_due()
            except LoanlineError as error:
                _log.warning("owed_texts_wait", code=error.code)
            except Exception as error:  # noqa: BLE001 - a list whose worker died would be owed for ever, and silently
                _log.error("owed_texts_failed", kind=type(error).__name__)
            await asyncio.sleep(_EVERY_S)

    async def send_due(self) -> int:
        """Send everything that is due now; returns how many were taken. Raises ``StorageError``."""
        sent = 0
        for owed in await asyncio.to_thread(self._due):
            sent += await self._send(owed)
        return sent

    def _due(self) -> list[OwedText]:
        with self._storage.begin() as unit:
            return list(unit.owed_texts.due(self._clock.now()))

    async def _send(self, owed: OwedText) -> bool:
        try:
            to, text = await asyncio.to_thread(self._text, owed)
        except (NotFound, Shredded):
            await asyncio.to_thread(self._forget, owed)
            return False
        try:
            await self._sms.send(to, text)
        except ProviderError as error:
            self._metrics.count("owed_text_failed", why=error.code)
            await asyncio.to_thread(self._later, owed)
            return False
        await asyncio.to_thread(self._paid, owed)
        return True

    def _text(self, owed: OwedText) -> tuple[PhoneNumber, str]:
        with self._storage.begin() as unit:
            phone = unit.applications.get(owed.case_id).application.phone.value
            answer = unit.applications.answer(owed.case_id)
        link = self._copy_url(owed.case_id)
        if owed.what != TERMS:
            return phone, reasons_in_writing(link)
        if answer is None or answer.terms is None:
            raise NotFound("No terms were agreed to in this case; nothing is owed.")
        return phone, in_writing(answer.terms, link)

    def _paid(self, owed: OwedText) -> None:
        with self._storage.begin() as unit:
            calls = [entry.call_id for entry in unit.journal.left(owed.case_id) if entry is not None]
            if calls:  # else their records are destroyed, or there were none: nothing is left to note it in
                entry = JournalEntry(f"{owed.what}_sent", self._clock.now(), calls[-1], {})
                unit.journal.append(owed.case_id, entry)
            unit.owed_texts.paid(owed.case_id, owed.what)
            unit.commit()

    def _later(self, owed: OwedText) -> None:
        if owed.tries + 1 >= MOST_TRIES:
            # It is tried on, but a person has to write by mail: the metric and this line alarm the operator.
            _log.error("owed_text_needs_a_person", case=owed.case_id, what=owed.what)
        with self._storage.begin() as unit:
            unit.owed_texts.again(owed, self._clock.now() + pause_after(owed.tries))
            unit.commit()

    def _forget(self, owed: OwedText) -> None:
        with self._storage.begin() as unit:
            unit.owed_texts.paid(owed.case_id, owed.what)
            unit.commit()
