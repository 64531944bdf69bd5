"""The outside world in one small server: text messages, credit bureau, registers, payments. Never for production.

Every provider wants a permissible purpose and a consent id, as the real ones do, and answers 403 without them.
Mounted at ``/sandbox`` by the demo server, or served alone by ``loanline sandbox``.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import FastAPI, HTTPException, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from core.applicant import PhoneNumber
from core.ports import Clock
from core.verification.clients import list_key
from ivr.sandbox import people
from ivr.sandbox.inbox import SmsBox

__all__ = ["sandbox_app", "standalone_app"]

_E164 = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$")]
_Short = Annotated[str, Field(min_length=1, max_length=200)]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Sms(_Closed):
    to: _E164
    text: Annotated[str, Field(min_length=1, max_length=1600)]


class _Permitted(_Closed):
    permissible_purpose: str = ""
    consent_id: str = ""


class _Person(_Permitted):
    full_name: _Short
    date_of_birth: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    national_id_last4: Annotated[str, Field(pattern=r"^\d{4}$")]


class _Phone(_Permitted):
    phone: _E164
    full_name: _Short


class _Payee(_Permitted):
    full_name: _Short
    account: Annotated[str, Field(pattern=r"^[A-Z0-9]{4,34}$")]


class _Listed(_Permitted):
    keys: Annotated[list[_Short], Field(max_length=20)]


class _Payment(_Permitted):
    idempotency_key: _Short
    amount: Annotated[str, Field(pattern=r"^\d{1,12}\.\d{2}$")]
    currency: Literal["USD", "CNY", "EUR", "GBP"]
    account: Annotated[str, Field(pattern=r"^[A-Z0-9]{4,34}$")]
    reference: _Short


def _permit(asked: _Permitted) -> None:
    if not asked.permissible_purpose or not asked.consent_id:
        raise HTTPException(403, "name a permissible purpose and the consent it rests on")


def sandbox_app(box: SmsBox, clock: Clock, slow_seconds: float = 5.0) -> FastAPI:
    """Mount it at ``/sandbox``. ``slow_seconds`` is how long the slow identity takes."""
    app = FastAPI(title="Loanline sandbox", docs_url=None, redoc_url=None)
    _texts(app, box)
    _bureau(app, clock, slow_seconds)
    _registers(app)
    _payments(app)
    return app


def standalone_app(box: SmsBox, clock: Clock, slow_seconds: float = 5.0) -> FastAPI:
    """The same addresses as inside the demo server."""
    app = FastAPI(docs_url=None, redoc_url=None)
    app.mount("/sandbox", sandbox_app(box, clock, slow_seconds))

    @app.get("/healthz")
    async def healthz() -> dict[str, bool]:
        return {"ok": True}

    return app


def _texts(app: FastAPI, box: SmsBox) -> None:
    @app.post("/sms", status_code=201)
    async def send(message: _Sms) -> dict[str, str]:
        return {"id": await box.send(PhoneNumber(message.to), message.text)}

    @app.get("/sms")
    async def inbox(to: Annotated[_E164, Query()]) -> list[dict[str, str]]:
        return [
            {key: value for key, value in asdict(text).items() if key != "sms_id"}
            for text in box.inbox(PhoneNumber(to))
        ]


def _bureau(app: FastAPI, clock: Clock, slow_seconds: float) -> None:
    asked: Counter[str] = Counter()

    @app.post("/bureau/reports", response_model=None)
    async def report(who: _Person) -> dict[str, Any] | Response:
        _permit(who)
        last4 = who.national_id_last4
        asked[who.consent_id] += 1
        if last4 == people.SLOW:
            await asyncio.sleep(slow_seconds)
        if last4 == people.FAILS:
            raise HTTPException(500, "the bureau is broken")
        if last4 == people.FLAKY and asked[who.consent_id] <= 2:
            raise HTTPException(503, "the bureau is busy")
        if last4 == people.BAD_JSON:
            return Response('{"report_id": "rep', media_type="application/json")
        if last4 == people.OTHER_SHAPE:
            return {"status": "hit", "lines": "many"}
        return people.credit_report(who.full_name, who.date_of_birth, last4, clock.now().date())


def _registers(app: FastAPI) -> None:
    listed = {list_key(people.LIST_SECRET, value) for value in people.LISTED}

    @app.post("/employment")
    async def employment(who: _Person) -> dict[str, Any]:
        _permit(who)
        return people.employment(who.full_name, who.date_of_birth, who.national_id_last4)

    @app.post("/phone-ownership")
    async def ownership(who: _Phone) -> dict[str, Any]:
        _permit(who)
        return people.phone(who.phone)

    @app.post("/payee-name")
    async def payee(who: _Payee) -> dict[str, str]:
        _permit(who)
        return {"result": people.payee(who.account)}

    @app.post("/negative-list")
    async def negative(asked: _Listed) -> dict[str, list[str]]:
        _permit(asked)
        return {"listed": [key for key in asked.keys if key in listed]}


def _payments(app: FastAPI) -> None:
    done: dict[str, tuple[_Payment, dict[str, str]]] = {}

    @app.post("/payments", status_code=201)
    async def pay(order: _Payment) -> dict[str, str]:
        """The same order twice is one payment; the same key with another order is 409."""
        _permit(order)
        earlier = done.get(order.idempotency_key)
        if earlier is not None and earlier[0] != order:
            raise HTTPException(409, "that key was used for another payment")
        if earlier is None:
            status = "returned" if people.payee(order.account) == "unknown" else "accepted"
            earlier = done[order.idempotency_key] = (
                order,
                {"payment_id": f"pay_{len(done) + 1:06d}", "status": status},
            )
        return earlier[1]

    @app.get("/payments")
    async def payments() -> list[dict[str, str]]:
        return [{"reference": order.reference, "amount": order.amount, **answer} for order, answer in done.values()]
