"""Answers as the line hears them: through a telephone channel, cut out by the line's own detector, decoded by its
own workers."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ivr.replay.channel import TelephoneChannel, speech_level
from ivr.replay.manifest import Channel
from scripts.speech.material import Said, trimmed
from speech.activity import AnswerDetector, AnswerEnd, Ear, SpeechStart
from speech.answers.grammar import grammar
from speech.answers.model import Kind
from speech.audio import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE, decode_mulaw
from speech.engines.vosk_pool import VoskPool
from speech.models import find_model
from speech.recognizer import HearingSpec, Transcript, Word

__all__ = ["HANGOVER_MS", "Heard", "Line", "frames_of", "from_row", "hear_all", "on_the_line", "to_row"]

#: The hang-over of the question that asks for each kind (``ivr/dialogue/script.toml``).
HANGOVER_MS = {
    Kind.DIGITS: 800,
    Kind.AMOUNT: 900,
    Kind.DATE: 900,
    Kind.NAME: 900,
    Kind.TERM: 700,
    Kind.PURPOSE: 800,
    Kind.EMPLOYMENT: 700,
    Kind.YES_NO: 500,
}
_BEFORE_MS, _AFTER_MS = 1200, 1800
#: An end this little before the speaker's own is no cut: a fading consonant carries no word.
_LAST_BREATH_MS = 60


@dataclass(frozen=True, slots=True)
class Line:
    """A telephone line: room noise in dB below the speech, lost packets in per cent."""

    noise: float | None = None
    loss: float = 0.0
    codec: str = "mulaw"
    level_dbfs: float = -24.0

    def __str__(self) -> str:
        noise = "clean" if self.noise is None else f"{self.noise:.0f} dB"
        return noise if not self.loss else f"{noise}, loss {self.loss:.0f} %"


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer after the line. ``cut_off``: the detector ended it before the speaker did. ``pcm`` is what the
    recogniser was given; empty when nobody was heard."""

    said: Said
    line: Line
    pcm: bytes = field(repr=False)
    cut_off: bool
    transcript: Transcript


def frames_of(said: Said, line: Line, rng: np.random.Generator) -> tuple[list[bytes], int]:
    """The frames of a line on which somebody answers, as the line decodes them, and when the speaker ends, in ms."""
    clip = trimmed(said.samples)
    level = speech_level([clip])
    gain = 10 ** (line.level_dbfs / 20) * 32768 / max(level, 1.0)
    clip = np.clip(np.rint(clip * gain), -32768, 32767).astype(np.int16)
    channel = TelephoneChannel(
        Channel(noise=line.noise, loss=line.loss, codec=line.codec),
        rng,
        speech_level([clip]),
    )
    voice = channel.voice(np.pad(clip, (_BEFORE_MS * 8, _AFTER_MS * 8)))
    end_ms = _BEFORE_MS + len(clip) * 1000 // SAMPLE_RATE
    starts = range(0, len(voice), FRAME_SAMPLES)
    return [decode_mulaw(channel.frame(voice[at : at + FRAME_SAMPLES])).tobytes() for at in starts], end_ms


def on_the_line(said: Said, line: Line, rng: np.random.Generator, hangover_ms: int = 0) -> tuple[bytes, bool]:
    """What the recogniser is given of an answer, and whether its end was cut off."""
    frames, end_ms = frames_of(said, line, rng)
    most = 30_000
    detector = AnswerDetector(hangover_ms or HANGOVER_MS[said.kind], most, most, ear=Ear())
    heard = b""
    for number, frame in enumerate(frames):
        speaking = detector.speaking
        for event in detector.feed(number * FRAME_MS, frame):
            if isinstance(event, SpeechStart):
                heard = event.audio
            elif isinstance(event, AnswerEnd):
                return heard + frame, number * FRAME_MS < end_ms - _LAST_BREATH_MS
        if speaking and detector.speaking:
            heard += frame
    return heard, False


def spec_for(said: Said, alternatives: int) -> HearingSpec:
    return HearingSpec("en-US", grammar(said.kind, "en-US", length=said.length), alternatives, second=True)


async def hear_all(
    sounds: Sequence[tuple[Said, Line, bytes, bool]],
    *,
    alternatives: int = 4,
    threads: int = 1,
    model: Path | None = None,
) -> list[Heard]:
    """Decode every sound with the questions' own grammars, one more at a time than there are threads."""
    found = {"en-US": model or find_model("en-US")}
    pool = VoskPool(found, workers=1, threads=threads, timeout_s=600, stall_s=300)
    await pool.start()
    gate = asyncio.Semaphore(threads + 1)

    async def one(said: Said, line: Line, pcm: bytes, cut_off: bool) -> Heard:
        if not pcm:
            return Heard(said, line, pcm, cut_off, Transcript("", (), 0.0))
        async with gate:
            hearing = pool.open(spec_for(said, alternatives))
            hearing.feed(pcm)
            return Heard(said, line, pcm, cut_off, await hearing.finish())

    try:
        return list(await asyncio.gather(*(one(*sound) for sound in sounds)))
    finally:
        await pool.close()


def to_row(heard: Heard) -> dict[str, Any]:
    """Everything about an answer but its sound."""
    return {
        "kind": heard.said.kind.value,
        "words": heard.said.words,
        "speaker": heard.said.speaker,
        "set": heard.said.set,
        "length": heard.said.length,
        "line": dataclasses.asdict(heard.line),
        "cut_off": heard.cut_off,
        "seconds": len(heard.pcm) / 2 / SAMPLE_RATE,
        "transcript": dataclasses.asdict(heard.transcript),
    }


def from_row(row: dict[str, Any]) -> Heard:
    """The inverse of ``to_row``, without the sound."""
    kept = dict(row["transcript"])
    kept["words"] = tuple(Word(**word) for word in kept["words"])
    kept["alternatives"] = tuple(kept["alternatives"])
    said = Said(Kind(row["kind"]), row["words"], row["speaker"], row["set"], np.zeros(0, np.int16), row["length"])
    return Heard(said, Line(**row["line"]), b"", row["cut_off"], Transcript(**kept))
