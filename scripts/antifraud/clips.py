"""Clips of four seconds of human and synthetic speech, through one telephone channel, as rows of features.

The protocol against leaks (``docs/fraud-signals.md``):

* One clip is one unit; all its channel draws stay on one side of every split, and so do all clips of one speaker, one
  synthesiser family and, where a corpus is held out, one corpus.
* Silence is cut out before the channel, by the same rule for both classes, and all clips have one length.
* ``channel`` is one function for both classes, after everything that a class does on its own: band edges, level,
  noise, noise floor, GSM and mu-law are drawn from the same law by a seed that knows nothing of the class.
* Synthesisers say what the human recordings say.

Rows are kept in ``cache`` by the hash of their sound, since most runs of the bench need the same ones.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

from scripts.antifraud.sounds import Samples, recordings, through  # sets thread limits

# isort: split
import numpy as np
import soundfile
from numpy.typing import NDArray

from antifraud.activity import RATE, active, levels, noise_floor
from antifraud.synthetic import CLIP_SECONDS, cepstra, features, speech_only
from scripts.antifraud.speak import RESERVED

Doubles = NDArray[np.float64]

#: Human corpora to train on, with the most clips of one speaker; the others are held out whole.
TRAINED = {"an4": 3, "libri": 2, "callie": 50, "lj": 50}
HELD_OUT = {"sc": 1, "fsdd": 12}
#: Two engines speak with one diphone voice, so they are one family here.
FAMILY = {"festival": "diphone"}
PROBES = ("level", "noise floor", "duration", "silence", "silence before the cut")
DRAWS = 2
FRAMES = 40


@dataclass(frozen=True, slots=True)
class Clip:
    """``group`` is the corpus or the synthesiser's family; ``whole`` the seconds of the utterance, ``silent`` the share
    of silence in it before it was cut out (for the probes only)."""

    synthetic: bool
    group: str
    speaker: str
    speech: Samples
    whole: float
    silent: float


@dataclass(frozen=True, slots=True)
class Table:
    """One row a draw, with a sample of its cepstra in ``frames``. ``clip`` numbers the clips, ``noisy`` says which of
    two lines, ``probes`` are what must not tell the classes apart."""

    rows: Doubles
    frames: NDArray[np.float16]
    probes: Doubles
    synthetic: NDArray[np.bool_]
    group: NDArray[np.str_]
    speaker: NDArray[np.str_]
    clip: NDArray[np.intp]
    noisy: NDArray[np.bool_]


def _cut(samples: Samples) -> Samples:
    wave = speech_only(samples.astype(np.float32) / 32768, None)
    return np.asarray(wave * 32768, dtype=np.int16)


_LENGTH = int(CLIP_SECONDS * RATE)


def _joined(pieces: Iterable[Samples], most: int) -> Iterator[tuple[Samples, float, float]]:
    """Utterances of one voice joined to clips of exactly the length: speech, seconds behind it, share of silence."""
    held: list[Samples] = []
    whole = made = 0
    for piece in pieces:
        held.append(_cut(piece))
        whole += piece.size
        spoken = sum(part.size for part in held)
        if spoken >= _LENGTH:
            yield np.concatenate(held)[:_LENGTH], whole / RATE, 1 - spoken / whole
            held, whole, made = [], 0, made + 1
        if made == most:
            return


def humans(audio: Path, corpora: dict[str, int]) -> Iterator[Clip]:
    for corpus, most in corpora.items():
        by_speaker: dict[str, list[Samples]] = {}
        for recording in recordings(audio, corpus):
            by_speaker.setdefault(recording.speaker, []).append(recording.samples)
        for speaker, pieces in by_speaker.items():
            for made in _joined(pieces, most):
                yield Clip(False, corpus, speaker, *made)


def machines(spoken: Path, reserved: bool = False) -> Iterator[Clip]:
    """What ``scripts.antifraud.speak`` made; the reserved families only when they are asked for."""
    for folder in sorted(path for path in spoken.iterdir() if (path / "index.tsv").is_file()):
        if (folder.name in RESERVED) is not reserved:
            continue
        by_voice: dict[str, list[Samples]] = {}
        with (folder / "index.tsv").open(encoding="utf-8") as table:
            for row in csv.DictReader(table, delimiter="\t"):
                samples, _ = soundfile.read(folder / row["file"], dtype="int16")
                by_voice.setdefault(row["voice"], []).append(samples)
        for voice, pieces in by_voice.items():
            for made in _joined(pieces, len(pieces)):
                yield Clip(True, FAMILY.get(folder.name, folder.name), f"{folder.name}:{voice}", *made)


def channel(samples: Samples, rng: np.random.Generator, *, noisy: bool) -> Samples:
    """One telephone line: band edges, level, noise, floor, GSM for two calls in five, mu-law for all."""
    spectrum = np.fft.rfft(samples.astype(np.float64))
    hertz = np.fft.rfftfreq(samples.size, 1 / RATE)
    low, high = rng.uniform(150, 350), rng.uniform(3200, 3700)
    wave = np.fft.irfft(spectrum * np.clip((hertz - low + 60) / 60, 0, 1) * np.clip((high + 80 - hertz) / 80, 0, 1))
    wave = np.resize(wave, samples.size)
    level, ratio, floor = rng.uniform(-32, -18), rng.uniform(8, 25), rng.uniform(-75, -60)
    wave *= 10 ** (level / 20) / (np.sqrt(np.mean(wave**2)) + 1e-9)
    noise = rng.standard_normal((2, samples.size))
    wave += noise[0] * 10 ** (floor / 20) + (noise[1] * 10 ** ((level - ratio) / 20) if noisy else 0.0)
    line = np.asarray(np.clip(wave * 32768, -32768, 32767), dtype=np.int16)
    return through(through(line, "GSM610") if rng.random() < 0.4 else line, "ULAW")


def _frames(heard: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float16]:
    """A sample of the clip's cepstra with their first and second differences, for the classical baseline."""
    rows = cepstra(heard)
    step = np.gradient(rows, axis=0)
    wide = np.hstack([rows, step, np.gradient(step, axis=0)])
    return wide[rng.choice(len(wide), FRAMES, replace=False)].astype(np.float16)


