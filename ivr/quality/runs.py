"""Replay runs as they are kept: one JSON file each, with figures of fictional callers only.

Nothing of a real caller comes here: a run is made of fixture calls, and those are spoken for the purpose.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from core.errors import EnvironmentProblem

__all__ = ["CallScore", "Run", "RunBook", "RunShelf"]

_MOST_RUNS = 500


@dataclass(frozen=True, slots=True)
class CallScore:
    """One fixture call in one run. ``word_error`` is a share of ``words``, the words said; ``fields`` tells of each
    expected field whether it was right; ``decision`` is what was decided, or how the call ended without one;
    ``differences`` are (what, expected, got)."""

    name: str
    title: str
    ok: bool
    words: int
    word_error: float | None
    fields: Mapping[str, bool]
    decision: str
    reasks: int
    answer_ms: float | None
    differences: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """``run_id`` sorts by time. ``model`` names the recogniser's model, ``version`` the program."""

    run_id: str
    at: datetime
    version: str
    model: str
    calls: tuple[CallScore, ...]

    @property
    def as_expected(self) -> int:
        return sum(call.ok for call in self.calls)

    @property
    def word_error(self) -> float | None:
        """Wrong words over words said, of all calls in which words were said."""
        heard = [call for call in self.calls if call.word_error is not None and call.words]
        words = sum(call.words for call in heard)
        return sum((call.word_error or 0.0) * call.words for call in heard) / words if words else None

    @property
    def accuracy(self) -> float | None:
        """Fields right over fields expected."""
        return _share([right for call in self.calls for right in call.fields.values()])

    @property
    def accuracy_by_field(self) -> dict[str, float]:
        names = dict.fromkeys(name for call in self.calls for name in call.fields)
        return {name: _share([c.fields[name] for c in self.calls if name in c.fields]) or 0.0 for name in names}

    def call(self, name: str) -> CallScore | None:
        return next((call for call in self.calls if call.name == name), None)


def _share(found: list[bool]) -> float | None:
    return sum(found) / len(found) if found else None


@dataclass(frozen=True, slots=True)
class RunShelf:
    """What was read: ``runs`` oldest first, and how many files could not be read."""

    runs: tuple[Run, ...]
    unreadable: int


class RunBook:
    """Keeps the newest five hundred runs in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, run: Run) -> None:
        """Store a run, whole or not at all. Raises ``EnvironmentProblem`` when the folder cannot be written."""
        path = self._folder / f"{run.run_id}.json"
        made = path.with_suffix(".new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            made.write_text(json.dumps(asdict(run) | {"at": run.at.isoformat()}, ensure_ascii=False), "utf-8")
            made.replace(path)
            for old in sorted(self._folder.glob("*.json"))[:-_MOST_RUNS]:
                old.unlink()
        except OSError:
            raise EnvironmentProblem(
                "The run cannot be kept: make the data directory writable, or replay with --no-keep."
            ) from None

    def read(self, limit: int = 60) -> RunShelf:
        """The newest ``limit`` runs. A damaged file is counted, never guessed at."""
        runs, unreadable = [], 0
        for path in sorted(self._folder.glob("*.json"))[-limit:]:
            try:
                runs.append(_run(json.loads(path.read_text("utf-8"))))
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                unreadable += 1
        return RunShelf(tuple(runs), unreadable)


def _run(kept: dict[str, Any]) -> Run:
    calls = tuple(
        CallScore(**{**call, "differences": tuple((str(a), str(b), str(c)) for a, b, c in call["differences"])})
        for call in kept["calls"]
    )
    return Run(kept["run_id"], datetime.fromisoformat(kept["at"]), kept["version"], kept["model"], calls)
