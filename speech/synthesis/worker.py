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
import wave
from typing import Any

import numpy as np

from speech.audio import SAMPLE_RATE, Samples, encode_mulaw, normalise, resample, telephone_band
from speech.synthesis.markup import Segment

__all__ = ["join", "serve"]

_KEPT_EDGE_MS = 15
_QUIET = 40


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


def _speak(engine: Any, text: str) -> Samples:
    memory = os.memfd_create("prompt")
    try:
        engine.save_to_file(text, f"/proc/self/fd/{memory}")
        engine.runAndWait()
        with os.fdopen(os.dup(memory), "rb") as file:
            file.seek(0)
            data = file.read()
    finally:
        os.close(memory)
    with wave.open(io.BytesIO(data)) as sound:
        rate = sound.getframerate()
        pcm = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2")
    return resample(_trimmed(pcm, rate), rate, SAMPLE_RATE)


def _render(engine: Any, voice: str, rate: int, wanted: list[Segment]) -> bytes:
    engine.setProperty("voice", voice)
    engine.setProperty("rate", rate)
    return join([part if isinstance(part, int) else _speak(engine, part) for part in wanted])


def serve() -> None:
    """Speak until stdin ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # pyttsx3 prints
    load_espeak()
    import pyttsx3  # noqa: PLC0415 - its import looks for the library that was just loaded

    engine = pyttsx3.init()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        try:
            sound = _render(engine, request["voice"], request["rate"], request["segments"])
        except Exception as error:  # noqa: BLE001 - whatever pyttsx3 raises, the parent must hear that it failed
            out.write(json.dumps({"error": type(error).__name__}).encode() + b"\n")
        else:
            out.write(json.dumps({"size": len(sound)}).encode() + b"\n" + sound)
        out.flush()


if __name__ == "__main__":
    serve()
