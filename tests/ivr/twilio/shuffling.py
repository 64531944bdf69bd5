"""Calls told as webhooks, and every way the network may garble the telling: repeated, late, out of order.

A step marked ``caused`` comes only because the one before it was answered, so its *first* copy keeps its place among
the caused ones; every further copy may come at any later time. All other steps, and the telephone network's reports
in particular, come whenever they like, also before the call has rung.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI

from core.errors import NotFound
from core.usecases.calling_hours import BusinessHours
from ivr.line import NextStep
from ivr.twilio.call_back_desk import CallBackDesk
from ivr.twilio.calls import Calls
from ivr.twilio.sms_routes import Deliveries, sms_router
from ivr.twilio.staff_routes import staff_router
from ivr.twilio.webhooks import Helpers, router
from tests.ivr.form_house import FormHouse
from tests.ivr.twilio.fakes_line import FakeForms, FakeMeter
from tests.ivr.twilio.line_app import LineApp
from tests.ivr.twilio.test_handover import Desk

__all__ = ["REAL_STORIES", "STORIES", "FakeLine", "RealLine", "Step", "Story", "garbled", "told"]

BASE = "https://line.example.org"
STREAM = "MZ" + "8" * 32
_ALWAYS = BusinessHours.parse("mon-sun 00:00-23:59")


@dataclass(frozen=True, slots=True)
class Step:
    """One webhook; a route that begins with ``stream.`` is the media socket's own doing."""

    route: str
    fields: dict[str, str] = field(default_factory=dict)
    caused: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """``step`` is what the house wants once the stream is over."""

    name: str
    steps: tuple[Step, ...]
    step: str = "goodbye"


def _caused(route: str, **fields: str) -> Step:
    return Step(route, fields, caused=True)


_RANG = _caused("incoming")
_STREAM = (
    _caused("stream.began"),
    Step("stream-status", {"StreamEvent": "stream-started", "StreamSid": STREAM}),
    _caused("stream.over"),
    Step("stream-status", {"StreamEvent": "stream-stopped", "StreamSid": STREAM}),
)
_AFTER = _caused("after-stream", CallStatus="in-progress")
_REPORTS = (Step("status", {"CallStatus": "ringing"}), Step("status", {"CallStatus": "in-progress"}))
_DONE = Step("status", {"CallStatus": "completed"})
_HUNG_UP = _caused("status", CallStatus="completed")
_SMS = tuple(
    Step("sms-status", {"MessageSid": "SM1", "MessageStatus": status}) for status in ("queued", "sent", "delivered")
)

STORIES = (
    Story("a clean call", (_RANG, *_STREAM, _AFTER, *_REPORTS, _HUNG_UP, *_SMS)),
    Story("reports only, in any order", (Step("incoming"), *_STREAM[1::2], Step("after-stream"), *_REPORTS, _DONE)),
    Story("a stream that never came", (_RANG, _AFTER, _caused("form?page=1", Digits="1"), *_REPORTS, _HUNG_UP), "form"),
    Story(
        "the whole form",
        (
            _RANG,
            *_STREAM,
            _AFTER,
            _caused("form?page=1", SpeechResult="yes", Confidence="0.9"),
            _caused("form?page=2", Digits="2"),
            _caused("form?page=3"),
            *_REPORTS,
            _HUNG_UP,
        ),
        "form",
    ),
    Story(
        "a person takes the call and gives it back",
        (
            _RANG,
            *_STREAM,
            _AFTER,
            _caused("hold"),
            _caused("staff-join", CallSid="{leg}", Digits="1"),
            _caused("staff-left", CallSid="{leg}"),
            _caused("resume"),
            Step("staff-status", {"CallSid": "{leg}", "CallStatus": "in-progress"}),
            _caused("staff-status", CallSid="{leg}", CallStatus="completed"),
            *_REPORTS,
            _HUNG_UP,
        ),
        "person",
    ),
    Story(
        "a call back is promised", (_RANG, *_STREAM, _AFTER, _caused("call-back", Digits="1"), _HUNG_UP), "call_back"
    ),
)
#: Those that need no house that does what it is told.
REAL_STORIES = (
    Story(
        "a form, cut short",
        (
            _caused("fallback"),
            _caused("form?page=1", Digits="1"),
            _caused("form?page=2", SpeechResult="John Carter.", Confidence="0.93"),
            _caused("form?page=3", Digits="0073"),
            Step("status", {"CallStatus": "in-progress"}),
            _HUNG_UP,
        ),
    ),
    Story("a stream that never came", (_RANG, _AFTER, _caused("form?page=1", Digits="1"), *_REPORTS, _HUNG_UP)),
    Story("a call back instead", (_RANG, _AFTER, _caused("call-back", Digits="1"), *_REPORTS, _HUNG_UP)),
)


def garbled(story: Story, dice: Random) -> list[Step]:
    """One garbled telling: each step once to three times."""
    said: list[Step] = [step for step in story.steps if step.caused]
    for step in story.steps:
        if not step.caused:
            said.insert(dice.randint(0, len(said)), step)
    for step in story.steps:
        if step.route.startswith("stream."):
            continue
        for _ in range(dice.choice((0, 0, 1, 2))):
            first = said.index(step) if step.caused else -1
            said.insert(dice.randint(first + 1, len(said)), step)
    return said


