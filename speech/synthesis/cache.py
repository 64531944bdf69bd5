"""Rendered prompts, so that each is spoken by the synthesiser once.

Only what was asked to be kept goes to disk: prompts without personal data. File names are hashes; the text itself is
not stored anywhere. The rest lives in memory, the least used leaving first.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections import OrderedDict
from pathlib import Path

__all__ = ["PromptCache"]


class PromptCache:
    """``folder`` is for kept prompts (``None``: nothing goes to disk); ``memory_bytes`` bounds the rest, at 8 kB a
    second of speech."""

    def __init__(self, folder: Path | None = None, memory_bytes: int = 32 * 1024 * 1024) -> None:
        self._folder = folder
        self._room = memory_bytes
        self._held = 0
        self._memory: OrderedDict[str, bytes] = OrderedDict()

    @staticmethod
    def key(*parts: str | int) -> str:
        """A name for what these parts make, from which they cannot be read back by looking at the disk."""
        return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()

    @property
    def held_bytes(self) -> int:
        """Bytes of sound held in memory."""
        return self._held

    def get(self, key: str) -> bytes | None:
        if (sound := self._memory.get(key)) is not None:
            self._memory.move_to_end(key)
            return sound
        if self._folder is not None:
            with contextlib.suppress(OSError):
                sound = (self._folder / f"{key}.ulaw").read_bytes()
                if sound:
                    self._remember(key, sound)
                    return sound
        return None

    def put(self, key: str, sound: bytes, *, keep: bool) -> None:
        """Remember ``sound``; with ``keep`` on disk as well. A disk that cannot be written costs only time."""
        self._remember(key, sound)
        if keep and self._folder is not None:
            with contextlib.suppress(OSError):
                self._folder.mkdir(parents=True, exist_ok=True)
                handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
                try:
                    with os.fdopen(handle, "wb") as file:
                        file.write(sound)
                    Path(name).replace(self._folder / f"{key}.ulaw")
                finally:
                    Path(name).unlink(missing_ok=True)

    def _remember(self, key: str, sound: bytes) -> None:
        self._held -= len(self._memory.pop(key, b""))
        self._memory[key] = sound
        self._held += len(sound)
        while self._held > self._room:
            self._held -= len(self._memory.popitem(last=False)[1])
