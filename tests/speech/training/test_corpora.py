from pathlib import Path

import pytest

from core.errors import EnvironmentProblem
from speech.training.corpora import Source, declared, recordings


def test_the_declared_sources_are_whole() -> None:
    sources = declared()
    assert {"an4", "fsdd", "sc", "libri"} <= set(sources)
    assert all(source.licence and source.title for source in sources.values())
    assert len(sources["libri"].dev_speakers) == 30


def test_recordings_come_with_their_words(archives: Path, sources: dict[str, Source]) -> None:
    found = list(recordings(archives, sources["tiny"]))
    assert len(found) == 10
    assert found[4].words == ("nine", "five")
    assert found[4].samples.dtype == "int16"
    assert not any(one.dev for one in found)


def test_named_speakers_are_kept_for_choosing(archives: Path, sources: dict[str, Source]) -> None:
    kept = {one.speaker for one in recordings(archives, sources["words"]) if one.dev}
    assert kept == {"words-2"}


def test_one_in_so_many_is_always_the_same() -> None:
    source = Source("x", "", "", every=4, dev=5)
    taken = [name for name in map(str, range(400)) if source.takes(name)]
    assert 60 < len(taken) < 140
    assert taken == [name for name in map(str, range(400)) if source.takes(name)]
    assert 50 < sum(source.keeps_for_choosing(str(n)) for n in range(400)) < 110


def test_a_missing_archive_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match=r"tiny\.tar"):
        list(recordings(tmp_path, Source("tiny", "", "")))
