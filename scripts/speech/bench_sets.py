"""What the bench lets the line hear: answers of people, of voices, and of speakers that nothing was fitted on."""

from __future__ import annotations

import sys
from itertools import islice
from pathlib import Path

import numpy as np

from ivr.dialogue.script import load_script
from ivr.replay.manifest import find_fixtures, read_fixture
from scripts.speech.fit_calibration import in_dev
from scripts.speech.material import Said, human, joined, meant, trimmed
from scripts.speech.reserved import allison, bank, testdata
from scripts.speech.sentences import DIGIT_WORDS, figures, lines, speak_all
from speech.answers.model import Kind
from speech.audio import read_audio

__all__ = ["CLEAN_ONLY", "material"]

_ROOT = Path(__file__).parents[2]
DIGITS, NUMBERS, SENTENCES = "human digits", "human numbers, letters, dates", "synthetic sentences"
FIXTURES, RESERVED = "fixture answers", "reserved speaker"
PLANNED, CHANCE = "reserved, telephone numbers", "reserved, ten figures by chance"
#: What only asks whether the telephone plan helps real numbers, and what it costs others.
CLEAN_ONLY = frozenset({PLANNED, CHANCE})


def fixtures() -> list[Said]:
    """The spoken answers of the fixture calls."""
    script, said = load_script(), []
    asked = {question.id for question in script.questions}
    for path in find_fixtures([_ROOT / "audio_fixtures"]):
        call = read_fixture(path)
        for turn in call.turn:
            prompt, _, variant = turn.when.partition(".")
            if turn.say is None or turn.words is None or prompt not in asked:
                continue
            plain = variant not in {"confirm", "which"}
            kind, length = (script[prompt].kind, script[prompt].length) if plain else (Kind.YES_NO, None)
            said.append(Said(kind, turn.words, call.name, FIXTURES, read_audio(call.file(turn.say)), length))
    return [one for one in said if meant(one).value is not None]


def _ten_figures(rng: np.random.Generator, many: int, *, planned: bool) -> list[Said]:
    words = bank()
    made = []
    for _ in range(many if words else 0):
        text = figures(10, rng) if planned else "".join(str(n) for n in rng.integers(0, 10, 10))
        spoken = [DIGIT_WORDS[int(figure)] for figure in text]
        sound = joined([trimmed(words[word]) for word in spoken], rng)
        made.append(Said(Kind.DIGITS, " ".join(spoken), "allison", PLANNED if planned else CHANCE, sound, 10))
    return made


def material(audio: Path, rng: np.random.Generator, most: int) -> dict[str, list[Said]]:
    """At most ``most`` answers for every set that this machine can make; what cannot be made is named on stderr."""
    sets: dict[str, list[Said]] = {DIGITS: [], NUMBERS: [], SENTENCES: []}
    if audio.is_dir():
        for one in human(audio, rng, strings_each=8, most_yes_no=60):
            if not in_dev(one.speaker):
                sets[DIGITS if one.kind is Kind.DIGITS else NUMBERS].append(one)
    else:
        sys.stderr.write("The human recordings are not here: their rows are left out (--audio names their folder).\n")
    for voice in ("rms", "awb"):
        wanted = list(islice(lines(rng, most), most // 2))
        sounds = speak_all([line.words for line in wanted], voice, rng)
        for line, sound in zip(wanted, sounds or [], strict=bool(sounds)):
            sets[SENTENCES].append(Said(line.kind, line.words, voice, SENTENCES, sound, line.length))
    if not sets[SENTENCES]:
        sys.stderr.write("flite is not installed: synthetic sentences are left out.\n")
    sets[FIXTURES] = fixtures()
    kinds = (Kind.DIGITS, Kind.AMOUNT, Kind.DATE, Kind.NAME)
    sets[RESERVED] = [*testdata(RESERVED), *allison(rng, most - 1, RESERVED, *kinds)]
    if len(sets[RESERVED]) < most:
        sys.stderr.write("asterisk-core-sounds-en-wav is not installed: the reserved speaker is left out.\n")
    sets[PLANNED] = _ten_figures(rng, most, planned=True)
    sets[CHANCE] = _ten_figures(rng, most, planned=False)
    return {name: [said[int(at)] for at in rng.permutation(len(said))[:most]] for name, said in sets.items() if said}
