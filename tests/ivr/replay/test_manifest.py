"""A fixture is read whole or refused with the name of its file and field."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.errors import InvalidFixture
from ivr.replay.manifest import Caller, find_fixtures, read_fixture

GOOD = """
seed = 7
[about]
title = "amount corrected midway"
licence = "CC0"
[caller]
number = "+14155550123"
attestation = "A"
[[turn]]
when = "consent.*"
say = "yes.wav"
words = "yes"
[[turn]]
when = "amount.ask"
keys = "2500#"
after_ms = 900
[[turn]]
when = "code.ask"
keys = "{sms_code}"
[[turn]]
when = "national_id_last4.ask"
say_digits = "0451"
digits_dir = "digits"
[[turn]]
when = "term_months.ask"
silence = 6
[[turn]]
when = "offer.ask"
hang_up = true
[channel]
noise = 20
codec = "gsm"
loss = 1.5
[expect]
outcome = "hung_up"
slots = { amount = "2500.00", term_months = 12 }
risk_band_at_most = "observe"
prompts_at_most = 20
"""


def write(folder: Path, text: str, name: str = "one.call.toml") -> Path:
    silence = np.zeros(800, dtype=np.int16)
    soundfile.write(folder / "yes.wav", silence, 8000)
    (folder / "digits").mkdir(exist_ok=True)
    for digit in "0451":
        soundfile.write(folder / "digits" / f"{digit}.flac", silence, 8000)
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_a_whole_fixture_is_read(tmp_path: Path) -> None:
    fixture = read_fixture(write(tmp_path, GOOD))
    assert fixture.name == "one"
    assert fixture.seed == 7
    assert [turn.when for turn in fixture.turn][:2] == ["consent.*", "amount.ask"]
    assert fixture.turn[1].after_ms == 900
    assert fixture.turn[2].wants_code
    assert fixture.turn[3].said == "zero four five one"
    assert fixture.turn[0].said == "yes"
    assert fixture.channel.noise == 20
    assert fixture.expect.slots == {"amount": "2500.00", "term_months": 12}
    assert fixture.caller.texts_to == "+14155550123"
    assert [clip.name for clip in fixture.clips(fixture.turn[3])] == ["0.flac", "1.flac", "4.flac", "5.flac"]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("seed = 7", "seed = 7\ncolour = 1", "colour"),
        ('"+14155550123"', '"555-0123"', "caller.number"),
        ("after_ms = 900", "after_ms = -1", "turn.1.after_ms"),
        ("after_ms = 900", "after_ms = true", "turn.1.after_ms"),
        ('keys = "2500#"', 'keys = "25x"', "turn.1"),
        ('keys = "2500#"', 'keys = ""', "turn.1"),
        ('keys = "2500#"', 'keys = "1"\nsilence = 2', "turn.1"),
        ('keys = "2500#"', "", "turn.1"),
        ('say = "yes.wav"', 'say = "no.wav"', "turn.0.say"),
        ('digits_dir = "digits"', 'digits_dir = "nowhere"', "turn.3.digits_dir"),
        ('digits_dir = "digits"', "", "turn.3"),
        ("hang_up = true", "hang_up = false", "turn.5.hang_up"),
        ('codec = "gsm"', 'codec = "opus"', "channel.codec"),
        ("loss = 1.5", "loss = 101", "channel.loss"),
        ('risk_band_at_most = "observe"', 'risk_band_at_most = "low"', "expect.risk_band_at_most"),
        ("prompts_at_most = 20", "promts_at_most = 20", "expect.promts_at_most"),
        ("[caller]", "[caller]\n[caller]", ""),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, old: str, new: str, field: str) -> None:
    assert old in GOOD
    with pytest.raises(InvalidFixture) as caught:
        read_fixture(write(tmp_path, GOOD.replace(old, new, 1)))
    assert caught.value.field == ("one.call.toml:" + field if field else "one.call.toml")
    assert "\n" not in str(caught.value)


def test_a_missing_file_and_bytes_that_are_not_text(tmp_path: Path) -> None:
    with pytest.raises(InvalidFixture, match="no such file"):
        read_fixture(tmp_path / "gone.call.toml")
    binary = tmp_path / "bin.call.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidFixture, match="cannot be read as text"):
        read_fixture(binary)


def test_files_and_folders_are_found_once_in_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    second = write(tmp_path / "b", GOOD, "two.call.toml")
    first = write(tmp_path, GOOD)
    assert find_fixtures([tmp_path, first]) == [second, first]
    assert find_fixtures([first, tmp_path])[0] == first
    (tmp_path / "empty").mkdir()
    with pytest.raises(InvalidFixture, match=r"holds no \*\.call\.toml"):
        find_fixtures([tmp_path / "empty"])


def test_the_carriers_word_is_a_level_that_passed_or_the_whole_verdict() -> None:
    said = {word: Caller(attestation=word).stir_verstat for word in (None, "B", "TN-Validation-Failed-C")}
    assert said == {
        None: None,
        "B": "TN-Validation-Passed-B",
        "TN-Validation-Failed-C": "TN-Validation-Failed-C",
    }
