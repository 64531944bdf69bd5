"""A call that left its stream goes on where it was, in memory and from the journal, and no further than is safe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import NotFound
from core.usecases import holds
from ivr.form_runner import FormRunner
from ivr.line import FormAnswer, FormPage, IncomingCall, LineEnded
from ivr.sessions import Sessions
from tests.ivr.dialogue.text_caller import HOUSE
from tests.ivr.form_house import CALL, FormHouse

LATER = IncomingCall("CA" + "9" * 32, CALL.caller, CALL.called)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[FormHouse]:
    made = FormHouse(tmp_path)
    yield made
    made.storage.close()


def restarted(house: FormHouse, tmp_path: Path) -> FormHouse:
    """Another process over the same data."""
    house.storage.close()
    again = FormHouse(tmp_path, ids=house.ids)
    again.clock.at = house.clock.at
    return again


async def dropped(house: FormHouse, until: str) -> FormPage:
    stream = await house.stream()
    page = await house.talk(stream, until=until)
    await stream.handle(LineEnded("socket_closed"))
    return page


@pytest.mark.parametrize("until", ["full_name", "amount", "summary"])
async def test_a_dropped_stream_goes_on_at_the_open_question_without_a_code(until: str, house: FormHouse) -> None:
    await dropped(house, until)
    texts = len(house.texts.sent)
    stream = await house.stream()
    page = await stream.page()
    assert house.question() == until
    assert "Welcome" not in " ".join((*page.whole, *page.open))
    assert len(house.texts.sent) == texts
    assert (await house.talk(stream)).step.reason == "review"
    record = house.record()
    names = [entry.data["name"] for entry in record.journal if entry.kind == "slot"]
    assert len(names) == len(set(names))
    assert "continued" in {entry.kind for entry in record.journal}


@pytest.mark.parametrize("until", ["full_name", "amount", "summary"])
async def test_after_a_restart_the_same_call_goes_on_from_the_journal(
    until: str, house: FormHouse, tmp_path: Path
) -> None:
    await dropped(house, until)
    again = restarted(house, tmp_path)
    form = await again.switchboard.form(CALL)
    await form.page()
    assert again.question() == until
    assert again.texts.sent == []
    assert (await again.talk(form)).step.reason == "review"
    again.storage.close()


async def test_a_hold_that_was_placed_meanwhile_is_no_earlier_call(house: FormHouse, tmp_path: Path) -> None:
    await dropped(house, "amount")
    holds.place(house.storage, house.clock, "case_1", "f.analyst", "Somebody prompts this caller.", CALL.call_id)
    again = restarted(house, tmp_path)
    form = await again.switchboard.form(CALL)
    await form.page()
    assert again.question() == "amount"
    assert again.sessions.note(CALL.call_id).answered > 0
    again.storage.close()


async def test_a_confirmed_code_holds_for_the_same_call_and_the_same_amount(house: FormHouse, tmp_path: Path) -> None:
    await dropped(house, "code")
    again = restarted(house, tmp_path)
    with again.storage.begin() as work:
        entries = work.journal.read("case_1")
    sessions = Sessions(HOUSE)
    sessions.restore(CALL.call_id, "case_1", CALL.caller, entries, again.clock.now())
    assert not sessions.note(CALL.call_id).owner_verified
    form = await again.switchboard.form(CALL)
    last = await again.talk(form)
    assert last.step.reason == "review"
    with again.storage.begin() as work:
        entries = work.journal.read("case_1")
    sessions.restore(CALL.call_id, "case_1", CALL.caller, entries, again.clock.now())
    assert sessions.note(CALL.call_id).owner_verified
    changed = [entry for entry in entries if entry.kind == "slot" and entry.data["name"] == "amount"]
    changed[0].data["value"] = "9000.00"
    sessions.restore(CALL.call_id, "case_1", CALL.caller, entries, again.clock.now())
    assert not sessions.note(CALL.call_id).owner_verified
    again.storage.close()


async def test_another_call_of_the_same_number_still_needs_a_code(house: FormHouse) -> None:
    await dropped(house, "amount")
    await house.switchboard.ended(CALL.call_id, "completed")
    form = await house.switchboard.form(LATER)
    await form.page()
    await form.answer(FormAnswer(1, keys="2"))
    await form.answer(FormAnswer(2, keys="1"))
    assert house.question(LATER.call_id) == "resume"
    assert house.sessions.note(LATER.call_id).answered == 0
    assert house.texts.sent[-1].startswith(house.texts.code)


async def test_what_an_earlier_call_left_is_not_open_after_a_restart_without_its_code(
    house: FormHouse, tmp_path: Path
) -> None:
    await dropped(house, "amount")
    await house.switchboard.ended(CALL.call_id, "completed")
    form = await house.switchboard.form(LATER)
    await form.page()
    await form.answer(FormAnswer(1, keys="2"))
    await form.answer(FormAnswer(2, keys="1"))
    again = restarted(house, tmp_path)
    form = await again.switchboard.form(LATER)
    page = await form.page()
    assert again.question(LATER.call_id) == "resume"
    assert again.sessions.note(LATER.call_id).answered == 0
    page = await form.answer(FormAnswer(page.number, again.texts.code, 0.9))
    assert again.question(LATER.call_id) == "amount"
    again.storage.close()


async def test_without_consent_the_call_begins_anew(house: FormHouse) -> None:
    stream = await house.stream()
    await stream.page()
    await stream.handle(LineEnded("socket_closed"))
    again = await house.stream()
    page = await again.page()
    assert "Welcome" in " ".join(page.open)


@pytest.mark.parametrize("word", ["TN-Validation-Passed-A", "TN-Validation-Failed-C", "No-TN-Validation", None])
async def test_the_carriers_word_is_kept_as_evidence_and_none_is_no_news(word: str | None, house: FormHouse) -> None:
    form = await house.switchboard.form(replace(CALL, attestation=word))
    await form.page()
    assert house.board.history(CALL.call_id)[0].fields["attestation"] == word
    await house.talk(form, until="national_id_last4")
    kept = [entry.data["stir_verstat"] for entry in house.record().journal if entry.kind == "attestation"]
    assert kept == ([] if word is None else [word])
    assert (await house.talk(form)).step.reason == "review"


async def test_a_closed_case_is_not_gone_on_with(house: FormHouse) -> None:
    form: FormRunner = await house.switchboard.form(CALL)
    await house.talk(form)
    assert house.sessions.is_closed(CALL.call_id)
    assert not house.sessions.can_go_on(CALL.call_id)


async def test_the_note_for_a_person_holds_codes_and_counts_only(house: FormHouse) -> None:
    form = await house.switchboard.form(CALL)
    await house.talk(form, until="amount")
    await form.answer(FormAnswer((await form.page()).number, "agent", 0.9))
    note = house.switchboard.note(CALL.call_id)
    assert (note.reason, note.open_question, note.owner_verified) == ("asked_for_person", "amount", False)
    assert 0 < note.answered < note.questions
    assert not {"John", "Carter", "0073", "4155550123"} & set(str(note).replace("'", " ").split())


async def test_the_end_of_a_call_forgets_it(house: FormHouse) -> None:
    form = await house.switchboard.form(CALL)
    await house.talk(form, until="amount")
    await house.switchboard.ended(CALL.call_id, "completed")
    with pytest.raises(NotFound):
        house.sessions.note(CALL.call_id)
    assert house.sessions.case_of(CALL.call_id) is None


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.sessions._REMEMBERED", 3)
    sessions = Sessions(HOUSE)
    for number in range(5):
        sessions.open(f"CA{number}")
    with pytest.raises(NotFound):
        sessions.note("CA1")
    assert sessions.note("CA4").answered == 0
