"""The runner: order of effects, what a caller never hears, what is never kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from core.errors import NotFound, RecognizerBusy, StorageError
from core.usecases.desk import ApplicationDesk
from ivr.call_runner import CallRunner
from ivr.line import AudioIn, IncomingCall, KeyIn, LineEnded, MarkBack
from ivr.replay.caller import newest_code
from ivr.replay.channel import load_clip
from speech.audio import encode_mulaw, silence_mulaw
from tests.core.storage.people import START
from tests.ivr.small_line import CALL, CLIPS, KEYS, HandLine, SmallLine, by_keys


def _record(line: SmallLine) -> Any:
    with line.house.storage.begin() as unit:
        return unit.records.read("CA1")


async def _code(line: SmallLine) -> str:

    code = newest_code(line.house.sms_inbox.texts_to(line.runner.state.slots["phone"].value))
    assert code is not None
    return code


async def test_a_call_by_keys_is_accepted_and_kept(tmp_path: Path) -> None:
    line = await SmallLine(tmp_path).answer()
    assert isinstance(line.runner, CallRunner)
    await line.until("code.ask", by_keys)
    await line.keys(await _code(line))
    await line.keys(KEYS["offer"])
    await line.prompts_out()
    assert line.runner.outcome == "accepted"
    assert line.line.closed
    await line.house.switchboard.ended("CA1", "completed")
    record = _record(line)
    assert record.outcome == "accepted"
    assert record.complete
    assert len(record.caller_audio) == len(record.line_audio) > 8000


async def test_a_prompt_that_was_cut_for_nothing_goes_on_where_it_was(tmp_path: Path) -> None:
    line = await SmallLine(tmp_path).answer()
    await line.until("summary.ask", by_keys)
    whole, voice = line.voice.said[-1], encode_mulaw(load_clip(CLIPS / "amount.flac"))
    await line.hush(len(whole.split()) * 20 // 2)
    cuts = line.line.cleared
    for start in range(0, len(voice), 160):
        if line.line.cleared > cuts:
            break
        await line.sound(voice[start : start + 160])
    mark, _ = line.line.queued.pop()
    await line.give(MarkBack(mark, flushed=True))
    await line.hush(2500)  # and the recogniser hears no word
    again = line.voice.said[-1]
    assert line.line.played[-2:] == ["summary.ask", "summary.ask"]
    assert whole.endswith(again)
    assert len(whole) / 4 < len(again) < len(whole)


async def test_a_failed_commit_is_never_confirmed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = await SmallLine(tmp_path).answer()
    await line.until("amount.ask", by_keys)
    said = len(line.voice.said)

    def broken() -> None:
        raise StorageError("The store is full: free some space.")

    monkeypatch.setattr(line.house.storage, "begin", broken)
    await line.keys("2500#")
    assert "term_months.ask" not in line.line.played
    await line.hush(100)
    assert line.line.played[-1] == "handover.fault"
    assert line.line.played.count("handover.fault") == 1
    await line.prompts_out()
    await line.hush(6000)
    assert line.runner.next_step.kind == "person"
    assert line.line.closed
    assert all("two thousand" not in text for text in line.voice.said[said:])


async def test_a_yes_that_could_not_be_kept_leaves_the_case_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the caller would be sent to a person with a loan that is not made, and apply for it again."""
    line = await SmallLine(tmp_path).answer()
    await line.until("code.ask", by_keys)
    await line.keys(await _code(line))
    case_id = line.runner.state.case_id

    def away(*_: Any) -> None:
        raise StorageError("The database is held by another process; stop that one or wait, nothing was stored.")

    with monkeypatch.context() as broken:
        broken.setattr(ApplicationDesk, "accept", away)
        await line.keys(KEYS["offer"])
        await line.prompts_out()
        await line.hush(6000)
        await line.house.switchboard.ended("CA1", "completed")
    assert line.line.played[-1] == "handover.fault"
    assert line.runner.outcome == "handed_over"
    with line.house.storage.begin() as unit:
        left = unit.journal.find_open(line.runner.state.slots["phone"].value, START)
        assert unit.applications.answer(case_id) is None
    assert left is not None
    assert left.case_id == case_id


async def test_the_sixth_resumption_of_a_day_begins_anew_on_its_own_case(tmp_path: Path) -> None:
    """Five codes a day and no more; the call that gets none goes on as a new case, and not into an apology."""
    line = SmallLine(tmp_path)

    def turn(prompt_id: str) -> str:
        assert CALL.caller is not None
        code = newest_code(line.house.sms_inbox.texts_to(CALL.caller)) or ""
        return code if prompt_id.startswith("resume") else by_keys(prompt_id)

    cases = []
    for number in range(7):
        line.line.queued.clear()
        await line.answer(IncomingCall(f"CA{number}", CALL.caller, CALL.called, CALL.attestation))
        await line.until("monthly_income.ask" if number == 0 else "employment.ask", turn)
        assert not line.runner.over
        cases.append(line.runner.state.case_id)
        await line.give(LineEnded("closed"))
        await line.house.switchboard.ended(f"CA{number}", "completed")
    assert len(set(cases[:6])) == 1
    assert cases[6] != cases[0]
    assert line.line.played[-1] == "employment.ask"
    assert "handover.fault" not in line.line.played
    with line.house.storage.begin() as unit:
        kinds = [entry.kind for entry in unit.journal.read(cases[6])]
    assert kinds[0] == "began_anew"
    line.house.storage.close()


