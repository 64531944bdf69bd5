"""How well the line hears: word error, slots, figure strings, cut-offs, honesty and cost, set by set, line by line.

    python -m scripts.speech.bench [--quick] [--json] [--audio ../shared/audio] [--out out/hearing]

PyPI ``pocketsphinx`` (the extra ``bench``) hears the first answers of every row in the same run, with the same
grammars; other Vosk models that are installed hear the clean and the 15 dB rows. Human recordings lie outside the
project; without them those rows are left out and the bench says so. It measures only speakers on whom the
calibration was not fitted. The figures are written as JSON and as Markdown under ``--out``.
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

from scripts.speech.bench_sets import CLEAN_ONLY, material
from scripts.speech.bench_table import markdown, show
from scripts.speech.listening import Heard, Line, hear_all, on_the_line
from scripts.speech.material import TODAY, Said, meant
from scripts.speech.rival import Pocketsphinx
from scripts.speech.scoring import calibration_error, judge, same
from speech.answers.model import Kind
from speech.answers.parsing import parse
from speech.models import COMMITTED, installed

ROOT = Path(__file__).parents[2]
AUDIO = ROOT.parent / "shared" / "audio"
LINES = (Line(), Line(noise=20.0), Line(noise=15.0), Line(noise=10.0), Line(loss=1.0), Line(loss=3.0))
QUICK_LINES = (Line(), Line(noise=15.0))
OTHERS_LINES = ("clean", "15 dB")
Row = dict[str, Any]


def word_error(pairs: Sequence[tuple[str, str]]) -> float:
    return float(jiwer.wer([truth for truth, _ in pairs], [found for _, found in pairs])) if pairs else 0.0


def right(said: Said, text: str) -> bool:
    """Whether the words alone, unrepaired, mean what was said."""
    return same(parse(said.kind, text, today=TODAY), meant(said))


def of_figures(said: Sequence[Said], fits: Sequence[bool]) -> float | None:
    figures = [fit for one, fit in zip(said, fits, strict=True) if one.kind is Kind.DIGITS]
    return float(np.mean(figures)) if figures else None


def row(heard: list[Heard], cpu_s: float) -> Row:
    """The line's own figures, shares from 0 to 1; ``None`` where a column has no meaning."""
    judged = [judge(one) for one in heard]
    stand = [j for j in judged if j.taken]
    sure = [j for j in stand if j.understood.p_error <= 0.05]
    return {
        "answers": len(heard),
        "word_error": word_error([(one.said.words, one.transcript.text) for one in heard]),
        "slots_best_words": float(np.mean([right(one.said, one.transcript.text) for one in heard])),
        "slots": float(np.mean([j.right for j in judged])),
        "digit_strings": of_figures([one.said for one in heard], [j.right for j in judged]),
        "sure": len(sure) / len(judged),
        "sure_wrong": sum(not j.right for j in sure) / len(sure) if sure else None,
        "cut_off": float(np.mean([one.cut_off for one in heard])),
        "calibration_error": calibration_error([j.understood.p_error for j in stand], [not j.right for j in stand]),
        "cpu_per_audio_s": cpu_s / max(0.1, sum(len(one.pcm) for one in heard) / 16000),
    }


def rival_row(heard: list[Heard], rival: Pocketsphinx) -> Row:
    cpu, audio = rival.cpu_s, rival.audio_s
    texts = [rival.hear(one.said.kind, one.said.length, one.pcm) if one.pcm else "" for one in heard]
    fits = [right(one.said, text) for one, text in zip(heard, texts, strict=True)]
    return {
        "rival_answers": len(heard),
        "rival_word_error": word_error([(one.said.words, text) for one, text in zip(heard, texts, strict=True)]),
        "rival_slots": float(np.mean(fits)),
        "rival_digit_strings": of_figures([one.said for one in heard], fits),
        "rival_cpu_per_audio_s": (rival.cpu_s - cpu) / max(0.1, rival.audio_s - audio),
    }


def children_cpu_s() -> float:
    times = os.times()
    return times.children_user + times.children_system


def decoded(sounds: list[tuple[Said, Line, bytes, bool]], model: Path | None = None) -> tuple[list[Heard], float]:
    before = children_cpu_s()
    heard = asyncio.run(hear_all(sounds, threads=2, model=model))
    return heard, children_cpu_s() - before


def measure(given: argparse.Namespace) -> dict[str, list[Row]]:
    """Every table's rows; progress on stderr."""
    rng = np.random.default_rng(11)
    sets = material(given.audio, rng, given.answers)
    rival: Pocketsphinx | None = None
    try:
        rival = Pocketsphinx()
    except ImportError:
        sys.stderr.write("pocketsphinx is not installed: it is not measured beside (pip install '.[bench]').\n")
    others = [
        each for each in installed([given.models]) if each.language == "en-US" and COMMITTED not in each.path.parents
    ]
    if not others:
        sys.stderr.write(
            "No other English Vosk model is installed: none is compared (loanline models fetch small-en).\n"
        )
    tables: dict[str, list[Row]] = {"This line": []}
    begun = time.perf_counter()
    for name, said in sets.items():
        lines = LINES[:1] if name in CLEAN_ONLY else QUICK_LINES if given.quick else LINES
        for line in lines:
            sounds = [(one, line, *on_the_line(one, line, rng)) for one in said]
            head = {"set": name, "line": str(line)}
            heard, cpu_s = decoded(sounds)
            tables["This line"].append(head | row(heard, cpu_s))
            if rival is not None and name not in CLEAN_ONLY:
                tables["This line"][-1] |= rival_row(heard[: given.rival_answers], rival)
            for other in others if str(line) in OTHERS_LINES else ():
                tables.setdefault(other.name, []).append(head | row(*decoded(sounds, other.path)))
            _keep(tables, given.out)
            sys.stderr.write(f"{name}, {line}: {time.perf_counter() - begun:.0f} s\n")
    if rival is not None and rival.given_up:
        sys.stderr.write(f"pocketsphinx was stopped on {rival.given_up} answers that cost it too much.\n")
    return tables


def _keep(tables: dict[str, list[Row]], out: Path) -> None:
    """What is measured so far: a run that is cut short is not lost."""
    (out / "bench.json").write_text(json.dumps(tables, indent=1))
    (out / "bench.md").write_text("\n".join(f"{title}\n\n{markdown(rows)}" for title, rows in tables.items()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--audio", type=Path, default=AUDIO, help="folder of the human recordings")
    parser.add_argument("--models", type=Path, default=ROOT / "data" / "models", help="folder of other Vosk models")
    parser.add_argument("--answers", type=int, default=0, help="at most so many of each set; else 30, or 10 when quick")
    parser.add_argument(
        "--rival-answers", type=int, default=0, help="so many for pocketsphinx; else 15, or 6 when quick"
    )
    parser.add_argument("--quick", action="store_true", help="a taste in about three minutes")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "hearing")
    given = parser.parse_args()
    given.answers = given.answers or (10 if given.quick else 30)
    given.rival_answers = given.rival_answers or (6 if given.quick else 15)
    given.out.mkdir(parents=True, exist_ok=True)
    found = measure(given)
    if given.json:
        print(json.dumps(found))
    else:
        show(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
