"""What every test of the core may count on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.core.storage.people import OPEN


@pytest.fixture(autouse=True)
def _close_stores() -> Iterator[None]:
    yield
    while OPEN:
        OPEN.pop().close()
