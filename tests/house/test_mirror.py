"""Every module of the product is tested in the room of the same name.

A test imports it, or imports a neighbour of the same package that is built on it.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from tests.house.tree import ROOMS, files, module_name, modules, tree

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


@cache
def _tested(room: str) -> frozenset[str]:
    tests = [path for path in files() if path.suffix == ".py" and path.parts[:2] == ("tests", room)]
    direct = set().union(*(_imports(path) for path in tests))
    through = {
        name
        for path in modules(room)
        if module_name(path) in direct
        for name in _imports(path)
        if name.rpartition(".")[0] in {module_name(path), module_name(path).rpartition(".")[0]}
    }
    return frozenset(direct | through)


def _has_code(path: Path) -> bool:
    """Whether there is anything but a docstring, imports and ``__all__``."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return any(isinstance(node, kinds) for node in tree(path).body)


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
    assert rooms <= {*ROOMS, "house", "contracts", "fuzz", "chaos", "load", "browser", "security"}
