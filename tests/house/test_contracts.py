"""The import contracts hold, and each would notice a mistake."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT, modules

#: The contract, the module that breaks it, and the line added there.
MISTAKES = {
    "Rooms depend downwards only": ("core/money.py", "import speech.recognizer"),
    "Inside ivr": ("ivr/line.py", "import ivr.replay.manifest"),
    "Inside core": ("core/money.py", "import core.application"),
    "Pure rooms do no I/O": ("ivr/dialogue/effects.py", "import asyncio"),
}


def _copy(to: Path) -> None:
    for path in modules():
        (to / path).parent.mkdir(parents=True, exist_ok=True)
        (to / path).write_bytes((ROOT / path).read_bytes())
    (to / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())


def _lint(where: Path) -> dict[str, str]:
    """What became of each contract: KEPT or BROKEN."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    here = {"PYTHONPATH": str(where)}
    done = subprocess.run(command, check=False, cwd=where, env=here, capture_output=True, text=True)
    rows = [line.rsplit(" ", 1) for line in done.stdout.splitlines() if line.endswith((" KEPT", " BROKEN"))]
    assert rows, done.stdout + done.stderr
    return {name.strip(): verdict for name, verdict in rows}


@pytest.mark.slow
def test_every_contract_is_kept_and_each_notices_its_mistake(tmp_path: Path) -> None:
    _copy(tmp_path)
    clean = _lint(tmp_path)
    assert set(clean.values()) == {"KEPT"}
    assert set(MISTAKES) <= set(clean)

    for module, line in MISTAKES.values():
        with (tmp_path / module).open("a", encoding="utf-8") as file:
            file.write(f"\n{line}\n")
    broken = _lint(tmp_path)
    assert {name: broken[name] for name in MISTAKES} == dict.fromkeys(MISTAKES, "BROKEN")
