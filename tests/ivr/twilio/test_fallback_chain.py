"""Step by step down, and up again: no recogniser, then the form; no form, then a promise or a link; then the same case.

Nothing is asked twice on the way.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import httpx
import pytest
from fastapi import FastAPI

from core.errors import StorageError
from core.usecases.call_back import waiting
from ivr.line import IncomingCall
from ivr.links.resume import links_router
from ivr.replay.child import demo_server
from ivr.replay.demo import play_over_the_wire
from ivr.replay.manifest import read_fixture
from ivr.replay.wire import Carrier
from ivr.system import SystemClock
from tests.ivr.form_house import CALL, FormHouse
from tests.ivr.twilio.test_doors import BASE, Caller, doors, resume_links

FIXTURES = Path(__file__).parents[3] / "audio_fixtures" / "calls"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[FormHouse]:
    made = FormHouse(tmp_path)
    yield made
    made.storage.close()


def _workers() -> set[int]:
    """Recogniser processes of any server of this test run's own children."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0") if entry.name.isdigit() else []
        except OSError:
            continue
        if b"speech.engines.vosk_worker" in words and _is_ours(int(entry.name)):
            found.add(int(entry.name))
    return found


def _is_ours(pid: int) -> bool:
    """Whether this test process is an ancestor."""
    while pid > 1:
        if pid == os.getpid():
            return True
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, IndexError):
            return False
    return False


async def _keep_killing() -> None:
    """No recogniser process lives longer than a tenth of a second."""
    while True:
        for pid in _workers():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        await asyncio.sleep(0.1)


@pytest.mark.slow
async def test_every_recogniser_is_killed_in_mid_call_and_the_form_goes_on_at_the_open_question(tmp_path: Path) -> None:
    fixture = read_fixture(FIXTURES / "no_stream.call.toml")
    # What nobody could decode is asked for again, so it is said twice.
    turns = [turn for turn in fixture.turn for _ in range(2 if turn.when == "date_of_birth.ask" else 1)]
    channel = fixture.channel.model_copy(update={"stream": True})
    heard_by_voice = fixture.model_copy(update={"channel": channel, "turn": tuple(turns)})
    killing: list[asyncio.Task[None]] = []
    asked: list[str] = []

    def watch(item: object) -> None:
        prompt = getattr(item, "prompt_id", "")
        if not hasattr(item, "turn"):
            asked.append(prompt)
        if prompt == "date_of_birth.ask" and not killing:
            killing.append(asyncio.create_task(_keep_killing()))

    async with demo_server(tmp_path, settings={"LOANLINE_PATIENCE": "1"}) as server:
        carrier = Carrier(server.token, server.url, server.url)
        played, seen, _ = await play_over_the_wire(
            heard_by_voice, carrier, "CA" + "8" * 32, clock=SystemClock(), speed=4, heard_or_said=watch
        )
        for task in killing:
            task.cancel()
    assert (seen.ended, played.error) == ("completed", "")
    assert {"Connect", "Gather"} <= set(seen.steps)
    assert played.result is not None
    assert played.result.outcome == "review"
    assert dict(played.result.slots) | fixture.expect.slots == dict(played.result.slots)
    for once in ("full_name.ask", "national_id_last4.ask", "amount.ask"):
        assert asked.count(once) == 1, asked


async def test_when_the_form_fails_too_a_link_is_sent_and_the_same_case_goes_on(
    house: FormHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.capacity = 0  # nobody to hear: the form from the first word
    made = doors(house)
    caller = Caller(made)
    await caller.say()
    for _ in range(30):
        if house.question() == "amount":
            break
        words = house.reply(await (await house.switchboard.form(CALL)).page()).text
        await caller.say(SpeechResult=words, Confidence="0.99")
    assert house.question() == "amount"
    case = house.record().case_id

    def broken(*_args: object, **_more: object) -> None:
        raise StorageError("The disk is full: make room.")

    with monkeypatch.context() as disk:
        disk.setattr("core.storage.journal.SqlJournal.append", broken)
        page = await caller.post(caller.action, SpeechResult="three thousand dollars", Confidence="0.99")
    assert "Press 3" in " ".join(page.itertext())
    gather = page.find("Gather")
    assert gather is not None
    sent = await caller.post(gather.attrib["action"], Digits="3")
    assert "on its way" in " ".join(sent.itertext())
    await caller.post(f"{BASE}/voice/status", CallStatus="completed")

    link = next(word for word in house.texts.sent[-1].split() if word.startswith(f"{BASE}/r/"))
    pages = FastAPI()
    pages.include_router(links_router(resume_links(house)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(pages), base_url=BASE) as client:
        assert "kept until" in (await client.get(link)).text
        assert (await client.get(link)).status_code == 410

    again = IncomingCall("CA" + "9" * 32, CALL.caller, CALL.called)
    form = await house.switchboard.form(again)
    page = await form.page()
    asked = []
    for _ in range(8):
        asked.append(house.question(again.call_id))
        if asked[-1] == "amount":
            break
        words = house.read_code() if asked[-1] == "resume" else "yes"
        page = await form.answer(house.reply_with(page, words))
    assert "resume" in asked
    assert asked[-1] == "amount"
    assert {"full_name", "date_of_birth", "monthly_income"}.isdisjoint(asked)
    assert house.record(again.call_id).case_id == case


async def test_when_the_form_fails_too_one_key_puts_the_caller_on_the_list(
    house: FormHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.capacity = 0
    caller = Caller(doors(house))
    monkeypatch.setattr("ivr.form_runner.FormRunner.page", _no_page)
    page: ET.Element = await caller.post(caller.action)
    gather = page.find("Gather")
    assert gather is not None
    promised = await caller.post(gather.attrib["action"], Digits="1")
    assert "We will call you back" in " ".join(promised.itertext())
    assert [wish.call_id for wish in waiting(house.storage)] == [CALL.call_id]


async def _no_page(_form: object) -> None:
    raise StorageError("The disk is full: make room.")
