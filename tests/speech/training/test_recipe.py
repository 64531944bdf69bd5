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
from speech.training.corpora import Source
from speech.training.lexicon import Lexicon
from speech.training.shape import Shape, fresh_weights, load_weights, save_weights

have_torch = importlib.util.find_spec("torch") is not None


def _start(folder: Path) -> Path:
    save_weights(folder / "start.npz", fresh_weights(Shape(width=32, bottleneck=8), np.random.default_rng(1)))
    return folder / "start.npz"


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
    work = tmp_path / "work"
    steps.prepare(archives, work, lexicon, sources)
    start = _start(tmp_path)
    assert not steps.train(work, start, minutes=0.5, at_most=0.2, rate=2e-3, threads=1)
    first = load_weights(work / "latest.npz")
    assert steps.train(work, start, minutes=0.5, at_most=1.0, rate=2e-3, threads=1)
    log = [json.loads(line) for line in (work / "log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in log] == list(range(25, 25 * len(log) + 1, 25))
    assert log[-1]["objective"] > log[0]["objective"]
    assert not np.array_equal(first["out.weight"], load_weights(work / "latest.npz")["out.weight"])


@pytest.mark.skipif(have_torch, reason="torch is here")
def test_without_torch_training_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="train-ear"):
        steps.train(tmp_path, None, 1.0, 1.0, 1e-3, 1)
    assert main(["train", "--work", str(tmp_path)]) == 3


def test_recordings_that_are_not_there_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["prepare", "--recordings", str(tmp_path), "--work", str(tmp_path / "work")]) == 3
    assert capsys.readouterr().err.count("\n") == 1
