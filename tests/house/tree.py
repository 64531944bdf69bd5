"""What the house rules look at: the files of the project, read once."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS = ("ivr", "speech", "antifraud", "core")
_NOT_OURS = {".git", ".venv", "data", "out", "build", "__pycache__"}


@cache
def files() -> tuple[Path, ...]:
    """Every file of the project, relative to its root: tracked or about to be. An unpacked archive has no git."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
        return tuple(sorted(Path(name) for name in listed if (ROOT / name).is_file()))
    found = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return tuple(sorted(path for path in found if not _NOT_OURS & set(path.parts) and ".egg-info" not in str(path)))


@cache
def text(path: Path) -> str:
    return (ROOT / path).read_text("utf-8")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(text(path), str(path))


def modules(*rooms: str) -> list[Path]:
    """Python files below the rooms (all four by default)."""
    return [path for path in files() if path.suffix == ".py" and path.parts[0] in (rooms or ROOMS)]


def module_name(path: Path) -> str:
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def below(path: Path, names: tuple[str, ...]) -> bool:
    """Whether the module is one of ``names`` or lies in a package of that name."""
    name = module_name(path)
    return any(name == other or name.startswith(other + ".") for other in names)


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a module with the dotted name of what is called, as far as it is written there."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            yield dotted(node.func), node


def dotted(node: ast.expr) -> str:
    """``self._audit.append`` for that expression; ``?`` stands for what has no name."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def at(path: Path, node: ast.expr | ast.stmt) -> str:
    return f"{path}:{node.lineno}"
