"""Is it really Twilio? Webhooks and WebSocket handshakes carry an HMAC over the exact URL and the form.

The URL is built from the configured public URL and never from a forwarded header, which anybody can write.
A WebSocket handshake is signed over the ``wss`` form of the URL and no parameters. Twilio signs with and without
the default port, so both are tried. Source: twilio.com/docs/usage/webhooks/webhooks-security.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import (
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from core.errors import EnvironmentProblem, Unauthenticated

__all__ = ["SignatureVerifier"]

_log = structlog.get_logger(__name__)
_FIELD = re.compile(r"[A-Za-z]{1,40}")
_DEFAULT_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}


class SignatureVerifier:
    """``public_url`` is what Twilio was told, such as ``https://line.example.org``.

    ``secrets`` are the account's Auth Tokens that are valid now (two while one is being replaced) or the secret of a
    SharedKey. Raises ``EnvironmentProblem`` when there is none: without a secret nobody can be believed.
    ``fragment`` is what we hang on our own URLs (``twiml.WEBHOOK_LIMITS``). Twilio does not send it, and its pages do
    not say whether the signature covers it, so a signature over either form is believed.
    """

    def __init__(self, public_url: str, secrets: Sequence[str], fragment: str = "") -> None:
        parts = urlsplit(public_url)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
            raise EnvironmentProblem("Set LOANLINE_PUBLIC_URL to the address Twilio calls: https://host, no query.")
        if not secrets or not all(secrets):
            raise EnvironmentProblem("Set TWILIO_AUTH_TOKEN: without it no request can be checked.")
        self._base = public_url.rstrip("/")
        self._fragment = fragment
        self._validators = [RequestValidator(secret) for secret in secrets]

    def check_webhook(
        self, path: str, query: str, form: ImmutableMultiDict[str, str], headers: Mapping[str, str]
    ) -> None:
        """``query`` is the raw query string as it came. Raises ``Unauthenticated``.

        Every field of ``form`` counts, known or not, and so does every value of a repeated field.
        """
        url = self._base + path + (f"?{query}" if query else "")
        if not self._valid(url, form, headers):
            _log.warning("twilio_signature_refused", route=path, fields=_names(form))
            raise Unauthenticated(
                "The request is not signed by Twilio: check TWILIO_AUTH_TOKEN and LOANLINE_PUBLIC_URL."
            )

    def check_handshake(self, path: str, query: str, headers: Mapping[str, str]) -> None:
        """The same for the upgrade request of a WebSocket. Raises ``Unauthenticated``."""
        url = "ws" + self._base.removeprefix("http") + path + (f"?{query}" if query else "")
        if not self._valid(url, ImmutableMultiDict(), headers):
            _log.warning("twilio_signature_refused", route=path, fields=[])
            raise Unauthenticated(
                "The stream is not signed by Twilio: check TWILIO_AUTH_TOKEN and LOANLINE_PUBLIC_URL."
            )

    def _valid(self, url: str, form: ImmutableMultiDict[str, str], headers: Mapping[str, str]) -> bool:
        signature = headers.get(SIGNATURE_HEADER.lower(), "")
        if not signature.isascii():
            return False
        algorithm = get_signature_algorithm(headers.get(SIGNATURE_SETTINGS_HEADER.lower(), ""))
        return any(
            bool(validator.validate(candidate, form, signature, algorithm))
            for validator in self._validators
            for candidate in (url, _with_port(url), url + self._fragment)
        )


def _names(form: ImmutableMultiDict[str, str]) -> list[str]:
    """The names of the fields, for the log; what does not look like a field name is left out."""
    return sorted(name for name in set(form) if _FIELD.fullmatch(name))[:60]


def _with_port(url: str) -> str:
    """twilio's validator adds port 80 to ``wss``; its true default is 443."""
    parts = urlsplit(url)
    if parts.port is not None:
        return url
    return parts._replace(netloc=f"{parts.netloc}:{_DEFAULT_PORTS[parts.scheme]}").geturl()
