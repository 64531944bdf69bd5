from __future__ import annotations

import pytest

from core.errors import PackError
from core.jurisdiction.library import known_packs, packaged


def test_every_packaged_pack_reads() -> None:
    assert known_packs() == ("CN", "US")
    assert [packaged(code).jurisdiction for code in ("cn", "US")] == ["CN", "US"]


@pytest.mark.parametrize("code", ["XX", "", "../us", "US/../CN"])
def test_other_names_are_refused(code: str) -> None:
    with pytest.raises(PackError, match="CN, US"):
        packaged(code)


def test_texts_can_be_spoken() -> None:
    """No digit strings, symbols or abbreviations that a voice would stumble over."""
    for text in packaged("US").disclosures:
        assert not set(text.text) & set("%$#/&()*;:[]"), text.disclosure_id
        assert text.text.endswith((".", "?"))
