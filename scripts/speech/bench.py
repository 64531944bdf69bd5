"""How well the line hears: word error, slots, figure strings, cut-offs, honesty and cost, set by set, line by line.

    python -m scripts.speech.bench [--quick] [--json] [--audio ../shared/audio] [--out out/hearing]

PyPI ``pocketsphinx`` (the extra ``bench``) hears the same answers in the same run, in processes of its own beside the
line's; other Vosk models that are installed hear the clean and the 15 dB rows. Human recordings lie outside the
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
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any

import jiwer
import numpy as np

from scripts.speech.bench_sets import CLEAN_ONLY, material
from scripts.speech.bench_table import markdown, show
from scripts.speech.listening import Heard, Line, hear_all, on_the_line
from scripts.speech.material import TODAY, Said, meant
from scripts.speech.rival import Beside, RivalHeard
from scripts.speech.scoring import calibration_error, judge, same
from speech.answers.model import Kind
from speech.answers.parsing import parse
from speech.models import COMMITTED, InstalledModel, installed

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


def rival_row(said: Sequence[Said], found: RivalHeard) -> Row:
    fits = [right(one, text) for one, text in zip(said, found.texts, strict=True)]
    return {
        "rival_answers": len(said),
        "rival_word_error": word_error([(one.words, text) for one, text in zip(said, found.texts, strict=True)]),
        "rival_slots": float(np.mean(fits)),
        "rival_digit_strings": of_figures(said, fits),
        "rival_cpu_per_audio_s": found.cpu_s / max(0.1, found.audio_s),
    }


def children_cpu_s() -> float:
    times = os.times()
    return times.children_user + times.children_system


def decoded(sounds: list[tuple[Said, Line, bytes, bool]], model: Path | None = None) -> tuple[list[Heard], float]:
    before = children_cpu_s()
    heard = asyncio.run(hear_all(sounds, threads=2, model=model))
    return heard, children_cpu_s() - before


class Report:
    """Every table's rows, kept on disk as they come: a run that is cut short is not lost."""

    def __init__(self, out: Path) -> None:
        self.tables: dict[str, list[Row]] = {"This line": []}
        self._out = out
        self._waiting: list[tuple[Row, list[Said], Future[RivalHeard]]] = []

    def ours(self, found: Row) -> Row:
        self.tables["This line"].append(found)
        return found

    def rivals(self, beside: Row, said: list[Said], found: Future[RivalHeard]) -> None:
        """What pocketsphinx will have heard joins the row of the line's own figures."""
        self._waiting.append((beside, said, found))

    @property
    def rows_to_come(self) -> int:
        """How many rows pocketsphinx still owes."""
        return len(self._waiting)

    def keep(self, *, patient: bool = False) -> int:
        """Write what is measured so far, where ``patient`` with one more row of pocketsphinx's; how many answers it
        gave up."""
        if patient and self._waiting:
            wait([self._waiting[0][2]])
        waiting, self._waiting, given_up = self._waiting, [], 0
        for beside, said, found in waiting:
            if found.done():
                beside.update(rival_row(said, found.result()))
                given_up += found.result().given_up
            else:
                self._waiting.append((beside, said, found))
        (self._out / "bench.json").write_text(json.dumps(self.tables, indent=1))
        pages = (f"{title}\n\n{markdown(rows)}" for title, rows in self.tables.items())
        (self._out / "bench.md").write_text("\n".join(pages))
        return given_up


def others_in(folder: Path) -> list[InstalledModel]:
    """The English Vosk models to compare beside the committed one."""
    found = [each for each in installed([folder]) if each.language == "en-US" and COMMITTED not in each.path.parents]
    if not found:
        sys.stderr.write(
            "No other English Vosk model is installed: none is compared (loanline models fetch small-en).\n"
        )
    return found


def measure(given: argparse.Namespace) -> dict[str, list[Row]]:
    """Every table's rows; progress on stderr."""
    rng = np.random.default_rng(11)
    report, sets, others = Report(given.out), material(given.audio, rng, given.answers), others_in(given.models)
    try:
        rival = Beside()
    except ImportError:
        rival = None
        sys.stderr.write("pocketsphinx is not installed: it is not measured beside (pip install '.[bench]').\n")
    begun, given_up = time.perf_counter(), 0
    for name, said in sets.items():
        lines = LINES[:1] if name in CLEAN_ONLY else QUICK_LINES if given.quick else LINES
        for line in lines:
            sounds = [(one, line, *on_the_line(one, line, rng)) for one in said]
            head = {"set": name, "line": str(line)}
            heard_by_rival = rival.hear([(one.kind, one.length, pcm) for one, _, pcm, _ in sounds]) if rival else None
            found = report.ours(head | row(*decoded(sounds)))
            if heard_by_rival is not None:
                report.rivals(found, said, heard_by_rival)
            for other in others if str(line) in OTHERS_LINES else ():
                report.tables.setdefault(other.name, []).append(head | row(*decoded(sounds, other.path)))
            given_up += report.keep()
            sys.stderr.write(f"{name}, {line}: {time.perf_counter() - begun:.0f} s\n")
    while report.rows_to_come:
        given_up += report.keep(patient=True)
        sys.stderr.write(f"pocketsphinx owes {report.rows_to_come} rows: {time.perf_counter() - begun:.0f} s\n")
    if rival is not None:
        rival.close()
        sys.stderr.write(f"pocketsphinx was stopped on {given_up} answers that cost it too much.\n")
    cpu_s = sum(os.times()[:4])
    sys.stderr.write(f"All in {time.perf_counter() - begun:.0f} s; {cpu_s:.0f} s of work on the processors.\n")
    return report.tables


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--audio", type=Path, default=AUDIO, help="folder of the human recordings")
    parser.add_argument("--models", type=Path, default=ROOT / "data" / "models", help="folder of other Vosk models")
    parser.add_argument("--answers", type=int, default=0, help="at most so many of each set; else 40, or 10 when quick")
    parser.add_argument("--quick", action="store_true", help="a taste in about two minutes")
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "hearing")
    given = parser.parse_args()
    given.answers = given.answers or (10 if given.quick else 40)
    given.out.mkdir(parents=True, exist_ok=True)
    found = measure(given)
    if given.json:
        print(json.dumps(found))
    else:
        show(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
