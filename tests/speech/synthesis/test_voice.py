"""The line's voice: real pyttsx3, and a process that misbehaves."""

import asyncio
import os
import signal
import sys

import numpy as np
import pytest

from core.errors import SynthesisFailed
from speech.audio import decode_mulaw, measure
from speech.synthesis import PromptCache, Pyttsx3Voice

BROKEN = {
    "dies at once": "raise SystemExit(1)",
    "never answers": "import sys\nfor _ in sys.stdin: pass",
    "talks nonsense": "import sys\nfor _ in sys.stdin: print('hm', flush=True)",
    "cannot": 'import sys\nfor _ in sys.stdin: print(\'{"error": "ValueError"}\', flush=True)',
    "breaks off": "import sys\nsys.stdin.readline(); print('{\"size\": 100}', flush=True)",
}


@pytest.fixture
async def voice(tmp_path):
    made = Pyttsx3Voice(PromptCache(tmp_path / "prompts"))
    yield made
    await made.close()


async def test_a_prompt_is_telephone_sound_at_telephone_level(voice):
    sound = decode_mulaw(await voice.say("Please say your full name."))
    level = measure(sound)
    assert 1.0 < len(sound) / 8000 < 3.0
    assert -24 < level.rms_dbfs < -18
    assert level.peak_dbfs <= -2.9
    assert level.clipped == 0


async def test_pauses_are_as_long_as_they_were_asked_for(voice):
    short = decode_mulaw(await voice.say("five<pause 100>six"))
    long = decode_mulaw(await voice.say("five<pause 1100>six"))
    assert abs(len(long) - len(short) - 8000) < 80
    quiet = np.abs(long.astype(int)) < 60
    middle = len(long) // 2
    assert np.all(quiet[middle - 3000 : middle + 3000])


async def test_rate_changes_the_length_and_zero_is_the_voices_own(voice):
    text = "The quick answer takes a moment."
    assert await voice.say(text, rate=0) == await voice.say(text, rate=150)
    assert len(await voice.say(text, rate=100)) > len(await voice.say(text)) * 1.2
    assert await voice.say(text, rate=1) == await voice.say(text, rate=80)


async def test_every_prompt_is_spoken_whole_at_its_own_rate(voice):
    """pyttsx3 alone loses a rate or a word in every few prompts."""
    rates = [100, 200, 150] * 4
    lengths = {}
    for turn, rate in enumerate(rates):
        sound = await voice.say("<pause 1>" * turn + "one five nine<pause 100>six two", rate=rate)
        lengths.setdefault(rate, []).append(len(sound) - 8 * turn)
    for rate, found in lengths.items():
        assert max(found) - min(found) < 400, rate  # a word is four times that
    assert min(lengths[100]) > max(lengths[150]) * 1.2 > max(lengths[200])


async def test_equal_prompts_are_rendered_once_even_at_the_same_time(voice):
    several = await asyncio.gather(*(voice.say("Welcome back.") for _ in range(5)))
    assert len({id(sound) for sound in several}) == 1
    assert await voice.say("Welcome back.") is several[0]


async def test_only_what_may_be_kept_is_on_disk(voice, tmp_path):
    await voice.say("Your name is Jane Example.")
    assert not (tmp_path / "prompts").exists()
    kept = await voice.say("Thank you.", keep=True)
    (file,) = (tmp_path / "prompts").iterdir()
    assert file.read_bytes() == kept
    other = Pyttsx3Voice(PromptCache(tmp_path / "prompts"), command=(sys.executable, "-c", "raise SystemExit"))
    assert await other.say("Thank you.") == kept
    await other.close()


async def test_nothing_to_say_is_no_sound(voice):
    assert await voice.say(" … ") == b"\xff" * 2000
    assert await voice.say("!") == b""


async def test_a_killed_process_is_replaced_unseen(voice):
    await voice.start()
    os.kill(voice._process.pid, signal.SIGKILL)
    assert len(await voice.say("Still here.")) > 4000
    os.kill(voice._process.pid, signal.SIGSTOP)
    voice._timeout_s = 1.0
    assert len(await voice.say("And here again.")) > 4000


@pytest.mark.parametrize("code", BROKEN.values(), ids=BROKEN)
async def test_a_voice_that_cannot_speak_fails_in_one_sentence(code):
    voice = Pyttsx3Voice(timeout_s=0.5, tries=2, command=(sys.executable, "-c", code))
    with pytest.raises(SynthesisFailed, match="loanline doctor"):
        await voice.say("Your name is Jane Example.")
    await voice.close()


async def test_a_caller_who_hangs_up_does_not_stop_the_prompt_for_others(voice):
    await voice.start()
    first = asyncio.create_task(voice.say("A prompt that two callers wait for."))
    second = asyncio.create_task(voice.say("A prompt that two callers wait for."))
    await asyncio.sleep(0)
    first.cancel()
    assert len(await second) > 8000
    with pytest.raises(asyncio.CancelledError):
        await first
    assert len(await voice.say("And the next one.")) > 4000


async def test_a_closed_voice_says_nothing(voice):
    await voice.start()
    pid = voice._process.pid
    await voice.close()
    with pytest.raises(SynthesisFailed):
        await voice.say("Hello.")
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    await voice.close()
