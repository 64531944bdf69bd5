"""Fit ``speech/repair/calibration.json`` on what the line heard, and draw how honest it is on other speakers.

    python -m scripts.speech.fit_calibration --rows out/hearing/rows.json [--write]

One logistic model for all kinds of answer, then one for each kind that is held towards it, more so the fewer answers
there are. A weight may only have the sign that makes sense (more doubt never raises the promise), so that the error
is monotone in every piece of evidence. Speakers of the test half are never fitted on.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from scripts.speech.diagram import reliability_svg
from scripts.speech.listening import Heard, from_row
from scripts.speech.material import meant
from scripts.speech.scoring import Judged, calibration_error, context, judge, same
from speech.answers.model import Kind
from speech.answers.parsing import parse
from speech.models import find_model
from speech.repair.allowed import Allowed
from speech.repair.calibration import Calibration, digest
from speech.repair.candidates import FEATURES, candidates
from speech.repair.plans import plan_for
from speech.repair.understand import ALTERNATIVES

ROOT = Path(__file__).parents[2]
OUT = ROOT / "speech" / "repair" / "calibration.json"
DIAGRAM = ROOT / "docs" / "hearing-reliability.svg"
DEV_VOICES = frozenset({"slt", "joe", "callie", "fsdd-george", "fsdd-nicolas"})
TEST_VOICES = frozenset({"rms", "awb", "fsdd-jackson", "fsdd-lucas"})
#: +1: more of it can only help; -1: can only hurt; 0: not fitted; None: either.
SIGNS: dict[str, int | None] = {
    "doubt": -1, "least_sure_word": -1, "best_words": 1, "best_unsure": -1, "place": 1, "support": 1, "second_same": 1,
    "second_sure": 1, "second_other": -1, "no_second": None, "second_lost": -1,
    "rival_near": -1, "crowd": -1, "unknown": -1, "clear_line": 1, "noisy_line": -1, "noisy_tens": -1, "spelled": -1,
    "no_count": -1, "odd_pace": -1,
    "words": -1, "planned": 0, "unplanned": 0,
}  # fmt: skip
Floats = NDArray[np.float64]
#: How strongly weights are held to nothing, and those of one kind to those of all.
HOLD, HOLD_TO_GENERAL = 0.1, 0.3


def in_dev(speaker: str) -> bool:
    """Two of three speakers are fitted on; the rest are the test."""
    if speaker in DEV_VOICES | TEST_VOICES:
        return speaker in DEV_VOICES
    return zlib.crc32(speaker.encode()) % 3 != 0


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer: the features of its candidates (with a 1 before them for the bias), and which is right, if any."""

    kind: Kind
    rows: Floats
    right: int | None


def at_most(heard: Heard, alternatives: int) -> Heard:
    """The answer with no more other hearings than the line asks for."""
    kept = heard.transcript.alternatives[:alternatives]
    return replace(heard, transcript=replace(heard.transcript, alternatives=kept))


def choices(heard: list[Heard]) -> list[Choice]:
    """Every answer of which anything was understood that the question allows."""
    made = []
    for one in heard:
        given = context(one)
        allowed = Allowed(given["today"], given["length"], given["at_least"], given["at_most"])
        kind, truth = one.said.kind, meant(one.said)
        found = candidates(one.transcript, partial(parse, kind, today=given["today"]), allowed)
        if found and found[0].allowed:
            rows = np.array([(1.0, *each.features) for each in found])
            fits = [bool(one.said.words) and same(each.parsed, truth) for each in found]
            made.append(Choice(kind, rows, fits.index(True) if True in fits else None))
    return made


def fit(answers: list[Choice], towards: Floats, hold: float) -> Floats:
    """Bias and weights of least log loss, held to ``towards`` with strength ``hold``, each with its sign."""

    def loss(weights: Floats) -> tuple[float, Floats]:
        value, slope = hold * float(np.square(weights - towards).sum()), 2 * hold * (weights - towards)
        for answer in answers:
            scores = answer.rows @ weights
            total = np.logaddexp.reduce([0.0, *scores])
            value += float(total - (0.0 if answer.right is None else scores[answer.right]))
            slope = slope + np.exp(scores - total) @ answer.rows
            if answer.right is not None:
                slope = slope - answer.rows[answer.right]
        return value, slope

    limits: list[tuple[float | None, float | None]] = [(None, None)]
    limits += [{1: (0, None), -1: (None, 0), 0: (0, 0), None: (None, None)}[SIGNS[name]] for name in FEATURES]
    return np.asarray(minimize(loss, towards, jac=True, method="L-BFGS-B", bounds=limits).x)


