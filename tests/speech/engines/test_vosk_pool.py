"""The Vosk workers under faults: killed, hung, grown, busy; and what they hear."""

import asyncio
import logging
import os
import signal
import time

import pytest

from core.errors import InvalidInput, ModelMissing, RecognizerBusy, RecognizerFailed
from speech.engines.vosk_pool import VoskPool, clean_grammar
from speech.models import COMMITTED
from speech.recognizer import HearingSpec

DIGITS = ("zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ENGLISH = {"en-US": COMMITTED / "en-phone"}


async def until(condition, seconds=10.0):
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it did not come about in time")


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def answer(pool, pcm, spec, *, pace=0.0):
    hearing = pool.open(spec)
    for start in range(0, len(pcm), 1600):
        hearing.feed(pcm[start : start + 1600])
        await asyncio.sleep(pace)
    return await hearing.finish()


@pytest.mark.slow
async def test_no_answer_is_lost_when_workers_are_killed_all_the_time(pool, spoken):
    """Twenty answers, five at a time; whenever two workers are there, one gets a kill -9."""
    pcm = await spoken("four, seven, one, two")
    kills = []

    async def caller():
        return [(await answer(pool, pcm, HearingSpec("en-US", DIGITS), pace=0.02)).text for _ in range(4)]

    async def killer():
        while True:
            await asyncio.sleep(0.5)
            await until(lambda: len(pool.pids) == 2, 60)
            kills.append(pool.pids[len(kills) % len(pool.pids)])
            os.kill(kills[-1], signal.SIGKILL)

    task = asyncio.create_task(killer())
    heard = await asyncio.gather(*(caller() for _ in range(5)))
    task.cancel()
    assert heard == [["four seven one two"] * 4] * 5
    assert len(kills) >= 1
    await until(lambda: len(pool.pids) == 2, 30)
    assert pool.capacity() == 64


async def test_half_a_sample_waits_for_its_other_half(pool, spoken):
    pcm = await spoken("four, seven, one, two")
    spec = HearingSpec("en-US", DIGITS)
    whole = await answer(pool, pcm, spec)
    hearing = pool.open(spec)
    for start, end in ((0, 1601), (1601, 4804), (4804, 9999), (9999, len(pcm))):
        hearing.feed(pcm[start:end])
        await asyncio.sleep(0.2)  # decoded before the rest comes
    assert (await hearing.finish()).words == whole.words


@pytest.mark.parametrize("when", ["before the first sound", "in the middle", "after the last sound"])
async def test_a_killed_worker_does_not_show(pool, spoken, when):
    pcm = await spoken("four, seven, one, two")
    hearing = pool.open(HearingSpec("en-US", DIGITS))
    worker = hearing.worker.pid
    if when == "before the first sound":
        os.kill(worker, signal.SIGKILL)
    hearing.feed(pcm[: len(pcm) // 2])
    if when == "in the middle":
        await asyncio.sleep(0.1)
        os.kill(worker, signal.SIGKILL)
        await until(lambda: hearing.worker is not None and hearing.worker.pid != worker)
    hearing.feed(pcm[len(pcm) // 2 :])
    if when == "after the last sound":
        os.kill(worker, signal.SIGKILL)
    assert (await hearing.finish()).text == "four seven one two"


async def test_a_hung_worker_is_found_out_and_its_answer_decoded_elsewhere(pool, spoken, caplog):
    hearing = pool.open(HearingSpec("en-US", DIGITS))
    stopped = hearing.worker.pid
    os.kill(stopped, signal.SIGSTOP)
    hearing.feed(await spoken("four, seven, one, two"))
    begun = time.monotonic()
    with caplog.at_level(logging.WARNING):
        heard = await hearing.finish()
    assert heard.text == "four seven one two"
    assert time.monotonic() - begun < 6
    assert stopped not in pool.pids
    assert "hangs" in caplog.text
    assert "four" not in caplog.text


async def test_an_idle_worker_that_hangs_is_replaced_before_anybody_needs_it():
    pool = VoskPool(ENGLISH, workers=1, stall_s=0.3, ping_s=0.2)
    await pool.start()
    try:
        (stopped,) = pool.pids
        os.kill(stopped, signal.SIGSTOP)
        await until(lambda: pool.pids and stopped not in pool.pids)
    finally:
        await pool.close()


async def test_an_answer_no_worker_survives_fails_in_the_end_and_only_that_one(pool, spoken):
    pcm = await spoken("four, seven, one, two")
    poison = pool.open(HearingSpec("en-US", DIGITS))
    poison.feed(pcm * 20)
    killed = set()

    async def kill_its_workers():
        while True:
            await asyncio.sleep(0.005)
            if poison.worker is not None and poison.worker.pid not in killed:
                killed.add(poison.worker.pid)
                os.kill(poison.worker.pid, signal.SIGKILL)

    task = asyncio.create_task(kill_its_workers())
    with pytest.raises(RecognizerFailed, match="ask again, or take keys"):
        await poison.finish()
    task.cancel()
    assert len(killed) == 4
    assert (await answer(pool, pcm, HearingSpec("en-US", DIGITS))).text == "four seven one two"


async def test_without_any_worker_left_there_is_no_capacity_and_nobody_waits(monkeypatch):
    pool = VoskPool(ENGLISH, workers=1, timeout_s=60.0)
    await pool.start()
    try:
        hearing = pool.open(HearingSpec("en-US", DIGITS))
        with monkeypatch.context() as broken:

            async def no_start(*_args):
                raise RecognizerFailed("The speech worker does not start: see the log.")

            broken.setattr("speech.engines.vosk_pool.WorkerProcess.start", no_start)
            os.kill(pool.pids[0], signal.SIGKILL)
            begun = time.monotonic()
            with pytest.raises(RecognizerFailed):
                await hearing.finish()
            assert time.monotonic() - begun < 10
            assert pool.capacity() == 0
            with pytest.raises(RecognizerBusy):
                pool.open(HearingSpec("en-US", DIGITS))
        await until(lambda: pool.capacity() > 0, 60)
        assert pool.open(HearingSpec("en-US", DIGITS)).worker is not None
    finally:
        await pool.close()


async def test_a_worker_that_grows_is_replaced_without_losing_its_answer(spoken):
    pool = VoskPool(ENGLISH, workers=1, growth_mb=0, ping_s=0.1)
    await pool.start()
    try:
        (grown,) = pool.pids
        hearing = pool.open(HearingSpec())
        hearing.feed(await spoken("four, seven, one, two"))
        await until(lambda: len(pool.pids) == 2)
        assert hearing.worker.pid == grown
        assert pool.open(HearingSpec()).worker.pid != grown
        assert "four" in (await hearing.finish()).text
        await until(lambda: grown not in pool.pids and not alive(grown))
    finally:
        await pool.close()


async def test_alternatives_are_other_readings_of_the_same_sound(pool, spoken):
    heard = await answer(pool, await spoken("fifty"), HearingSpec("en-US", ("fifteen", "fifty"), 3))
    assert heard.text == "fifty"
    assert heard.text not in heard.alternatives
    assert set(heard.alternatives) <= {"fifteen", "fifty fifty", "fifty fifteen", "fifteen fifty", "fifteen fifteen"}
    assert heard.confidence > 0


async def test_words_outside_the_grammar_are_counted_not_guessed(pool, spoken):
    heard = await answer(pool, await spoken("telephone"), HearingSpec("en-US", ("yes", "no")))
    assert heard.unknown + len(heard.words) >= 1
    assert "[unk]" not in heard.text


async def test_free_decoding_hears_a_sentence(pool, spoken):
    heard = await answer(pool, await spoken("seven hundred dollars"), HearingSpec())
    assert heard.text == "seven hundred dollars"


async def test_words_the_model_lacks_are_told_and_left_out(pool, spoken):
    grammar = (*DIGITS, "frobnicate seven", "Seven  Eleven")
    assert await pool.missing_words(grammar) == ("frobnicate",)
    assert (await answer(pool, await spoken("seven"), HearingSpec("en-US", grammar))).text == "seven"
    assert (await answer(pool, await spoken("seven"), HearingSpec("en-US", ("frobnicate",)))).text == ""


async def test_a_region_is_heard_by_its_language_and_another_language_is_missing(pool):
    pool.open(HearingSpec("en-GB")).cancel()
    with pytest.raises(ModelMissing, match="models list"):
        pool.open(HearingSpec("zh-CN"))


async def test_feeding_never_waits_for_a_worker(pool):
    hearing = pool.open(HearingSpec())
    os.kill(hearing.worker.pid, signal.SIGSTOP)
    try:
        begun = time.perf_counter()
        for _ in range(3000):
            hearing.feed(bytes(320))
        assert time.perf_counter() - begun < 1.0
    finally:
        os.kill(hearing.worker.pid, signal.SIGCONT)
        hearing.cancel()


async def test_a_caller_who_hangs_up_gives_the_place_back(pool, spoken):
    hearing = pool.open(HearingSpec())
    hearing.feed(await spoken("four, seven, one, two"))
    os.kill(hearing.worker.pid, signal.SIGSTOP)
    waiting = asyncio.create_task(hearing.finish())
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert pool.capacity() == 64


async def test_closing_tells_whoever_waits_and_ends_every_process(spoken):
    pool = VoskPool(ENGLISH, workers=2)
    await pool.start()
    pids = pool.pids
    hearing = pool.open(HearingSpec())
    hearing.feed(await spoken("four, seven, one, two"))
    os.kill(hearing.worker.pid, signal.SIGSTOP)
    waiting = asyncio.create_task(hearing.finish())
    await asyncio.sleep(0.05)
    await pool.close()
    with pytest.raises(RecognizerFailed, match="closing"):
        await waiting
    assert not any(alive(pid) for pid in pids)


async def test_a_missing_or_broken_model_is_one_sentence(tmp_path):
    with pytest.raises(ModelMissing, match="models list"):
        await VoskPool({"en-US": tmp_path / "none"}).start()
    with pytest.raises(RecognizerFailed, match="models verify"):
        await VoskPool({"en-US": tmp_path}).start()


async def test_finish_gives_up_in_the_end(spoken):
    pool = VoskPool(ENGLISH, workers=1, timeout_s=0.5)
    await pool.start()
    try:
        hearing = pool.open(HearingSpec())
        os.kill(hearing.worker.pid, signal.SIGSTOP)
        with pytest.raises(RecognizerFailed, match="in time"):
            await hearing.finish()
        assert pool.capacity() == 64
    finally:
        await pool.close()


def test_a_grammar_is_cleaned_and_bounded():
    assert clean_grammar(("Two  Hundred", "two hundred", "[unk]", "o'clock", "身份证")) == (
        "two hundred",
        "two hundred",
        "o'clock",
        "身份证",
    )
    with pytest.raises(InvalidInput):
        clean_grammar([f"w{number}" for number in range(20_001)])
