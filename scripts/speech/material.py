"""What people say to the line, with the words they said: human recordings cut to answers, and synthetic sentences.

Human answers come from recordings beside the project (sources and licences: ``docs/hearing.md``): whole utterances of
AN4, "yes" and "no" of Speech Commands, and figures of the Free Spoken Digit Dataset joined to strings with the pauses
people make. Sentences that nobody recorded (amounts, terms, purposes) are spoken by flite and Piper.
"""

from __future__ import annotations

import csv
import io
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import soundfile

from scripts.speech.sentences import DIGIT_WORDS, as_digits, figures
from speech.answers.model import Kind, Parsed
from speech.answers.parsing import parse
from speech.audio import FRAME_SAMPLES, SAMPLE_RATE, Samples

__all__ = ["TODAY", "Clip", "Said", "clips", "human", "joined", "meant", "strangers", "trimmed"]

TODAY = date(2026, 11, 1)
#: Shares of pauses between spoken figures: mostly short, now and then a thought.
_PAUSES_MS = ((0.75, 40, 200), (0.20, 200, 400), (0.05, 400, 650))


@dataclass(frozen=True, slots=True)
class Clip:
    file: str
    speaker: str
    words: str
    samples: Samples = field(repr=False)


@dataclass(frozen=True, slots=True)
class Said:
    """One answer to a question of ``kind``. ``length`` is how many figures the question asks for. ``words`` is empty
    for speech that is no answer at all: whatever is taken from it is wrong. ``set`` names the row of the tables."""

    kind: Kind
    words: str
    speaker: str
    set: str
    samples: Samples = field(repr=False)
    length: int | None = None


def meant(said: Said) -> Parsed:
    """What the words mean."""
    return parse(said.kind, said.words, today=TODAY)


def clips(folder: Path, corpus: str) -> Iterator[Clip]:
    """Every recording of one archive with its words."""
    with (folder / f"{corpus}.tsv").open(encoding="utf-8") as table:
        rows = {row["file"]: row for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)}
    with tarfile.open(folder / f"{corpus}.tar") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.isfile() else None
            if file is None or not member.name.endswith(".flac"):
                continue
            name = member.name.removeprefix("./")
            row = rows.get(name) or rows[name.split("/", 1)[-1]]
            samples, _ = soundfile.read(io.BytesIO(file.read()), dtype="int16")
            yield Clip(name, row["speaker"], row["words"], samples)


def trimmed(samples: Samples) -> Samples:
    """Without the silence of the recording at both ends: frames 30 dB below the loudest."""
    whole = samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES).astype(np.float64)
    power = np.square(whole).mean(axis=1)
    loud = np.flatnonzero(power > power.max() / 1000) if power.size else np.zeros(0, int)
    return samples[loud[0] * FRAME_SAMPLES : (loud[-1] + 1) * FRAME_SAMPLES] if loud.size else samples


def joined(parts: Sequence[Samples], rng: np.random.Generator) -> Samples:
    """Single words said one after the other, with pauses between them."""
    shares = [share for share, _, _ in _PAUSES_MS]
    pieces = [parts[0]]
    for part in parts[1:]:
        _, least, most = _PAUSES_MS[int(rng.choice(len(shares), p=shares))]
        pieces += [np.zeros(int(rng.integers(least, most)) * SAMPLE_RATE // 1000, np.int16), part]
    return np.concatenate(pieces)


def strings(found: Sequence[Clip], lengths: Sequence[int], each: int, rng: np.random.Generator) -> Iterator[Said]:
    """Strings of figures, ``each`` of every length for every speaker of single figures. A clip's own silence is no
    pause of the speaker's: it is cut off."""
    takes: dict[str, dict[str, list[Samples]]] = {}
    for clip in found:
        if clip.words in DIGIT_WORDS:
            takes.setdefault(clip.speaker, {}).setdefault(clip.words, []).append(clip.samples)
    for speaker, by_word in takes.items():
        if len(by_word) < 10:
            continue
        for length in lengths:
            for _ in range(each):
                words = [DIGIT_WORDS[int(figure)] for figure in figures(length, rng)]
                parts = [trimmed(by_word[word][int(rng.integers(len(by_word[word])))]) for word in words]
                sound = joined(parts, rng)
                yield Said(Kind.DIGITS, " ".join(words), speaker, "human figures", sound, length)


def _an4_kind(words: str) -> tuple[Kind, int | None] | None:
    """The question an AN4 utterance answers, if any."""
    if words in {"yes", "no"}:
        return Kind.YES_NO, None
    tokens = words.split()
    if len(tokens) > 2 and all(len(token) == 1 for token in tokens):
        return Kind.NAME, None
    said = as_digits(words)
    if said is not None and 3 <= len(said) <= 11:
        return Kind.DIGITS, len(said)
    if any(token in {"hundred", "thousand"} for token in tokens):
        return Kind.AMOUNT, None
    return (Kind.DATE, None) if parse(Kind.DATE, words, today=TODAY).value is not None else None


def human(folder: Path, rng: np.random.Generator, *, strings_each: int = 25, most_yes_no: int = 160) -> list[Said]:
    """Every human answer there is: AN4 as it stands, Speech Commands' yes and no, joined figures."""
    said = list(strings(list(clips(folder, "fsdd")), (4, 6, 10), strings_each, rng))
    for clip in clips(folder, "an4"):
        found = _an4_kind(clip.words)
        if found is not None:
            answer = Said(found[0], clip.words, clip.speaker, f"human {found[0].value}", clip.samples, found[1])
            if meant(answer).value is not None:
                said.append(answer)
    spoken = [clip for clip in clips(folder, "sc") if clip.words in {"yes", "no"}]
    for at in rng.permutation(len(spoken))[:most_yes_no]:
        clip = spoken[int(at)]
        said.append(Said(Kind.YES_NO, clip.words, clip.speaker, "human yes_no", clip.samples))
    return said


def strangers(folder: Path, rng: np.random.Generator, many: int) -> list[Said]:
    """People who talk but do not answer: read sentences and other words, put to questions of every kind."""
    talk = [clip for corpus in ("libri", "lj", "callie") for clip in clips(folder, corpus) if len(clip.words) > 12]
    kinds = [kind for kind in Kind if kind is not Kind.NAME]
    said = []
    for at in rng.permutation(len(talk))[:many]:
        clip = talk[int(at)]
        kind = kinds[int(rng.integers(len(kinds)))]
        length = int(rng.choice((4, 6, 10))) if kind is Kind.DIGITS else None
        start = int(rng.integers(0, max(1, len(clip.samples) - 4 * SAMPLE_RATE)))
        piece = clip.samples[start : start + int(rng.uniform(1.0, 4.0) * SAMPLE_RATE)]
        said.append(Said(kind, "", clip.speaker, "no answer", piece, length))
    return said
