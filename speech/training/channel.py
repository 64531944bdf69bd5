"""Telephone lines made up by chance: pace, silence around the speech, band, room, noise, loss, level, mu-law.

Sounds are float32 at 8 kHz. Everything is drawn from the generator that is handed in, so a seed repeats a run.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["Sound", "on_a_line", "paced", "through_mulaw", "with_silence"]

Sound = npt.NDArray[np.float32]
_RATE = 8000
_PACES = (1.0, 1.0, 1.0, 0.83, 0.88, 0.9, 0.95, 0.95, 1.05, 1.05, 1.1, 1.14, 1.2)
#: An interrupted packet of the line: 20 ms.
_PACKET = 160


def through_mulaw(sound: Sound) -> Sound:
    """The steps of G.711 mu-law, for sounds within [-1, 1]."""
    pressed = np.sign(sound) * np.log1p(255 * np.abs(sound)) / np.log(256.0)
    steps = (np.round(pressed * 127.5 - 0.5) + 0.5) / 127.5
    return np.asarray(np.sign(steps) * (256.0 ** np.abs(steps) - 1) / 255, np.float32)


def paced(sound: Sound, rng: np.random.Generator) -> Sound:
    """Faster or slower, and higher or lower with it."""
    pace = float(rng.choice(_PACES))
    size = round(len(sound) / pace)
    if pace == 1.0 or size < 2:
        return sound
    found = np.fft.rfft(sound)
    wanted = np.zeros(size // 2 + 1, found.dtype)
    kept = min(len(found), len(wanted))
    wanted[:kept] = found[:kept]
    return np.asarray(np.fft.irfft(wanted, size) * (size / len(sound)), np.float32)


def with_silence(sound: Sound, rng: np.random.Generator) -> Sound:
    """Silence before and after, often next to none before: callers answer at once and the detector cuts close."""
    longest = float(rng.choice((0.03, 0.1, 0.3, 0.6)))
    before, after = rng.uniform(0.0, longest), rng.uniform(0.02, float(rng.choice((0.1, 0.3, 0.6))))
    return np.pad(sound, (int(before * _RATE), int(after * _RATE)))


def _noise(size: int, rng: np.random.Generator) -> Sound:
    """White, pink, brown or of any smooth colour, the last now and then with a hum."""
    kind = int(rng.integers(4))
    white = rng.standard_normal(size).astype(np.float32)
    if kind == 0:
        return white
    spectrum = np.fft.rfft(white)
    hertz = np.maximum(np.arange(len(spectrum)) / size * _RATE, 20.0)
    if kind < 3:
        return np.asarray(np.fft.irfft(spectrum * hertz ** (-0.5 * kind), size), np.float32)
    colour = np.interp(hertz, np.linspace(0, 4000, 8), rng.uniform(-15, 10, 8))
    noise = np.fft.irfft(spectrum * 10 ** (colour / 20), size)
    noise /= noise.std() + 1e-9
    if rng.random() < 0.4:
        time = 2 * np.pi * np.arange(size) / _RATE
        hum = sum(rng.uniform(0, 1) * np.sin(60 * k * time + rng.uniform(0, 6)) for k in range(1, 5))
        noise = noise + rng.uniform(0, 1) * np.asarray(hum)
    return np.asarray(noise, np.float32)


def _response(size: int, rng: np.random.Generator) -> npt.NDArray[np.complex128]:
    """What microphone, band and room do to a spectrum of ``size`` points in time."""
    hertz = np.arange(size // 2 + 1) / size * _RATE
    gain = np.ones(len(hertz))
    if rng.random() < 0.65:
        low, high, order = rng.uniform(100, 350), rng.uniform(3100, 3950), int(rng.integers(2, 5))
        gain /= np.sqrt(1 + (low / np.maximum(hertz, 1)) ** (2 * order))
        gain /= np.sqrt(1 + (hertz / high) ** (2 * int(rng.integers(4, 14))))
    if rng.random() < 0.6:
        gain *= 10 ** (np.interp(hertz, [0, 400, 1000, 1800, 2800, 4000], rng.uniform(-6, 6, 6)) / 20)
    response = gain.astype(np.complex128)
    if rng.random() < 0.25:
        decay = rng.uniform(0.03, 0.25)
        length = int(min(0.28, decay * 1.5) * _RATE)
        echo = rng.standard_normal(length) * np.exp(-6.9 * np.arange(length) / (decay * _RATE))
        echo *= rng.uniform(0.05, 0.5) / (np.sqrt((echo**2).sum()) + 1e-9)
        echo[0] = 1
        response *= np.fft.rfft(echo, size)
    return response


def _at_unit(sound: Sound, heard: npt.NDArray[np.bool_]) -> Sound:
    if heard.sum() <= 100:
        return sound
    return np.asarray(sound / (np.sqrt(np.mean(sound[heard] ** 2)) + 1e-9), np.float32)


def on_a_line(sound: Sound, rng: np.random.Generator, babble: Sound | None = None) -> Sound:
    """What arrives at 16-bit level; ``babble`` is somebody else who may talk behind the caller."""
    size = len(sound)
    heard = np.abs(sound) > 1e-4
    padded = size + 2400
    spectrum = np.fft.rfft(_at_unit(sound, heard), padded) * _response(padded, rng)
    line = _at_unit(np.fft.irfft(spectrum, padded)[:size].astype(np.float32), heard)
    kind = rng.random()
    if kind < 0.55:
        noise = _noise(size, rng)
        line = line + noise / (noise.std() + 1e-9) * 10 ** (-rng.uniform(5, 35) / 20)
    elif kind < 0.65 and babble is not None and len(babble):
        behind = np.resize(babble, size)
        line = line + behind / (behind.std() + 1e-9) * 10 ** (-rng.uniform(8, 25) / 20)
    level = rng.uniform(-52, -30) if rng.random() < 0.35 else rng.uniform(-36, -10)
    line = np.asarray(np.clip(line * 10 ** (level / 20), -1, 1), np.float32)
    if rng.random() < 0.7:
        line = through_mulaw(line)
    if rng.random() < 0.1:
        _lose_packets(line, rng)
    arrived = line * 32767
    if rng.random() < 0.5:
        arrived = arrived + np.asarray(rng.standard_normal(size) * rng.uniform(0, 1.5), np.float32)
    return np.asarray(np.round(arrived) if rng.random() < 0.8 else arrived, np.float32)


def _lose_packets(line: Sound, rng: np.random.Generator) -> None:
    """Up to three of a hundred packets are missing."""
    for at in np.flatnonzero(rng.random(len(line) // _PACKET) < rng.uniform(0, 0.03)):
        line[at * _PACKET : (at + 1) * _PACKET] = 0
