"""``/api/v1``: submit, read, offers, accept, receipt. Mount it at that address."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from starlette.requests import Request

from core.codec import from_plain, to_plain
from core.decision.document import decision_document, offer_document
from core.decision.model import Facts
from core.decision.outlook import what_would_change
from core.decision.receipt import bundle_hash
from core.errors import InvalidInput, NotFound
from core.evidence import Evidence, Source
from core.ports import Clock, Storage
from core.usecases.api_access import Partner, Scope
from core.usecases.desk import ApplicationDesk
from ivr.api.problems import NO_STORE, add_problem_handlers
from ivr.api.reading import body_of, delivery_of, fingerprint, partner_of, submission_of
from ivr.api.schema import COMPONENTS, answers

__all__ = ["api_app"]

_CASE = re.compile(r"api\.[a-z][a-z0-9-]{1,19}\.[0-9a-f]{32}")
_ABOUT = "Applications for small loans, decided in seconds with reasons. Send an API key as a bearer token."


def api_app(storage: Storage, clock: Clock, desk: ApplicationDesk) -> FastAPI:
    """The API over one desk; its OpenAPI document is at ``openapi.json``. Mount it at ``/api/v1``."""
    app = FastAPI(title="Loanline", version="1", docs_url=None, redoc_url=None)
    add_problem_handlers(app)
    _Doors(storage, clock, desk).add_to(app)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]  # how FastAPI wants its document replaced
    return app


class _Doors:
    def __init__(self, storage: Storage, clock: Clock, desk: ApplicationDesk) -> None:
        self._storage, self._clock, self._desk = storage, clock, desk

    def add_to(self, app: FastAPI) -> None:
        one = "/applications/{case_id}"
        app.post(
            "/applications",
            status_code=201,
            summary="Hand in an application",
            responses=answers(201, "Case", "Decided and stored."),
            openapi_extra=_takes("Application", idempotent=True),
        )(self.submit)
        app.get(one, summary="Read a case", responses=answers(200, "Case", "The case."))(self.read)
        app.get(f"{one}/offers", summary="Read the offers", responses=answers(200, "Offers", "The offers."))(
            self.offers
        )
        app.post(
            f"{one}/acceptance",
            summary="Accept one offer",
            responses=answers(200, "Accepted", "The terms agreed to."),
            openapi_extra=_takes("Acceptance"),
        )(self.accept)
        app.get(f"{one}/receipt", summary="Read the receipt", responses=answers(200, "Receipt", "The receipt."))(
            self.receipt
        )

    async def submit(self, request: Request) -> JSONResponse:
        """The same delivery key with the same document gives the same answer; with another one it is refused."""
        partner = await partner_of(request, self._storage, Scope.SUBMIT)
        delivery = delivery_of(request)
        document = await body_of(request)
        case_id = partner.case_id(delivery)
        made = submission_of(document, partner, case_id, self._clock.now())
        self._desk.require_decidable(made.application, made.risk)
        await self._desk.submit(made.application, made.risk, (f"api:{partner.name}:{delivery}", fingerprint(document)))
        return _answer(await asyncio.to_thread(self._case, case_id), 201)

    async def read(self, request: Request, case_id: str) -> JSONResponse:
        """Status, outcome, reasons and offers of one case. No personal data comes back."""
        partner = await partner_of(request, self._storage, Scope.READ)
        return _answer(await asyncio.to_thread(self._case, _owned(partner, case_id)))

    async def offers(self, request: Request, case_id: str) -> JSONResponse:
        """The offers, best match first; empty unless the case is approved."""
        partner = await partner_of(request, self._storage, Scope.READ)
        case = await asyncio.to_thread(self._case, _owned(partner, case_id))
        return _answer({"offers": case["offers"]})

    async def accept(self, request: Request, case_id: str) -> JSONResponse:
        """Accept an offer by its place in the list, from 0. Accepting it again changes nothing."""
        partner = await partner_of(request, self._storage, Scope.ACCEPT)
        case = _owned(partner, case_id)
        document = await body_of(request)
        number = document.get("offer")
        if set(document) != {"offer"} or type(number) is not int:
            raise InvalidInput("offer", "give the place of one offer in the list, from 0, and nothing else")
        assent = Evidence(Source.API, self._clock.now())
        terms = await asyncio.to_thread(self._desk.accept, case, number, assent)
        return _answer({"status": "accepted", "terms": offer_document(terms)})

    async def receipt(self, request: Request, case_id: str) -> JSONResponse:
        """What the case was decided with, and the hash of the bundle from which it can be decided again."""
        partner = await partner_of(request, self._storage, Scope.READ)
        return _answer(await asyncio.to_thread(self._receipt, _owned(partner, case_id)))

    def _case(self, case_id: str) -> dict[str, Any]:
        with self._storage.begin() as work:
            stored = work.applications.get(case_id)
            kept = work.receipts.of(case_id)
        rules = self._desk.rules
        steps: tuple[str, ...] = ()
        if kept:
            facts = from_plain(Facts, kept[-1].bundle["facts"], "facts")
            steps = what_would_change(facts, stored.decision, rules.pack, rules.policy)
        return {
            "case_id": case_id,
            "status": stored.status.value,
            "received_at": stored.application.received_at.isoformat(),
            **decision_document(stored.decision, steps),
        }

    def _receipt(self, case_id: str) -> dict[str, Any]:
        with self._storage.begin() as work:
            decision = work.applications.get(case_id).decision
            kept = work.receipts.of(case_id)
        if not kept:
            raise NotFound("This case has no receipt; it was decided by a person from the start.")
        return {
            "case_id": case_id,
            "kind": kept[-1].kind,
            "at": kept[-1].at.isoformat(),
            "outcome": decision.outcome.value,
            "versions": to_plain(decision.versions),
            "inputs_hash": decision.inputs_hash,
            "bundle_sha256": bundle_hash(kept[-1].bundle),
        }


def _owned(partner: Partner, case_id: str) -> str:
    """Another partner's case is answered like one that does not exist."""
    if not _CASE.fullmatch(case_id) or not partner.owns(case_id):
        raise NotFound("There is no such case of yours; use the case_id of the answer to your submission.")
    return case_id


def _answer(body: dict[str, Any], status: int = 200) -> JSONResponse:
    return JSONResponse(body, status, NO_STORE)


def _takes(shape: str, *, idempotent: bool = False) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{shape}"}}}
    extra: dict[str, Any] = {"requestBody": {"required": True, "content": content}}
    if idempotent:
        form = {"type": "string", "minLength": 8, "maxLength": 128}
        extra["parameters"] = [{"name": "Idempotency-Key", "in": "header", "required": True, "schema": form}]
    return extra


def _document(app: FastAPI) -> dict[str, Any]:
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title, version=app.version, description=_ABOUT, routes=app.routes, servers=[{"url": "/api/v1"}]
        )
        document["components"] = COMPONENTS
        document["security"] = [{"key": []}]
        app.openapi_schema = document
    return app.openapi_schema
