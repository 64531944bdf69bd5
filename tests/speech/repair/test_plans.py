"""National number plans."""

from __future__ import annotations

import pytest

from speech.repair.plans import plan_for


@pytest.mark.parametrize(
    ("language", "figures", "exists"),
    [
        ("en-US", "536904399", True),
        ("en-US", "000123456", False),
        ("en-US", "666123456", False),
        ("en-US", "900123456", False),
        ("en-US", "123004567", False),
        ("en-US", "2025550143", True),
        ("en-US", "1025550143", False),
        ("zh-CN", "11010519491231002X", True),
        ("zh-CN", "110105194912310021", False),
        ("zh-CN", "13812345678", True),
        ("zh-CN", "23812345678", False),
    ],
)
def test_a_plan_knows_its_numbers(language, figures, exists):
    plan = plan_for(language, len(figures))
    assert plan is not None
    assert plan(figures) is exists


@pytest.mark.parametrize(("language", "length"), [("en-US", 4), ("en-US", None), ("zh-CN", 6)])
def test_strings_without_a_plan_are_all_possible(language, length):
    assert plan_for(language, length) is None
