"""Every counter in use is declared, every declared one is in use, and the operator's page describes them all."""

from __future__ import annotations

import re
from pathlib import Path

from ivr.twilio.meter import METERS

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "connect-twilio.md"


def in_use() -> set[str]:
    code = "".join(path.read_text() for path in (ROOT / "ivr" / "twilio").glob("*.py"))
    return set(re.findall(r'\.count\(\s*"([a-z_]+)"', code))


def test_declared_and_used_are_the_same() -> None:
    assert in_use() == set(METERS)


def test_the_page_names_every_counter_and_route() -> None:
    page = PAGE.read_text()
    code = "".join(path.read_text() for path in sorted((ROOT / "ivr" / "twilio").glob("*routes.py")))
    code += (ROOT / "ivr" / "twilio" / "webhooks.py").read_text()
    routes = re.findall(r"^(?:\"\"\")?``(/voice/[a-z-]+)``", code, re.MULTILINE)
    assert len(routes) == 17
    assert [name for name in [*METERS, *routes, "/voice/media"] if f"`{name}`" not in page] == []
