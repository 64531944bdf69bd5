"""Fits the space in which voiceprints are compared and the meaning of their likeness, and writes both into antifraud.

    python -m scripts.antifraud.fit_voice --audio ../shared/audio --network DIR

Space: within-speaker covariance of two-second segments of 251 LibriSpeech speakers through mu-law, and the means of
half of them over four classes of lines. Scores: pairs of AN4 speakers; what is printed for the other half of the
speakers is the check.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from statistics import NormalDist

from scripts.antifraud.sounds import Samples, by_speaker, noisy, pink, through  # sets thread limits

# isort: split
import numpy as np
from sklearn.linear_model import LogisticRegression

from antifraud.voice_scores import VoiceScores
from antifraud.voiceprint import SpeakerNetwork, VoiceSpace
from scripts.antifraud.speakers import Trials, raw_vectors, trials, vectors

DATA = Path(__file__).parents[2] / "antifraud" / "data"
SECONDS = (1.5, 2.0, 3.0, 5.0, 8.0, 10.0)
SHRINK = 0.1


RNG = np.random.default_rng(0)
# From the noisiest up; each class is heard through every line in it.
LINES: tuple[tuple[Callable[[Samples], Samples], ...], ...] = (
    (lambda x: noisy(through(x, "GSM610"), 10, RNG),),
    (lambda x: noisy(through(x, "GSM610"), 15, RNG), lambda x: through(pink(x, 15, RNG), "GSM610")),
    (lambda x: noisy(through(x, "GSM610"), 20, RNG),),
    (lambda x: x, lambda x: through(x, "GSM610")),
)


def space(network: SpeakerNetwork, audio: Path) -> VoiceSpace:
    libri = by_speaker(audio, "libri")
    within = np.zeros((0, 0))
    freedom = 0
    for rows, _ in raw_vectors(network, libri, 2.0).values():
        centred = rows - rows.mean(axis=0)
        within = centred.T @ centred + (within if freedom else 0.0)
        freedom += len(centred) - 1
    within /= freedom
    size = len(within)
    within = (1 - SHRINK) * within + SHRINK * np.trace(within) / size * np.eye(size)
    whiten = np.linalg.cholesky(np.linalg.inv(within)).astype(np.float32)
    half = {name: libri[name] for name in sorted(libri)[::2]}
    snrs, means = [], []
    for lines in LINES:
        heard = [raw_vectors(network, {n: line(s) for n, s in half.items()}, 2.0, 4).values() for line in lines]
        snrs.append(np.mean([np.median([snr for _, found in each for snr in found]) for each in heard]))
        means.append(np.mean([np.mean([rows.mean(axis=0) for rows, _ in each], axis=0) for each in heard], axis=0))
        print(f"line class at {snrs[-1]:.1f} dB: {sum(map(len, heard))} speakers")
    return VoiceSpace("wccn-libri-2", np.array(snrs, np.float32), np.array(means, np.float32), whiten)


def alike_by_noise(network: SpeakerNetwork, speech: dict[str, Samples], clean: Trials) -> list[float]:
    """By how much the 0.1 % point of strangers rises over the clean one, in each class of lines, at five seconds."""
    rises = []
    for lines in LINES:
        found = [trials(vectors(network, {n: line(s) for n, s in speech.items()}, 5.0, 4)) for line in lines]
        rises.append(max(0.0, *(pairs.threshold(0.001) - clean.threshold(0.001) for pairs in found)))
        print(f"strangers are more alike by {rises[-1]:.3f}")
    return [round(float(max(rises[index:])), 4) for index in range(len(rises))]


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
        DATA / "voice_space.npz",
        version=np.array(fitted.version),
        snrs=fitted.snrs,
        means=fitted.means,
        whiten=fitted.whiten,
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
        scores = VoiceScores("check", **{k: tuple(v) for k, v in document.items()}, snr=(0.0,), alike_by_noise=(0.0,))
        for seconds, found in prints.items():
            pairs = trials({n: v for n, v in found.items() if n in check_on})
            low = scores.mismatch_threshold(seconds)
            print(f"{seconds:4} s  mismatch: true speakers below {pairs.misses(low):.4f}")
            for alarm in (0.01, 0.001):
                at = scores.threshold(seconds, 99.0, alarm)
                print(f"{seconds:4} s  meant {alarm:.3f}  alarms {pairs.alarms(at):.4f}  misses {pairs.misses(at):.3f}")
    final = table({s: trials(found) for s, found in prints.items()}, "an4-2")
    final["snr"] = [round(float(snr), 2) for snr in fitted.snrs]
    final["alike_by_noise"] = alike_by_noise(network, speech, trials(prints[5.0]))
    (DATA / "voice_scores.json").write_text(json.dumps(final, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
