from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from antifraud.nnet3 import read_components, read_matrix, read_vector
from antifraud.voiceprint import SpeakerNetwork, Voiceprint, VoiceSpace, cosine, speech_features
from core.errors import ModelCorrupt, ModelMissing
from tests.antifraud import tiny_network
from tests.antifraud.sounds import voice


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tiny_network.write(tmp_path / "network")


def test_reads_what_kaldi_writes(folder: Path) -> None:
    parts = read_components(folder / "final.ext.raw")
    weight = parts["tdnn1.affine"]["LinearParams"]
    assert isinstance(weight, np.ndarray)
    assert weight.shape == (6, 115)
    assert parts["tdnn1.batchnorm"]["TestMode"] is False
    np.testing.assert_array_equal(read_matrix(folder / "transform.mat"), np.eye(4))
    np.testing.assert_array_equal(read_vector(folder / "mean.vec"), np.zeros(4))


def test_pooling_is_over_the_whole_turn_and_turns_add(folder: Path) -> None:
    network = SpeakerNetwork(folder, None)
    one, other = (network.stats(voice(12, f0)) for f0 in (110, 170))
    assert one is not None
    assert other is not None
    assert one.seconds > 5
    together = network.print_of(one + other)
    swapped = network.print_of(other + one)
    assert together is not None
    assert swapped is not None
    np.testing.assert_allclose(together.vector, swapped.vector, rtol=1e-5)
    assert together.seconds == pytest.approx(one.seconds + other.seconds)


def test_long_speech_is_pooled_in_pieces_without_a_seam(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    network = SpeakerNetwork(folder, None)
    whole = network.voiceprint(voice(10))
    monkeypatch.setattr("antifraud.voiceprint._LONGEST", 50)
    pieces = network.voiceprint(voice(10))
    assert whole is not None
    assert pieces is not None
    assert pieces.seconds == whole.seconds
    np.testing.assert_allclose(pieces.vector, whole.vector, atol=1e-4)


def test_the_same_sound_gives_the_same_print(folder: Path) -> None:
    network = SpeakerNetwork(folder, None)
    one, again = network.voiceprint(voice(4)), network.voiceprint(voice(4))
    assert one is not None
    assert again is not None
    assert cosine(one, again) == pytest.approx(1)
    assert np.linalg.norm(one.vector) == pytest.approx(1)


@pytest.mark.parametrize("samples", [voice(1), np.zeros(40_000, dtype=np.int16), np.zeros(0, dtype=np.int16)])
def test_too_little_speech_gives_no_print(folder: Path, samples: np.ndarray) -> None:
    assert SpeakerNetwork(folder, None).voiceprint(samples) is None


def test_digital_silence_inside_speech_does_no_harm() -> None:
    samples = voice(4)
    samples[np.abs(samples) < 300] = 0
    rows, snr = speech_features(samples)
    assert len(rows)
    assert np.all(np.isfinite(rows))
    assert np.isfinite(snr)


def test_a_print_does_not_show_itself() -> None:
    assert repr(Voiceprint(np.array([0.25], dtype=np.float32), 3.0, 20.0)) == "Voiceprint(•••, 3.0 s)"


def test_a_missing_network_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="loanline models fetch speaker"):
        SpeakerNetwork(tmp_path, None)


def test_a_damaged_network_is_refused_wherever_it_is_cut(folder: Path) -> None:
    path = folder / "final.ext.raw"
    whole = path.read_bytes()
    for length in range(0, len(whole) - 10, 37):
        path.write_bytes(whole[:length])
        with pytest.raises(ModelCorrupt):
            SpeakerNetwork(folder, None)


def test_a_length_beyond_the_file_allocates_nothing(folder: Path) -> None:
    (folder / "transform.mat").write_bytes(b"\0BFM \x04\xff\xff\xff\x7f\x04\xff\xff\xff\x7f")
    with pytest.raises(ModelCorrupt):
        SpeakerNetwork(folder, None)


def test_a_network_of_other_shape_is_refused(folder: Path) -> None:
    with pytest.raises(ModelCorrupt, match=r"vosk-model-spk-0\.4"):
        SpeakerNetwork(folder, VoiceSpace.of_the_house())


def test_the_house_space_fits_the_real_network() -> None:
    space = VoiceSpace.of_the_house()
    assert (space.means.shape, space.whiten.shape) == ((len(space.snrs), 128), (128, 128))
    assert np.all(np.diff(space.snrs) > 0)


def test_a_noisier_line_has_another_mean() -> None:
    eye = np.eye(2, dtype=np.float32)
    means = np.array([[0, 2], [4, 2]], dtype=np.float32)
    space = VoiceSpace("x", np.array([10, 20], dtype=np.float32), means, eye)
    vector = np.array([5, 5], dtype=np.float32)
    for snr, expected in ((3, [5, 3]), (10, [5, 3]), (15, [3, 3]), (20, [1, 3]), (50, [1, 3])):
        np.testing.assert_allclose(space.moved(vector, snr), expected)


def test_noise_is_heard_in_the_print(folder: Path) -> None:
    network = SpeakerNetwork(folder, None)
    clean, noisy = (network.voiceprint(voice(6, noise=noise)) for noise in (0.001, 0.01))
    assert clean is not None
    assert noisy is not None
    assert clean.snr - noisy.snr == pytest.approx(20, abs=2)
