"""The recipe from recordings to trained weights on a tiny slice; training needs torch, which the lock has not."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from core.errors import EnvironmentProblem
from speech.training import steps
from speech.training.__main__ import main
from speech.training.bundle import unpack
from speech.training.corpora import Source
from speech.training.lexicon import Lexicon
from speech.training.shape import Shape, fresh_weights, load_weights

have_torch = importlib.util.find_spec("torch") is not None


def test_preparing_packs_and_counts_phones(
    archives: Path, sources: dict[str, Source], lexicon: Lexicon, tmp_path: Path
) -> None:
    assert steps.prepare(archives, tmp_path / "work", lexicon, sources) == 22
    with np.load(tmp_path / "work" / "trigram.npz") as file:
        assert np.allclose(file["trigram"].sum(-1), 1.0, atol=1e-5)


@pytest.mark.slow
@pytest.mark.skipif(not have_torch, reason="training needs torch, from the extra train-ear")
def test_training_improves_its_objective_and_goes_on_where_it_ended(
    archives: Path, sources: dict[str, Source], lexicon: Lexicon, tmp_path: Path
) -> None:
    from speech.training.trainer import Plan, Trainer  # noqa: PLC0415 - only where torch is

    work = tmp_path / "work"
    steps.prepare(archives, work, lexicon, sources)
    weights = fresh_weights(Shape(width=32, bottleneck=8), np.random.default_rng(1))
    with np.load(work / "trigram.npz") as file:
        trigram = file["trigram"]
    plan = Plan(minutes=600.0, rate=2e-3, warm_steps=5, seconds=6.0)
    for _ in range(2):
        Trainer(work, unpack(work / "ear.bundle"), weights, trigram, plan).run(60.0, most_steps=25)
    log = [json.loads(line) for line in (work / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in log] == [25, 50]
    assert log[1]["objective"] > log[0]["objective"]
    trained = load_weights(work / "latest.npz")
    assert trained.keys() == weights.keys()
    assert not np.array_equal(trained["out.weight"], weights["out.weight"])


@pytest.mark.skipif(have_torch, reason="torch is here")
def test_without_torch_training_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="train-ear"):
        steps.train(tmp_path, None, 1.0, 1.0, 1e-3, 1)
    assert main(["train", "--work", str(tmp_path)]) == 3


def test_recordings_that_are_not_there_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prepare", "--recordings", str(tmp_path), "--work", str(tmp_path / "work")]) == 3
    assert capsys.readouterr().err.count("\n") == 1