class _Line(LineApp):
    """Posts straight into the application, without a network."""

    call = "CA" + "2" * 32
    caller = "+14155550123"

    async def tell(self, steps: Sequence[Step]) -> None:
        for step in steps:
            if step.route == "stream.began":
                self._stream_began()
            elif step.route == "stream.over":
                await self.calls.stream_over(self.call, STREAM, "stop")
            else:
                status = await self.post(step.route, dict(step.fields))
                assert status in {200, 204}, (step.route, status)

    def _stream_began(self) -> None:
        if not self.calls.is_gone(self.call):
            self.calls.stream_began(self.call, STREAM, lambda _why: None)

    def _filled(self, text: str) -> str:
        return text

    async def post(self, route: str, changes: dict[str, str]) -> int:
        path, _, query = self._filled(f"/voice/{route}").partition("?")
        given = {key: self._filled(value) for key, value in changes.items()}
        fields = self.form(**{"CallSid": self.call, "From": self.caller, **given})
        url = f"{BASE}{path}" + (f"?{query}" if query else "")
        headers = [(key.lower().encode(), value.encode()) for key, value in self.sign(url, fields).items()]
        headers.append((b"content-type", b"application/x-www-form-urlencoded"))
        answer: list[int] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": urlencode(fields).encode(), "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer.append(message["status"])

        scope = {
            "type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "path": path, "root_path": "",
            "raw_path": path.encode(), "query_string": query.encode(), "headers": headers,
            "server": ("inside", 80), "client": ("127.0.0.1", 1),
        }  # fmt: skip
        await self.app(scope, receive, send)
        return answer[0]


class FakeLine(_Line):
    """All routes over a house that does what the story says."""

    def __init__(self, story: Story) -> None:
        super().__init__(BASE)
        self.house.step = NextStep(story.step, "told")
        self.waiting, self.deliveries = Desk(), Deliveries(self.meter)
        self.forms = FakeForms()
        helpers = Helpers(self.call_backs, self.forms, self.waiting.desk, self.waiting.row, self.links)
        self.app = FastAPI()
        self.app.include_router(
            router(self.house, self.calls, self.verifier, self.tokens, self.documents, self.meter, helpers)
        )
        self.app.include_router(staff_router(self.waiting.row, self.documents, self.verifier, self.meter))
        self.app.include_router(sms_router(self.deliveries, self.verifier, self.meter))

    async def tell(self, steps: Sequence[Step]) -> None:
        for step in steps:
            await super().tell([step])
            if self.waiting.desk.back:  # as the switchboard has it: back from the person, and no stream yet
                self.house.step = NextStep("form", "never_joined")

    def _filled(self, text: str) -> str:
        return text.replace("{leg}", "CAleg1")

    def state(self) -> dict[str, object]:
        """What must not depend on the telling."""
        form = self.forms.open.get(self.call)
        assert self.call_backs is not None
        return {
            "ends": Counter(call for call, _why in self.house.ends),
            "gone": self.calls.is_gone(self.call),
            "streams": self.calls.joined,
            "answers": form.given if form is not None else [],
            "call_backs": sorted(self.call_backs.asked),
            "waiting": self.waiting.row.position(self.call),
            "handed_back": len(self.waiting.control.did("hand_back")),
            "rung": len(self.waiting.control.did("invite")),
            "message": self.deliveries.status_of("SM1"),
        }


class RealLine(_Line):
    """All routes over the real switchboard, forms, store and list of call-backs; ``number`` is the call's own."""

    def __init__(self, real: FormHouse, number: int) -> None:
        super().__init__(BASE)
        self.real, self.call, self.caller = real, f"CA{number:032d}", f"+1415{number:07d}"
        self.meter = FakeMeter()
        self.calls = Calls(real.switchboard, self.meter)
        promises = CallBackDesk(real.storage, real.clock, real.ids, _ALWAYS, real.switchboard.case_of)
        helpers = Helpers(promises, real.switchboard, real.switchboard)
        self.app = FastAPI()
        self.app.include_router(
            router(real.switchboard, self.calls, self.verifier, self.tokens, self.documents, self.meter, helpers)
        )

    def state(self) -> dict[str, object]:
        with self.real.storage.begin() as work:
            try:
                record = work.records.read(self.call)
            except NotFound:
                record = None
            try:
                promise = work.call_backs.get(self.call).reason
            except NotFound:
                promise = None
        kinds = Counter(
            (entry.kind, entry.data.get("name", "")) for entry in (record.journal if record is not None else ())
        )
        ends = [fact.kind for fact in self.real.board.history(self.call)].count("end")
        return {
            "journal": kinds,
            "complete": record.complete if record is not None else None,
            "outcome": record is not None and record.outcome,
            "promise": promise,
            "ends": ends,
            "gone": self.calls.is_gone(self.call),
            "active": self.real.switchboard.active,
        }


async def told(line: FakeLine | RealLine, steps: Sequence[Step]) -> dict[str, object]:
    await line.tell(steps)
    return line.state()
