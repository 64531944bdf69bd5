"""A local server that answers as Twilio's API does, and holds every request against the documented API.

A request with another method, path or field than the documents name, without a field they require, or with a value
they would not take, is answered 400 and fails the test that made it.
Sources: twilio.com/docs/messaging/api/message-resource, /voice/api/call-resource, /verify/api/verification and
/verification-check.
"""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

ACCOUNT, SECRET = "AC" + "3" * 32, "the-auth-token"
SERVICE = "VA" + "5" * 32

_NUMBER, _URL, _SID = r"\+[1-9]\d{6,14}", r"https?://\S+", "[0-9a-f]{32}"
_TWIML = r"(?s)<\?xml.{1,3970}</Response>"  # 4,000 characters at most
_ACCOUNT = f"/2010-04-01/Accounts/{ACCOUNT}"
_SERVICE = f"/v2/Services/{SERVICE}"


@dataclass(frozen=True)
class Documented:
    """One request of the API: each tuple of ``required`` names fields of which exactly one is given."""

    path: str
    required: tuple[tuple[str, ...], ...]
    fields: dict[str, str]


API = (
    Documented(
        f"{_ACCOUNT}/Messages\\.json",
        (("To",), ("From", "MessagingServiceSid"), ("Body", "ContentSid")),
        {
            "To": _NUMBER,
            "From": _NUMBER,
            "MessagingServiceSid": f"MG{_SID}",
            "Body": r"(?s).{1,1600}",
            "StatusCallback": _URL,
        },
    ),
    Documented(
        f"{_ACCOUNT}/Calls\\.json",
        (("To",), ("From",), ("Twiml", "Url", "ApplicationSid")),
        {
            "To": _NUMBER,
            "From": _NUMBER,
            "Twiml": _TWIML,
            "Url": _URL,
            "Timeout": r"[1-9]\d?|[1-5]\d\d|600",
            "StatusCallback": _URL,
            "MachineDetection": "Enable|DetectMessageEnd",
        },
    ),
    Documented(
        f"{_ACCOUNT}/Calls/CA{_SID}\\.json",
        (("Twiml", "Url", "Status"),),
        {"Twiml": _TWIML, "Url": _URL, "Method": "GET|POST", "Status": "canceled|completed"},
    ),
    Documented(f"{_SERVICE}/Verifications", (("To",), ("Channel",)), {"To": _NUMBER, "Channel": "sms|call"}),
    Documented(
        f"{_SERVICE}/VerificationCheck",
        (("To", "VerificationSid"), ("Code",)),
        {"To": _NUMBER, "VerificationSid": f"VE{_SID}", "Code": r"\d{4,10}"},
    ),
)


def misfit(method: str, path: str, form: dict[str, str]) -> str:
    """What the documents would say against this request; empty when it fits."""
    request = next((each for each in API if re.fullmatch(each.path, path)), None)
    if method != "POST" or request is None:
        return f"no such request: {method} {path}"
    for names in request.required:
        if sum(name in form for name in names) != 1:
            return f"{path}: give exactly one of {names}"
    for name, value in form.items():
        if not re.fullmatch(request.fields.get(name, "(?!)"), value):
            return f"{path}: {name} does not fit"
    if "Twiml" in form:
        ET.fromstring(form["Twiml"])
    return ""


@dataclass
class Verifications:
    """Twilio Verify: the code of every verification is ``code``; five checks, and none after the right one."""

    code: str = "417205"
    checks: dict[str, int] = field(default_factory=dict)

    def made(self) -> tuple[int, str]:
        sid = f"VE{len(self.checks) + 1:032x}"
        self.checks[sid] = 0
        return 201, json.dumps({"sid": sid, "status": "pending", "valid": False})

    def checked(self, sid: str, code: str) -> tuple[int, str]:
        if sid not in self.checks:
            return 404, json.dumps({"code": 20404, "message": "not found", "status": 404})
        self.checks[sid] += 1
        if self.checks[sid] > 5:
            return 429, json.dumps({"code": 60202, "message": "Max check attempts reached", "status": 429})
        right = code == self.code
        if right:
            del self.checks[sid]
        return 201, json.dumps({"sid": sid, "status": "approved" if right else "pending", "valid": right})


class Twilio(ThreadingHTTPServer):
    """Answers as the documented API does, and remembers (method, path, form). ``answer`` is given instead, once set."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.misfits: list[str] = []
        self.answer: tuple[int, str] | None = None
        self.verify = Verifications()
        self.delay = 0.0

    def handle_error(self, *_args: object) -> None:
        """A client that gave up waiting; any other failure shows at the client."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def respond(self, path: str, form: dict[str, str]) -> tuple[int, str]:
        if self.answer is not None:
            return self.answer
        if path.endswith("/Verifications"):
            return self.verify.made()
        if path.endswith("/VerificationCheck"):
            return self.verify.checked(form["VerificationSid"], form["Code"])
        return 201, json.dumps({"sid": "XX123", "status": "queued"})


class _Handler(BaseHTTPRequestHandler):
    server: Twilio

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {key: values[0] for key, values in parse_qs(body, keep_blank_values=True, strict_parsing=True).items()}
        self.server.seen.append((self.command, self.path, form))
        credentials = "Basic " + base64.b64encode(f"{ACCOUNT}:{SECRET}".encode()).decode()
        wrong = misfit(self.command, self.path, form)
        time.sleep(self.server.delay)
        if self.headers["Authorization"] != credentials:
            status, text = 401, json.dumps({"code": 20003, "message": "Authenticate", "status": 401})
        elif wrong:
            self.server.misfits.append(wrong)
            status, text = 400, json.dumps({"code": 20001, "message": wrong, "status": 400})
        else:
            status, text = self.server.respond(self.path, form)
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_args: object) -> None:
        """Quiet."""


@contextmanager
def serving() -> Iterator[Twilio]:
    """The server; at the end every request that it saw must have been one that the documents name."""
    with Twilio() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
        assert server.misfits == []
