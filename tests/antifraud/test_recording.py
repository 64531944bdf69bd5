from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from antifraud.recording import read_recording
from core.errors import InvalidInput
from tests.antifraud.sounds import voice


@pytest.mark.parametrize("subtype", ["PCM_16", "ULAW", "FLOAT"])
def test_reads_what_telephones_write(tmp_path: Path, subtype: str) -> None:
    samples = voice(1)
    soundfile.write(tmp_path / "a.wav", np.stack([samples / 32768, 0 * samples], axis=1), 8000, subtype=subtype)
    assert np.corrcoef(read_recording(tmp_path / "a.wav"), samples)[0, 1] > 0.99


def test_other_rates_become_telephone_rate(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.repeat(voice(1), 2), 16000)
    assert read_recording(tmp_path / "a.wav").size == 8000


@pytest.mark.parametrize("content", [b"", b"not audio at all"])
def test_what_is_no_recording_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(InvalidInput, match="WAV or FLAC"):
        read_recording(tmp_path / "a.wav")
    with pytest.raises(InvalidInput, match="WAV or FLAC"):
        read_recording(tmp_path / "missing.wav")


def test_empty_and_endless_values_are_refused(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(0), 8000)
    with pytest.raises(InvalidInput, match="neither empty"):
        read_recording(tmp_path / "a.wav")
    soundfile.write(tmp_path / "b.wav", np.array([np.nan, 0.0]), 8000, subtype="FLOAT")
    with pytest.raises(InvalidInput, match="numbers"):
        read_recording(tmp_path / "b.wav")
