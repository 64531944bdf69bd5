"""The ASVS sheet is whole, and what it names exists (OWASP Application Security Verification Standard 5.0.0)."""

from __future__ import annotations

import ast
import csv
from collections import Counter
from functools import cache

from tests.house.tree import ROOT

#: How many requirements of levels 1 and 2 each section has; level 3 leaves gaps in the numbers.
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4,
    "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4,
    "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4,
    "17.3": 2,
}  # fmt: skip
SHEET = ROOT / "docs" / "security" / "asvs.csv"


def rows() -> list[dict[str, str]]:
    with SHEET.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def functions_of(path: str) -> frozenset[str]:
    nodes = ast.walk(ast.parse((ROOT / path).read_text("utf-8")))
    return frozenset(node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_every_requirement_of_both_levels_has_its_row() -> None:
    ids = [row["id"] for row in rows()]
    assert len(ids) == len(set(ids)) == 253
    assert Counter(each.rpartition(".")[0] for each in ids) == SECTIONS
    assert Counter(row["level"] for row in rows()) == {"1": 70, "2": 183}


def faults(row: dict[str, str]) -> list[str]:
    path, _, name = row["evidence"].partition("::")
    found = []
    if row["applies"] not in {"yes", "no", "operator", "open"} or not row["how"].endswith("."):
        found.append("no answer")
    if bool(row["evidence"]) != (row["applies"] == "yes"):
        found.append("a yes is shown, and nothing else claims to be")
    if path and not (ROOT / path).is_file():
        found.append("no such file")
    elif name and name not in functions_of(path):
        found.append("no such test")
    return found


def test_what_every_row_names_exists() -> None:
    assert {row["id"]: found for row in rows() if (found := faults(row))} == {}


def test_the_check_notices_each_kind_of_mistake() -> None:
    whole = next(row for row in rows() if "::" in row["evidence"])
    assert faults(whole) == []
    for change in (
        {"applies": "maybe"},
        {"how": ""},
        {"evidence": ""},
        {"evidence": f"{whole['evidence']}_not"},
        {"evidence": "tests/none.py::test_x"},
        {"applies": "no"},
    ):
        assert faults(whole | change), change


def test_what_is_open_is_little_and_said() -> None:
    found = Counter(row["applies"] for row in rows())
    assert found["open"] <= 1
    assert found["yes"] > 150