def plan_weights(rng: np.random.Generator, tries: int = 4000) -> tuple[float, float]:
    """What a national plan proves: the log odds of "fits" and of "does not fit", when a right number fits 99 times in
    a hundred and a wrong one as often as a real telephone number with one figure misheard."""
    plan = plan_for("en-US", 10)
    assert plan is not None
    fits = tested = 0
    while tested < tries:
        figures = "".join(str(n) for n in rng.integers(0, 10, 10))
        if plan(figures):
            at = int(rng.integers(10))
            other = str((int(figures[at]) + int(rng.integers(1, 10))) % 10)
            fits += plan(figures[:at] + other + figures[at + 1 :])
            tested += 1
    share = fits / tested
    return float(np.log(0.99 / share)), float(np.log(0.01 / (1 - share)))


def document(heard: list[Heard], model: Path) -> dict[str, Any]:
    """The calibration as it is stored, without its hash."""
    # Every answer counts twice, the other time as a line without the second listener would have heard it.
    alone = [replace(one, transcript=replace(one.transcript, second=None, second_confidence=0.0)) for one in heard]
    answers = choices([*heard, *alone])
    general = fit(answers, np.zeros(len(FEATURES) + 1), HOLD)
    planned, unplanned = plan_weights(np.random.default_rng(1))
    made: dict[str, Any] = {}
    for kind in Kind:
        own = [answer for answer in answers if answer.kind is kind]
        weights = fit(own, general, HOLD_TO_GENERAL)
        named = dict(zip(FEATURES, (round(float(w), 4) for w in weights[1:]), strict=True))
        named |= {"planned": round(planned, 4), "unplanned": round(unplanned, 4)}
        made[kind.value] = {"bias": round(float(weights[0]), 4), "weights": named, "answers": len(own) // 2}
    card = {
        "what": "probability that a heard answer is what was said, from the evidence of three listeners",
        "fitted_on": f"{len(heard)} answers of {len({h.said.speaker for h in heard})} speakers; see docs/hearing.md",
        "script": "scripts/speech/fit_calibration.py",
        "acoustic_model_sha256": hashlib.sha256((model / "am" / "final.mdl").read_bytes()).hexdigest(),
    }
    most_sure = round(1 - 1 / (len(heard) + 2), 5)
    return {"version": "1", "most_sure": most_sure, "features": list(FEATURES), "kinds": made, "card": card}


def table(judged: list[Judged], name: str) -> None:
    heads = f"{'1-best':>8}{'repaired':>9}{'two kept':>9}{'ECE':>7}{'at 5 %: taken':>14}{'wrong':>7}"
    print(f"\n{name}\n{'kind':<12}{'n':>5}{heads}")
    for kind in [*Kind, None]:
        some = [j for j in judged if kind in (None, j.heard.said.kind)]
        answers = [j for j in some if j.heard.said.words]
        if not answers:
            continue
        best = np.mean([same(parse(j.heard.said.kind, j.heard.transcript.text), meant(j.heard.said)) for j in answers])
        both = sum(j.understood.parsed.value is None and j.kept for j in answers)
        stand = [j for j in some if j.taken]
        error = calibration_error([j.understood.p_error for j in stand], [not j.right for j in stand])
        sure = [j for j in stand if j.understood.p_error <= 0.05]
        wrong = sum(not j.right for j in sure)
        print(
            f"{kind or 'all':<12}{len(answers):>5}{best:>8.1%}{np.mean([j.right for j in answers]):>9.1%}{both:>9}"
            f"{error:>7.3f}{len(sure) / len(some):>14.1%}{wrong / max(1, len(sure)):>7.1%}"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, nargs="+", default=[Path("out/hearing/rows.json")])
    parser.add_argument("--write", action="store_true", help="write the calibration and its diagram")
    given = parser.parse_args(arguments)
    rows = [row for path in given.rows for row in json.loads(path.read_text())]
    heard = [at_most(from_row(row), ALTERNATIVES) for row in rows]
    dev = [one for one in heard if in_dev(one.said.speaker)]
    test = [one for one in heard if not in_dev(one.said.speaker)]
    made = document(dev, find_model("en-US"))
    made["sha256"] = digest(made)
    calibration = Calibration.read(json.dumps(made))
    for name, part in (("speakers fitted on", dev), ("other speakers", test)):
        judged = [judge(one, calibration) for one in part]
        table(judged, name)
    stand = [j for j in judged if j.taken]
    if given.write:
        made["card"]["tested_on"] = f"{len(test)} answers of {len({h.said.speaker for h in test})} other speakers"
        error = calibration_error([j.understood.p_error for j in stand], [not j.right for j in stand])
        made["card"]["expected_calibration_error"] = round(error, 4)
        made["sha256"] = digest(made)
        OUT.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
        DIAGRAM.write_text(reliability_svg([(j.understood.p_error, not j.right) for j in stand], error), "utf-8")
        print(f"written: {OUT.relative_to(ROOT)}, {DIAGRAM.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