def _row(clip: Clip, seed: int, noisy: bool) -> tuple[Doubles, NDArray[np.float16]]:
    rng = np.random.default_rng(seed)
    heard = channel(clip.speech, rng, noisy=noisy).astype(np.float32) / 32768
    db = levels(heard)
    level, floor = 10 * np.log10(np.mean(heard**2) + 1e-9), np.percentile(db, 5)
    quiet = 1.0 - active(db, noise_floor(db)).mean()
    probes = [level, floor - level, heard.size / RATE, quiet, clip.silent]
    row = np.concatenate([features(heard), probes])
    return row, _frames(heard, rng)


def table(clips: Iterable[Clip], cache: Path | None = None) -> Table:
    """Two draws of two lines of every clip; clips too short of voice to have a pitch are left out."""
    known: dict[str, tuple[Doubles, NDArray[np.float16]]] = {}
    if cache is not None and cache.is_file():
        with np.load(cache) as stored:
            known = {
                name: (row, frames)
                for name, row, frames in zip(stored["names"].tolist(), stored["rows"], stored["frames"], strict=True)
            }
    made: list[tuple[Clip, int, bool, Doubles, NDArray[np.float16]]] = []
    size = len(known)
    for number, clip in enumerate(clips):
        digest = hashlib.sha256(clip.speech.tobytes()).hexdigest()[:24]
        for draw in range(2 * DRAWS):
            name, noisy = f"{digest}/{draw}", draw >= DRAWS
            if name not in known:
                known[name] = _row(clip, int(digest[:8], 16) + draw, noisy)
            made.append((clip, number, noisy, *known[name]))
    if cache is not None and len(known) > size:
        cache.parent.mkdir(parents=True, exist_ok=True)
        rows, frames = (np.array(column) for column in zip(*known.values(), strict=True))
        np.savez(cache, names=np.array(list(known)), rows=rows.astype(np.float32), frames=frames)
    made = [one for one in made if np.isfinite(one[3]).all()]
    rows = np.array([row for *_, row, _ in made], dtype=np.float64)
    return Table(
        rows[:, : -len(PROBES)],
        np.array([frames for *_, frames in made]),
        rows[:, -len(PROBES) :],
        np.array([clip.synthetic for clip, *_ in made]),
        np.array([clip.group for clip, *_ in made]),
        np.array([clip.speaker for clip, *_ in made]),
        np.array([number for _, number, *_ in made]),
        np.array([noisy for _, _, noisy, *_ in made]),
    )


def joined(one: Table, other: Table) -> Table:
    """Both tables as one; clips keep numbers of their own."""
    second = replace(other, clip=other.clip + one.clip.max() + 1)
    return Table(*(np.concatenate([getattr(one, f.name), getattr(second, f.name)]) for f in fields(Table)))
