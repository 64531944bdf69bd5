"""Fits the space in which voiceprints are compared and the meaning of their likeness, and writes both into antifraud.

    python -m scripts.antifraud.fit_voice --audio ../shared/audio --network DIR

Space: mean and within-speaker covariance of two-second segments of 251 LibriSpeech speakers, through mu-law.
Scores: pairs of AN4 speakers, mu-law; the deviations printed for the other half of the speakers are the check.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import NormalDist

import numpy as np
from sklearn.linear_model import LogisticRegression

from antifraud.voice_scores import VoiceScores
from antifraud.voiceprint import SpeakerNetwork, VoiceSpace
from scripts.antifraud.sounds import by_speaker
from scripts.antifraud.speakers import Trials, raw_vectors, trials, vectors

DATA = Path(__file__).parents[2] / "antifraud" / "data"
SECONDS = (1.5, 2.0, 3.0, 5.0, 8.0, 10.0)
SHRINK = 0.1


def space(network: SpeakerNetwork, audio: Path) -> VoiceSpace:
    rows = raw_vectors(network, by_speaker(audio, "libri"), 2.0)
    mean = np.mean([r.mean(axis=0) for r in rows.values()], axis=0)
    within = np.zeros((mean.size, mean.size))
    freedom = 0
    for vectors_of_one in rows.values():
        centred = vectors_of_one - vectors_of_one.mean(axis=0)
        within += centred.T @ centred
        freedom += len(centred) - 1
    within /= freedom
    within = (1 - SHRINK) * within + SHRINK * np.trace(within) / mean.size * np.eye(mean.size)
    whiten = np.linalg.cholesky(np.linalg.inv(within))
    return VoiceSpace("wccn-libri-1", mean.astype(np.float32), whiten.astype(np.float32))


def table(measured: dict[float, Trials], version: str) -> dict[str, object]:
    """Logistic calibration (both kinds of pairs weighing the same), and the tails in which thresholds lie."""
    rows: dict[str, list[float]] = {
        name: [] for name in ("slope", "offset", "same_mean", "same_sd", "tail_mean", "tail_sd")
    }
    for pairs in measured.values():
        model = LogisticRegression(C=1e4, class_weight="balanced")
        model.fit(np.concatenate([pairs.same, pairs.other])[:, None], [1] * pairs.same.size + [0] * pairs.other.size)
        rows["slope"].append(model.coef_[0, 0])
        rows["offset"].append(model.intercept_[0])
        rows["same_mean"].append(pairs.same.mean())
        rows["same_sd"].append(pairs.same.std())
        high, higher = pairs.threshold(0.01), pairs.threshold(0.001)
        deviation = (higher - high) / (NormalDist().inv_cdf(0.999) - NormalDist().inv_cdf(0.99))
        rows["tail_mean"].append(high - deviation * NormalDist().inv_cdf(0.99))
        rows["tail_sd"].append(deviation)
    return {"version": version, "seconds": list(measured)} | {
        k: [round(float(x), 4) for x in v] for k, v in rows.items()
    }


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--audio", type=Path, required=True)
    arguments.add_argument("--network", type=Path, required=True)
    options = arguments.parse_args()
    fitted = space(SpeakerNetwork(options.network, None), options.audio)
    np.savez_compressed(
        DATA / "voice_space.npz", version=np.array(fitted.version), mean=fitted.mean, whiten=fitted.whiten
    )
    network = SpeakerNetwork(options.network, fitted)
    speech = by_speaker(options.audio, "an4")
    prints = {seconds: vectors(network, speech, seconds) for seconds in SECONDS}
    names = sorted(speech)
    halves = [set(names[0::2]), set(names[1::2])]
    for fit_on, check_on in (halves, halves[::-1]):
        half = {s: trials({n: v for n, v in found.items() if n in fit_on}) for s, found in prints.items()}
        document = table(half, "check")
        document.pop("version")
        scores = VoiceScores("check", **{k: tuple(v) for k, v in document.items()})
        for seconds, found in prints.items():
            pairs = trials({n: v for n, v in found.items() if n in check_on})
            low = scores.mismatch_threshold(seconds)
            print(f"{seconds:4} s  mismatch: true speakers below {pairs.misses(low):.4f}")
            for alarm in (0.01, 0.001):
                at = scores.threshold(seconds, alarm)
                print(f"{seconds:4} s  meant {alarm:.3f}  alarms {pairs.alarms(at):.4f}  misses {pairs.misses(at):.3f}")
    final = table({s: trials(found) for s, found in prints.items()}, "an4-1")
    (DATA / "voice_scores.json").write_text(json.dumps(final, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
