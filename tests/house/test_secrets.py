"""No file of the project holds a secret, a registry's address or the path of somebody's machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, files

#: Written in pieces, so that this page does not find itself.
FORBIDDEN = {
    "a private key": r"-----BEGIN [A-Z ]*PRIV" + r"ATE KEY",
    "a Twilio account id": r"\bAC[0-9a-f]{32}\b",
    "a Twilio key id": r"\bSK[0-9a-f]{32}\b",
    "a cloud key id": r"\bAKI" + r"A[0-9A-Z]{16}\b",
    "a token of a code host": r"\bgh[pousr]_[A-Za-z0-9]{30,}",
    "a registry's address": r"registry\.npm" + r"js|py" + r"pi\.org|python" + r"hosted|deb\.deb" + r"ian\.org",
    "a path of a machine": r"(?<![\w.~-])/(work|farm|root|home/\w+|tmp/br" + r"ief)/\w",
}
#: Sids of the wire examples: the word is Twilio's, the digits are all alike.
_PLAINLY_MADE_UP = re.compile(r"([A-Z]{2})([0-9a-f])\2{31}")


def _words(path: Path) -> str:
    data = (ROOT / path).read_bytes()
    return "" if b"\0" in data[:4096] else data.decode("utf-8", "replace")


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{path}: {hit[0][:24]}"
        for path in files()
        for hit in pattern.finditer(_words(path))
        if not _PLAINLY_MADE_UP.fullmatch(hit[0])
    ]
    assert found == []


def test_the_search_finds_what_it_looks_for() -> None:
    assert re.search(FORBIDDEN["a Twilio account id"], "sid = AC" + "0123456789abcdef" * 2)
    assert re.search(FORBIDDEN["a path of a machine"], "see /" + "root/notes")
    assert not re.search(FORBIDDEN["a path of a machine"], "GET https://line.example.org/home")
