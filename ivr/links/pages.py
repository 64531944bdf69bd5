"""The pages behind links in text messages: one look, no script, nothing kept by browsers or search engines."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

__all__ = ["page"]

_HERE = Path(__file__).parent / "templates"
_STYLE = (_HERE / "page.css").read_text("utf-8")
_PAGES = Environment(
    loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
}


def page(template: str, status: int = 200, **facts: Any) -> HTMLResponse:
    """One page; ``facts`` are escaped."""
    return HTMLResponse(_PAGES.get_template(template).render(style=_STYLE, **facts), status, headers=_HEADERS)
