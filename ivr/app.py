"""The web application: the telephone line's doors, health, metrics, and what demo mode adds."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException

from core.errors import LoanlineError
from ivr.api.problems import routing_problem
from ivr.bootstrap import House

__all__ = ["create_app"]

_NO_STORE = {"Cache-Control": "no-store"}


def create_app(house: House) -> FastAPI:
    """The application of one node. Starting it starts the recogniser and the voice; stopping it drains the calls."""

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        await house.start()
        try:
            yield
        finally:
            await house.close()

    app = FastAPI(title="Loanline", lifespan=life, docs_url=None, redoc_url=None, openapi_url=None)
    for router in (*house.routers(), house.console().router):
        app.include_router(router)

    app.mount("/api/v1", house.api())

    @app.get("/healthz", include_in_schema=False)
    async def alive() -> PlainTextResponse:
        return PlainTextResponse("ok\n", headers=_NO_STORE)

    @app.get("/readyz", include_in_schema=False)
    async def ready() -> Response:
        problems = await house.problems()
        body = {"ready": not problems, "problems": problems, "calls": house.switchboard.active}
        return JSONResponse(body, 503 if problems else 200, headers=_NO_STORE)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(house.metrics.text(), media_type="text/plain; version=0.0.4", headers=_NO_STORE)

    @app.exception_handler(LoanlineError)
    async def refuse(_request: Request, error: LoanlineError) -> JSONResponse:
        house.metrics.count("request_failed", why=error.code)
        return JSONResponse({"error": error.code, "detail": str(error)}, 400, headers=_NO_STORE)

    @app.exception_handler(HTTPException)
    async def no_such_page(request: Request, error: HTTPException) -> Response:
        """A path that the API's own doors cannot even see, such as one with a line break, is refused in their shape."""
        if request.url.path.startswith("/api/"):
            return routing_problem(error)
        return await http_exception_handler(request, error)

    if house.settings.demo:
        _add_demo(app, house)
    return app


def _add_demo(app: FastAPI, house: House) -> None:
    """What only a demonstration may have: the sandbox and a plain feed of everything that happens."""
    app.mount("/sandbox", house.sandbox_app())
    app.include_router(house.phone())

    @app.get("/demo/feed", include_in_schema=False)
    async def feed(call: str | None = None) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            async for fact in house.board.watch(call):
                yield json.dumps(fact.as_dict(), ensure_ascii=False) + "\n"
                if call is not None and fact.kind == "end":
                    return

        return StreamingResponse(lines(), media_type="application/x-ndjson", headers=_NO_STORE)
