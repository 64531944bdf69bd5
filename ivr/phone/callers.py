"""Ready-made callers: what the telephone in the browser says by itself. See ``ivr.bootstrap``."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

__all__ = ["ReadyCaller", "ReadyTurn"]


@dataclass(frozen=True, slots=True)
class ReadyTurn:
    """One deed after a prompt whose id matches the glob ``when``: sounds (8 kHz mu-law) said one after the other, keys
    (``{sms_code}`` stands for the code of the text message), or hanging up."""

    when: str
    sounds: tuple[bytes, ...] = ()
    keys: str = ""
    hang_up: bool = False
    words: str = ""

    def plain(self) -> dict[str, Any]:
        return {
            "when": self.when,
            "sounds": [base64.b64encode(sound).decode() for sound in self.sounds],
            "keys": self.keys,
            "hang_up": self.hang_up,
            "words": self.words,
        }


@dataclass(frozen=True, slots=True)
class ReadyCaller:
    """A fictional person. ``number`` is empty where it is withheld; ``texts_to`` gets the text messages."""

    name: str
    title: str
    number: str
    texts_to: str
    attestation: str
    turns: tuple[ReadyTurn, ...]

    def plain(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "name": self.name,
            "title": self.title,
            "number": self.number,
            "texts_to": self.texts_to,
            "attestation": self.attestation,
            "turns": [turn.plain() for turn in self.turns],
        }
