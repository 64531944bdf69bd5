"""The recorder: both sides on one time line, nothing before consent, nothing lost by a failed try."""

from __future__ import annotations

from contextlib import contextmanager
from typing import Any

import pytest

from core.errors import StorageError
from core.events import TranscriptLine
from ivr.recording import Recorder

FRAME = b"\x11" * 160


class Shelf:
    """A store that remembers, and fails when told to."""

    def __init__(self) -> None:
        self.audio: list[tuple[str, int, bytes]] = []
        self.lines: list[str] = []
        self.allowed = 0
        self.broken = False

    @contextmanager
    def begin(self) -> Any:
        if self.broken:
            raise StorageError("The store is full: free some space.")
        yield self

    @property
    def records(self) -> Shelf:
        return self

    def commit(self) -> None: ...

    def allow_recording(self, _call_id: str) -> None:
        self.allowed += 1

    def append_audio(self, _call_id: str, track: str, start_ms: int, mulaw: bytes) -> None:
        self.audio.append((track, start_ms, mulaw))

    def append_line(self, _call_id: str, line: TranscriptLine) -> None:
        self.lines.append(line.text)


async def _frames(recorder: Recorder, count: int, at_ms: int = 0, *, secret: bool = False) -> None:
    for number in range(count):
        await recorder.frame(at_ms + 20 * number, FRAME, recorder.line_side(160), secret=secret)


async def test_nothing_before_consent_then_the_lines_that_waited() -> None:
    shelf = Shelf()
    recorder = Recorder(shelf, "CA1")  # type: ignore[arg-type]  # the part of the store that the recorder uses
    await _frames(recorder, 100)
    await recorder.line(TranscriptLine("line", 0, 1, "hello", "heard"))
    assert (shelf.audio, shelf.lines) == ([], [])
    await recorder.allow()
    assert (shelf.lines, shelf.allowed) == (["hello"], 1)
    await _frames(recorder, 25, at_ms=2000)
    assert [(track, start, len(audio)) for track, start, audio in shelf.audio] == [
        ("caller", 2000, 4000),
        ("line", 2000, 4000),
    ]


async def test_prompts_play_on_the_same_time_line_and_stop_where_they_are_cut() -> None:
    shelf = Shelf()
    recorder = Recorder(shelf, "CA1")  # type: ignore[arg-type]  # as above
    await recorder.allow()
    recorder.play(b"\x22" * 1600)
    await _frames(recorder, 5)
    recorder.clear()
    await _frames(recorder, 20, at_ms=100)
    line = next(audio for track, _, audio in shelf.audio if track == "line")
    assert line == b"\x22" * 800 + b"\xff" * 3200


async def test_a_secret_is_silence() -> None:
    shelf = Shelf()
    recorder = Recorder(shelf, "CA1")  # type: ignore[arg-type]  # as above
    await recorder.allow()
    await _frames(recorder, 25, secret=True)
    assert shelf.audio[0][2] == b"\xff" * 4000


async def test_what_could_not_be_stored_is_stored_later() -> None:
    shelf = Shelf()
    recorder = Recorder(shelf, "CA1")  # type: ignore[arg-type]  # as above
    await recorder.allow()
    shelf.broken = True
    with pytest.raises(StorageError):
        await _frames(recorder, 25)
    await _frames(recorder, 24, at_ms=500)
    shelf.broken = False
    await recorder.flush()
    assert [len(audio) for _, _, audio in shelf.audio] == [49 * 160, 49 * 160]
    await recorder.flush()
    assert len(shelf.audio) == 2
