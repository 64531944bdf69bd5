"""What every answer of the console carries, and which requests it believes to come from its own pages."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

__all__ = ["SAFE_METHODS", "is_own_request", "security_headers"]

SAFE_METHODS = frozenset({"GET", "HEAD"})
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "media-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def security_headers(*, https: bool) -> dict[str, str]:
    """Headers of every page, fragment and file (OWASP ASVS 5.0, 3.4). No inline script or style, no eval."""
    headers = {
        "Content-Security-Policy": _POLICY,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(self)",
        "Cache-Control": "no-store",
    }
    if https:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return headers


def is_own_request(headers: Mapping[str, str], hosts: frozenset[str]) -> bool:
    """Whether a request that changes something was made by a page of this very site.

    ``Sec-Fetch-Site`` decides where the browser sends it; else ``Origin`` must name one of our ``hosts``. A request
    with neither is refused: every browser in use sends one of them. (OWASP CSRF cheat sheet, fetch metadata.)
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return _host(headers.get("origin", "")) in hosts


def _host(origin: str) -> str | None:
    try:
        parts = urlsplit(origin)
    except ValueError:
        return None
    return parts.netloc.lower() if parts.scheme in {"http", "https"} and parts.netloc else None
