"""A consent that was taken back before anything was decided stops the outside checks: on the line, and in writing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from core.application import Application
from core.decision.model import Decision
from core.errors import StorageError
from core.risk import RiskReport
from core.usecases import intake
from core.usecases.consents import withdraw
from core.usecases.desk import ApplicationDesk
from core.usecases.verify import CREDIT_REPORT
from ivr.api.app import api_app
from ivr.outside import outside_checks
from ivr.sandbox.app import standalone_app
from ivr.sandbox.inbox import SmsBox
from ivr.sandbox.people import LIST_SECRET
from ivr.system import SystemClock
from tests.core.storage.people import HandClock, opened
from tests.ivr.api.door import APPLICATION, Client, Door, rules
from tests.ivr.console.office import keyed_to_the_end
from tests.ivr.sandbox.serving import CountingIds, FixedClock
from tests.ivr.small_line import SmallLine

AGREED = {
    "scope": CREDIT_REPORT,
    "granted": True,
    "text_id": "credit/1",
    "text_hash": "ab" * 32,
    "at": "2026-11-02T09:00:00Z",
}


@pytest.mark.parametrize("taken_back", [True, False])
async def test_a_consent_taken_back_while_the_caller_waits_is_not_asked_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, taken_back: bool
) -> None:
    line = SmallLine(tmp_path)
    storage, submit = line.house.storage, ApplicationDesk.submit

    async def meanwhile(desk: ApplicationDesk, application: Application, risk: RiskReport) -> Decision:
        if taken_back:
            withdraw(storage, SystemClock(), application.case_id, CREDIT_REPORT, "a.agent")
        return await submit(desk, application, risk)

    monkeypatch.setattr(ApplicationDesk, "submit", meanwhile)
    await keyed_to_the_end(line)
    with storage.begin() as work:
        (kept,) = work.receipts.of(work.records.read("CA1").case_id)
    storage.close()
    assert len(kept.bundle["evidence"]) == (0 if taken_back else 4)
    assert kept.bundle["facts"]["checks"]["report_state"] == ("refused" if taken_back else "answered")


def test_an_application_in_writing_is_not_asked_about_after_its_consent_went(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def note(request: httpx.Request) -> None:
        asked.append(request.url.path)

    clock = HandClock()
    storage = opened(tmp_path, clock)
    box = standalone_app(SmsBox(FixedClock(), CountingIds()), FixedClock())
    http = httpx.AsyncClient(transport=httpx.ASGITransport(box), event_hooks={"request": [note]})
    checks = outside_checks("http://sandbox/sandbox", http, FixedClock(), LIST_SECRET)
    whole = FastAPI()
    api = api_app(storage, clock, ApplicationDesk(storage, clock, rules(), checks))
    whole.mount("/api/v1", api)
    door = Door(Client(whole), storage, clock, api)
    key = door.key()
    document = APPLICATION | {"consents": [AGREED]}

    def full(*_: Any) -> Decision:
        raise StorageError("The disk is full; free some space, nothing was stored.")

    with monkeypatch.context() as broken:
        broken.setattr(intake, "submit", full)
        assert door.submit(key, document).status_code == 503
    assert len(asked) == 4
    with storage.engine.connect() as rows:
        case_id = rows.exec_driver_sql("SELECT DISTINCT case_id FROM consents").scalar_one()
    withdraw(storage, clock, case_id, CREDIT_REPORT, "a.agent")
    answer = door.submit(key, document)
    assert (answer.status_code, answer.json()["outcome"]) == (201, "review")
    assert len(asked) == 4, "nobody was asked once more"
    assert door.submit(key, document, "delivery-2").status_code == 201
    assert len(asked) == 8, "a fresh application with a fresh consent is another matter"
