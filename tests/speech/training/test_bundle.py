from pathlib import Path

import numpy as np
import pytest

from core.errors import InvalidInput
from speech.training.bundle import joined, pack, trimmed, unpack
from speech.training.corpora import Recording, Source, recordings
from speech.training.lexicon import Lexicon
from speech.training.phones import PHONE_ID


def _words(found: list[Recording], lexicon: Lexicon) -> dict[str, list[tuple[str, ...]]]:
    return {word: lexicon.of(word) for one in found for word in one.words}


def test_a_bundle_gives_back_what_was_packed(
    archives: Path, sources: dict[str, Source], lexicon: Lexicon, tmp_path: Path
) -> None:
    found = list(recordings(archives, sources["tiny"]))
    assert pack(tmp_path / "b", sources, found, _words(found, lexicon)) == 10
    bundle = unpack(tmp_path / "b")
    assert bundle.sources == sources
    assert [clip.words for clip in bundle.clips] == [one.words for one in found]
    assert bundle.lexicon["nine"] == [[PHONE_ID[phone] for phone in ("N", "AY", "N")]]
    before, after = found[3].samples.astype(float), bundle.clips[3].samples.astype(float)
    assert np.corrcoef(before, after)[0, 1] > 0.999
    assert 27000 < np.abs(after).max() < 32768


def test_bundles_are_joined_with_all_they_hold(sources: dict[str, Source], tmp_path: Path) -> None:
    sound = np.full(900, 500, np.int16)
    people = [Recording("tiny", "a", "s", ("no",), False, sound)]
    callers = [Recording("callers", "b", "slt", ("yes", "no"), False, sound)]
    pack(tmp_path / "a", {"tiny": sources["tiny"]}, people, {"no": [("N", "OW")]})
    pack(tmp_path / "b", {"callers": Source("callers", "", "")}, callers, {"no": [("N", "OW")], "yes": [("Y", "EH")]})
    both = joined([unpack(tmp_path / "a"), unpack(tmp_path / "b")])
    assert set(both.sources) == {"tiny", "callers"}
    assert [clip.words for clip in both.clips] == [("no",), ("yes", "no")]
    assert set(both.lexicon) == {"yes", "no"}


def test_recordings_with_an_unknown_word_stay_out(sources: dict[str, Source], tmp_path: Path) -> None:
    sound = np.full(900, 500, np.int16)
    found = [
        Recording("tiny", "a", "s", ("no", "zzz"), False, sound),
        Recording("tiny", "b", "s", ("no",), False, sound),
    ]
    assert pack(tmp_path / "b", sources, found, {"no": [("N", "OW")], "zzz": []}) == 1


def test_the_silence_around_a_word_goes() -> None:
    sound = np.concatenate([np.zeros(4000), 9000 * np.ones(2000), np.zeros(4000)]).astype(np.int16)
    assert len(sound) > len(trimmed(sound)) >= 3000


def test_what_is_no_bundle_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"something else")
    with pytest.raises(InvalidInput):
        unpack(tmp_path / "b")
