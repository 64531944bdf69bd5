"""The listener: an answer from frames, early speech, silence, secrets, a recogniser that fails."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from core.errors import RecognizerBusy, RecognizerFailed
from ivr.dialogue.effects import Listen
from ivr.dialogue.events import AnswerHeard, Silence, SpeechBegan
from ivr.hearing import Listener
from ivr.replay.channel import load_clip
from speech.answers.model import Kind
from speech.engines.scripted import ScriptedRecognizer
from speech.recognizer import HearingSpec
from tests.ivr.small_line import CLIPS

SPEECH = np.asarray(load_clip(CLIPS / "full_name.flac"), dtype="<i2").tobytes()
LISTEN = Listen(7, "full_name", HearingSpec(), hangover_ms=600, max_ms=8000, no_input_ms=2000)


async def _listener(answer: str | RecognizerFailed = "john carter", hearings: int = 4) -> Listener:
    recognizer = ScriptedRecognizer(lambda _sound, _spec: answer, hearings=hearings)
    await recognizer.start()
    return Listener(recognizer)


async def _hear(listener: Listener, pcm: bytes, at_ms: int = 0) -> list[SpeechBegan | AnswerHeard | Silence]:
    facts = []
    for start in range(0, len(pcm) - 319, 320):
        facts += await listener.hear(at_ms + start // 16, pcm[start : start + 320])
    return facts


async def test_one_answer_with_where_it_was() -> None:
    listener = await _listener()
    listener.begin(LISTEN, playing=False, interruptible=True)
    facts = await _hear(listener, bytes(16 * 400) + SPEECH + bytes(16 * 1200))
    (answer,) = facts
    assert isinstance(answer, AnswerHeard)
    assert answer.listen_id == 7
    assert answer.transcript.text == "john carter"
    assert 0 <= answer.start_ms < 900
    assert answer.start_ms < answer.end_ms <= 400 + len(SPEECH) // 16
    assert await _hear(listener, SPEECH, 60_000) == []


async def test_speech_over_a_prompt_is_told_at_once_and_then_understood() -> None:
    listener = await _listener()
    listener.begin(LISTEN, playing=True, interruptible=True)
    facts = await _hear(listener, bytes(16 * 400) + SPEECH + bytes(16 * 1200))
    assert [type(fact) for fact in facts] == [SpeechBegan, AnswerHeard]


async def test_nothing_is_heard_over_a_disclosure() -> None:
    listener = await _listener()
    listener.begin(LISTEN, playing=True, interruptible=False)
    assert await _hear(listener, SPEECH + bytes(16 * 3000)) == []
    listener.prompt_over()
    facts = await _hear(listener, bytes(16 * 2500), 30_000)
    assert facts == [Silence(7, noise=False)]


async def test_a_recogniser_that_fails_costs_one_more_try() -> None:
    listener = await _listener(RecognizerFailed("Both workers failed: say it again."))
    listener.begin(LISTEN, playing=False, interruptible=True)
    (answer,) = await _hear(listener, bytes(16 * 400) + SPEECH + bytes(16 * 1200))
    assert isinstance(answer, AnswerHeard)
    assert (answer.transcript.text, answer.transcript.unknown) == ("", 1)


async def test_when_no_recogniser_is_left_the_call_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    listener = await _listener(RecognizerFailed("No speech worker is left: take keys."))
    listener.begin(LISTEN, playing=False, interruptible=True)
    monkeypatch.setattr("speech.engines.scripted.ScriptedRecognizer.capacity", lambda _self: 0)
    with pytest.raises(RecognizerBusy):
        await _hear(listener, bytes(16 * 400) + SPEECH + bytes(16 * 1200))


async def test_a_secret_stays_secret_until_the_next_question() -> None:
    listener = await _listener()
    secret = Listen(8, "code", HearingSpec(), 600, 8000, 2000, secret=True)
    listener.begin(secret, playing=False, interruptible=True)
    assert listener.secret
    listener.stop()
    assert listener.secret
    listener.begin(LISTEN, playing=False, interruptible=True)
    assert not listener.secret


async def test_no_capacity_is_said() -> None:
    listener = await _listener(hearings=0)
    with pytest.raises(RecognizerBusy):
        listener.begin(LISTEN, playing=False, interruptible=True)


async def test_figures_that_are_whole_need_not_wait_for_the_hang_over(monkeypatch: pytest.MonkeyPatch) -> None:
    async def whole(_self: object) -> str:
        return "one two three four"

    listener = await _listener("one two three four")
    monkeypatch.setattr(type(listener._recognizer.open(HearingSpec())), "partial", whole)
    waits = []
    for kind in (None, Kind.DIGITS):
        asked = Listen(9, "national_id_last4", HearingSpec(), 1500, 8000, 2000, kind=kind, length=4)
        listener.begin(asked, playing=False, interruptible=True)
        pcm, at_ms = bytes(16 * 400) + SPEECH + bytes(16 * 2400), 0
        while not (facts := await listener.hear(at_ms, pcm[at_ms * 16 : at_ms * 16 + 320])):
            at_ms += 20
        assert isinstance(facts[0], AnswerHeard)
        waits.append(at_ms - facts[0].end_ms)
    assert waits[0] >= 1400
    assert waits[1] <= 500


@pytest.mark.parametrize("secret", [False, True])
async def test_words_half_said_are_told_while_somebody_speaks_and_no_secret_is(
    monkeypatch: pytest.MonkeyPatch, secret: bool
) -> None:
    async def so_far(_hearing: object) -> str:
        return "john"

    monkeypatch.setattr("speech.engines.scripted._ScriptedHearing.partial", so_far)
    listener = await _listener()
    told: list[tuple[str, int]] = []
    listener.begin(replace(LISTEN, secret=secret), playing=False, interruptible=True)
    pcm = bytes(16 * 400) + SPEECH + bytes(16 * 1200)
    for start in range(0, len(pcm) - 319, 320):
        facts = await listener.hear(start // 16, pcm[start : start + 320])
        listener.peek(start // 16, lambda words, since: told.append((words, since)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        if facts:
            break
    assert {words for words, _ in told} == (set() if secret else {"john"})
    assert len(told) <= len(SPEECH) // 16 // 400 + 1, "not more often than every 400 ms"
