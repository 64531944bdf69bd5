"""A call record without what identifies: names, numbers and dates masked in the words, a tone over them in the sound.

For quality work and for whoever needs to hear how a call went and not whose it was. What cannot be placed in time is
covered whole: an utterance with a number in it and no times for its words is a tone from end to end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from core.events import JournalEntry, TranscriptLine
from core.ports import StoredCall
from core.security.redaction import MASK, SPOKEN_NUMBERS, mask_numbers
from core.security.tones import tone_over

__all__ = ["redacted"]

#: Slots whose words say who somebody is.
_WHO = {"full_name", "national_id_last4", "date_of_birth", "phone"}
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_DATE = re.compile(rf"\b(?:{_MONTHS})\b", re.IGNORECASE)
_ORDINALS = (
    "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|"
    "thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth"
)
_SINGLE = re.compile(rf"\b(?:{SPOKEN_NUMBERS}|{_ORDINALS})\b|\d", re.IGNORECASE)
Span = tuple[int, int]


def redacted(record: StoredCall) -> StoredCall:
    """The same record with everything that identifies covered, and without its journal's values."""
    names = _names(record)
    caller, line = _spans(record.lines, names, "caller"), _spans(record.lines, names, "line")
    return replace(
        record,
        lines=tuple(_masked(each, names) for each in record.lines),
        journal=tuple(replace(entry, data={}) for entry in record.journal),
        caller_audio=tone_over(record.caller_audio, [*caller, *_answers(record.journal)]),
        line_audio=tone_over(record.line_audio, line),
    )


def _names(record: StoredCall) -> frozenset[str]:
    """Every part of every name that was understood in the call."""
    said = [
        str(entry.data.get("value", ""))
        for entry in record.journal
        if entry.kind == "slot" and entry.data.get("name") == "full_name"
    ]
    return frozenset(part.casefold() for name in said for part in re.findall(r"\w{2,}", name))


def _masked(line: TranscriptLine, names: frozenset[str]) -> TranscriptLine:
    text = mask_numbers(line.text)
    text = _DATE.sub(MASK, _SINGLE.sub(MASK, text))
    text = re.sub(r"\w+", lambda word: MASK if word[0].casefold() in names else word[0], text)
    return replace(line, text=text, words=())


def _spans(lines: Iterable[TranscriptLine], names: frozenset[str], who: str) -> list[Span]:
    found: list[Span] = []
    for line in lines:
        side = "line" if line.who == "line" else "caller"
        if side != who:
            continue
        timed = [(start, end) for word, start, end, _ in line.words if _identifies(word, names)]
        if timed:
            found.extend(timed)
        elif not line.words and any(_identifies(word, names) for word in re.findall(r"\w+", line.text)):
            found.append((line.start_ms, line.end_ms))
    return found


def _identifies(word: str, names: frozenset[str]) -> bool:
    return bool(_SINGLE.fullmatch(word) or _DATE.fullmatch(word) or re.search(r"\d", word)) or word.casefold() in names


def _answers(journal: Iterable[JournalEntry]) -> list[Span]:
    """Where the caller gave an answer that says who he or she is."""
    found: list[Span] = []
    for entry in journal:
        hearing: dict[str, Any] = entry.data.get("evidence") or {}
        start, end = hearing.get("start_ms"), hearing.get("end_ms")
        if entry.kind == "slot" and entry.data.get("name") in _WHO and start is not None and end is not None:
            found.append((start, end))
    return found
