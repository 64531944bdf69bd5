"""A parsed answer written out: the JSON document of ``loanline parse``, and lines for people."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from speech.answers.model import Parsed, Reading, Value

__all__ = ["as_document", "as_lines", "json_value"]


def json_value(value: Value | None) -> str | int | bool | None:
    """Money as ``"2500.00"``, dates as ``"1985-03-12"``, months as a number, yes and no as truth values."""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, date):
        return value.isoformat()
    return value


def as_document(parsed: Parsed) -> dict[str, Any]:
    """``readings``, ``value`` (null unless exactly one stands) and ``ambiguous``; and, where said, ``period``,
    ``command``, ``corrects``, ``topic``, ``tail`` and the ``parts`` of an incomplete date.

    ``period`` is one word when all readings agree, else a list beside the readings.
    """
    periods = [reading.period.value if reading.period else None for reading in parsed.readings]
    document: dict[str, Any] = {
        "readings": [json_value(reading.value) for reading in parsed.readings],
        "value": json_value(parsed.value),
        "ambiguous": parsed.ambiguous,
    }
    if any(periods):
        document["period"] = periods[0] if len(set(periods)) == 1 else periods
    if parsed.command:
        document["command"] = parsed.command.value
    if parsed.corrects:
        document["corrects"] = True
    if parsed.topic:
        document["topic"] = parsed.topic
    if parsed.tail:
        document["tail"] = parsed.tail
    if parsed.parts:
        document["parts"] = [
            {name: part for name in ("year", "month", "day") if (part := getattr(parts, name)) is not None}
            for parts in parsed.parts
        ]
    return document


def _line(reading: Reading) -> str:
    text = str(json_value(reading.value))
    return f"{text} a {reading.period.value}" if reading.period else text


def as_lines(parsed: Parsed) -> list[str]:
    """The same for a person at a terminal."""
    lines = [_line(reading) for reading in parsed.readings] or ["no reading"]
    if parsed.ambiguous:
        lines.insert(0, f"{len(parsed.readings)} readings, most likely first:")
    notes = {"command": parsed.command, "about": parsed.topic, "also said": parsed.tail}
    lines += [f"{label}: {note}" for label, note in notes.items() if note]
    for parts in parsed.parts:
        said = {"year": parts.year, "month": parts.month, "day": parts.day}
        lines.append("part of a date: " + ", ".join(f"{name} {part}" for name, part in said.items() if part))
    if parsed.corrects:
        lines.append("takes back an earlier answer")
    return lines
