"""What a telephone line does to a voice: codec, background noise, lost packets, 8 kHz mu-law. Deterministic."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from core.errors import InvalidFixture, InvalidInput
from ivr.replay.manifest import Channel
from speech.audio import FRAME_SAMPLES, SAMPLE_RATE, Samples, encode_mulaw, read_audio

__all__ = ["TelephoneChannel", "load_clip", "speech_level"]

#: RMS of the hiss of a quiet line: about -72 dB of full scale. Digital silence would betray a machine.
_FLOOR = 8.0


def load_clip(path: Path) -> Samples:
    """Any WAV or FLAC as 8 kHz mono. Raises ``InvalidFixture`` when it cannot be read."""
    try:
        return read_audio(path)
    except InvalidInput:
        raise InvalidFixture(path.name, "is not a recording that can be read; use WAV or FLAC") from None


def speech_level(clips: list[Samples]) -> float:
    """RMS of the frames that hold speech (within 30 dB of the loudest frame); 0.0 for no speech at all."""
    whole = [clip[: len(clip) // FRAME_SAMPLES * FRAME_SAMPLES] for clip in clips]
    frames = np.concatenate([np.zeros(0), *whole]).reshape(-1, FRAME_SAMPLES)
    power = np.mean(frames * frames, axis=1)
    if not power.size or power.max() <= 0:
        return 0.0
    return float(np.sqrt(power[power >= power.max() / 1000].mean()))


def _to_pcm(samples: npt.NDArray[np.float64]) -> Samples:
    return np.clip(np.rint(samples), -32768, 32767).astype(np.int16)


def _narrow(pcm: Samples) -> Samples:
    """The classic telephone band, 300 to 3400 Hz, with 100 Hz wide edges."""
    spectrum = np.fft.rfft(pcm.astype(np.float64))
    hertz = np.fft.rfftfreq(len(pcm), 1 / SAMPLE_RATE)
    gain = np.clip((hertz - 250) / 100, 0, 1) * np.clip((3450 - hertz) / 100, 0, 1)
    return _to_pcm(np.fft.irfft(spectrum * gain, len(pcm)))


def _gsm(pcm: Samples) -> Samples:
    """Through a GSM 06.10 full-rate coder and back."""
    file = io.BytesIO()
    soundfile.write(file, pcm, SAMPLE_RATE, format="WAV", subtype="GSM610")
    file.seek(0)
    back, _ = soundfile.read(file, dtype="int16")
    return np.asarray(back[: len(pcm)], dtype=np.int16)


class TelephoneChannel:
    """One caller's line. ``level`` is the speech RMS from which the noise is measured down; all chance comes from
    ``rng``, drawn alike whether or not anybody speaks, so that a call's noise does not depend on its answers."""

    def __init__(self, spec: Channel, rng: np.random.Generator, level: float) -> None:
        self._spec = spec
        self._rng = rng
        noise = level / 10 ** (spec.noise / 20) if spec.noise is not None else 0.0
        self._noise = max(noise, _FLOOR)
        self._carry = 0.0
        self._last = np.zeros(FRAME_SAMPLES)

    def anew(self, rng: np.random.Generator) -> None:
        """Draw noise and losses from ``rng`` from now on."""
        self._rng = rng

    def voice(self, clip: Samples) -> Samples:
        """A clip after the codec, padded to whole frames."""
        whole = np.pad(clip, (0, -len(clip) % FRAME_SAMPLES))
        if not len(whole) or self._spec.codec == "mulaw":
            return whole
        return _narrow(whole) if self._spec.codec == "narrow" else _gsm(_narrow(whole))

    def frame(self, voice: Samples | None) -> bytes:
        """The next 160 mu-law bytes: voice (``None``: nobody speaks), noise, and concealment of a lost packet."""
        white = self._rng.standard_normal(FRAME_SAMPLES)
        lost = self._rng.random() < self._spec.loss / 100
        shifted = np.concatenate(([self._carry], white[:-1]))
        self._carry = float(white[-1])
        # Two taps tilt white noise towards the low end, as rooms and lines do; 1.166 is their combined gain.
        sound = (white + 0.6 * shifted) * (self._noise / 1.166)
        if voice is not None:
            sound = sound + voice
        # A receiver repeats the last packet at half strength, so a burst of losses fades away.
        self._last = self._last / 2 if lost else sound
        return encode_mulaw(_to_pcm(self._last))
