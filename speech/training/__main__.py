"""``python -m speech.training STEP`` makes the English telephone model from recordings (``docs/training.md``)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from core.errors import EnvironmentProblem, InvalidInput
from speech.models import COMMITTED
from speech.training import steps
from speech.training.graph import GraphPlan
from speech.training.lexicon_graph import Unknown

_COMMITTED = COMMITTED / "en-phone"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the steps; 0 when done, 1 when training has more to do, 2 for wrong input, 3 when something is missing."""
    given = _parser().parse_args(arguments)
    try:
        return _run(given)
    except InvalidInput as problem:
        _say(str(problem))
        return 2
    except EnvironmentProblem as problem:
        _say(str(problem))
        return 3


def _run(given: argparse.Namespace) -> int:
    work: Path = given.work
    step: str = given.step
    if step in {"prepare", "all"}:
        _say(f"packed {steps.prepare(given.recordings, work, steps.whole_lexicon())} recordings")
    if step in {"train", "all"}:
        start = None if given.from_nothing else given.start
        done = steps.train(work, start, given.minutes, given.at_most, given.rate, given.threads)
        _say("training is done" if done else "training has more to do: run this step again")
        if not done:
            return 1
    if step in {"graph", "all"}:
        unknown = Unknown(given.unknown_enter, given.unknown_scale)
        plan = GraphPlan(words=given.words, sentences=given.sentences, unknown=unknown)
        _say(f"the graph knows {steps.graph(work, plan, steps.whole_lexicon())} words")
    if step in {"export", "all"}:
        weights = given.weights or steps.average(work, given.start, given.share)
        files = steps.export(work, weights, given.silence_penalty, given.beam, given.lattice_beam)
        _say(f"{work / 'model'} has {files} files, verified")
    if step in {"evaluate", "all"}:
        models = given.models or [_COMMITTED, work / "model"]
        for name, ways in steps.evaluate(work, models, with_reserved=given.reserved).items():
            for way, row in ways.items():
                figures = "  ".join(f"{one.word_error:6.2f} {one.utterance_error:6.2f} {one.cost:.3f}" for one in row)
                _say(f"{name:18s} {way:8s} {row[0].utterances:5d}  {figures}")
    return 0


def _parser() -> argparse.ArgumentParser:
    plan = GraphPlan()
    parser = argparse.ArgumentParser(prog="python -m speech.training", description=__doc__)
    parser.add_argument("step", choices=("prepare", "train", "graph", "export", "evaluate", "all"))
    add = parser.add_argument
    add("--work", type=Path, default=Path("out/ear"), help="the working folder")
    add("--recordings", type=Path, default=Path("../shared/audio"), help="archives and their tables")
    start = _COMMITTED / "am" / "final.mdl"
    add("--start", type=Path, default=start, help="weights to begin with: a final.mdl of ours, or .npz")
    add("--from-nothing", action="store_true", help="begin with random weights")
    add("--minutes", type=float, default=60.0, help="of training in all")
    add("--at-most", type=float, default=1e9, help="minutes of training in this call")
    add("--rate", type=float, default=3e-4, help="highest learning rate")
    add("--threads", type=int, default=1)
    add("--words", type=int, default=plan.words, help="size of the vocabulary")
    add("--sentences", type=int, default=plan.sentences, help="of the line's own text")
    add("--unknown-enter", type=float, default=plan.unknown.enter)
    add("--unknown-scale", type=float, default=plan.unknown.scale)
    add("--weights", type=Path, help="weights to export; without it the trained ones are averaged with --start")
    add("--share", type=float, default=0.5, help="of the trained weights in that average")
    add("--silence-penalty", type=float, default=steps.SILENCE_PENALTY)
    add("--beam", type=float, default=12.0)
    add("--lattice-beam", type=float, default=5.0)
    add("--models", type=Path, nargs="*", help="models to evaluate; without it the committed one and the new one")
    add("--reserved", action="store_true", help="measure on the reserved voice instead of the development speakers")
    return parser


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main())
