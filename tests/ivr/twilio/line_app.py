"""The Twilio side as bootstrap joins it, on the fakes, and a Twilio that signs what it sends."""

from __future__ import annotations

from fastapi import FastAPI
from twilio.request_validator import RequestValidator

from core.applicant import PhoneNumber
from ivr.twilio.calls import Calls
from ivr.twilio.media_socket import Limits, media_router
from ivr.twilio.signature import SignatureVerifier
from ivr.twilio.tokens import StreamTokens
from ivr.twilio.twiml import WEBHOOK_LIMITS, Documents
from ivr.twilio.webhooks import Helpers, router
from tests.ivr.twilio.fakes_line import (
    FakeCallBacks,
    FakeClock,
    FakeDesk,
    FakeForms,
    FakeIds,
    FakeLinks,
    FakeMeter,
    FakeSwitchboard,
)

SECRET = "the-auth-token"
CALL = "CA" + "2" * 32


class LineApp:
    """``app`` is the ASGI application; the rest is what the tests look into."""

    def __init__(self, base: str, limits: Limits | None = None, *, call_backs: bool = True, forms: bool = True) -> None:
        self.base = base
        self.house = FakeSwitchboard()
        self.meter = FakeMeter()
        self.clock = FakeClock()
        self.tokens = StreamTokens(b"k" * 32, self.clock, FakeIds())
        self.calls = Calls(self.house, self.meter)
        self.call_backs = FakeCallBacks() if call_backs else None
        self.forms = FakeForms() if forms else None
        self.desk = FakeDesk()
        self.links = FakeLinks()
        self.helpers = Helpers(self.call_backs, self.forms, self.desk, None, self.links)
        self.verifier = verifier = SignatureVerifier(base, [SECRET], WEBHOOK_LIMITS)
        self.documents = documents = Documents(
            base, PhoneNumber("+14155550199"), call_backs=call_backs, text_links=True
        )
        self.app = FastAPI()
        self.app.include_router(
            router(self.house, self.calls, verifier, self.tokens, documents, self.meter, self.helpers)
        )
        self.app.include_router(media_router(self.house, self.calls, verifier, self.tokens, self.meter, limits))

    def form(self, **changes: str) -> dict[str, str]:
        """A webhook's form; a change to "" is sent as an empty field."""
        fields = {
            "CallSid": CALL,
            "AccountSid": "AC" + "3" * 32,
            "From": "+14155550123",
            "To": "+14155550100",
            "CallStatus": "ringing",
            "Direction": "inbound",
            "StirVerstat": "TN-Validation-Passed-A",
        }
        return {**fields, **changes}

    def sign(self, url: str, fields: dict[str, str] | None = None) -> dict[str, str]:
        return {"X-Twilio-Signature": RequestValidator(SECRET).compute_signature(url, fields or {})}