async def test_nothing_is_kept_before_consent(tmp_path: Path) -> None:
    line = await SmallLine(tmp_path).answer()
    await line.prompts_out()
    await line.say()
    record = _record(line)
    assert record.caller_audio == b""
    assert record.lines == ()


async def test_refusal_keeps_no_sound_and_no_words(tmp_path: Path) -> None:
    line = await SmallLine(tmp_path).answer()
    await line.keys("2")
    await line.prompts_out()
    assert line.runner.next_step.kind == "person"
    record = _record(line)
    assert record.caller_audio == b""
    assert record.lines == ()
    with line.house.storage.begin() as unit, pytest.raises(NotFound):
        unit.applications.get(line.runner.state.case_id)


async def test_a_spoken_secret_is_hidden_from_sound_and_transcript(tmp_path: Path) -> None:
    line = SmallLine(tmp_path)
    await line.answer()
    await line.until("code.ask", by_keys)
    line.script.append("one two three four five six")
    await line.prompts_out()
    at = len(_record(line).caller_audio)
    await line.say()
    await line.hush(1000)
    record = _record(line)
    hidden = [entry for entry in record.lines if entry.status == "hidden"]
    assert [entry.text for entry in hidden] == [""]
    assert hidden[0].words == ()
    assert set(record.caller_audio[at + 8000 :]) <= {0xFF}
    assert not any("one two three" in entry.text for entry in record.lines)


async def test_the_record_is_at_most_a_second_behind(tmp_path: Path) -> None:
    line = await SmallLine(tmp_path).answer()
    await line.keys("1")
    agreed = line.now_ms
    await line.hush(3000)
    kept_ms = len(_record(line).caller_audio) // 8
    assert kept_ms + 1000 >= line.now_ms - agreed


async def test_speech_over_a_prompt_stops_it_but_not_over_a_disclosure(tmp_path: Path) -> None:
    line = SmallLine(tmp_path, ["john carter", "john carter"])
    line.voice.say = _long(line)  # type: ignore[method-assign]  # prompts of three seconds
    await line.answer()

    speech = encode_mulaw(load_clip(CLIPS / "full_name.flac"))
    await line.hush(600)
    await line.sound(speech)
    assert line.line.cleared == 0, "consent cannot be talked over"
    await line.keys("1")
    assert line.line.played[-1] == "full_name.ask"
    await line.hush(600)
    await line.sound(speech)
    assert line.line.cleared == 1
    mark = line.line.queued.pop(0)[0]
    await line.give(MarkBack(mark, flushed=True))
    await line.hush(1500)
    flushed = [entry for entry in _record(line).lines if entry.status == "flushed"]
    assert [entry.prompt_id for entry in flushed] == ["full_name.ask"]
    assert "full_name" in line.runner.state.slots


def _long(line: SmallLine) -> Any:

    async def say(text: str, *, rate: int = 0, keep: bool = False) -> bytes:
        line.voice.said.append(text)
        return silence_mulaw(3000)

    return say


async def test_the_end_of_the_line_ends_the_call_once(tmp_path: Path) -> None:
    line = await SmallLine(tmp_path).answer()
    await line.give(LineEnded("stop"))
    await line.give(LineEnded("closed"))
    assert line.runner.over
    assert line.runner.next_step.kind == "reconnect"
    await line.give(AudioIn(0, b"\xff" * 160))
    await line.give(KeyIn("1"))
    assert line.line.played == ["menu.ask", "consent.ask"]


async def test_unknown_marks_and_odd_lengths_do_no_harm(tmp_path: Path) -> None:
    line = await SmallLine(tmp_path).answer()
    for name in ("", "nonsense", "x:99", "consent.ask:", "a:b:c"):
        await line.give(MarkBack(name))
    await line.give(AudioIn(0, b"\xff" * 7))
    await line.give(AudioIn(1, b"\xff" * 500))
    await line.give(KeyIn("X"))
    assert not line.runner.over


async def test_without_a_recogniser_the_call_goes_on_as_a_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = await SmallLine(tmp_path).answer()

    def busy(_spec: object) -> None:
        raise RecognizerBusy("Every recogniser is in use.")

    monkeypatch.setattr(line.recognizer, "open", busy)
    await line.keys("1")
    assert line.runner.next_step.kind == "form"
    assert line.line.closed


async def test_a_second_stream_goes_on_on_the_same_time_line(tmp_path: Path) -> None:
    line = await SmallLine(tmp_path).answer()
    await line.keys("1")
    await line.hush(2000)
    first = line.runner.now_ms
    await line.give(LineEnded("stop"))
    line.line, line.now_ms = HandLine(), 0
    line.runner = await line.house.switchboard.connect("CA1", line.line)
    await line.runner.begin()
    await line.hush(1500)
    assert line.runner.now_ms == first + 1500
    record = _record(line)
    assert len(record.caller_audio) // 8 >= first + 1000
