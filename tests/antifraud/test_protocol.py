"""The protocol of the synthetic-voice model: what may not tell the classes apart, and what may not be on both sides."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import soundfile

from scripts.antifraud.clips import PROBES, Clip, Table, channel, joined, machines, table
from scripts.antifraud.unseen import alarms, balanced, eer, halves, hold_out, leave_one_out, probe
from tests.antifraud.sounds import voice


@pytest.fixture(scope="module")
def data() -> Table:
    """Twelve people of one corpus and two families of three clips each; the sound of all is alike."""
    clips = []
    for number in range(24):
        synthetic = number % 4 == 3
        group = ("one", "two")[number % 8 == 7] if synthetic else "an4"
        sound = voice(9, f0=100 + 5 * number, seed=number)
        clips.append(Clip(synthetic, group, f"{group}-{number % 12}", sound[sound != 0][:32_000], 9.0, 0.5))
    return table(clips)


def test_one_channel_for_both_classes_knows_nothing_of_the_class() -> None:
    sound = voice(4)
    first = channel(sound, np.random.default_rng(5), noisy=True)
    np.testing.assert_array_equal(first, channel(sound, np.random.default_rng(5), noisy=True))
    assert not np.array_equal(first, channel(sound, np.random.default_rng(6), noisy=True))
    assert "synthetic" not in channel.__annotations__


def test_every_probe_is_near_chance_when_the_protocol_holds(data: Table) -> None:
    assert {name: round(value, 2) for name, value in probe(data).items() if value < 0.3} == {}


@pytest.mark.parametrize("name", PROBES)
def test_a_leak_is_noticed(data: Table, name: str) -> None:
    probes = data.probes.copy()
    probes[data.synthetic, PROBES.index(name)] += 100.0
    assert probe(dataclasses.replace(data, probes=probes))[name] < 0.05


def test_no_clip_and_no_speaker_is_on_both_sides(data: Table) -> None:
    half = halves(data)
    for names in (data.clip, np.where(data.synthetic, data.clip.astype(str), data.speaker)):
        assert all(len(set(half[names == name])) == 1 for name in np.unique(names))
    assert set(half) == {0, 1}


def test_the_family_left_out_is_never_trained_on(data: Table) -> None:
    seen: list[set[str]] = []

    def score(of: Table, train: np.ndarray, test: np.ndarray) -> np.ndarray:
        seen.append(set(of.group[train]))
        assert not set(of.clip[train]) & set(of.clip[test])
        assert not set(of.speaker[train & ~of.synthetic]) & set(of.speaker[test & ~of.synthetic])
        return np.zeros(int(test.sum()))

    scores = leave_one_out(data, "two", score)
    assert seen == [{"an4", "one"}, {"an4", "one"}]
    assert np.isnan(scores[data.group == "one"]).all()
    assert np.isfinite(scores[data.group == "two"]).all()


def test_a_corpus_held_out_is_never_trained_on_and_reserved_voices_are_in_neither_side(data: Table) -> None:
    renamed = np.where(data.group == "two", "hts", data.group).astype("U8")
    renamed[(data.clip % 3 == 0) & ~data.synthetic] = "fsdd"
    both = joined(dataclasses.replace(data, group=renamed), dataclasses.replace(data, group=renamed))
    assert len(np.unique(both.clip)) == 2 * len(np.unique(data.clip))
    train, test = hold_out(both, ("fsdd",))
    assert set(both.group[train]) == {"an4", "one"}
    assert set(both.group[test]) == {"an4", "one", "fsdd"}
    assert not set(both.clip[train]) & set(both.clip[test])
    assert not set(both.speaker[train & ~both.synthetic]) & set(both.speaker[test & (both.group == "an4")])
    assert (test & (both.group == "fsdd")).sum() == (both.group == "fsdd").sum()


def test_the_interval_of_a_share_is_over_whole_speakers() -> None:
    flags, who = np.array([True, True, False, False] * 25), np.array(["a", "a", "b", "b"] * 25)
    assert alarms(flags, who) == (0.5, 0.0, 1.0)


def test_every_family_weighs_alike(data: Table) -> None:
    everything = np.ones(data.rows.shape[0], dtype=bool)
    weight = balanced(data, everything)
    sums = {name: weight[data.group == name].sum() for name in ("an4", "one", "two")}
    assert sums["one"] == pytest.approx(sums["two"])
    assert sums["an4"] == pytest.approx(sums["one"] + sums["two"])


def test_the_equal_error_of_known_scores() -> None:
    assert eer(np.array([0.0, 1.0]), np.array([2.0, 3.0])) == 0.0
    assert eer(np.arange(100.0), np.arange(100.0)) == pytest.approx(0.5, abs=0.01)


def test_clips_have_one_length_and_reserved_families_are_left_out(tmp_path: Path) -> None:
    for family in ("espeak", "hts"):
        (tmp_path / family).mkdir()
        for number in range(5):
            soundfile.write(tmp_path / family / f"{number}.flac", voice(5, seed=number), 8000)
        rows = "".join(f"{number}.flac\tv\tx\n" for number in range(5))
        (tmp_path / family / "index.tsv").write_text(f"file\tvoice\ttext\n{rows}", "utf-8")
    made = list(machines(tmp_path))
    assert {clip.group for clip in made} == {"espeak"}
    assert {clip.speech.size for clip in made} == {32_000}
    assert {clip.group for clip in machines(tmp_path, reserved=True)} == {"hts"}
