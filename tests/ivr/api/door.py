"""An API over a real store, with a partner's key, for the tests of this room."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from core.decision.policy import packaged_policy
from core.jurisdiction.library import packaged
from core.scoring.library import packaged_challenger, packaged_scorecard
from core.storage.store import SqlStorage
from core.usecases.api_access import Scope, make_key
from core.usecases.decisions import Rulebook
from core.usecases.desk import ApplicationDesk
from ivr.api.app import api_app
from ivr.system import SystemIds
from tests.core.storage.people import HandClock, opened

EVERYTHING = frozenset(Scope)
APPLICATION: dict[str, Any] = {
    "jurisdiction": "US",
    "full_name": "Zebulon Quattlebaum",
    "national_id_last4": "7391",
    "date_of_birth": "1985-03-12",
    "phone": "+14155550199",
    "monthly_income": "4200.00",
    "employment": "full_time",
    "monthly_debt": "350.00",
    "amount": "2517.00",
    "term_months": 12,
    "purpose": "car",
    "owner_verified": True,
    "risk": {"level": "none", "complete": True},
}


class Client:
    """One request at a time into the application, without a socket."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def request(self, method: str, path: str, **given: Any) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://line.test") as client:
                return await client.request(method, path, **given)

        return asyncio.run(ask())

    def get(self, path: str, **given: Any) -> httpx.Response:
        return self.request("GET", path, **given)

    def post(self, path: str, **given: Any) -> httpx.Response:
        return self.request("POST", path, **given)


@dataclass
class Door:
    client: Client
    storage: SqlStorage
    clock: HandClock
    app: FastAPI

    def key(self, partner: str = "shop", scopes: frozenset[Scope] = EVERYTHING) -> str:
        return make_key(self.storage, self.clock, SystemIds(), partner, scopes, "tester")[1]

    def submit(self, token: str, document: Any = None, delivery: str = "delivery-1") -> Any:
        return self.client.post(
            "/api/v1/applications",
            json=APPLICATION if document is None else document,
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": delivery},
        )


def rules() -> Rulebook:
    return Rulebook(packaged("US"), packaged_policy(), packaged_scorecard(), packaged_challenger())


def door(folder: Path) -> Door:
    clock = HandClock()
    storage = opened(folder, clock)
    whole = FastAPI()
    api = api_app(storage, clock, ApplicationDesk(storage, clock, rules()))
    whole.mount("/api/v1", api)
    return Door(Client(whole), storage, clock, api)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
