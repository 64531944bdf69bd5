"""Telephone audio: exact G.711, levels, files."""

import warnings

import numpy as np
import pytest
import soundfile

from core.errors import InvalidInput
from speech import audio


def tone(hz: float, ms: int, amplitude: float, rate: int = 8000) -> np.ndarray:
    t = np.arange(rate * ms // 1000) / rate
    return (amplitude * np.sin(2 * np.pi * hz * t)).astype(np.int16)


def test_mulaw_is_the_standard_one_for_every_sample_and_every_code():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        audioop = pytest.importorskip("audioop", reason="the reference left the standard library with Python 3.13")
    every = np.arange(-32768, 32768).astype(np.int16)
    assert audio.encode_mulaw(every) == audioop.lin2ulaw(every.tobytes(), 2)
    codes = bytes(range(256))
    assert audio.decode_mulaw(codes).tobytes() == audioop.ulaw2lin(codes, 2)


def test_known_codes_of_g711():
    assert audio.encode_mulaw(np.array([0, 32767, -32768, -8], np.int16)) == bytes([0xFF, 0x80, 0x00, 0x7E])
    assert audio.decode_mulaw(bytes([0xFF, 0x7F, 0x80, 0x00])).tolist() == [0, 0, 32124, -32124]


def test_every_code_survives_a_round_trip_but_negative_zero():
    codes = bytes(range(256))
    again = audio.encode_mulaw(audio.decode_mulaw(codes))
    assert [i for i in range(256) if again[i] != codes[i]] == [0x7F]


def test_framer_cuts_any_pieces_into_twenty_milliseconds_with_their_times():
    pcm = bytes(range(256)) * 10
    framer = audio.Framer(start_ms=100)
    got = [frame for i in range(0, len(pcm), 77) for frame in framer.push(pcm[i : i + 77])]
    assert [at for at, _ in got] == [100 + 20 * i for i in range(len(pcm) // 320)]
    assert b"".join(frame for _, frame in got) == pcm[: len(pcm) // 320 * 320]


@pytest.mark.parametrize(("expected", "at", "size"), [(100, 100, 0), (100, 160, 480), (100, 40, 0), (0, 10**9, 80_000)])
def test_gap_is_filled_with_silence_but_never_without_bound(expected, at, size):
    assert audio.gap_fill(expected, at) == b"\xff" * size


def test_levels_of_silence_full_scale_and_clipping():
    assert audio.measure(np.zeros(160, np.int16)) == audio.Level(audio.SILENCE_DBFS, audio.SILENCE_DBFS, 0.0)
    assert audio.level_dbfs(np.zeros(0, np.int16)) == audio.SILENCE_DBFS
    full = audio.measure(tone(400, 100, 32767))
    assert full.rms_dbfs == pytest.approx(-3.01, abs=0.05)
    assert full.peak_dbfs == pytest.approx(0, abs=0.01)
    assert audio.measure(np.array([32767, -32768, 0, 0], np.int16)).clipped == 0.5


def test_resampling_keeps_tone_and_level_and_never_wraps():
    there = audio.resample(tone(1000, 500, 10_000, 22_050), 22_050, 8000)
    assert abs(len(there) - 4000) <= 2
    assert audio.level_dbfs(there[400:-400]) == pytest.approx(audio.level_dbfs(tone(1000, 400, 10_000)), abs=0.1)
    square = np.where(np.arange(8000) % 40 < 20, 32767, -32768).astype(np.int16)
    up = audio.resample(square, 8000, 16_000)
    assert np.all(up[8:30] > 20_000)  # overshoot is cut, not turned into its opposite


@pytest.mark.parametrize("amplitude", [30, 300, 3000, 30_000])
def test_normalise_brings_any_speech_to_telephone_level_below_its_ceiling(amplitude):
    pcm = np.concatenate([tone(300, 400, amplitude), np.zeros(8000, np.int16)])
    done = audio.normalise(pcm)
    assert audio.level_dbfs(done[:3200]) == pytest.approx(-20, abs=0.5)
    assert not np.any(done[3200:])


def test_normalise_bends_a_click_instead_of_lowering_the_speech():
    pcm = tone(300, 1000, 300)
    pcm[100] = 32767
    done = audio.normalise(pcm)
    assert audio.measure(done).peak_dbfs == pytest.approx(-3, abs=0.01)
    assert audio.level_dbfs(done[320:]) == pytest.approx(-20, abs=1.5)


def test_normalise_leaves_silence_alone():
    assert not np.any(audio.normalise(np.zeros(1000, np.int16)))


def test_telephone_band_takes_away_what_a_line_does_not_carry():
    low, middle = tone(60, 500, 8000), tone(1000, 500, 8000)
    kept = audio.telephone_band((low + middle).astype(np.int16))
    assert np.max(np.abs(kept[400:-400].astype(int) - middle[400:-400])) < 200


def test_files_of_other_rates_and_channels_become_eight_kilohertz_mono(tmp_path):
    path = tmp_path / "two.flac"
    left = tone(500, 1000, 16_000, 44_100)
    soundfile.write(path, np.stack([left, np.zeros_like(left)], axis=1), 44_100)
    pcm = audio.read_audio(path)
    assert pcm.dtype == np.int16
    assert abs(len(pcm) - 8000) <= 2
    assert audio.level_dbfs(pcm) == pytest.approx(audio.level_dbfs(tone(500, 1000, 8000)), abs=0.1)
    audio.write_wav(tmp_path / "out.wav", pcm)
    assert np.array_equal(audio.read_audio(tmp_path / "out.wav"), pcm)


def test_the_first_channel_alone_is_the_caller(tmp_path):
    path = tmp_path / "call.wav"
    left, right = tone(500, 1000, 16_000, 44_100), tone(900, 1000, 16_000, 44_100)
    soundfile.write(path, np.stack([left, right], axis=1), 44_100)
    alone = audio.read_audio(path, first_channel=True)
    soundfile.write(tmp_path / "left.wav", left, 44_100)
    assert np.array_equal(alone, audio.read_audio(tmp_path / "left.wav"))
    assert not np.array_equal(alone, audio.read_audio(path))


def test_what_is_no_sound_is_refused_in_one_sentence(tmp_path):
    soundfile.write(tmp_path / "nan.wav", np.full(800, np.nan, np.float32), 8000, subtype="FLOAT")
    (tmp_path / "no.wav").write_bytes(b"not sound at all")
    soundfile.write(tmp_path / "empty.wav", np.zeros(0, np.int16), 8000)
    for name in ("missing.wav", "no.wav", "empty.wav", "nan.wav"):
        with pytest.raises(InvalidInput, match="file: give"):
            audio.read_audio(tmp_path / name)
    with pytest.raises(InvalidInput, match="folder"):
        audio.write_wav(tmp_path / "nowhere" / "x.wav", np.zeros(10, np.int16))
