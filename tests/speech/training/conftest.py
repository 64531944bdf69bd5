"""A tiny slice of everything the recipe needs: words, their phones, recordings that eSpeak NG speaks."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from speech.training.corpora import Source
from speech.training.lexicon import Lexicon

#: As CMUdict writes them.
DICTIONARY = {
    "yes": [["Y", "EH1", "S"]],
    "no": [["N", "OW1"]],
    "nine": [["N", "AY1", "N"]],
    "five": [["F", "AY1", "V"]],
    "about": [["AH0", "B", "AW1", "T"]],
    "know": [["N", "OW1"]],
    "boss": [["B", "AA1", "S"], ["B", "AO1", "S"]],
}
SENTENCES = ("yes", "no", "nine", "five", "nine five", "no five", "about nine", "yes yes", "no nine five", "five no")


@pytest.fixture
def lexicon() -> Lexicon:
    return Lexicon({"okay": [("OW", "K", "EY")]}, DICTIONARY)


@pytest.fixture
def sources() -> dict[str, Source]:
    return {
        "tiny": Source("tiny", "Tones", "ours", passes=1.0),
        "words": Source("words", "Tones, single", "ours", passes=2.0, single=True, dev_speakers=("words-2",)),
    }


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    """Two archives of FLAC files with their tables; tones stand for speech."""
    rng = np.random.default_rng(7)
    folder = tmp_path / "recordings"
    folder.mkdir()
    for source, texts in (("tiny", SENTENCES), ("words", [s for s in SENTENCES if " " not in s] * 3)):
        rows = ["file\tspeaker\tseconds\twords"]
        with tarfile.open(folder / f"{source}.tar", "w") as archive:
            for at, text in enumerate(texts):
                time = np.arange(4000 * len(text.split())) / 8000
                sound = 0.2 * np.sin(2 * np.pi * (200 + 40 * at) * time) + 0.01 * rng.standard_normal(len(time))
                data = io.BytesIO()
                soundfile.write(data, (sound * 32767).astype(np.int16), 8000, format="FLAC")
                member = tarfile.TarInfo(f"./{source}-{at % 4}/{at}.flac")
                member.size = data.getbuffer().nbytes
                data.seek(0)
                archive.addfile(member, data)
                rows.append(f"{source}-{at % 4}/{at}.flac\t{source}-{at % 4}\t{len(time) / 8000:.2f}\t{text}")
        (folder / f"{source}.tsv").write_text("\n".join(rows) + "\n")
    return folder
