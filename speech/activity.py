"""Who speaks when: the start and end of an answer, and interruptions of a prompt.

Everything here is a state machine over 20 ms frames of 8 kHz 16-bit samples and their stream time; no clock is read,
so a call gives the same events at any speed.

A frame is speech when webrtcvad says so *and* it stands above the line's own noise. The noise is the least level of
the last two seconds (minimum statistics, R. Martin 2001): speech dips every few hundred milliseconds, noise does
not. Measured on AN4 people, webrtcvad's mode 1 finds 95 to 99 % of the loud frames at -50 dBFS, mode 3 under half.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import webrtcvad

from speech.audio import FRAME_BYTES, FRAME_MS, SAMPLE_RATE, level_dbfs

__all__ = [
    "AnswerDetector",
    "AnswerEnd",
    "BargeIn",
    "Ear",
    "Event",
    "NoInput",
    "Opinion",
    "Sound",
    "SpeechStart",
    "trim",
]

#: How likely some 8 kHz samples are speech, 0 to 1: the second opinion before a prompt is cut.
Opinion = Callable[[bytes], float]

_FLOOR_FRAMES = 100
_FLOOR_LEAST = -72.0
#: In a call's first half second the floor is not believed above this: somebody may be speaking already.
_FLOOR_AT_FIRST = -30.0
_FIRST_FRAMES = 25
_SPEECH_LEAST = -64.0
_ONSET_DB = 7.0
_GOING_ON_DB = 3.5
_KEPT_FRAMES = 100
_LOUD_LINE = -40.0
#: webrtcvad overlooks quiet short words; on a quiet line it is given such frames four times louder.
_QUIET_SPEECH = -42.0
_QUIET_LINE = -58.0
_LIFT = 4


@dataclass(frozen=True, slots=True)
class Sound:
    """One frame, heard. ``voiced`` is webrtcvad's word; levels in dBFS."""

    level: float
    floor: float
    voiced: bool

    @property
    def begins(self) -> bool:
        """Clear enough to count towards the start of speech."""
        return self.voiced and self.level > max(self.floor + _ONSET_DB, _SPEECH_LEAST)

    @property
    def goes_on(self) -> bool:
        """Enough to keep an answer open once it has begun."""
        return self.voiced and self.level > max(self.floor + _GOING_ON_DB, _SPEECH_LEAST - 4.0)


class Ear:
    """Hears every frame of one call once and knows how loud its line is.

    Keep one for the whole call and give it to each detector: the noise is then known before the next answer begins.
    """

    def __init__(self) -> None:
        self._vad = webrtcvad.Vad(1)
        self._recent: deque[float] = deque(maxlen=3)
        self._smooth: deque[float] = deque(maxlen=_FLOOR_FRAMES)

    @property
    def floor(self) -> float:
        """The line's noise in dBFS, from -72 up."""
        floor = max(_FLOOR_LEAST, min(self._smooth, default=_FLOOR_LEAST))
        return min(floor, _FLOOR_AT_FIRST) if len(self._smooth) < _FIRST_FRAMES else floor

    def hear(self, frame: bytes) -> Sound:
        """``frame`` is exactly 320 bytes. Raises ``ValueError`` for another length: a mistake of the caller's."""
        if len(frame) != FRAME_BYTES:
            raise ValueError(f"a frame is {FRAME_BYTES} bytes")
        pcm = np.frombuffer(frame, dtype="<i2")
        level = level_dbfs(pcm)
        self._recent.append(level)
        self._smooth.append(sum(self._recent) / len(self._recent))
        floor = self.floor
        if level < _QUIET_SPEECH and floor < _QUIET_LINE:
            frame = np.clip(pcm.astype(np.int32) * _LIFT, -32768, 32767).astype("<i2").tobytes()
        return Sound(level, floor, bool(self._vad.is_speech(frame, SAMPLE_RATE)))


@dataclass(frozen=True, slots=True)
class SpeechStart:
    """Somebody speaks since ``at_ms``. ``audio`` is all sound from ``at_ms`` less the pre-roll up to and including
    the frame just fed: give it to the recogniser, then every later frame. ``interrupts``: a prompt was playing."""

    at_ms: int
    audio: bytes = field(repr=False)
    interrupts: bool = False


@dataclass(frozen=True, slots=True)
class AnswerEnd:
    """The answer lies between ``start_ms`` and ``end_ms`` (the end of its last speech, without the hang-over)."""

    start_ms: int
    end_ms: int
    why: Literal["silence", "max"]


