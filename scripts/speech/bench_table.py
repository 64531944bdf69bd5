"""The bench's figures as tables: for the terminal, and as Markdown for ``docs/hearing.md``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

__all__ = ["markdown", "show"]

_HEADS = {
    "set": "set", "line": "line", "answers": "n", "word_error": "word error", "slots_best_words": "best words right",
    "slots": "right", "digit_strings": "figure strings", "sure": "sure", "sure_wrong": "wrong of these",
    "cut_off": "cut off", "calibration_error": "calibration error", "cpu_per_audio_s": "CPU s per s",
    "rival_answers": "n of pocketsphinx", "rival_word_error": "its word error", "rival_slots": "its right",
    "rival_digit_strings": "its figure strings", "rival_cpu_per_audio_s": "its CPU s per s",
}  # fmt: skip
Rows = Sequence[Mapping[str, Any]]


def _cell(name: str, value: Any) -> str:
    if value is None or isinstance(value, (str, int)):
        return "–" if value is None else str(value)
    return f"{value:.3f}" if name.endswith(("calibration_error", "audio_s")) else f"{100 * value:.1f} %"


def _names(rows: Rows, *, rival: bool) -> list[str]:
    """The columns of the line's own table, or of pocketsphinx's beside it."""
    shared = {"set", "line", "word_error", "slots", "digit_strings"}
    there = [name for name in _HEADS if any(name in row for row in rows)]
    return [name for name in there if name.startswith("rival_") is rival or (rival and name in shared)]


def _parts(rows: Rows) -> list[tuple[Rows, list[str]]]:
    beside = [row for row in rows if "rival_answers" in row]
    return [(rows, _names(rows, rival=False)), *([(beside, _names(beside, rival=True))] if beside else [])]


def markdown(rows: Rows) -> str:
    return "\n".join(_markdown(*part) for part in _parts(rows))


def _markdown(rows: Rows, names: list[str]) -> str:
    lines = ["| " + " | ".join(_HEADS[name] for name in names) + " |"]
    lines.append("|" + "".join("---|" if name in {"set", "line"} else "---:|" for name in names))
    lines += ["| " + " | ".join(_cell(name, row.get(name)) for name in names) + " |" for row in rows]
    return "\n".join([*lines, ""])


def show(tables: Mapping[str, Rows]) -> None:
    console = Console(width=150)
    for title, (found, names) in ((title, part) for title, rows in tables.items() for part in _parts(rows)):
        table = Table(title=title, title_justify="left")
        for name in names:
            table.add_column(_HEADS[name], justify="left" if name in {"set", "line"} else "right")
        for row in found:
            table.add_row(*(_cell(name, row.get(name)) for name in names))
        console.print(table)
