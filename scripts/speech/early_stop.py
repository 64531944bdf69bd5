"""What ending an answer early gains, and how often it would cut somebody off.

    python -m scripts.speech.early_stop --audio ../shared/audio [--answers 160]

Every answer is heard in stream time; after each early silence the words so far are asked for, as the line does.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import vosk

from scripts.speech.listening import HANGOVER_MS, Line, frames_of
from scripts.speech.material import Said, human, trimmed
from scripts.speech.sentences import lines, speak_all
from speech.activity import AnswerDetector, AnswerEnd, Ear, SpeechStart
from speech.answers.grammar import grammar
from speech.answers.model import Kind
from speech.audio import FRAME_MS
from speech.early_stop import complete
from speech.engines.vosk_pool import clean_grammar
from speech.models import find_model

WAITS_MS = (200, 300, 400, 500)
_LAST_BREATH_MS = 60
KINDS = (Kind.DIGITS, Kind.DATE, Kind.YES_NO)
#: What people add to a yes or a no after a moment.
_ADDED = ("please", "that's right", "i do", "that's correct", "it is", "thank you", "that's not right", "no")


@dataclass(frozen=True, slots=True)
class Ended:
    """When an answer ended by its hang-over, and when with each early wait; ``None`` where it never did."""

    usual_ms: int | None
    early_ms: dict[int, int | None]
    spoken_ms: int


def follow(said: Said, frames: list[bytes], spoken_ms: int, model: vosk.Model) -> Ended:
    """One answer heard frame by frame."""
    phrases = grammar(said.kind, "en-US", length=said.length)
    assert phrases is not None
    recognizer = vosk.KaldiRecognizer(model, 8000, json.dumps([*clean_grammar(phrases), "[unk]"]))
    most = 30_000
    detector = AnswerDetector(HANGOVER_MS[said.kind], most, most, ear=Ear())
    early: dict[int, int | None] = dict.fromkeys(WAITS_MS)
    for number, frame in enumerate(frames):
        now = (number + 1) * FRAME_MS
        was_speaking = detector.speaking
        for event in detector.feed(number * FRAME_MS, frame):
            if isinstance(event, SpeechStart):
                recognizer.AcceptWaveform(event.audio)
            elif isinstance(event, AnswerEnd):
                return Ended(now, early, spoken_ms)
        if was_speaking:
            recognizer.AcceptWaveform(frame)
        due = [wait for wait in WAITS_MS if early[wait] is None and detector.quiet_ms >= wait]
        if due and detector.quiet_ms % 100 == 0:
            words = json.loads(recognizer.PartialResult())["partial"].replace("[unk]", " ")
            if complete(said.kind, " ".join(words.split()), length=said.length):
                early |= dict.fromkeys(due, now)
    return Ended(None, early, spoken_ms)


def hesitant(rng: np.random.Generator, voice: str, many: int) -> list[Said]:
    """A yes or a no, a pause of 100 to 450 ms, and something added that keeps its meaning."""
    firsts = [str(rng.choice(["yes", "no", "yeah"])) for _ in range(many)]
    adds = [str(rng.choice(_ADDED[:5] if first != "no" else _ADDED[5:])) for first in firsts]
    sounds = speak_all([*firsts, *adds], voice, rng) or []
    said = []
    for at in range(len(sounds) // 2):
        pause = np.zeros(int(rng.integers(100, 450)) * 8, np.int16)
        whole = np.concatenate([trimmed(sounds[at]), pause, trimmed(sounds[many + at])])
        said.append(Said(Kind.YES_NO, f"{firsts[at]} {adds[at]}", voice, "hesitant", whole))
    return said


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--audio", type=Path, required=True)
    parser.add_argument("--answers", type=int, default=160)
    given = parser.parse_args()
    vosk.SetLogLevel(-1)
    rng = np.random.default_rng(5)
    said = [one for one in human(given.audio, rng, strings_each=6) if one.kind in KINDS]
    wanted = [line for line in lines(rng, 200) if line.kind in KINDS]
    for voice in ("slt", "rms"):
        sounds = speak_all([line.words for line in wanted], voice, rng)
        for line, sound in zip(wanted, sounds or [], strict=bool(sounds)):
            said.append(Said(line.kind, line.words, voice, "synthetic", sound, line.length))
        said += hesitant(rng, voice, 20)
    said = [said[int(at)] for at in rng.permutation(len(said))[: given.answers]]
    model = vosk.Model(str(find_model("en-US")))
    print(
        f"{'line':<10}{'kind':<10}{'n':>4}{'usual cut':>11}"
        + "".join(f"{f'{w} ms: early/gain/cut':>26}" for w in WAITS_MS)
    )
    for line in (Line(), Line(noise=20.0)):
        ended = [(one, follow(one, *frames_of(one, line, rng), model)) for one in said]
        for kind, which in ((Kind.DIGITS, ""), (Kind.DATE, ""), (Kind.YES_NO, ""), (Kind.YES_NO, "hesitant")):
            some = [end for one, end in ended if one.kind is kind and (one.set == "hesitant") is bool(which)]
            if not some:
                continue
            cut = sum(end.usual_ms is not None and end.usual_ms < end.spoken_ms - _LAST_BREATH_MS for end in some)
            row = f"{line!s:<10}{which or kind:<10}{len(some):>4}{cut / len(some):>11.1%}"
            for wait in WAITS_MS:
                quick = [(end, at) for end in some if (at := end.early_ms[wait]) is not None]
                gains = [end.usual_ms - at for end, at in quick if end.usual_ms is not None]
                early_cut = sum(at < end.spoken_ms - _LAST_BREATH_MS for end, at in quick)
                share, gain = len(quick) / len(some), float(np.mean(gains)) if gains else 0.0
                row += f"{f'{share:.0%} / {gain:.0f} ms / {early_cut / len(some):.1%}':>26}"
            print(row)
    return 0


if __name__ == "__main__":
    sys.exit(main())
