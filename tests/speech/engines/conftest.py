"""Both engines, behind the same promises."""

import numpy as np
import pytest

from speech.audio import decode_mulaw
from speech.engines.scripted import ScriptedRecognizer
from speech.engines.vosk_pool import VoskPool
from speech.models import COMMITTED
from speech.synthesis import Pyttsx3Voice

ENGLISH = {"en-US": COMMITTED / "en-phone"}


@pytest.fixture(params=["vosk", "scripted"])
async def engine(request):
    """A started recogniser that takes two answers at once."""
    if request.param == "vosk":
        recognizer = VoskPool(ENGLISH, workers=1, threads=1, hearings=2)
    else:
        recognizer = ScriptedRecognizer(lambda pcm, _: "one two three" if any(pcm) else "", hearings=2)
    await recognizer.start()
    yield recognizer
    await recognizer.close()


@pytest.fixture
async def pool():
    """Two Vosk workers."""
    recognizer = VoskPool(ENGLISH, workers=2, threads=1, stall_s=1.0)
    await recognizer.start()
    yield recognizer
    await recognizer.close()


_SPOKEN: dict[str, bytes] = {}


@pytest.fixture
def spoken():
    """Any phrase in the line's own voice, as 8 kHz samples with 300 ms of silence around it."""

    async def speak(text: str) -> bytes:
        if text not in _SPOKEN:
            voice = Pyttsx3Voice()
            try:
                sound = decode_mulaw(await voice.say(text))
            finally:
                await voice.close()
            rest = np.zeros(2400, np.int16)
            _SPOKEN[text] = np.concatenate([rest, sound, rest]).tobytes()
        return _SPOKEN[text]

    return speak
