"""Every module of the product has a test in the room of the same name that imports it."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from tests.house.tree import ROOMS, files, module_name, modules, tree

#: Modules without a test that imports them, each with the reason. Keep it short.
EXCUSED: dict[str, str] = {
    "ivr.dialogue.events": "frozen facts without behaviour; every test of the dialogue makes them",
    "speech.recognizer": "protocols and the frozen shapes they exchange; every engine's tests make them",
}


@cache
def _imported_by_tests(room: str) -> frozenset[str]:
    """Every dotted name that tests of the room import, as modules or as names from modules."""
    names: set[str] = set()
    for path in files():
        if path.suffix == ".py" and path.parts[:2] == ("tests", room):
            for node in ast.walk(tree(path)):
                if isinstance(node, ast.Import):
                    names |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(names)


def _has_code(path: Path) -> bool:
    """Whether there is anything but a docstring, imports and ``__all__``."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return any(isinstance(node, kinds) for node in tree(path).body)


def test_every_module_has_a_test_of_its_own() -> None:
    alone = [
        module_name(path)
        for path in modules()
        if _has_code(path)
        and module_name(path) not in EXCUSED
        and module_name(path) not in _imported_by_tests(path.parts[0])
    ]
    assert alone == []


def test_no_excuse_is_out_of_date() -> None:
    names = {module_name(path) for path in modules()}
    assert set(EXCUSED) <= names
    assert [name for name in EXCUSED if name in _imported_by_tests(name.split(".", maxsplit=1)[0])] == []


def test_tests_lie_in_a_room_of_the_house() -> None:
    rooms = {path.parts[1] for path in files() if path.parts[0] == "tests" and path.name.startswith("test_")}
    assert rooms <= {*ROOMS, "house", "contracts", "fuzz", "chaos", "load", "browser", "security"}
