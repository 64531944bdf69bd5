"""Errands and what is told of them: one transaction each, codes, terms in writing, board facts without secrets."""

from __future__ import annotations

from pathlib import Path

from core.applicant import Last4, PersonName, PhoneNumber
from core.application import Status
from core.catalogue import Purpose
from core.errors import ProviderError
from core.evidence import Answer
from core.money import Money
from ivr.dialogue.effects import (
    BindPhone,
    CheckCode,
    DrawQuestions,
    Finish,
    Journal,
    NewCase,
    SendCode,
    SendTerms,
    Submit,
)
from ivr.dialogue.events import CodeChecked, CodeSent, QuestionsDrawn
from ivr.errands import Errands
from ivr.replay.channel import load_clip
from ivr.replay.history import write_history
from ivr.replay.manifest import read_fixture
from ivr.reporting import CallReporter
from ivr.risk_watch import RiskWatch
from ivr.system import SystemClock
from tests.ivr.dialogue.text_caller import approve
from tests.ivr.small_line import SmallLine, by_keys


def _errands(line: SmallLine) -> Errands:
    return line.runner._errands


async def _reached(folder: Path, prompt: str) -> SmallLine:
    line = await SmallLine(folder).answer()
    await line.until(prompt, by_keys)
    assert isinstance(line.runner._report, CallReporter)
    assert isinstance(line.runner._risk, RiskWatch)
    return line


async def test_journal_bind_and_finish_are_stored(tmp_path: Path) -> None:
    line = await _reached(tmp_path, "full_name.ask")
    errands, state = _errands(line), line.runner.state
    await errands.run(Journal("noted", {"a": 1}), state)
    await errands.run(BindPhone(), state)
    with line.house.storage.begin() as unit:
        kinds = [entry.kind for entry in unit.journal.read(state.case_id)]
        assert kinds[-1] == "noted"
        assert unit.journal.find_open(state.caller, errands.case_started) is not None
    await errands.run(Finish("stopped"), state)
    with line.house.storage.begin() as unit:
        assert unit.journal.find_open(state.caller, errands.case_started) is None


async def test_a_new_case_leaves_the_old_one_alone(tmp_path: Path) -> None:
    line = await _reached(tmp_path, "full_name.ask")
    before = line.runner.state.case_id
    await _errands(line).run(NewCase(), line.runner.state)
    assert line.runner.state.case_id == _errands(line).case_id != before


async def test_codes_go_to_the_number_and_come_back_once(tmp_path: Path) -> None:
    line = await _reached(tmp_path, "code.ask")
    errands, state = _errands(line), line.runner.state
    assert await errands.run(SendCode("apply", "b"), state) == CodeSent(True)
    text = line.house.sms_inbox.texts_to(state.slots["phone"].value)[-1]
    code = next(word for word in text.split() if word.isdigit() and len(word) == 6)
    assert await errands.run(CheckCode("apply", "other binding", code), state) == CodeChecked("wrong")
    assert await errands.run(CheckCode("apply", "b", code), state) == CodeChecked("ok")
    assert await errands.run(CheckCode("apply", "b", code), state) != CodeChecked("ok")


async def test_terms_in_writing_and_a_note_when_they_cannot_be_sent(tmp_path: Path) -> None:
    line = await _reached(tmp_path, "code.ask")
    errands, state = _errands(line), line.runner.state
    state.decision = approve()
    await errands.run(SendTerms(0), state)
    sent = line.house.sms_inbox.texts_to(state.slots["phone"].value)[-1]
    assert "APR 17.90%" in sent
    assert "2500.00 USD" in sent

    assert "https://" not in sent
    errands.copy_url = lambda case: f"https://line.example.org/t/{case}"
    await errands.run(SendTerms(0), state)
    sent = line.house.sms_inbox.texts_to(state.slots["phone"].value)[-1]
    assert f"https://line.example.org/t/{state.case_id}" in sent

    class Broken:
        async def send(self, to: object, text: str) -> str:
            raise ProviderError("The provider is away: try again.")

    errands.sms = Broken()
    await errands.run(SendTerms(0), state)
    with line.house.storage.begin() as unit:
        kinds = [entry.kind for entry in unit.journal.read(state.case_id)]
    assert kinds[-2:] == ["terms_sent", "terms_unsent"]


