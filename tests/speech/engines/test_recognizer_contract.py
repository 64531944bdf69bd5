"""What every recogniser promises (``speech.recognizer``), asked of each engine."""

import asyncio

import pytest

from core.errors import InvalidInput, RecognizerBusy, RecognizerFailed
from speech.recognizer import HearingSpec

DIGITS = ("zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
SPEC = HearingSpec("en-US", DIGITS)
FRAME = 320


def feed(hearing, pcm):
    for start in range(0, len(pcm), FRAME):
        hearing.feed(pcm[start : start + FRAME])


async def test_an_answer_comes_back_as_words_with_times_and_confidence(engine, spoken):
    pcm = await spoken("one, two, three")
    hearing = engine.open(SPEC)
    feed(hearing, pcm)
    heard = await hearing.finish()
    assert heard.text == "one two three"
    assert [word.text for word in heard.words] == ["one", "two", "three"]
    times = [t for word in heard.words for t in (word.start, word.end)]
    assert times == sorted(times)
    assert times[-1] <= len(pcm) // 16
    assert heard.confidence == pytest.approx(sum(word.conf for word in heard.words) / 3)
    assert 0.5 < heard.confidence <= 1
    assert heard.decode_ms >= 0
    assert heard.engine


@pytest.mark.parametrize("pcm", [b"", bytes(16_000), bytes(2)], ids=["nothing", "digital silence", "one sample"])
async def test_silence_is_an_empty_transcript(engine, pcm):
    hearing = engine.open(SPEC)
    feed(hearing, pcm)
    heard = await hearing.finish()
    assert (heard.text, heard.words, heard.confidence, heard.unknown) == ("", (), 0.0, 0)


async def test_capacity_is_taken_and_given_back(engine):
    assert engine.capacity() == 2
    first, second = engine.open(SPEC), engine.open(HearingSpec())
    assert engine.capacity() == 0
    with pytest.raises(RecognizerBusy, match="try again"):
        engine.open(SPEC)
    first.cancel()
    first.cancel()
    assert engine.capacity() == 1
    await second.finish()
    assert engine.capacity() == 2


async def test_an_answer_is_finished_once_and_fed_before(engine):
    hearing = engine.open(SPEC)
    await hearing.finish()
    with pytest.raises(RecognizerFailed):
        await hearing.finish()
    with pytest.raises(RecognizerFailed):
        hearing.feed(bytes(320))
    hearing.cancel()
    gone = engine.open(SPEC)
    gone.cancel()
    with pytest.raises(RecognizerFailed):
        await gone.finish()
    assert engine.capacity() == 2


async def test_partial_is_text_at_any_time(engine, spoken):
    pcm = await spoken("one, two, three")
    hearing = engine.open(SPEC)
    assert await hearing.partial() == ""
    feed(hearing, pcm)
    assert set((await hearing.partial()).split()) <= set(DIGITS)
    assert (await hearing.finish()).text == "one two three"


@pytest.mark.parametrize("bad", [(), ("",), ("[unk]",), ('he said "one"',), ("one\ntwo\x00",), ("{}",), (3,)])
async def test_a_grammar_that_is_none_is_refused_before_any_engine_sees_it(engine, bad):
    with pytest.raises(InvalidInput, match="grammar"):
        engine.open(HearingSpec("en-US", bad))
    assert engine.capacity() == 2


async def test_two_answers_at_once_do_not_mix(engine, spoken):
    speech, silence = engine.open(SPEC), engine.open(SPEC)
    pcm = await spoken("one, two, three")
    for start in range(0, len(pcm), FRAME):
        speech.feed(pcm[start : start + FRAME])
        silence.feed(bytes(FRAME))
    heard = await asyncio.gather(speech.finish(), silence.finish())
    assert [h.text for h in heard] == ["one two three", ""]


async def test_a_closed_recogniser_takes_no_answers(engine):
    await engine.close()
    assert engine.capacity() == 0
    with pytest.raises(RecognizerBusy):
        engine.open(SPEC)
    await engine.close()


async def test_what_was_said_is_not_in_a_repr(engine, spoken):
    hearing = engine.open(SPEC)
    feed(hearing, await spoken("one, two, three"))
    assert "one" not in repr(hearing)
    assert "one" not in repr(await hearing.finish())
