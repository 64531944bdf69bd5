"""OpenFst's command-line tools (Debian ``libfst-tools`` and ``libfst22-plugins-base``), on files."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from core.errors import EnvironmentProblem

__all__ = ["have_tools", "piped"]

#: Where Debian puts the look-ahead types that ``fstconvert`` loads.
_PLUGINS = "/usr/lib/x86_64-linux-gnu/fst/22"
_NEEDED = ("fstcompile", "fstarcsort", "fstconvert", "fstconnect", "fstsymbols")


def have_tools() -> bool:
    return all(shutil.which(tool) for tool in _NEEDED)


def piped(commands: Sequence[Sequence[str]], out: Path | None = None) -> None:
    """Run the commands one into the next; what the last one says goes into ``out``.

    Raises:
        EnvironmentProblem: a tool is missing or refuses.
    """
    if not have_tools():
        raise EnvironmentProblem("Install Debian's libfst-tools and libfst22-plugins-base: the graph needs them.")
    data = b""
    paths = os.pathsep.join(filter(None, (_PLUGINS, os.environ.get("LD_LIBRARY_PATH"))))
    for command in commands:
        ran = subprocess.run(  # noqa: S603 - our own commands on our own files
            list(command), input=data, capture_output=True, env={**os.environ, "LD_LIBRARY_PATH": paths}, check=False
        )
        if ran.returncode:
            raise EnvironmentProblem(f"{command[0]} failed: see whether all of OpenFst's packages have one version.")
        data = ran.stdout
    if out:
        out.write_bytes(data)
