"""What libraries log, in the form of our own log: their words in advance, never their values.

A library writes whatever it holds: the message of an exception, the representation of a task. Those can name a caller.
Kept are the fixed text of the event up to its first line break, the kind of an exception, and where it was raised. Our
own errors are one sentence that names nobody, and are kept whole.
"""

from __future__ import annotations

import logging
import traceback

import structlog

from core.errors import LoanlineError

__all__ = ["listen_to_libraries"]

_LONGEST = 120
_FRAMES = 6
_TRACEBACK = "Traceback (most recent call last)"
_OURS = "core.errors."


class _Translated(logging.Handler):
    """One event of ours for each record of a library."""

    def emit(self, record: logging.LogRecord) -> None:
        lines = str(record.msg).strip().splitlines() or [""]
        facts: dict[str, object] = {"logger": record.name, "text": lines[0][:_LONGEST]}
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
            facts["kind"] = type(error).__name__
            facts["where"] = [f"{_module(each.filename)}:{each.lineno}" for each in frames]
            if isinstance(error, LoanlineError):
                facts["detail"] = str(error)
        elif lines[0].startswith(_TRACEBACK):  # a server that could not start has written it out
            name, _, words = lines[-1].partition(": ")
            facts["kind"] = name[:_LONGEST]
            if name.startswith(_OURS):
                facts["detail"] = words
        structlog.get_logger().log(record.levelno, "library_log", **facts)


def _module(filename: str) -> str:
    """The last two parts of the path: enough to find the line, and nothing of the machine."""
    return "/".join(filename.replace("\\", "/").split("/")[-2:])


def listen_to_libraries() -> None:
    """From now on what libraries log at level warning and above goes into our log, once. Their own handlers stay."""
    root = logging.getLogger()
    if not any(isinstance(each, _Translated) for each in root.handlers):
        root.addHandler(_Translated(logging.WARNING))
