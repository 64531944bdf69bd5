"""Take numbers out of text and personal data out of log events, before anything is written.

The last net, not the first: code that logs passes ids and static names only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping
from typing import Any

__all__ = ["MASK", "SPOKEN_NUMBERS", "mask_numbers", "redact_event"]

MASK = "•••"

SPOKEN_NUMBERS = (
    "zero|oh|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    "seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|double|triple"
)
_SPOKEN_RUN = re.compile(rf"\b(?:{SPOKEN_NUMBERS})(?:[\s,-]+(?:and\s+)?(?:{SPOKEN_NUMBERS}))+\b", re.IGNORECASE)
_CHINESE_RUN = re.compile(r"[零〇一二三四五六七八九十百千万两幺]{3,}")
_DIGIT_RUN = re.compile(r"(?<![A-Za-z0-9_])[+(]?[0-9](?:[\s().,/-]{0,2}[0-9]){2,}(?![A-Za-z0-9_])")

#: Keys of a log event that hold fixed names, times or levels.
_STATIC = frozenset({"at", "event", "level", "logger", "timestamp", "version"})


def mask_numbers(text: str) -> str:
    """``text`` with every number of three digits or more, and every run of spoken number words, masked.

    A token of letters and digits (an id, a hash) is left alone.

    >>> mask_numbers("my number is 415-555-0123, or four one five")
    'my number is •••, or •••'
    """
    for pattern in (_DIGIT_RUN, _SPOKEN_RUN, _CHINESE_RUN):
        text = pattern.sub(MASK, text)
    return text


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return mask_numbers(value)
    if isinstance(value, Mapping):
        return {key: _clean(item) for key, item in value.items() if not _personal(str(key))}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value


def _personal(key: str) -> bool:
    return key == "pii" or key.startswith(("pii.", "pii_"))


def redact_event(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: drops every ``pii.*`` key and masks numbers in the values that are left."""
    for key in [key for key in event if _personal(key)]:
        del event[key]
    for key in event.keys() - _STATIC:
        event[key] = _clean(event[key])
    return event
