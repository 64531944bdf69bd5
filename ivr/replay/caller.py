"""A simulated telephone with a person on it, in 20 ms ticks of stream time. Pure: no clock, no network.

It keeps what a far end keeps: the audio pieces and marks in the order they came. A mark returns when everything
before it has been played, or at once, as flushed, on ``clear``. The prompt that plays is known by its mark
``<prompt_id>:<n>``, found ahead in the buffer.
"""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np

from ivr.replay.channel import TelephoneChannel, speech_level
from ivr.replay.manifest import CODE_PLACE, CallFixture, Turn
from speech.audio import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE, Samples

__all__ = ["TICK_MS", "Heard", "Said", "SimulatedCaller", "Tick", "newest_code"]

TICK_MS = FRAME_MS
_KEY_MS = 240  # a tone and the pause after it
_GAP_MS = 150  # between spoken digits
_REACTION_MS = (340, 480)
_ASK_CODE_MS = 500
_CODE = re.compile(r"(?<!\d)\d{4,8}(?!\d)")


@dataclass(frozen=True, slots=True)
class Heard:
    """A prompt that played at the caller's ear. ``flushed``: it was cut off. Times in stream milliseconds."""

    prompt_id: str
    start_ms: int
    end_ms: int
    flushed: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A turn that was taken. ``words`` is ``None`` where nothing was said, or a secret."""

    turn: int
    prompt_id: str
    start_ms: int
    end_ms: int
    words: str | None


@dataclass(frozen=True, slots=True)
class Tick:
    """What the telephone sends in one 20 ms step, in this order: marks, keys, the frame, the hang-up.

    ``at_ms`` is the start of the frame; ``marks`` are (name, flushed). ``wants_code``: a turn waits for the one-time
    code; give the newest with ``give_code``.
    """

    at_ms: int
    frame: bytes
    keys: tuple[str, ...] = ()
    marks: tuple[tuple[str, bool], ...] = ()
    hang_up: bool = False
    wants_code: bool = False


@dataclass(slots=True)
class _Piece:
    left: int


@dataclass(slots=True)
class _Deed:
    """A turn that will begin at ``due_ms``."""

    turn: int
    prompt_id: str
    due_ms: int


def newest_code(texts: Sequence[str]) -> str | None:
    """The one-time code in the last of these messages, as a person reads it: the last run of four to eight digits."""
    codes = _CODE.findall(texts[-1]) if texts else []
    return codes[-1] if codes else None


class SimulatedCaller:
    """Plays one fixture. ``load`` reads a clip as 8 kHz samples; ``seed`` is added to the fixture's own."""

    def __init__(self, fixture: CallFixture, load: Callable[[Path], Samples], seed: int = 0) -> None:
        self.fixture = fixture
        self.heard: list[Heard] = []
        self.said: list[Said] = []
        self.hung_up = False
        self._clips = {path: load(path) for turn in fixture.turn for path in fixture.clips(turn)}
        self._seed = (fixture.seed, seed)
        noise, timing = np.random.default_rng(self._seed).spawn(2)
        self._channel = TelephoneChannel(fixture.channel, noise, speech_level(list(self._clips.values())))
        self._timing = timing
        self._now = 0
        self._buffer: deque[_Piece | str] = deque()
        self._returned: list[tuple[str, bool]] = []
        self._playing_since: int | None = None
        self._chosen: int | None = None  # the turn this playing prompt has already started
        self._used: set[int] = set()
        self._perhaps_lost: set[int] = set()
        self._scheduled: Counter[int] = Counter()
        self._waiting: deque[_Deed] = deque()
        self._voice: deque[Samples] = deque()
        self._keys: deque[tuple[int, str]] = deque()
        self._busy_until = 0
        self._quiet_since = 0
        self._ask_at = 0

    # What the far end does to us.

    def play(self, mulaw: bytes) -> None:
        """Queue audio behind what is buffered already."""
        if mulaw:
            self._buffer.append(_Piece(len(mulaw)))

    def mark(self, name: str) -> None:
        """Queue a mark; it returns when everything before it has been played."""
        self._buffer.append(name)

    def clear(self) -> None:
        """Empty the buffer. Its marks return, flushed, with the next tick."""
        for item in self._buffer:
            if isinstance(item, str):
                self._mark_done(item, flushed=True)
        self._buffer.clear()
        self._playing_since = self._chosen = None

    def give_code(self, code: str) -> None:
        """The one-time code that came by text message; the turn that waits for it begins with the next tick."""
        if self._waiting and self.fixture.turn[self._waiting[0].turn].wants_code:
            self._begin(self._waiting.popleft(), code)

    def line_lost(self) -> None:
        """The stream broke: nothing that was buffered is heard. A turn that was not over is taken again when asked; so
        may be the last one, when no prompt has ended since: what was said may never have come through."""
        self._used -= {deed.turn for deed in self._waiting}
        if self._now < self._busy_until and self.said:
            self._used.discard(self.said.pop().turn)
        else:
            self._doubt_last()
        self._fall_silent()

    def stream_over(self) -> None:
        """The line ended the stream, in the middle or at its end: what it had queued is not heard. Turns under way may
        be taken again, if the call goes on and asks."""
        self._perhaps_lost |= {deed.turn for deed in self._waiting}
        self._doubt_last()
        self._fall_silent()

    def _doubt_last(self) -> None:
        if self.said and (not self.heard or self.heard[-1].end_ms <= self.said[-1].start_ms):
            self._perhaps_lost.add(self.said[-1].turn)

    def _fall_silent(self) -> None:
        self._buffer.clear()
        self._returned.clear()
        self._playing_since = self._chosen = None
        self._waiting.clear()
        self._voice.clear()
        self._keys.clear()
        self._busy_until = self._quiet_since = self._now

    def turn_without_stream(self, prompt_id: str) -> Turn | None:
        """A page of a form asks ``prompt_id``: takes the turn that answers. It has no place in a recording."""
        self.heard.append(Heard(prompt_id, self._now, self._now, flushed=False))
        number = self._next_for(prompt_id)
        if number is None:
            return None
        self._used.add(number)
        self._perhaps_lost.discard(number)
        self.said.append(Said(number, prompt_id, self._now, self._now, None))
        turn = self.fixture.turn[number]
        self.hung_up = self.hung_up or turn.hang_up is True
        return turn

    # What shells and reports ask.

    @property
    def now_ms(self) -> int:
        return self._now

    @property
    def playing(self) -> bool:
        """True while buffered audio or marks are left."""
        return bool(self._buffer)

    @property
    def active(self) -> bool:
        """True while the caller speaks, presses keys, or is about to."""
        return self._now < self._busy_until or bool(self._waiting)

    @property
    def quiet_ms(self) -> int:
        """How long both sides have been quiet: the time the caller has waited for the line to say something."""
        return 0 if self.playing or self.active else self._now - self._quiet_since

    @property
    def unused(self) -> tuple[int, ...]:
        """Numbers of the turns that no prompt has asked for, from 0."""
        return tuple(n for n in range(len(self.fixture.turn)) if n not in self._used)

    def tick(self) -> Tick:
        """Advance 20 ms and return what is sent."""
        self._hear()
        wants_code = hang_up = False
        if self._waiting and self._now >= max(self._waiting[0].due_ms, self._busy_until):
            turn = self.fixture.turn[self._waiting[0].turn]
            if turn.wants_code:
                wants_code = self._now >= self._ask_at
                self._ask_at = self._now + _ASK_CODE_MS if wants_code else self._ask_at
            else:
                hang_up = turn.hang_up is True
                self._begin(self._waiting.popleft())
        keys = []
        while self._keys and self._keys[0][0] <= self._now:
            keys.append(self._keys.popleft()[1])
        frame = self._channel.frame(self._voice.popleft() if self._voice else None)
        marks, self._returned = tuple(self._returned), []
        sent = Tick(self._now, frame, tuple(keys), marks, hang_up, wants_code)
        self.hung_up = self.hung_up or hang_up
        self._now += TICK_MS
        if self.playing or self.active:
            self._quiet_since = self._now
        return sent

    # The ear.

    def _hear(self) -> None:
        """Play 20 ms of the buffer and return the marks that are reached."""
        room = FRAME_SAMPLES
        while self._buffer:
            head = self._buffer[0]
            if isinstance(head, str):
                self._buffer.popleft()
                self._mark_done(head, flushed=False)
                self._playing_since = self._chosen = None
                continue
            if room == 0:
                break
            if self._playing_since is None:
                self._playing_since = self._now
            played = min(room, head.left)
            head.left -= played
            room -= played
            if head.left == 0:
                self._buffer.popleft()
        if self._playing_since is not None and self._chosen is None:
            self._consider_barging_in(self._playing_since)

    def _consider_barging_in(self, since: int) -> None:
        name = next((item for item in self._buffer if isinstance(item, str)), None)
        if name is None:
            return  # the mark that names this prompt has not come yet
        prompt_id = name.rpartition(":")[0] or name
        turn = self._next_for(prompt_id)
        after = None if turn is None else self.fixture.turn[turn].after_ms
        if turn is not None and after is not None:
            self._chosen = turn
            self._schedule(turn, prompt_id, since + after)

    def _mark_done(self, name: str, *, flushed: bool) -> None:
        prompt_id = name.rpartition(":")[0] or name
        start = self._now if self._playing_since is None else self._playing_since
        self.heard.append(Heard(prompt_id, start, self._now, flushed))
        self._returned.append((name, flushed))
        if flushed or self._chosen is not None:
            return  # a prompt that was cut off, or is answered already, asks for nothing more
        turn = self._next_for(prompt_id)
        if turn is not None:
            reaction = int(self._timing.integers(*_REACTION_MS, endpoint=True))
            self._schedule(turn, prompt_id, self._now + reaction)

    # The mouth and the fingers.

    def _next_for(self, prompt_id: str) -> int | None:
        turns = enumerate(self.fixture.turn)
        open_turns = (n for n, turn in turns if fnmatchcase(prompt_id, turn.when))
        return next((n for n in open_turns if n not in self._used or n in self._perhaps_lost), None)

    def _schedule(self, turn: int, prompt_id: str, due_ms: int) -> None:
        self._used.add(turn)
        self._perhaps_lost.discard(turn)
        self._scheduled[turn] += 1
        self._waiting.append(_Deed(turn, prompt_id, due_ms))
        self._noise_of(turn, 0)

    def _noise_of(self, turn: int, part: int) -> None:
        """Noise and losses before (0) and under (1) an answer belong to the answer, not to the length of the call: a
        prompt that is 20 ms longer, as eSpeak's are from one process to the next, must not change what is heard."""
        self._channel.anew(np.random.default_rng([*self._seed, turn, self._scheduled[turn], part]))

    def _begin(self, deed: _Deed, code: str = "") -> None:
        self._noise_of(deed.turn, 1)
        turn = self.fixture.turn[deed.turn]
        if turn.silence is not None:
            length = round(turn.silence * 1000)
        elif turn.keys is not None:
            keys = turn.keys.replace(CODE_PLACE, code)
            self._keys.extend((self._now + n * _KEY_MS, key) for n, key in enumerate(keys))
            length = len(keys) * _KEY_MS
        else:
            voice = self._speech(turn, code)
            self._voice.extend(voice)
            length = len(voice) * TICK_MS
        self._busy_until = self._now + length
        self.said.append(Said(deed.turn, deed.prompt_id, self._now, self._busy_until, turn.said))

    def _speech(self, turn: Turn, code: str) -> list[Samples]:
        if turn.say is not None:
            pcm = self._clips[self.fixture.file(turn.say)]
        elif turn.digits_dir is not None and turn.say_digits is not None:
            folder = self.fixture.file(turn.digits_dir)
            gap = np.zeros(SAMPLE_RATE * _GAP_MS // 1000, dtype=np.int16)
            parts: list[Samples] = []
            for digit in turn.say_digits.replace(CODE_PLACE, code):
                parts += [gap, self._clips[folder / f"{digit}.flac"]]
            pcm = np.concatenate(parts[1:])
        else:
            return []  # hanging up makes no sound
        voice = self._channel.voice(pcm)
        return [voice[n : n + FRAME_SAMPLES] for n in range(0, len(voice), FRAME_SAMPLES)]
