"""The process that speaks: pyttsx3 on eSpeak NG, one prompt at a time.

Run as ``python -m speech.synthesis.worker``. A request is one line of JSON on stdin, ``{"voice", "rate",
"segments"}``; the reply one line ``{"size": n}`` or ``{"error": name}`` on stdout and then ``n`` bytes of 8 kHz
mu-law. pyttsx3 only writes files; it is given an anonymous one in memory, so that what is said to a caller never
touches a disk.
"""

from __future__ import annotations

import ctypes
import io
import json
import os
import resource
import sys
import time
import wave

import numpy as np

from core.errors import SynthesisFailed
from speech.audio import SAMPLE_RATE, Samples, encode_mulaw, normalise, resample, telephone_band
from speech.synthesis.markup import Segment

__all__ = ["Speaker", "join", "serve"]

_KEPT_EDGE_MS = 15
_QUIET = 40
#: eSpeak's own thread looks at its queue at least this often.
_SETTLE_S = 0.06
_TRIES = 4


def load_espeak() -> None:
    """Make ``libespeak-ng.so.1`` known to this process: the system's where there is one, else the one that came
    with ``espeakng-loader``; pyttsx3 then finds it by its name."""
    try:
        ctypes.CDLL("libespeak-ng.so.1", mode=ctypes.RTLD_GLOBAL)
    except OSError:
        import espeakng_loader  # noqa: PLC0415 - not needed where the system has the library

        os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
        ctypes.CDLL(espeakng_loader.get_library_path(), mode=ctypes.RTLD_GLOBAL)


def _trimmed(pcm: Samples, rate: int) -> Samples:
    """Without the silence at both ends, so that pauses are as long as they were asked for."""
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > _QUIET)
    if not loud.size:
        return pcm[:0]
    edge = rate * _KEPT_EDGE_MS // 1000
    return pcm[max(0, int(loud[0]) - edge) : int(loud[-1]) + edge]


def join(pieces: list[Samples | int]) -> bytes:
    """Spoken pieces at 8 kHz and pauses (ms) as one prompt at telephone level and band."""
    silent = [np.zeros(p * SAMPLE_RATE // 1000, np.int16) if isinstance(p, int) else p for p in pieces]
    whole = np.concatenate(silent) if silent else np.zeros(0, np.int16)
    return encode_mulaw(normalise(telephone_band(whole)))


class Speaker:
    """pyttsx3's engine with its traps closed.

    ``runAndWait`` begins by asking the driver to stop, and the driver then cancels whatever eSpeak still has in its
    queue, and the next utterance with it: a new rate was lost, or a word cut off, every few prompts. So properties are
    set only when they change and are given time to arrive, and an utterance counts only when the engine says that it
    was completed.
    """

    def __init__(self) -> None:
        load_espeak()
        import pyttsx3  # noqa: PLC0415 - its import looks for the library that was just loaded

        self._engine = pyttsx3.init()
        self._set: dict[str, str | int] = {}
        self._outcomes: list[bool] = []
        self._engine.connect("error", lambda **_: self._outcomes.append(False))
        self._engine.connect("finished-utterance", lambda completed, **_: self._outcomes.append(completed))
        self._engine.runAndWait()  # until then properties are only queued

    def render(self, voice: str, rate: int, wanted: list[Segment]) -> bytes:
        """Raises ``SynthesisFailed`` when anything could not be spoken as asked."""
        self._outcomes.clear()
        if self._set != {"voice": voice, "rate": rate}:
            self._take(voice, rate)
        return join([part if isinstance(part, int) else self._speak(part) for part in wanted])

    def _take(self, voice: str, rate: int) -> None:
        """Set both and wait until eSpeak, which takes them in order and in its own time, has the rate."""
        self._set.clear()
        self._engine.setProperty("voice", voice)
        self._engine.setProperty("rate", rate)
        for _ in range(_TRIES):
            time.sleep(_SETTLE_S)
            if self._outcomes:
                raise SynthesisFailed("There is no such voice: choose another.")
            if self._engine.getProperty("rate") == rate:
                self._set = {"voice": voice, "rate": rate}
                return
            self._engine.setProperty("rate", rate)
        raise SynthesisFailed("eSpeak did not take the rate: try again.")

    def _speak(self, text: str) -> Samples:
        for _ in range(_TRIES):
            data = self._utter(text)
            if self._outcomes == [True]:
                with wave.open(io.BytesIO(data)) as sound:
                    rate = sound.getframerate()
                    pcm = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2")
                if pcm.size:
                    return resample(_trimmed(pcm, rate), rate, SAMPLE_RATE)
            time.sleep(_SETTLE_S)
        raise SynthesisFailed("eSpeak did not speak to the end: try again.")

    def _utter(self, text: str) -> bytes:
        """What the engine wrote, whether whole or not."""
        self._outcomes.clear()
        memory = os.memfd_create("prompt")
        try:
            self._engine.save_to_file(text, f"/proc/self/fd/{memory}")
            self._engine.runAndWait()
            with os.fdopen(os.dup(memory), "rb") as file:
                file.seek(0)
                return file.read()
        finally:
            os.close(memory)


def serve() -> None:
    """Speak until stdin ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # pyttsx3 prints
    speaker = Speaker()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        try:
            sound = speaker.render(request["voice"], request["rate"], request["segments"])
        except Exception as error:  # noqa: BLE001 - whatever pyttsx3 raises, the parent must hear that it failed
            out.write(json.dumps({"error": type(error).__name__}).encode() + b"\n")
        else:
            out.write(json.dumps({"size": len(sound)}).encode() + b"\n" + sound)
        out.flush()


if __name__ == "__main__":
    serve()
