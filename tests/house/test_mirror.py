"""Every module of the product is tested in the room of the same name.

A test imports it, or a module of the same corner that is built on it.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from tests.house.tree import ROOMS, ROOT, files, module_name, modules, tree

#: Modules that no test reaches in this way, each with the reason. Keep it short.
EXCUSED: dict[str, str] = {}


def _imports(path: Path) -> set[str]:
    """Every dotted name a file imports, as modules or as names from modules."""
    names: set[str] = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def _corner(name: str) -> str:
    """The part of a room that hangs together, such as ``speech.answers``; plain modules of a room are one corner."""
    parts = name.split(".")
    is_package = (ROOT / Path(*parts)).is_dir()
    return ".".join((parts if is_package else parts[:-1])[:2])


@cache
def _tested(room: str) -> frozenset[str]:
    """What the room's tests import, and everything in the same corner that those modules are built on."""
    ours = {module_name(path): path for path in modules(room)}
    tests = [path for path in files() if path.suffix == ".py" and path.parts[:2] == ("tests", room)]
    found: set[str] = set()
    ahead = set().union(*(_imports(path) for path in tests)) | _commands_run(tests)
    while ahead:
        name = ahead.pop()
        found.add(name)
        if name in ours:
            ahead |= {other for other in _imports(ours[name]) - found if _corner(other) == _corner(name)}
    return frozenset(found)


def _commands_run(tests: list[Path]) -> set[str]:
    """A command's test runs it through the command line: it is known by its name."""
    return {f"ivr.commands.{path.stem[5:]}" for path in tests if path.parts[1:3] == ("ivr", "commands")}


def _has_code(path: Path) -> bool:
    """Whether there is anything but a docstring, imports and ``__all__``.

    Schema changes do not count: every test that opens a store runs all of them.
    """
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return any(isinstance(node, kinds) for node in tree(path).body) and "migrations" not in path.parts


def test_every_module_is_tested_in_its_room() -> None:
    alone = [
        module_name(path)
        for path in modules()
        if _has_code(path) and module_name(path) not in EXCUSED and module_name(path) not in _tested(path.parts[0])
    ]
    assert alone == []


def test_no_excuse_is_out_of_date() -> None:
    names = {module_name(path) for path in modules()}
    assert set(EXCUSED) <= names
    assert [name for name in EXCUSED if name in _tested(name.partition(".")[0])] == []


def test_tests_lie_in_a_room_of_the_house() -> None:
    rooms = {path.parts[1] for path in files() if path.parts[0] == "tests" and path.name.startswith("test_")}
    assert rooms <= {*ROOMS, "house", "whole", "contracts", "fuzz", "chaos", "load", "browser", "security"}
