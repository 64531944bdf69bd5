"""The fixture calls: every sound is accounted for, every caller is fictional, the folder stays small."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
import soundfile

from ivr.replay.manifest import read_fixture
from tests.house.tree import ROOT, files, text

FIXTURES = Path("audio_fixtures")
CALLS = [path for path in files() if path.name.endswith(".call.toml")]
SOUNDS = [path for path in files() if path.parts[0] == "audio_fixtures" and path.suffix in {".flac", ".wav", ".ogg"}]
MANIFEST = json.loads(text(FIXTURES / "manifest.json"))
ISSUED = {
    "happy_path",
    "amount_corrected_midway",
    "birth_date_fixed",
    "all_keys",
    "refuses_recording",
    "asks_for_person",
    "declined_debt_to_income",
    "not_my_loan",
    "balance",
    "stop_midway",
    "repeat_slower_help",
    "go_back",
    "change_my_income",
    "ambiguous_amount",
    "yearly_income",
    "date_in_parts",
    "barge_in",
    "cough",
    "silent_caller",
    "noisy_line",
    "wrong_code_then_right",
    "withheld_number",
    "offer_refused",
    "counter_offer",
    "name_spelled",
    "no_stream",
    "stream_breaks",
}
TYPOLOGIES = {
    "account_takeover",
    "recorded_victim",
    "coached_borrower",
    "synthetic_identity",
    "ring",
    "insider",
}


def test_the_calls_of_the_readme_are_there() -> None:
    names = {path.name.removesuffix(".call.toml") for path in CALLS}
    assert names >= ISSUED | TYPOLOGIES
    readme = text(FIXTURES / "README.md")
    assert [name for name in sorted(names) if f"`{name}`" not in readme] == []


def test_the_manifest_names_every_sound_and_nothing_else() -> None:
    assert {path.relative_to(FIXTURES).as_posix() for path in SOUNDS} == set(MANIFEST)
    for name, entry in MANIFEST.items():
        assert hashlib.sha256((ROOT / FIXTURES / name).read_bytes()).hexdigest() == entry["sha256"], name
        assert all(entry[key] for key in ("words", "engine", "voice", "source", "licence")), name


def test_every_sound_is_what_a_telephone_carries() -> None:
    for path in SOUNDS:
        about = soundfile.info(ROOT / path)
        assert (about.samplerate, about.channels) == (8000, 1), path
    assert sum((ROOT / path).stat().st_size for path in SOUNDS) < 3_000_000


def test_no_reserved_voice_speaks() -> None:
    spoken = [entry for entry in MANIFEST.values() if entry["engine"] != "numbers"]
    assert {entry["voice"] for entry in spoken} <= {"slt", "rms", "awb", "en_US-joe-medium"}
    assert {entry["engine"] for entry in spoken} <= {"flite", "piper"}


@pytest.mark.parametrize("path", CALLS, ids=lambda path: path.name)
def test_a_call_reads_and_its_caller_is_fictional(path: Path) -> None:
    fixture = read_fixture(ROOT / path)
    number = fixture.caller.number
    assert number is None or re.fullmatch(r"\+1[2-9][0-9]{2}55501[0-9]{2}", number)


@pytest.mark.parametrize("path", CALLS, ids=lambda path: path.name)
def test_what_a_call_says_is_what_its_sounds_hold(path: Path) -> None:
    for turn in tomllib.loads(text(path))["turn"]:
        if "say" in turn:
            sound = ((ROOT / path).parent / turn["say"]).resolve().relative_to((ROOT / FIXTURES).resolve()).as_posix()
            noise = f"({Path(turn['say']).stem})"
            assert MANIFEST[sound]["words"] == turn.get("words", noise)


@pytest.mark.parametrize("path", CALLS, ids=lambda path: path.name)
def test_an_honest_caller_is_at_most_observed_and_each_kind_of_fraud_is_named(path: Path) -> None:
    """What the replay then holds every call to."""
    fixture = read_fixture(ROOT / path)
    expect = fixture.expect
    name = path.name.removesuffix(".call.toml")
    if not fixture.channel.stream or fixture.channel.breaks:
        assert expect.risk_reasons == ("NO_AUDIO",)  # nobody heard the voice, and nothing else is held against them
    elif name in TYPOLOGIES:
        assert name in expect.typologies
        assert expect.risk_signals
    elif expect.typologies:
        assert expect.risk_signals or expect.risk_reasons
        assert expect.risk_band_at_least
    else:
        assert expect.risk_band_at_most in {"clear", "observe"}, 'add risk_band_at_most = "observe" to [expect]'


def test_callers_without_a_past_can_ring_one_server_one_after_another() -> None:
    """Nobody is taken for the caller before: each has a number and papers of their own."""
    calls = [fixture for fixture in (read_fixture(ROOT / path) for path in CALLS) if not fixture.history]
    numbers = Counter(fixture.caller.number for fixture in calls if fixture.caller.number is not None)
    papers = Counter(
        turn.keys or turn.words
        for fixture in calls
        for turn in fixture.turn
        if turn.when.startswith("national_id_last4.") and len((turn.keys or turn.words or "").replace(" ", "")) >= 4
        if turn.keys or turn.words not in {"agent", "help", "slower", "say that again", "stop"}
    )
    assert [name for name, count in (numbers + papers).items() if count > 1] == []
