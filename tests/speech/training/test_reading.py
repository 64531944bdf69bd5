from pathlib import Path

import numpy as np
import pytest

from core.errors import InvalidInput
from speech.models import COMMITTED
from speech.training.export import write_acoustic_model
from speech.training.reading import read_acoustic_model
from speech.training.shape import Shape, fresh_weights, shape_of


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    weights = {name: rng.normal(size=w.shape).astype(np.float32) for name, w in _fresh().items()}
    write_acoustic_model(tmp_path / "final.mdl", weights, 0.4)
    again = read_acoustic_model(tmp_path / "final.mdl", 0.4)
    assert again.keys() == weights.keys()
    assert all(np.allclose(again[name], weights[name], atol=1e-6) for name in weights)


def test_the_committed_model_can_be_gone_on_with(tmp_path: Path) -> None:
    committed = COMMITTED / "en-phone" / "am" / "final.mdl"
    weights = read_acoustic_model(committed, 0.0)
    assert shape_of(weights) == Shape()
    write_acoustic_model(tmp_path / "final.mdl", weights, 0.0)
    assert (tmp_path / "final.mdl").read_bytes() == committed.read_bytes()


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "final.mdl").write_bytes(b"\0B<TransitionModel> ")
    with pytest.raises(InvalidInput, match="final"):
        read_acoustic_model(tmp_path / "final.mdl", 0.0)


def _fresh() -> dict[str, np.ndarray]:
    return fresh_weights(Shape(width=16, bottleneck=4), np.random.default_rng(1))
