"""The recogniser that knows its answers beforehand."""

import pytest

from core.errors import RecognizerFailed
from speech.engines.scripted import ScriptedRecognizer, transcript_of
from speech.recognizer import HearingSpec


async def said(recognizer, pcm=bytes(16_000)):
    hearing = recognizer.open(HearingSpec())
    hearing.feed(pcm)
    return await hearing.finish()


async def test_answers_come_in_order_and_then_silence():
    recognizer = ScriptedRecognizer(["yes please", transcript_of("no", conf=0.4)])
    await recognizer.start()
    first = await said(recognizer)
    assert [(w.text, w.start, w.end) for w in first.words] == [("yes", 0, 500), ("please", 500, 1000)]
    assert (await said(recognizer)).confidence == 0.4
    assert (await said(recognizer)).text == ""


async def test_a_function_sees_sound_and_question_and_may_fail():
    def answer(pcm, spec):
        return RecognizerFailed("Ask again.") if not pcm else f"{len(pcm)} {spec.language}"

    recognizer = ScriptedRecognizer(answer)
    await recognizer.start()
    assert (await said(recognizer)).text == "16000 en-US"
    with pytest.raises(RecognizerFailed):
        await said(recognizer, b"")
    assert recognizer.capacity() == 64
