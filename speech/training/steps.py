"""The steps of the recipe, each from files to files in one working folder, so that each can be repeated alone.

``prepare`` writes ``ear.bundle`` and ``trigram.npz``; ``train`` ``latest.npz``, ``state.pt``, ``plan.json`` and
``log.jsonl``; ``graph`` ``model/graph``; ``export`` the rest of ``model``; ``evaluate`` ``scores.json``.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from core.errors import EnvironmentProblem, InvalidInput
from speech.training import texts
from speech.training.bundle import Bundle, joined, pack, unpack
from speech.training.card import Facts, card
from speech.training.corpora import Source, declared, recordings
from speech.training.directory import finish, write_configuration
from speech.training.graph import General, GraphPlan, build
from speech.training.guess import from_espeak
from speech.training.lexicon import Lexicon, from_cmudict, own_words
from speech.training.measure import Score, measured, vocabulary_of
from speech.training.phones import PHONE_COUNT, PHONE_ID, SILENCE
from speech.training.reading import read_acoustic_model
from speech.training.sentences import Sayer
from speech.training.sets import WHOLE_SENTENCES, development, reserved
from speech.training.shape import Shape, Weights, averaged, fresh_weights, load_weights, save_weights
from speech.training.trigram import phone_trigram

__all__ = ["SILENCE_PENALTY", "average", "evaluate", "export", "graph", "prepare", "train", "whole_lexicon"]

#: Taken from silence at the export of the committed model; chosen on the development speakers.
SILENCE_PENALTY = 0.5
_SENTENCES = 12_000


def whole_lexicon() -> Lexicon:
    """Our own list, CMUdict, eSpeak's guess.

    Raises:
        EnvironmentProblem: one of them is missing.
    """
    return Lexicon(own_words(), from_cmudict(), from_espeak())


def prepare(folder: Path, work: Path, lexicon: Lexicon, sources: Mapping[str, Source] | None = None) -> int:
    """Pack the recordings of the declared sources and count the phones that follow each other; how many recordings.

    Raises:
        EnvironmentProblem: an archive is missing.
        InvalidInput: the bundle would be too large.
    """
    work.mkdir(parents=True, exist_ok=True)
    sources = declared() if sources is None else sources
    found = [one for source in sources.values() for one in recordings(folder, source)]
    said = {word: lexicon.of(word) for one in found for word in one.words}
    many = pack(work / "ear.bundle", sources, found, said)
    sequences = list(_sequences(unpack(work / "ear.bundle"), lexicon))
    np.savez(work / "trigram.npz", trigram=phone_trigram(sequences, PHONE_COUNT))
    return many


def _sequences(bundle: Bundle, lexicon: Lexicon) -> Iterator[list[int]]:
    """Phones as they are said, with silences, for recordings and for sentences of the line."""
    rng = random.Random(3)  # noqa: S311 - nothing secret: where somebody pauses
    for clip in bundle.clips:
        if not clip.dev:
            yield _with_pauses([rng.choice(bundle.lexicon[word]) for word in clip.words], rng)
    sayer = Sayer(rng)
    for _ in range(_SENTENCES):
        listed = [lexicon.of(word) for word in sayer.sentence()]
        if all(listed):
            yield _with_pauses([[PHONE_ID[phone] for phone in rng.choice(said)] for said in listed], rng)


def _with_pauses(words: Sequence[Sequence[int]], rng: random.Random) -> list[int]:
    phones = [SILENCE] if rng.random() < 0.7 else []
    for at, word in enumerate(words):
        if at and rng.random() < 0.25:
            phones.append(SILENCE)
        phones += word
    return [*phones, SILENCE] if rng.random() < 0.8 else phones


def train(work: Path, start: Path | None, minutes: float, at_most: float, rate: float, threads: int) -> bool:
    """Train from ``start`` (weights or a ``final.mdl`` of ours), or from nothing, until ``minutes`` are spent in all,
    at most ``at_most`` of them now; whether the plan is done. Call again to go on.

    Raises:
        EnvironmentProblem: torch is missing.
        InvalidInput: the bundle or the weights cannot be read.
    """
    try:
        from speech.training.trainer import Plan, Trainer  # noqa: PLC0415 - brings torch, a package of the extra
    except ModuleNotFoundError as error:
        raise EnvironmentProblem("Install the extra train-ear: training needs torch.") from error
    with np.load(work / "trigram.npz") as file:
        trigram = file["trigram"]
    plan = Plan(minutes=minutes, rate=rate, threads=threads)
    trainer = Trainer(work, everything(work), _weights(start, plan.seed), trigram, plan)
    trainer.run(at_most)
    return trainer.finished


def everything(work: Path) -> Bundle:
    """The recordings, and the synthetic callers where they were made (``scripts/speech/callers.py``)."""
    return joined([unpack(file) for file in (work / "ear.bundle", work / "callers.bundle") if file.is_file()])


def _weights(start: Path | None, seed: int) -> Weights:
    if start is None:
        return fresh_weights(Shape(), np.random.default_rng(seed))
    return read_acoustic_model(start, SILENCE_PENALTY) if start.suffix == ".mdl" else load_weights(start)


def graph(work: Path, plan: GraphPlan, lexicon: Lexicon) -> int:
    """Write ``model/graph``; the words it knows.

    Raises:
        EnvironmentProblem: OpenFst or a package of the extra is missing.
    """
    general = General(
        texts.frequencies(), texts.census_names(), list(texts.chats()), list(texts.quotations()), texts.web_pairs
    )
    words = build(work / "model" / "graph", plan, lexicon, general)
    (work / "graph.json").write_text(json.dumps({"words": words}) + "\n", encoding="utf-8")
    return words


def average(work: Path, start: Path, share: float) -> Path:
    """Mix the trained weights with those the training began with; the file, ``averaged.npz``."""
    mixed = averaged(_weights(start, 0), load_weights(work / "latest.npz"), share)
    save_weights(work / "averaged.npz", mixed)
    return work / "averaged.npz"


def export(work: Path, weights: Path, silence_penalty: float, beam: float, lattice_beam: float) -> int:
    """Complete ``model`` with the acoustic model, its settings and its card, and verify it; how many files it has.

    Raises:
        InvalidInput: there is no graph yet, or the weights are not the network's.
    """
    if not (work / "graph.json").is_file():
        raise InvalidInput("work", "Build the graph first: run the step graph.")
    written = work / "log.jsonl"
    lines = written.read_text(encoding="utf-8").splitlines() if written.is_file() else []
    log = [json.loads(line) for line in lines]
    last = log[-1] if log else {"minutes": 0.0, "hours": 0.0}
    objective = float(np.mean([line["objective"] for line in log[-8:]])) if log else 0.0
    words = json.loads((work / "graph.json").read_text(encoding="utf-8"))["words"]
    facts = Facts(words, last["minutes"], last["hours"], objective, silence_penalty, declared())
    write_configuration(work / "model", beam, lattice_beam)
    return finish(work / "model", load_weights(weights), silence_penalty, card(facts))


def evaluate(work: Path, models: Sequence[Path], *, with_reserved: bool) -> dict[str, dict[str, list[Score]]]:
    """Measure models on the development sets, or on the reserved ones; by set, by way of decoding."""
    sets = reserved() if with_reserved else development(unpack(work / "ear.bundle"))
    scores: dict[str, dict[str, list[Score]]] = {}
    for name, said in sets.items():
        ways: dict[str, list[str] | None] = {"free": None}
        if name not in WHOLE_SENTENCES:
            ways["grammar"] = vocabulary_of(said)
        scores[name] = {way: [measured(model, said, words) for model in models] for way, words in ways.items()}
    plain = {name: {way: [asdict(one) for one in row] for way, row in ways.items()} for name, ways in scores.items()}
    file = work / ("reserved.json" if with_reserved else "scores.json")
    file.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    return scores
