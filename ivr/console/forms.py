"""Small forms, read with a limit."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request

from core.errors import InvalidInput

__all__ = ["MOST_BYTES", "read_form"]

MOST_BYTES = 16_384


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a url-encoded form; of a repeated field the last. Raises ``InvalidInput`` above 16 KiB."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise InvalidInput("form", "it is too long; write less")
    try:
        return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=50))
    except ValueError:
        raise InvalidInput("form", "it cannot be read; open the page again") from None
