"""What all webhooks share: bounds, signature, and an answer for every failure."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from fastapi import Request, Response

from core.errors import InvalidInput, LoanlineError, TooLarge, Unauthenticated
from ivr.twilio.forms import Form, read_form
from ivr.twilio.meter import Meter
from ivr.twilio.signature import SignatureVerifier

__all__ = ["Door", "Handler"]

_log = structlog.get_logger(__name__)

#: A webhook's form and its query, both signed; the answer is TwiML, or nothing.
Handler = Callable[[Form, Form], Awaitable[str]]


class Door:
    """``apology`` is the TwiML a caller hears when the house cannot answer: a 500 would make Twilio say "application
    error"."""

    def __init__(self, verifier: SignatureVerifier, apology: Callable[[], str], meter: Meter) -> None:
        self._verifier = verifier
        self._apology = apology
        self._meter = meter

    def guard(self, name: str, handler: Handler, *, heard: bool) -> Callable[[Request], Awaitable[Response]]:
        """``heard`` says that a caller hears the answer; a report that failed gets 503 and comes again."""

        async def answer(request: Request) -> Response:
            try:
                form = await read_form(request)
                self._verifier.check_webhook(
                    request.scope["path"], request.scope["query_string"].decode("latin-1"), form, request.headers
                )
            except Unauthenticated as error:
                self._meter.count("twilio_refused", why="signature")
                return Response(str(error), 403, media_type="text/plain")
            except TooLarge as error:
                self._meter.count("twilio_refused", why=error.code)
                return Response(str(error), 413, media_type="text/plain")
            except InvalidInput as error:
                self._meter.count("twilio_refused", why=error.code)
                return Response(str(error), 400, media_type="text/plain")
            query = Form(request.query_params.multi_items())
            return await self._answer(name, handler, form, query, heard=heard)

        return answer

    async def _answer(self, name: str, handler: Handler, form: Form, query: Form, *, heard: bool) -> Response:
        try:
            text = await handler(form, query)
        except InvalidInput as error:
            self._meter.count("twilio_bad_request", why=error.code)
            return Response(str(error), 400, media_type="text/plain")
        except LoanlineError as error:
            self._meter.count("twilio_webhook_failed", why=error.code)
            _log.error("twilio_webhook_failed", route=name, code=error.code)
            if not heard:
                return Response("Send the report again.", 503, media_type="text/plain")
            text = self._apology()
        self._meter.count("twilio_webhook", why=name)
        return Response(text, media_type="text/xml") if text else Response(status_code=204)
