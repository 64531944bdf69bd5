from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers, ImmutableMultiDict
from twilio.request_validator import RequestValidator

from core.errors import EnvironmentProblem, Unauthenticated
from ivr.twilio.signature import SignatureVerifier
from ivr.twilio.twiml import WEBHOOK_LIMITS

SECRET = "the-auth-token"
BASE = "https://line.example.org"
PATH = "/voice/incoming"
FIELDS = {"CallSid": "CA1", "From": "+14155550123", "To": "+14155550100", "StirVerstat": "", "CallStatus": "ringing"}


def signed(url: str, fields: dict[str, str], secret: str = SECRET, algorithm: str | None = None) -> Headers:
    headers = {"X-Twilio-Signature": RequestValidator(secret).compute_signature(url, fields, algorithm)}
    if algorithm:
        headers["X-Twilio-Webhooks-Signature-Settings"] = f"key=k1,algorithm={algorithm}"
    return Headers(headers)


def check(headers: Headers, fields: dict[str, str] = FIELDS, query: str = "", base: str = BASE) -> None:
    SignatureVerifier(base, [SECRET], WEBHOOK_LIMITS).check_webhook(PATH, query, ImmutableMultiDict(fields), headers)


@pytest.mark.parametrize(
    ("base", "url"),
    [
        (BASE, BASE + PATH),
        (BASE, "https://line.example.org:443" + PATH),
        (BASE + "/", BASE + PATH),
        ("https://line.example.org:8443", "https://line.example.org:8443" + PATH),
        ("https://line.example.org:8443", "https://line.example.org" + PATH),
        (BASE + "/sub", BASE + "/sub" + PATH),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080" + PATH),
        (BASE, BASE + PATH + WEBHOOK_LIMITS),
    ],
)
def test_twilios_signature_is_believed_with_and_without_port(base: str, url: str) -> None:
    check(signed(url, FIELDS), base=base)


def test_the_query_is_part_of_the_url() -> None:
    headers = signed(f"{BASE}{PATH}?a=1&b=%2B", FIELDS)
    check(headers, query="a=1&b=%2B")
    for query in ("", "a=1&b=+", "b=%2B&a=1"):
        with pytest.raises(Unauthenticated):
            check(headers, query=query)


@pytest.mark.parametrize("name", list(FIELDS))
def test_every_altered_added_or_missing_field_is_refused(name: str) -> None:
    headers = signed(BASE + PATH, FIELDS)
    check(headers)
    without = {key: value for key, value in FIELDS.items() if key != name}
    for fields in ({**FIELDS, name: FIELDS[name] + "x"}, {**FIELDS, "New" + name: "x"}, {**without, name + "x": "y"}):
        with pytest.raises(Unauthenticated):
            check(headers, fields)
    if FIELDS[name]:
        with pytest.raises(Unauthenticated):
            check(headers, without)


def test_every_value_of_a_repeated_field_counts() -> None:
    pairs = parse_qsl("CallSid=CA1&Digits=1&Digits=2")
    form = ImmutableMultiDict(pairs)
    signature = RequestValidator(SECRET).compute_signature(BASE + PATH, form)
    verifier = SignatureVerifier(BASE, [SECRET])
    verifier.check_webhook(PATH, "", form, Headers({"X-Twilio-Signature": signature}))
    with pytest.raises(Unauthenticated):
        verifier.check_webhook(PATH, "", ImmutableMultiDict(pairs[:2]), Headers({"X-Twilio-Signature": signature}))


@given(st.text(max_size=60))
def test_any_other_signature_is_refused(signature: str) -> None:
    with pytest.raises(Unauthenticated):
        SignatureVerifier(BASE, [SECRET]).check_webhook(
            PATH, "", ImmutableMultiDict(FIELDS), {"x-twilio-signature": signature}
        )


def test_no_signature_is_refused() -> None:
    with pytest.raises(Unauthenticated):
        check(Headers({}))


def test_forwarded_headers_change_nothing() -> None:
    headers = Headers(
        {
            **signed("https://evil.example.net" + PATH, FIELDS),
            "host": "evil.example.net",
            "x-forwarded-host": "evil.example.net",
            "x-forwarded-proto": "https",
        }
    )
    with pytest.raises(Unauthenticated):
        check(headers)


def test_two_secrets_while_one_is_replaced() -> None:
    verifier = SignatureVerifier(BASE, ["new", "old"])
    for secret in ("new", "old"):
        verifier.check_webhook(PATH, "", ImmutableMultiDict(FIELDS), signed(BASE + PATH, FIELDS, secret))
    with pytest.raises(Unauthenticated):
        verifier.check_webhook(PATH, "", ImmutableMultiDict(FIELDS), signed(BASE + PATH, FIELDS, "older"))


def test_sha256_signatures_and_unknown_algorithms() -> None:
    check(signed(BASE + PATH, FIELDS, algorithm="HMAC_SHA256"))
    unknown = signed(BASE + PATH, FIELDS).mutablecopy()
    unknown["X-Twilio-Webhooks-Signature-Settings"] = "key=k1,algorithm=NONE"
    with pytest.raises(Unauthenticated):
        check(unknown)


@pytest.mark.parametrize(
    ("base", "url", "good"),
    [
        (BASE, "wss://line.example.org/voice/media", True),
        (BASE, "wss://line.example.org:443/voice/media", True),
        ("http://127.0.0.1:8080", "ws://127.0.0.1:8080/voice/media", True),
        (BASE, "https://line.example.org/voice/media", False),
        (BASE, "wss://line.example.org/voice/media/", False),
        (BASE, "wss://other.example.org/voice/media", False),
    ],
)
def test_the_handshake_is_signed_over_the_wss_url(base: str, url: str, good: bool) -> None:
    verifier = SignatureVerifier(base, [SECRET])
    if good:
        verifier.check_handshake("/voice/media", "", signed(url, {}))
    else:
        with pytest.raises(Unauthenticated):
            verifier.check_handshake("/voice/media", "", signed(url, {}))


@pytest.mark.parametrize(
    ("base", "secrets"),
    [("", [SECRET]), ("line.example.org", [SECRET]), (BASE + "?a=1", [SECRET]), (BASE, []), (BASE, [""])],
)
def test_without_url_or_secret_there_is_no_line(base: str, secrets: list[str]) -> None:
    with pytest.raises(EnvironmentProblem):
        SignatureVerifier(base, secrets)


def test_who_is_refused_writes_nothing_of_their_own_into_the_log() -> None:
    with structlog.testing.capture_logs() as logs, pytest.raises(Unauthenticated):
        check(Headers(), {**FIELDS, "Jane Roe, born 12 March": "x", "x" * 4000: "y"})
    assert logs[0]["fields"] == sorted(FIELDS)
