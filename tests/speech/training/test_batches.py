import itertools
from pathlib import Path

import numpy as np
import pytest

from speech.training.batches import Passes
from speech.training.bundle import Bundle, pack, unpack
from speech.training.corpora import Source, recordings
from speech.training.lexicon import Lexicon


@pytest.fixture
def bundle(archives: Path, sources: dict[str, Source], lexicon: Lexicon, tmp_path: Path) -> Bundle:
    found = [one for source in sources.values() for one in recordings(archives, source)]
    pack(tmp_path / "b", sources, found, {word: lexicon.of(word) for one in found for word in one.words})
    return unpack(tmp_path / "b")


def test_batches_hold_about_the_wanted_speech_and_every_word_its_phones(bundle: Bundle) -> None:
    known = list(bundle.lexicon.values())
    for batch in itertools.islice(Passes(bundle, np.random.default_rng(1), 6.0), 20):
        assert batch
        assert len(batch) == 1 or sum(len(example.sound) for example in batch) / 8000 < 14
        assert all(word in known for example in batch for word in example.words)


def test_nobody_kept_for_choosing_is_trained_on(bundle: Bundle) -> None:
    kept = [clip for clip in bundle.clips if clip.dev]
    assert kept
    passes = Passes(bundle, np.random.default_rng(1), 6.0)
    assert not any(clip.dev for clip in passes._clips)


def test_single_words_are_chained_to_strings(bundle: Bundle) -> None:
    batches = itertools.islice(Passes(bundle, np.random.default_rng(1), 20.0), 30)
    assert max(len(example.words) for batch in batches for example in batch) > 3


def test_a_seed_repeats_a_run(bundle: Bundle) -> None:
    first, again = (next(iter(Passes(bundle, np.random.default_rng(2), 6.0))) for _ in range(2))
    assert [len(example.sound) for example in first] == [len(example.sound) for example in again]
    assert np.array_equal(first[0].sound, again[0].sound)
