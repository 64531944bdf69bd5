"""Figures said twice and three times in a row, as people say them: none gets lost and none is added."""

import csv
import io
import tarfile
from pathlib import Path

import numpy as np
import pytest
import soundfile

from speech.answers.grammar import grammar
from speech.answers.model import Kind
from speech.answers.parsing import parse
from speech.audio import decode_mulaw, encode_mulaw
from speech.recognizer import HearingSpec

AUDIO = Path(__file__).parents[4] / "shared" / "audio"
FIGURES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@pytest.fixture(scope="module")
def jackson():
    """One speaker's figures, eight takes of each, without the silence around them."""
    if not (AUDIO / "fsdd.tar").is_file():
        pytest.skip("the shared recordings are not beside the project")
    with (AUDIO / "fsdd.tsv").open(encoding="utf-8") as table:
        rows = {row["file"]: row for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)}
    takes = {word: [] for word in FIGURES}
    with tarfile.open(AUDIO / "fsdd.tar") as archive:
        for member in archive:
            row = rows.get(member.name.removeprefix("./")) or rows.get(member.name.removeprefix("./").split("/", 1)[-1])
            if row is None or row["speaker"] != "fsdd-jackson" or len(takes[row["words"]]) == 8:
                continue
            samples, _ = soundfile.read(io.BytesIO(archive.extractfile(member).read()), dtype="int16")
            loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > np.abs(samples.astype(np.int32)).max() // 30)
            takes[row["words"]].append(samples[loud[0] : loud[-1] + 1])
    return takes


def said(takes, figures):
    """The figures with 150 ms between them, through a telephone's mu-law."""
    rest = np.zeros(1200, np.int16)
    parts = [rest, rest]
    for place, figure in enumerate(figures):
        parts += [takes[FIGURES[int(figure)]][place % 8], rest]
    return decode_mulaw(encode_mulaw(np.concatenate([*parts, rest]))).tobytes()


@pytest.mark.shared
@pytest.mark.parametrize("figures", ["2227", "5552", "0004", "9933", "777111", "880088", "2125552222"])
async def test_no_figure_of_a_row_is_lost(pool, jackson, figures):
    hearing = pool.open(HearingSpec("en-US", grammar(Kind.DIGITS, "en-US", length=len(figures))))
    hearing.feed(said(jackson, figures))
    assert parse(Kind.DIGITS, (await hearing.finish()).text).value == figures