async def test_a_decline_is_followed_by_a_link_to_its_reasons(tmp_path: Path) -> None:
    line = await _reached(tmp_path, "code.ask")
    errands, state = _errands(line), line.runner.state
    texts = line.house.sms_inbox.texts_to(state.slots["phone"].value)
    await errands.run(Finish("declined"), state)
    assert line.house.sms_inbox.texts_to(state.slots["phone"].value) == texts  # no address, no promise
    errands.copy_url = lambda case: f"https://line.example.org/t/{case}"
    await errands.run(Finish("stopped"), state)
    assert line.house.sms_inbox.texts_to(state.slots["phone"].value) == texts
    await errands.run(Finish("declined"), state)
    assert f"/t/{state.case_id}" in line.house.sms_inbox.texts_to(state.slots["phone"].value)[-1]
    with line.house.storage.begin() as unit:
        assert [entry.kind for entry in unit.journal.read(state.case_id)][-1] == "reasons_sent"


async def test_the_board_knows_the_call_but_not_its_secrets(tmp_path: Path) -> None:
    line = await _reached(tmp_path, "code.ask")
    await line.keys("111111")
    facts = line.house.board.history("CA1")
    kinds = [fact.kind for fact in facts]
    assert kinds[0] == "began"
    assert "signals" not in kinds or kinds.index("signals") > kinds.index("journal")
    assert all("111111" not in str(fact.fields) for fact in facts)
    assert all(fact.fields["hidden"] for fact in facts[-8:] if fact.kind == "key")
    assert "+14155550123" not in str(facts[0].fields)


async def test_every_answer_by_keys_brings_a_risk_report(tmp_path: Path) -> None:
    line = await _reached(tmp_path, "summary.ask")
    facts = line.house.board.history("CA1")
    answered = [fact for fact in facts if fact.kind == "slot" and fact.fields["source"] == "keys"]
    looks = [fact for fact in facts if fact.kind == "signals"]
    assert len(looks) == len({fact.fields["name"] for fact in answered}) == 9
    assert all(fact.fields["took_ms"] > 0 for fact in looks)


async def test_the_code_of_a_known_person_goes_to_the_number_they_are_known_by(tmp_path: Path) -> None:
    line = await _reached(tmp_path, "code.ask")
    errands, state = _errands(line), line.runner.state
    first = state.slots["phone"].value
    state.owner_verified = True
    await errands.run(Submit(), state)
    other = PhoneNumber("+13035550155")
    state.slots["phone"] = Answer(other, state.slots["phone"].evidence)
    assert await errands.run(SendCode("apply", "b"), state) == CodeSent(True, elsewhere=True)
    assert line.house.sms_inbox.texts_to(other) == []
    assert len(line.house.sms_inbox.texts_to(first)) == 2


KNOWN = Path(__file__).parents[2] / "audio_fixtures" / "calls" / "known_caller.call.toml"


async def test_questions_are_drawn_from_the_last_loan_of_whoever_the_caller_says_to_be(tmp_path: Path) -> None:
    line = await _reached(tmp_path, "code.ask")
    errands, state, fixture = _errands(line), line.runner.state, read_fixture(KNOWN)
    every = DrawQuestions(("last_amount", "last_term", "last_purpose", "last_paid"), 9)
    assert await errands.run(every, state) == QuestionsDrawn(())
    write_history(line.house.storage, SystemClock(), fixture, load_clip)
    assert await errands.run(every, state) == QuestionsDrawn(()), "another person's loan"
    who = fixture.history[0]
    for name, value in (
        ("full_name", PersonName(who.name)),
        ("date_of_birth", who.born),
        ("national_id_last4", Last4(who.last4)),
    ):
        state.slots[name] = Answer(value, state.slots[name].evidence)
    drawn = await errands.run(every, state)
    assert isinstance(drawn, QuestionsDrawn)
    assert dict(drawn.drawn) == {
        "last_amount": Money.parse("800.00", "USD"),
        "last_term": 6,
        "last_purpose": Purpose.HOME,
    }
    assert "800" not in repr(drawn)
    one = await errands.run(DrawQuestions(("last_term",), 2), state)
    assert one == QuestionsDrawn((("last_term", 6),))


async def test_a_code_from_the_telephone_of_an_earlier_loan_says_since_when(tmp_path: Path) -> None:
    line = await _reached(tmp_path, "code.ask")
    errands, state = _errands(line), line.runner.state
    state.owner_verified = True
    await errands.run(Submit(), state)
    assert await errands.run(SendCode("apply", "b"), state) == CodeSent(True)
    with line.house.storage.begin() as unit:
        unit.applications.set_status(state.case_id, Status.ACCEPTED)
        unit.commit()
    assert await errands.run(SendCode("apply", "b"), state) == CodeSent(True, known_days=0)
