"""A line without sound in one folder: the real switchboard, sessions, forms, errands, store and decision."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from core.applicant import PhoneNumber
from core.decision.policy import packaged_policy
from core.events import JournalEntry
from core.identity.codes import Codes
from core.jurisdiction.library import packaged
from core.ports import StoredCall
from core.risk import RiskLevel, RiskReport
from core.storage.opening import open_storage
from core.usecases.decisions import Rulebook
from core.usecases.desk import ApplicationDesk
from ivr.dialogue.events import CallBegan
from ivr.errands import CodeDesk, Errands
from ivr.form_runner import FormRunner
from ivr.line import FormAnswer, FormPage, IncomingCall, Line, NextStep
from ivr.live_board import LiveBoard
from ivr.recording import Recorder
from ivr.reporting import CallReporter
from ivr.sessions import Sessions
from ivr.switchboard import LineSwitchboard
from ivr.telemetry import Metrics
from tests.ivr.dialogue.text_caller import HAPPY, HOUSE

CALLER = PhoneNumber("+14155550123")
CALL = IncomingCall("CA" + "2" * 32, CALLER, "+14155550100", "TN-Validation-Passed-A")
START = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)


class StepClock:
    """A second passes with every look at it."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return (self.at - START).total_seconds()

    def forward(self, **much: float) -> None:
        self.at += timedelta(**much)


class CountedIds:
    def __init__(self) -> None:
        self._next = count(1)

    def new(self, prefix: str) -> str:
        return f"{prefix}_{next(self._next)}"

    def digits(self, many: int) -> str:
        return f"{next(self._next):0{many}d}"

    def token(self) -> str:
        return self.new("token")


class Texts:
    def __init__(self) -> None:
        self.sent: list[str] = []

    async def send(self, to: PhoneNumber, text: str) -> str:
        self.sent.append(text)
        return f"SM{len(self.sent)}"

    @property
    def code(self) -> str:
        return next(text[:6] for text in reversed(self.sent) if text[:6].isdigit())


class FormHouse:
    """``call`` plays a caller; the rest is what the tests look into. A "stream" here is a form that reconnects."""

    def __init__(self, folder: Path, *, max_calls: int = 20, capacity: int = 4, ids: CountedIds | None = None) -> None:
        self.clock, self.ids, self.texts = StepClock(), ids or CountedIds(), Texts()
        self.storage = open_storage(folder / "data", folder / "keyring.json", None, self.clock)
        self.board, self.metrics, self.capacity = LiveBoard(), Metrics(), capacity
        self.sessions = Sessions(HOUSE)
        self.codes: CodeDesk = Codes(self.storage, self.clock, self.ids, self.texts)
        self.read_code = lambda: self.texts.code
        self.intake = ApplicationDesk(self.storage, self.clock, Rulebook(packaged("us"), packaged_policy()))
        self.switchboard = LineSwitchboard(
            storage=self.storage,
            clock=self.clock,
            ids=self.ids,
            metrics=self.metrics,
            make_runner=self._stream,  # type: ignore[arg-type]  # all that the switchboard uses of a runner
            max_calls=max_calls,
            resume_hours=24,
            capacity=lambda: self.capacity,
            sessions=self.sessions,
            make_form=self._form,
        )

    def _form(self, call: IncomingCall, began: CallBegan) -> FormRunner:
        return FormRunner(
            began,
            self.sessions.open(call.call_id),
            clock=self.clock,
            recorder=Recorder(self.storage, call.call_id),
            errands=Errands(
                self.storage,
                self.clock,
                self.ids,
                self.codes,
                self.intake,
                self.texts,
                jurisdiction="us",
                call_id=call.call_id,
                case_id=began.case_id,
                case_started=self.clock.now(),
            ),
            reporter=CallReporter(self.board, self.metrics, call.call_id, "in memory"),
            risk=lambda: RiskReport(RiskLevel.NONE, complete=True, version="test"),
        )

    def _stream(self, call: IncomingCall, began: CallBegan, _line: Line) -> FormRunner:
        runner = self._form(call, began)
        runner.next_step = NextStep("reconnect", "dropped")
        return runner

    async def stream(self, call: IncomingCall = CALL) -> FormRunner:
        """Ring and join, as the media socket does."""
        await self.switchboard.ring(call)
        return await self.switchboard.connect(call.call_id, None)  # type: ignore[arg-type, return-value]  # see above

    def reply(self, page: FormPage) -> FormAnswer:
        """What a willing caller says to this page."""
        question = self.question()
        words = self.read_code() if question in {"code", "resume"} else HAPPY[question]
        return FormAnswer(page.number, words, 0.99)

    def reply_with(self, page: FormPage, words: str) -> FormAnswer:
        return FormAnswer(page.number, words, 0.99)

    def question(self, call_id: str = CALL.call_id) -> str:
        return self.sessions.note(call_id).open_question

    async def talk(self, form: FormRunner, until: str = "") -> FormPage:
        """Answer page after page, up to the question ``until`` or the end."""
        page = await form.page()
        for _ in range(40):
            if page.ask is None or self.question() == until:
                return page
            page = await form.answer(self.reply(page))
        raise AssertionError("the form goes round in circles")

    def record(self, call_id: str = CALL.call_id) -> StoredCall:
        with self.storage.begin() as work:
            return work.records.read(call_id)

    def journal(self, case_id: str) -> list[JournalEntry]:
        with self.storage.begin() as work:
            return work.journal.read(case_id)