@dataclass(frozen=True, slots=True)
class NoInput:
    """Nobody answered. ``noise``: something was heard, or the line is so loud that an answer may have drowned."""

    noise: bool


Event = SpeechStart | AnswerEnd | NoInput


@dataclass(frozen=True, slots=True)
class _Kept:
    at_ms: int
    frame: bytes = field(repr=False)
    sound: Sound


class _Onset:
    """The last two seconds of frames, and whether enough of the newest are speech."""

    def __init__(self) -> None:
        self._kept: deque[_Kept] = deque(maxlen=_KEPT_FRAMES)

    def add(self, at_ms: int, frame: bytes, sound: Sound) -> None:
        self._kept.append(_Kept(at_ms, frame, sound))

    def count(self, window: int) -> int:
        """How many of the newest ``window`` frames begin speech."""
        size = len(self._kept)
        return sum(self._kept[i].sound.begins for i in range(max(0, size - window), size))

    def run(self, gap: int) -> int:
        """How many frames of speech end here without a break of more than ``gap`` frames."""
        found = quiet = 0
        for i in range(len(self._kept) - 1, -1, -1):
            if self._kept[i].sound.begins:
                found, quiet = found + 1, 0
            elif (quiet := quiet + 1) > gap:
                break
        return found

    def newest(self, frames: int) -> bytes:
        size = len(self._kept)
        return b"".join(self._kept[i].frame for i in range(max(0, size - frames), size))

    def start(self, pre_roll_ms: int) -> tuple[int, bytes]:
        """Walk back to where the present speech began (a pause of 200 ms ends the walk); its time and its sound,
        the latter from ``pre_roll_ms`` before."""
        first, quiet = len(self._kept) - 1, 0
        for i in range(len(self._kept) - 1, -1, -1):
            if self._kept[i].sound.goes_on:
                first, quiet = i, 0
            else:
                quiet += 1
                if quiet > 10:
                    break
        begin = max(0, first - pre_roll_ms // FRAME_MS)
        return self._kept[first].at_ms, b"".join(self._kept[i].frame for i in range(begin, len(self._kept)))


class BargeIn:
    """Speech over a playing prompt, sure enough to cut the prompt.

    Fires after ``confirm_ms`` of speech frames without a break of more than 40 ms: the two halves of an "uh-huh" are
    each shorter. With ``opinion`` that judge must agree (at least ``sure``) on the same stretch; it is asked at most
    every 60 ms. Measured on made-up coughs, webrtcvad alone lets three of four cut the prompt, with ``SileroOpinion``
    one in thirty or fewer.
    """

    def __init__(
        self,
        *,
        ear: Ear | None = None,
        confirm_ms: int = 200,
        pre_roll_ms: int = 300,
        opinion: Opinion | None = None,
        sure: float = 0.5,
    ) -> None:
        self._ear = ear or Ear()
        self._onset = _Onset()
        self._need = confirm_ms // FRAME_MS
        self._pre_roll_ms = pre_roll_ms
        self._opinion = opinion
        self._sure = sure
        self._ask_again_ms = 0

    def feed(self, at_ms: int, frame: bytes) -> SpeechStart | None:
        """The interruption, once; the prompt should be cleared at once."""
        sound = self._ear.hear(frame)
        self._onset.add(at_ms, frame, sound)
        if not self.sure(at_ms, self._onset):
            return None
        start_ms, audio = self._onset.start(self._pre_roll_ms)
        return SpeechStart(start_ms, audio, interrupts=True)

    def sure(self, at_ms: int, onset: _Onset) -> bool:
        """Whether what ``onset`` holds is an interruption; for detectors that keep the frames themselves."""
        if at_ms < self._ask_again_ms or onset.run(2) < self._need:
            return False
        if self._opinion is not None and self._opinion(onset.newest(self._need + 8)) < self._sure:
            self._ask_again_ms = at_ms + 60
            return False
        return True


class AnswerDetector:
    """One answer: waits for speech, follows it, says when it is over. Feed it every frame from the moment the prompt
    starts, so that nothing said early is lost.

    ``hangover_ms`` of silence end the answer, ``max_ms`` after its start cut it. ``no_input_ms`` without speech give
    ``NoInput``, counted from the first frame, or from ``prompt_over`` when the detector was made with
    ``playing=True``. While a prompt plays, only a sure interruption counts (``BargeIn``), and none at all with
    ``interruptible=False``; speech that lasts into the prompt's end is then taken up whole, two seconds back at most.

    Speech starts after 120 ms of speech frames within 240 ms: clicks and short knocks do not start it. After
    ``AnswerEnd`` or ``NoInput`` the detector is ``done`` and returns nothing more.
    """

    _NEED, _WINDOW = 6, 12

    def __init__(
        self,
        hangover_ms: int,
        max_ms: int,
        no_input_ms: int,
        *,
        ear: Ear | None = None,
        pre_roll_ms: int = 300,
        playing: bool = False,
        interruptible: bool = True,
        opinion: Opinion | None = None,
    ) -> None:
        self.hangover_ms = hangover_ms
        self.done = False
        self._max_ms = max_ms
        self._no_input_ms = no_input_ms
        self._ear = ear or Ear()
        self._onset = _Onset()
        self._barge = BargeIn(ear=self._ear, opinion=opinion)
        self._pre_roll_ms = pre_roll_ms
        self._playing = playing
        self._interruptible = interruptible
        self._wait_from: int | None = None
        self._start_ms: int | None = None
        self._end_ms = 0
        self._now_ms = 0
        self._going_on: deque[bool] = deque(maxlen=3)
        self._stray_frames = 0

    @property
    def speaking(self) -> bool:
        return self._start_ms is not None and not self.done

    @property
    def quiet_ms(self) -> int:
        """How long the speaker has been silent within the answer; 0 before it begins and after it is over.

        Where the words so far are whole, ``hangover_ms`` may be lowered to this, and the next frame ends the answer.
        """
        return self._now_ms - self._end_ms if self.speaking else 0

    def prompt_over(self) -> None:
        """The prompt has played to its end, or was cut: waiting counts from the next frame."""
        self._playing = False

    def feed(self, at_ms: int, frame: bytes) -> list[Event]:
        """Hear one frame of 320 bytes that starts at ``at_ms``."""
        if self.done:
            return []
        sound = self._ear.hear(frame)
        self._onset.add(at_ms, frame, sound)
        if self._start_ms is None:
            return self._wait(at_ms, sound)
        return self._follow(at_ms, sound)

    def _wait(self, at_ms: int, sound: Sound) -> list[Event]:
        if self._playing:
            if not (self._interruptible and self._barge.sure(at_ms, self._onset)):
                return []
            return [self._begin(at_ms, interrupts=True)]
        if self._wait_from is None:
            self._wait_from = at_ms
        self._stray_frames += sound.begins
        building = self._onset.count(self._WINDOW)
        if building >= self._NEED:
            return [self._begin(at_ms)]
        if at_ms + FRAME_MS - self._wait_from >= self._no_input_ms and building < 2:
            self.done = True
            return [NoInput(noise=self._stray_frames >= 3 or sound.floor > _LOUD_LINE)]
        return []

    def _begin(self, at_ms: int, *, interrupts: bool = False) -> SpeechStart:
        self._playing = False
        self._start_ms, audio = self._onset.start(self._pre_roll_ms)
        self._end_ms = self._now_ms = at_ms + FRAME_MS
        return SpeechStart(self._start_ms, audio, interrupts)

    def _follow(self, at_ms: int, sound: Sound) -> list[Event]:
        assert self._start_ms is not None
        now = self._now_ms = at_ms + FRAME_MS
        self._going_on.append(sound.goes_on)
        # A single stray frame does not keep an answer open.
        if sound.goes_on and sum(self._going_on) >= 2:
            self._end_ms = now
        if now - self._end_ms >= self.hangover_ms:
            self.done = True
            return [AnswerEnd(self._start_ms, self._end_ms, "silence")]
        if now - self._start_ms >= self._max_ms:
            self.done = True
            return [AnswerEnd(self._start_ms, self._end_ms, "max")]
        return []


def trim(pcm: bytes, keep_ms: int = 300) -> tuple[int, bytes]:
    """A recording without the silence at its ends, less ``keep_ms`` on both sides, and how many milliseconds were cut
    off its start. Empty when nobody speaks.

    For files: looks at the whole recording, unlike the detectors, which know only the past.
    """
    frames = [pcm[i : i + FRAME_BYTES] for i in range(0, len(pcm) - FRAME_BYTES + 1, FRAME_BYTES)]
    ear = Ear()
    heard = [ear.hear(frame).goes_on for frame in frames]
    speech = [i for i, found in enumerate(heard) if found and sum(heard[max(0, i - 4) : i + 5]) >= 4]
    if not speech:
        return 0, b""
    margin = keep_ms // FRAME_MS
    first = max(0, speech[0] - margin)
    return first * FRAME_MS, b"".join(frames[first : speech[-1] + 1 + margin])
