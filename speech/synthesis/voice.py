"""The line's voice: a port, and pyttsx3 behind it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from typing import Protocol

from core.errors import SynthesisFailed
from speech.engines.process import child_environment
from speech.synthesis.cache import PromptCache
from speech.synthesis.markup import Segment, segments

__all__ = ["DEFAULT_RATE", "DEFAULT_VOICE", "Pyttsx3Voice", "Voice"]

#: Of 7 voices at 130 to 165 words a minute, the one the line itself hears best at 8 kHz: 39 % of the words of fifteen
#: prompts wrong in free decoding, against 54 % for plain "gmw/en-us" (the decoder is weak on long sentences).
DEFAULT_VOICE = "en-us+f2"
DEFAULT_RATE = 150
_SLOWEST, _FASTEST = 80, 300


class Voice(Protocol):
    async def say(self, text: str, *, rate: int = 0, keep: bool = False) -> bytes:
        """``text`` (pauses: ``speech.synthesis.markup``) as 8 kHz mu-law without a header, at about -20 dBFS.

        ``rate`` in words a minute, 0 for the voice's own. ``keep`` allows a copy on disk: only for text without
        personal data. Raises ``SynthesisFailed``.
        """
        ...

    async def close(self) -> None: ...


class Pyttsx3Voice:
    """pyttsx3 in a process of its own, one prompt at a time; ``Voice`` says what ``say`` promises.

    ``voice`` is a pyttsx3 voice id; empty is ``DEFAULT_VOICE``.

    A prompt that takes longer than ``timeout_s``, or a process that dies, costs a restart; after ``tries`` it is
    ``SynthesisFailed``. Equal prompts asked for at the same time are rendered once.
    """

    def __init__(
        self,
        cache: PromptCache | None = None,
        *,
        voice: str = "",
        rate: int = DEFAULT_RATE,
        timeout_s: float = 10.0,
        tries: int = 3,
        command: Sequence[str] = (sys.executable, "-P", "-m", "speech.synthesis.worker"),
    ) -> None:
        self._cache = cache or PromptCache()
        self._voice = voice or DEFAULT_VOICE
        self._rate = rate
        self._timeout_s = timeout_s
        self._tries = tries
        self._command = tuple(command)
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._rendering: dict[str, asyncio.Task[bytes]] = {}
        self._closed = False

    async def start(self) -> None:
        """Speak one word, so that the first caller does not wait for the process. Raises ``SynthesisFailed``."""
        await self.say("ready")

    async def say(self, text: str, *, rate: int = 0, keep: bool = False) -> bytes:
        if self._closed:
            raise SynthesisFailed("The voice is closed: the line is shutting down.")
        parts = segments(text)
        speed = min(_FASTEST, max(_SLOWEST, rate or self._rate))
        key = self._cache.key(self._voice, speed, *parts)
        if (sound := self._cache.get(key)) is not None:
            return sound
        task = self._rendering.get(key)
        if task is None:
            task = asyncio.create_task(self._render(key, parts, speed, keep=keep))
            self._rendering[key] = task
            task.add_done_callback(lambda done: self._rendered(key, done))
        return await asyncio.shield(task)  # a caller who hangs up must not stop it for the others

    async def close(self) -> None:
        """End the process. May be called twice."""
        self._closed = True
        tasks = list(self._rendering.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._stop()

    async def _render(self, key: str, parts: tuple[Segment, ...], speed: int, *, keep: bool) -> bytes:
        request = json.dumps({"voice": self._voice, "rate": speed, "segments": parts}).encode() + b"\n"
        async with self._turn:
            for _ in range(self._tries):
                sound = None
                try:
                    sound = await asyncio.wait_for(self._ask(request), self._timeout_s)
                except (TimeoutError, OSError, EOFError, ValueError):
                    pass  # tried again below, with a new process
                finally:
                    if sound is None:
                        await self._stop()
                if sound is not None:
                    self._cache.put(key, sound, keep=keep)
                    return sound
        raise SynthesisFailed("The prompt could not be spoken: run `loanline doctor` to check the voice.")

    async def _ask(self, request: bytes) -> bytes | None:
        """The sound; ``None`` when the process says that it could not."""
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=child_environment()
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(request)
        head = json.loads(await self._process.stdout.readuntil(b"\n"))
        return await self._process.stdout.readexactly(head["size"]) if "size" in head else None

    async def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            assert process.stdin is not None
            process.stdin.close()
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)  # Process.kill may reap the child behind asyncio's back
            await process.wait()

    def _rendered(self, key: str, task: asyncio.Task[bytes]) -> None:
        self._rendering.pop(key, None)
        if not task.cancelled():
            task.exception()  # retrieved, also when every caller has hung up
