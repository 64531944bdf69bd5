"""Lockstep replay through the switchboard seam: order of events, endings, failures, parallel calls."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.applicant import PhoneNumber
from core.errors import NotFound, StorageError
from ivr.line import (
    Admission,
    AudioIn,
    FormAnswer,
    FormAsk,
    FormPage,
    IncomingCall,
    KeyIn,
    Line,
    LineEnded,
    LineEvent,
    MarkBack,
    NextStep,
)
from ivr.replay.manifest import CallFixture, read_fixture
from ivr.replay.result import CallResult, HouseFactory, Played
from ivr.replay.runner import play_all, play_one

TEXT = """
[caller]
number = "+14155550123"
attestation = "B"
[[turn]]
when = "amount.ask"
say = "a.wav"
[[turn]]
when = "code.ask"
keys = "{sms_code}"
[[turn]]
when = "offer.ask"
LAST
"""


class Ticking:
    def now(self) -> datetime:
        return datetime(2026, 10, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return 5.0


class House:
    """Asks three prompts, in order, each after an answer; remembers every event."""

    def __init__(self, folder: Path, step: str, fail_at: str | None, admission: Admission) -> None:
        self.folder = folder
        self.step = step
        self.fail_at = fail_at
        self.admission = admission
        self.events: list[LineEvent] = []
        self.rung: list[IncomingCall] = []
        self.ends: list[str] = []
        self.prompts = ["amount.ask", "code.ask", "offer.ask"]
        self.over = False
        self.loud = False
        self.keys = ""
        self.answers: list[tuple[str, str, str]] = []

    # The switchboard.
    @property
    def switchboard(self) -> "House":
        return self

    async def ring(self, call: IncomingCall) -> Admission:
        self.rung.append(call)
        return self.admission

    async def connect(self, call_id: str, line: Line) -> "House":
        self.line = line
        return self

    def next_step(self, call_id: str) -> NextStep:
        return NextStep(self.step)

    async def ended(self, call_id: str, why: str) -> None:
        self.ends.append(why)

    # The form: the prompts that are left, one a page.
    async def form(self, call: IncomingCall) -> "House":
        return self

    async def page(self) -> FormPage:
        ask = FormAsk((), None, "#", 6, 1)
        if not self.prompts:
            return FormPage(9, ("Bye.",), (), None, NextStep("goodbye"))
        return FormPage(len(self.prompts), (), ("?",), ask, NextStep("form"), self.prompts[0])

    async def answer(self, given: FormAnswer) -> FormPage:
        self.answers.append((self.prompts.pop(0), given.keys, given.text))
        return await self.page()

    # The runner.
    async def begin(self) -> None:
        await self.say()

    async def say(self) -> None:
        if self.fail_at == self.prompts[0]:
            raise StorageError("The store is full: make room.")
        await self.line.play(bytes([0x30]) * 1600, f"{self.prompts.pop(0)}:1")

    async def handle(self, event: LineEvent) -> None:
        self.events.append(event)
        if isinstance(event, LineEnded):
            self.over = True
        elif isinstance(event, KeyIn):
            self.keys += event.digit
            if self.keys == "4096":
                await self.say()
            elif self.keys == "40961":
                await self.line.close()
        elif isinstance(event, AudioIn):
            spoken = event.mulaw.count(event.mulaw[0]) < 150 and min(b & 0x7F for b in event.mulaw) < 0x30
            if self.loud and not spoken:
                await self.say()
            self.loud = spoken

    # What a replay asks.
    @property
    def sms_inbox(self) -> "House":
        return self

    def texts_to(self, number: PhoneNumber) -> list[str]:
        assert number.value == "+14155550123"
        return ["Your code is 4096."]

    def result(self, call_id: str) -> CallResult:
        if not self.ends:
            raise NotFound("No such call: give the id of a call that was played.")
        return CallResult("accepted", slots={"amount": "2500.00"})


def factory(
    houses: list[House], step: str = "goodbye", fail_at: str | None = None, admission: Admission = Admission.WELCOME
) -> HouseFactory:
    @asynccontextmanager
    async def build(folder: Path, _seed: int) -> AsyncIterator[House]:
        houses.append(House(folder, step, fail_at, admission))
        yield houses[-1]

    return build


def fixture(folder: Path, last: str = 'keys = "1"') -> CallFixture:
    tone = (9000 * np.sin(np.arange(4000) * 0.5)).astype(np.int16)
    soundfile.write(folder / "a.wav", tone, 8000)
    path = folder / "x.call.toml"
    path.write_text(TEXT.replace("LAST", last), "utf-8")
    return read_fixture(path)


async def test_a_call_in_lockstep(tmp_path: Path) -> None:
    houses: list[House] = []
    played = await play_one(fixture(tmp_path), factory(houses), Ticking())
    house = houses[0]
    assert (played.ended, played.error, played.unused) == ("completed", "", ())
    assert played.result is not None
    assert played.result.slots == {"amount": "2500.00"}
    assert house.rung[0].caller == PhoneNumber("+14155550123")
    assert house.rung[0].attestation == "TN-Validation-Passed-B"
    assert [h.prompt_id for h in played.heard] == ["amount.ask", "code.ask", "offer.ask"]
    audio = [event.at_ms for event in house.events if isinstance(event, AudioIn)]
    assert audio == list(range(0, 20 * len(audio), 20)), "no frame is lost or doubled"
    assert [e.name for e in house.events if isinstance(e, MarkBack)] == ["amount.ask:1", "code.ask:1", "offer.ask:1"]
    assert house.ends == ["completed"]
    assert not house.folder.exists(), "the house's folder is gone afterwards"


async def test_two_runs_are_the_same(tmp_path: Path) -> None:
    houses: list[House] = []
    call = fixture(tmp_path)
    await play_all([call, call], factory(houses), Ticking(), jobs=2)
    assert houses[0].events == houses[1].events


async def test_the_caller_hangs_up(tmp_path: Path) -> None:
    houses: list[House] = []
    played = await play_one(fixture(tmp_path, "hang_up = true"), factory(houses), Ticking())
    assert played.ended == "hung_up"
    assert houses[0].events[-1] == LineEnded("hung_up")
    assert houses[0].ends == ["hung_up"]


@pytest.mark.parametrize(("step", "ended"), [("person", "handed_over"), ("call_back", "completed")])
async def test_what_the_line_wants_next_is_the_ending(tmp_path: Path, step: str, ended: str) -> None:
    played = await play_one(fixture(tmp_path), factory([], step=step), Ticking())
    assert played.ended == ended


@pytest.mark.parametrize("how", ["no stream", "no recogniser"])
async def test_a_form_in_place_of_a_stream(tmp_path: Path, how: str) -> None:
    houses: list[House] = []
    call = fixture(tmp_path)
    admission = Admission.FORM
    if how == "no stream":
        admission = Admission.WELCOME
        call = call.model_copy(update={"channel": call.channel.model_copy(update={"stream": False})})
    played = await play_one(call, factory(houses, admission=admission), Ticking())
    assert houses[0].answers == [("amount.ask", "", ""), ("code.ask", "4096", ""), ("offer.ask", "1", "")]
    assert (played.ended, played.unused, houses[0].events) == ("completed", (), [])


async def test_a_stream_that_breaks_is_opened_again_and_then_the_form(tmp_path: Path) -> None:
    houses: list[House] = []
    call = fixture(tmp_path)
    broken = call.model_copy(update={"channel": call.channel.model_copy(update={"breaks": (0.1,)})})
    played = await play_one(broken, factory(houses, step="form"), Ticking())
    house = houses[0]
    assert [event.why for event in house.events if isinstance(event, LineEnded)] == ["socket_closed"]
    assert [name for name, _, _ in house.answers] == ["code.ask", "offer.ask"]
    assert played.unused == (0,)  # its prompt was lost with the stream, and this house asks nothing twice


async def test_a_full_line_refuses(tmp_path: Path) -> None:
    played = await play_one(fixture(tmp_path), factory([], admission=Admission.FULL), Ticking())
    assert (played.ended, played.stream_ms) == ("refused", 0)
    assert played.error.startswith("not_found"), "a call that was not taken has no result"


async def test_a_failing_pipeline_is_reported_and_the_others_go_on(tmp_path: Path) -> None:
    told: list[Played] = []
    call = fixture(tmp_path)
    played = await play_all([call, call], factory([], fail_at="code.ask"), Ticking(), jobs=1, done=told.append)
    assert [p.ended for p in played] == ["failed", "failed"]
    assert played[0].error == "storage_error: The store is full: make room."
    assert played[0].result is None
    assert told == played
