"""The trials of the synthetic-voice model: what it does on voices, families and corpora that it has not seen."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from scripts.antifraud.clips import PROBES, TRAINED, Doubles, Table
from scripts.antifraud.speak import RESERVED

Bools = NDArray[np.bool_]
Scorer = Callable[[Table, Bools, Bools], Doubles]


@dataclass(frozen=True, slots=True)
class Found:
    """Equal error, share found at 5 % and at 1 % false alarms, and the 95 % interval of the first over speakers."""

    eer: float
    low: float
    high: float
    at5: float
    at1: float


def eer(human: Doubles, machine: Doubles) -> float:
    points = np.sort(np.concatenate([human, machine]))
    miss = np.searchsorted(np.sort(machine), points) / machine.size
    alarm = 1 - np.searchsorted(np.sort(human), points) / human.size
    at = int(np.argmin(np.abs(miss - alarm)))
    return float((miss[at] + alarm[at]) / 2)


def measured(human: Doubles, machine: Doubles, who: NDArray[np.str_] | None = None, rounds: int = 200) -> Found:
    """``who`` names the human speakers: whole speakers are drawn again for the interval."""
    rng = np.random.default_rng(0)
    values = []
    names = np.array([str(index) for index in range(human.size)]) if who is None else who
    of = {name: np.flatnonzero(names == name) for name in np.unique(names)}
    for _ in range(rounds):
        drawn = rng.choice(list(of), len(of))
        values.append(eer(human[np.concatenate([of[name] for name in drawn])], rng.choice(machine, machine.size)))
    low, high = np.percentile(values, [2.5, 97.5])
    found = [float(np.mean(machine >= np.quantile(human, 1 - rate))) for rate in (0.05, 0.01)]
    return Found(eer(human, machine), float(low), float(high), *found)


def alarms(flags: Bools, who: NDArray[np.str_], rounds: int = 200) -> tuple[float, float, float]:
    """The share of flags, and its 95 % interval over whole speakers drawn again."""
    rng = np.random.default_rng(0)
    of = {name: flags[who == name] for name in np.unique(who)}
    drawn = [np.concatenate([of[name] for name in rng.choice(list(of), len(of))]).mean() for _ in range(rounds)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(flags.mean()), float(low), float(high)


def balanced(data: Table, chosen: Bools) -> Doubles:
    """Weights by which every corpus and family counts alike within its class, and both classes alike."""
    weight = np.zeros(int(chosen.sum()))
    group, machine = data.group[chosen], data.synthetic[chosen]
    for side in (False, True):
        names = np.unique(group[machine == side])
        for name in names:
            mine = (group == name) & (machine == side)
            weight[mine] = weight.size / (2 * len(names) * mine.sum())
    return weight


def fitted(data: Table, train: Bools) -> Pipeline:
    """The model of the house: a support vector machine over scaled features."""
    model = make_pipeline(StandardScaler(), SVC(C=3.0, gamma="scale"))
    model.fit(data.rows[train], data.synthetic[train], svc__sample_weight=balanced(data, train))
    return model


def machine(data: Table, train: Bools, test: Bools) -> Doubles:
    return np.asarray(fitted(data, train).decision_function(data.rows[test]))


_MOST_FRAMES = 20_000


def mixtures(data: Table, train: Bools, test: Bools) -> Doubles:
    """The classical baseline (LFCC-GMM): mixtures of 32 Gaussians over cepstra with their differences, one of machines
    and one of people; the mean over frames of how much likelier the first is."""
    rng = np.random.default_rng(0)
    sides = []
    for side in (False, True):
        frames = data.frames[train & (data.synthetic == side)].reshape(-1, data.frames.shape[-1]).astype(np.float32)
        drawn = frames[rng.choice(len(frames), min(_MOST_FRAMES, len(frames)), replace=False)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # thirty rounds are as good as a hundred here
            sides.append(GaussianMixture(32, covariance_type="diag", max_iter=30, random_state=0).fit(drawn))
    heard = data.frames[test].astype(np.float32)
    flat = heard.reshape(-1, heard.shape[-1])
    ratio = sides[1].score_samples(flat) - sides[0].score_samples(flat)
    return np.asarray(ratio.reshape(len(heard), -1).mean(axis=1))


def halves(data: Table) -> NDArray[np.intp]:
    """Half 0 or 1 for every row, by speaker for people and by clip for machines."""
    rng = np.random.default_rng(7)
    names = np.where(data.synthetic, np.char.add("clip", data.clip.astype(str)), data.speaker)
    side = {name: int(rng.integers(2)) for name in np.unique(names)}
    return np.array([side[name] for name in names])


def leave_one_out(data: Table, family: str, score: Scorer) -> Doubles:
    """Scores of all people of the trained corpora and of one family, by models that knew neither the speaker nor the
    family. NaN elsewhere."""
    half, scores = halves(data), np.full(data.rows.shape[0], np.nan)
    person = ~data.synthetic & np.isin(data.group, list(TRAINED))
    for side in (0, 1):
        train = (person & (half != side)) | (data.synthetic & (data.group != family))
        test = (half == side) & (person | (data.synthetic & (data.group == family)))
        scores[test] = score(data, train, test)
    return scores


def closed(data: Table, score: Scorer) -> Doubles:
    """Scores where every family is known: speakers and clips are new, voices are not."""
    half, scores = halves(data), np.full(data.rows.shape[0], np.nan)
    for side in (0, 1):
        scores[half == side] = score(data, half != side, half == side)
    return scores


def hold_out(data: Table, corpora: tuple[str, ...]) -> tuple[Bools, Bools]:
    """What to train and what to test on, where whole human corpora are heard for the first time: in the test also the
    other half of the people and voices that may be trained on. Reserved families are in neither."""
    half, out = halves(data), ~data.synthetic & np.isin(data.group, corpora)
    usable = np.isin(data.group, list(TRAINED)) | (data.synthetic & ~np.isin(data.group, RESERVED))
    return (half == 0) & usable & ~out, ((half == 1) & usable) | out


def probe(data: Table) -> dict[str, float]:
    """Equal error of each thing that must tell nothing, whichever way it points; 50 % is chance."""
    found = {}
    for column, name in enumerate(PROBES):
        values = data.probes[:, column] + np.random.default_rng(1).normal(0, 1e-6, data.probes.shape[0])
        error = eer(values[~data.synthetic], values[data.synthetic])
        found[name] = min(error, 1 - error)
    return found
