"""Every refusal is one ``application/problem+json`` document (RFC 9457) that names the field where there is one."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from core.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    LoanlineError,
    NotFound,
    ProviderError,
    Shredded,
    StorageError,
    TooLarge,
    Unauthenticated,
)

__all__ = ["NO_STORE", "add_problem_handlers", "problem", "routing_problem"]

NO_STORE = {"Cache-Control": "no-store"}
_STATUS: tuple[tuple[type[LoanlineError], int, str], ...] = (
    (TooLarge, 413, "Too large"),
    (InvalidInput, 422, "Invalid input"),
    (Unauthenticated, 401, "Unauthenticated"),
    (Forbidden, 403, "Forbidden"),
    (NotFound, 404, "Not found"),
    (Shredded, 410, "Destroyed on purpose"),
    (Conflict, 409, "Conflict"),
    (StorageError, 503, "Storage is not available"),
    (ProviderError, 503, "A provider is not available"),
)


def problem(error: LoanlineError) -> JSONResponse:
    """The document of one error. What is our own fault says no more than its code."""
    status, title = next(
        ((status, title) for kind, status, title in _STATUS if isinstance(error, kind)), (500, "Our own fault")
    )
    said = str(error) if status != 500 else "Something of ours failed; try again later."
    body: dict[str, object] = {
        "type": f"urn:loanline:{error.code}",
        "title": title,
        "status": status,
        "detail": said,
        "code": error.code,
    }
    headers = dict(NO_STORE)
    if isinstance(error, InvalidInput):
        body |= {"field": error.field, "detail": said.partition(": ")[2] or said}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 503:
        headers["Retry-After"] = "5"
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def routing_problem(error: HTTPException) -> JSONResponse:
    """The document of an address or a method that there is not."""
    body = {
        "type": "about:blank",
        "title": str(error.detail),
        "status": error.status_code,
        "detail": "See the OpenAPI document for the addresses and methods there are.",
        "code": "no_such_door",
    }
    headers = NO_STORE | dict(error.headers or {})
    return JSONResponse(body, error.status_code, headers, media_type="application/problem+json")


def add_problem_handlers(app: FastAPI) -> None:
    """Typed errors, routing errors and whatever else goes wrong, all in the one shape."""

    @app.exception_handler(LoanlineError)
    async def ours(_request: Request, error: LoanlineError) -> JSONResponse:
        return problem(error)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        where = error.errors()[0]["loc"]
        return problem(InvalidInput(str(where[-1]), "it is missing or of the wrong form; see the OpenAPI document"))

    @app.exception_handler(HTTPException)
    async def routing(_request: Request, error: HTTPException) -> JSONResponse:
        return routing_problem(error)
