from __future__ import annotations

import re

from core.decision.versions import code_version


def test_the_code_has_one_hash() -> None:
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", code_version())
    assert code_version() == code_version.__wrapped__()
