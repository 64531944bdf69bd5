"""How well the line hears: word error, slots, figure strings, cut-offs, honesty and cost, set by set, line by line.

    python -m scripts.speech.bench [--quick] [--json] [--audio ../shared/audio] [--piper-python PYTHON]

Human recordings lie outside the project; without them those rows are left out and the bench says so. It measures only
speakers on whom the calibration was not fitted. PyPI ``pocketsphinx`` is measured beside, where it is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
from rich.console import Console
from rich.table import Table

from ivr.dialogue.script import load_script
from ivr.replay.manifest import find_fixtures, read_fixture
from scripts.speech.fit_calibration import in_dev
from scripts.speech.listening import Heard, Line, hear_all, on_the_line
from scripts.speech.material import TODAY, Said, human, meant
from scripts.speech.reserved import reserved
from scripts.speech.rival import Pocketsphinx
from scripts.speech.scoring import calibration_error, judge, same
from scripts.speech.sentences import lines, speak_all
from speech.answers.model import Kind
from speech.answers.parsing import parse
from speech.audio import read_audio

ROOT = Path(__file__).parents[2]
AUDIO = ROOT.parent / "shared" / "audio"
LINES = (Line(), Line(noise=20.0), Line(noise=15.0), Line(noise=10.0), Line(loss=1.0), Line(loss=3.0))
QUICK_LINES = (Line(), Line(noise=15.0), Line(loss=3.0))
SETS = ("human digits", "human numbers, letters, dates", "synthetic sentences", "fixture answers", "reserved speaker")
#: pocketsphinx hears only these lines, at most so many answers and for so many seconds of each set.
RIVAL_LINES, RIVAL_MOST, RIVAL_PATIENCE_S = ("clean", "15 dB"), 12, 15.0


def fixtures() -> list[Said]:
    """The spoken answers of the fixture calls."""
    script, said = load_script(), []
    asked = {question.id for question in script.questions}
    for path in find_fixtures([ROOT / "audio_fixtures"]):
        call = read_fixture(path)
        for turn in call.turn:
            prompt, _, variant = turn.when.partition(".")
            if turn.say is None or turn.words is None or prompt not in asked:
                continue
            plain = variant not in {"confirm", "which"}
            kind, length = (script[prompt].kind, script[prompt].length) if plain else (Kind.YES_NO, None)
            said.append(Said(kind, turn.words, call.name, SETS[3], read_audio(call.file(turn.say)), length))
    return [one for one in said if meant(one).value is not None]


def material(audio: Path, piper: str, rng: np.random.Generator, most: int) -> dict[str, list[Said]]:
    """At most ``most`` answers for every set that this machine can make."""
    sets: dict[str, list[Said]] = {name: [] for name in SETS}
    if audio.is_dir():
        for one in human(audio, rng, strings_each=8, most_yes_no=60):
            if not in_dev(one.speaker):
                sets[SETS[0] if one.kind is Kind.DIGITS else SETS[1]].append(one)
    else:
        sys.stderr.write("The human recordings are not here: their rows are left out (--audio names their folder).\n")
    for voice in ("rms", "awb"):
        wanted = list(lines(rng, most // 2))
        sounds = speak_all([line.words for line in wanted], voice, rng, piper)
        for line, sound in zip(wanted, sounds or [], strict=bool(sounds)):
            sets[SETS[2]].append(Said(line.kind, line.words, voice, SETS[2], sound, line.length))
    if not sets[SETS[2]]:
        sys.stderr.write("flite is not installed: synthetic sentences are left out.\n")
    sets[SETS[3]] = fixtures()
    sets[SETS[4]] = reserved(rng, most)
    if not sets[SETS[4]]:
        sys.stderr.write("asterisk-core-sounds-en-wav is not installed: the reserved speaker is left out.\n")
    return {name: [said[int(at)] for at in rng.permutation(len(said))[:most]] for name, said in sets.items() if said}


def word_error(pairs: Sequence[tuple[str, str]]) -> float:
    return float(jiwer.wer([truth for truth, _ in pairs], [found for _, found in pairs])) if pairs else 0.0


def one_best(heard: Heard) -> bool:
    """Whether the best words alone, unrepaired, mean what was said."""
    said = heard.said
    return same(parse(said.kind, heard.transcript.text, today=TODAY), meant(said))


def row(name: str, line: str, heard: list[Heard], cpu_s: float) -> dict[str, Any]:
    """One row of the table, shares from 0 to 1; ``None`` where a column has no meaning."""
    judged = [judge(one) for one in heard]
    digits = [j for j in judged if j.heard.said.kind is Kind.DIGITS]
    stand = [j for j in judged if j.taken]
    sure = [j for j in stand if j.understood.p_error <= 0.05]
    first = [one_best(one) for one in heard]
    return {
        "set": name,
        "line": line,
        "answers": len(heard),
        "word_error": word_error([(one.said.words, one.transcript.text) for one in heard]),
        "slots_best_words": float(np.mean(first)),
        "slots": float(np.mean([j.right for j in judged])),
        "digit_strings": float(np.mean([j.right for j in digits])) if digits else None,
        "sure": len(sure) / len(judged),
        "sure_wrong": sum(not j.right for j in sure) / len(sure) if sure else None,
        "cut_off": float(np.mean([one.cut_off for one in heard])),
        "calibration_error": calibration_error([j.understood.p_error for j in stand], [not j.right for j in stand]),
        "cpu_per_audio_s": cpu_s / max(0.1, sum(len(one.pcm) for one in heard) / 16000),
    }


def children_cpu_s() -> float:
    times = os.times()
    return times.children_user + times.children_system


def rival_row(name: str, line: str, heard: list[Heard], rival: Pocketsphinx) -> dict[str, Any] | None:
    cpu, audio = rival.cpu_s, rival.audio_s
    until = rival.wall_s + RIVAL_PATIENCE_S
    texts = [(one, rival.hear(one)) for one in heard if one.pcm and rival.wall_s < until]
    if not texts:
        return None
    right = [same(parse(one.said.kind, text, today=TODAY), meant(one.said)) for one, text in texts]
    digits = [ok for (one, _), ok in zip(texts, right, strict=True) if one.said.kind is Kind.DIGITS]
    return {
        "set": name,
        "line": line,
        "answers": len(texts),
        "word_error": word_error([(one.said.words, text) for one, text in texts]),
        "slots": float(np.mean(right)) if right else 0.0,
        "digit_strings": float(np.mean(digits)) if digits else None,
        "cpu_per_audio_s": (rival.cpu_s - cpu) / max(0.1, rival.audio_s - audio),
    }


def measure(given: argparse.Namespace) -> dict[str, Any]:
    """Every row; progress on stderr."""
    rng = np.random.default_rng(11)
    most = 8 if given.quick else given.answers
    sets = material(given.audio, given.piper_python, rng, most)
    rival: Pocketsphinx | None = None
    try:
        rival = None if given.quick else Pocketsphinx()
    except ImportError:
        sys.stderr.write("pocketsphinx is not installed: it is not measured beside (pip install pocketsphinx).\n")
    rows, for_rival, begun = [], [], time.perf_counter()
    for name, said in sets.items():
        for line in QUICK_LINES if given.quick else LINES:
            sounds = [(one, line, *on_the_line(one, line, rng)) for one in said]
            before = children_cpu_s()
            heard = asyncio.run(hear_all(sounds))
            rows.append(row(name, str(line), heard, children_cpu_s() - before))
            if str(line) in RIVAL_LINES:
                for_rival.append((name, str(line), heard[:RIVAL_MOST]))
            sys.stderr.write(f"{name}, {line}: {time.perf_counter() - begun:.0f} s\n")
    rivals = [rival_row(*each, rival) for each in for_rival] if rival is not None else []
    return {"quick": given.quick, "rows": rows, "pocketsphinx": [each for each in rivals if each]}


def show(found: dict[str, Any]) -> None:
    console = Console(width=132)
    heads = {
        "set": "set", "line": "line", "answers": "n", "word_error": "word error", "slots_best_words": "best words",
        "slots": "repaired", "digit_strings": "figure strings", "sure": "sure at 5 %", "sure_wrong": "wrong of these",
        "cut_off": "cut off", "calibration_error": "calibr. error", "cpu_per_audio_s": "CPU s per s",
    }  # fmt: skip
    for title, rows in (("This line", found["rows"]), ("pocketsphinx, same sounds", found["pocketsphinx"])):
        if not rows:
            continue
        table = Table(title=title, title_justify="left")
        names = [name for name in heads if name in rows[0]]
        for name in names:
            table.add_column(heads[name], justify="left" if name in {"set", "line"} else "right")
        for one in rows:
            table.add_row(*(_cell(name, one[name]) for name in names))
        console.print(table)


def _cell(name: str, value: Any) -> str:
    if value is None or isinstance(value, (str, int)):
        return "–" if value is None else str(value)
    return f"{value:.3f}" if name in {"calibration_error", "cpu_per_audio_s"} else f"{value:.1%}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--audio", type=Path, default=AUDIO, help="folder of the human recordings")
    parser.add_argument("--piper-python", default="")
    parser.add_argument("--answers", type=int, default=40, help="at most so many of each set")
    parser.add_argument("--quick", action="store_true", help="a taste in less than a minute")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    given = parser.parse_args()
    found = measure(given)
    if given.json:
        print(json.dumps(found))
    else:
        show(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
