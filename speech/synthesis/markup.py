"""The one mark a prompt may hold: a pause.

``<pause 300>`` is 300 milliseconds of silence (at most 5000); ``…`` is a short pause of 250. Commas and full stops
pause by themselves. Between groups of digits write ``five five five<pause 300>oh one nine nine``.
"""

from __future__ import annotations

import re

__all__ = ["SHORT_PAUSE_MS", "Segment", "segments"]

#: Words to speak, or milliseconds of silence.
Segment = str | int

SHORT_PAUSE_MS = 250
_LONGEST_PAUSE_MS = 5000
_PAUSE = re.compile(r"<\s*pause\s+(\d{1,5})\s*>|(…)")
_NOT_SPOKEN = re.compile(r"[<>\x00-\x1f\x7f]+")


def segments(text: str) -> tuple[Segment, ...]:
    """The text cut at its pauses. Angle brackets and control characters that mark nothing are not spoken; pieces
    without a letter or digit are left out, neighbouring pauses are added up."""
    found: list[Segment] = []

    def silence(ms: int) -> None:
        if found and isinstance(found[-1], int):
            ms += found.pop()  # type: ignore[operator]  # the line above says it is an int
        found.append(min(ms, _LONGEST_PAUSE_MS))

    at = 0
    for mark in [*_PAUSE.finditer(text), None]:
        words = " ".join(_NOT_SPOKEN.sub(" ", text[at : mark.start() if mark else None]).split())
        if any(c.isalnum() for c in words):
            found.append(words)
        if mark:
            silence(int(mark[1]) if mark[1] else SHORT_PAUSE_MS)
            at = mark.end()
    return tuple(found)
