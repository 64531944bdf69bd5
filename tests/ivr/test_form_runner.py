"""The form: the same script without a stream, page by page, each answer once, and nothing approved unheard."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import StorageError
from core.events import JournalEntry
from ivr.dialogue.keys import name_to_keys
from ivr.form_runner import NO_AUDIO, FormRunner, hints
from ivr.line import FormAnswer, FormPage, LineEnded
from tests.ivr.dialogue.text_caller import HAPPY
from tests.ivr.form_house import CALL, FormHouse


@pytest.fixture
def house(tmp_path: Path) -> Iterator[FormHouse]:
    made = FormHouse(tmp_path)
    yield made
    made.storage.close()


async def opened(house: FormHouse) -> FormRunner:
    """The form at its first question; the menu before it is left to itself."""
    form = await house.switchboard.form(CALL)
    page = await form.page()
    await form.answer(FormAnswer(page.number))
    return form


async def keyed(house: FormHouse, form: FormRunner, keys: str) -> FormPage:
    return await form.answer(FormAnswer((await form.page()).number, keys=keys))


async def test_a_whole_application_ends_with_a_person_because_nobody_heard_the_voice(house: FormHouse) -> None:
    form = await opened(house)
    last = await house.talk(form)
    assert (last.ask, last.step.kind, last.step.reason) == (None, "goodbye", "review")
    case = house.record().case_id
    with house.storage.begin() as work:
        stored = work.applications.get(case)
    assert stored.decision.outcome == "review"
    assert stored.decision.offers == ()
    assert (stored.risk.complete, stored.risk.reasons) == (False, (NO_AUDIO,))
    assert stored.application.amount.value.major == 2500
    assert stored.application.owner_verified


async def test_the_evidence_points_into_no_recording_and_no_sound_is_kept(house: FormHouse) -> None:
    form = await opened(house)
    await house.talk(form, until="amount")
    record = house.record()
    assert (record.caller_audio, record.line_audio) == (b"", b"")
    entries = [entry for entry in record.journal if entry.kind == "slot" and entry.data["name"] == "full_name"]
    evidence = entries[0].data["evidence"]
    assert (evidence["start_ms"], evidence["end_ms"]) == (None, None)
    assert (evidence["text"], evidence["confidence"]) == (HAPPY["full_name"], 0.99)
    assert any(entry.kind == "form" and entry.data == {"sound": "none"} for entry in record.journal)


async def test_nothing_is_kept_before_the_caller_agreed(house: FormHouse) -> None:
    form = await opened(house)
    page = await form.page()
    assert "record" in " ".join(page.whole)
    assert page.open == ()
    await form.answer(FormAnswer(page.number, "john carter", 0.9))
    assert house.record().lines == ()
    await keyed(house, form, "2")
    assert house.record().lines == ()
    assert (await form.page()).step.kind == "person"


async def test_the_code_is_in_no_transcript_and_disclosures_count_as_heard(house: FormHouse) -> None:
    form = await opened(house)
    await house.talk(form)
    lines = house.record().lines
    said = " ".join(line.text for line in lines)
    assert house.texts.code not in said
    assert [line.status for line in lines if line.text == "" and line.who == "caller"] == ["hidden"]
    consent = next(line for line in lines if line.prompt_id == "consent.ask")
    assert consent.status == "heard"
    assert {line.status for line in lines if line.prompt_id == "amount.ask"} == {"final"}


async def test_the_same_answer_twice_counts_once(house: FormHouse) -> None:
    form = await opened(house)
    page = await house.talk(form, until="full_name")
    given = FormAnswer(page.number, "john carter", 0.9)
    pages = await asyncio.gather(*(form.answer(given) for _ in range(5)))
    assert {page.number for page in pages} == {page.number + 1}
    assert house.question() == "national_id_last4"
    late = await form.answer(FormAnswer(1, "no", 0.9))
    assert late is pages[0]
    kept = [entry for entry in house.record().journal if entry.kind == "slot" and entry.data["name"] == "full_name"]
    assert len(kept) == 1


@pytest.mark.parametrize(
    ("until", "keys", "slot", "value"),
    [
        ("national_id_last4", "0073", "national_id_last4", "0073"),
        ("date_of_birth", "03031985", "date_of_birth", "1985-03-03"),
        ("monthly_income", "3200", "monthly_income", "3200.00"),
        ("monthly_income", "3200#", "monthly_income", "3200.00"),
        ("monthly_debt", "0", "monthly_debt", "0.00"),
        ("employment", "1", "employment", "full_time"),
        ("term_months", "12", "term_months", 12),
        ("full_name", "5163426162#", "full_name", None),
        ("full_name", name_to_keys("John Carter").removesuffix("##"), "full_name", "John Carter"),
    ],
)
async def test_keys_as_the_telephone_network_gives_them(
    until: str, keys: str, slot: str, value: object, house: FormHouse
) -> None:
    form = await opened(house)
    await house.talk(form, until=until)
    await keyed(house, form, keys)
    kept = [entry.data for entry in house.record().journal if entry.kind == "slot" and entry.data["name"] == slot]
    assert [entry["value"] for entry in kept] == ([] if value is None else [value])
    assert all(entry["evidence"]["source"] == "keys" for entry in kept)


async def test_keys_beyond_the_answer_belong_to_no_question(house: FormHouse) -> None:
    form = await opened(house)
    await keyed(house, form, "1999")
    assert house.question() == "full_name"
    assert (await form.page()).ask is not None


@pytest.mark.parametrize("until", ["employment", "amount"])
async def test_zero_is_a_person_and_star_repeats(until: str, house: FormHouse) -> None:
    form = await opened(house)
    before = await house.talk(form, until=until)
    again = await keyed(house, form, "*")
    assert again.number == before.number + 1
    assert house.question() == until
    last = await keyed(house, form, "0")
    assert (last.ask, last.step.kind) == (None, "person")


async def test_what_the_network_is_asked_to_listen_for(house: FormHouse) -> None:
    form = await opened(house)
    asks = {}
    page = await form.page()
    while page.ask is not None:
        asks[house.question()] = page.ask
        page = await form.answer(house.reply(page))
    assert (asks["consent"].digits, asks["national_id_last4"].digits, asks["date_of_birth"].digits) == (1, 4, 8)
    assert (asks["amount"].digits, asks["amount"].finish) == (None, "#")
    assert (asks["full_name"].digits, asks["full_name"].finish) == (None, "")
    assert all(ask.patience_s >= 3 and ask.pause_s >= 1 for ask in asks.values())


async def test_silence_is_asked_again_and_at_last_ended(house: FormHouse) -> None:
    form = await opened(house)
    pages = [await form.page()]
    while pages[-1].ask is not None and len(pages) < 20:
        pages.append(await form.answer(FormAnswer(pages[-1].number)))
    assert pages[-1].step.kind == "goodbye"
    assert len(pages) == 5


async def test_an_unsure_or_unrated_answer_is_read_back(house: FormHouse) -> None:
    form = await opened(house)
    page = await house.talk(form, until="full_name")
    page = await form.answer(FormAnswer(page.number, "john carter", None))
    assert "I heard John Carter" in page.open[0]
    assert page.ask is not None
    assert page.ask.digits == 1


async def test_hanging_up_in_the_form_keeps_the_answers(house: FormHouse) -> None:
    form = await opened(house)
    await house.talk(form, until="date_of_birth")
    case = house.record().case_id
    await form.handle(LineEnded("completed"))
    await form.handle(LineEnded("completed"))
    assert form.over
    assert {"full_name", "national_id_last4"} <= {
        entry.data["name"] for entry in house.journal(case) if entry.kind == "slot"
    }


async def test_a_store_that_fails_ends_the_form_with_a_person_and_confirms_nothing(
    house: FormHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    form = await opened(house)
    page = await house.talk(form, until="full_name")

    def broken(_self: object, _case: str, _entry: JournalEntry) -> int:
        raise StorageError("The disk is full: free some space.")

    monkeypatch.setattr("core.storage.journal.SqlJournal.append", broken)
    last = await form.answer(FormAnswer(page.number, "john carter", 0.9))
    assert (last.ask, last.step.kind, last.open) == (None, "person", ())
    assert [text for text in last.whole if "went wrong on our side" in text]
    assert await form.answer(FormAnswer(last.number, "john carter", 0.9)) is last


def test_hints_are_short() -> None:
    assert hints(("yes", "two, three")) == ("yes", "two  three")
    assert len(hints(tuple(f"phrase {number}" for number in range(500)))) <= 100
    assert sum(len(phrase) + 1 for phrase in hints(("x" * 99,) * 50)) <= 1000
