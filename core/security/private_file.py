"""Files that belong to their owner alone, written whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from core.errors import EnvironmentProblem

__all__ = ["require_private", "write_private"]


def write_private(path: Path, content: str | bytes, *, replace: bool) -> None:
    """Write to a new name with mode 0600, sync, and rename, so that a crash leaves the old file or the new one.

    Raises ``FileExistsError`` when there is one and ``replace`` is False, and ``OSError``.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    fresh.unlink(missing_ok=True)
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    try:
        if replace:
            fresh.replace(path)
        else:
            path.hardlink_to(fresh)
    finally:
        fresh.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def require_private(path: Path, what: str) -> None:
    """Raises ``EnvironmentProblem`` when others may read the file; ``OSError`` when there is none."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise EnvironmentProblem(f"Others may read the {what} {path.name}; run chmod 600 on it.")
