"""The Silero judge on sounds that are surely no speech, and on the line's own voice."""

import numpy as np

from speech.audio import decode_mulaw
from speech.second_opinion import SileroOpinion
from speech.synthesis import Pyttsx3Voice


async def test_a_voice_is_speech_and_noise_is_not():
    voice = Pyttsx3Voice()
    try:
        speech = decode_mulaw(await voice.say("my name is"))[:4000]
    finally:
        await voice.close()
    judge = SileroOpinion()
    first = judge(speech.tobytes())
    assert first > 0.6
    rng = np.random.default_rng(3)
    burst = rng.normal(0, 5000, 4000) * np.exp(-np.arange(4000) / 600)
    assert judge(burst.astype(np.int16).tobytes()) < 0.3
    assert judge(bytes(8000)) < 0.3
    assert judge(b"") == 0.0
    assert judge(bytes(100)) == 0.0
    assert judge(speech.tobytes()) == first
