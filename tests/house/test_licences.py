"""What we install may be passed on: no package of the lock carries a licence that the project cannot live with."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, metadata

from tests.house.tree import ROOT

#: Looked at by a person, because the package's own metadata does not settle it.
SETTLED = {
    "espeakng-loader": "names none; MIT code around eSpeak NG (GPL-3.0-or-later), loaded in the prompt process alone",
}
_FINE = re.compile(r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|LGPL|Lesser General|CC0|Zlib")
_NOT_FINE = re.compile(r"(?<!L)GPL|Affero|(?<!Lesser )General Public|SSPL|BUSL|Commons Clause|NonCommercial")


def _locked() -> list[str]:
    return re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE)


def _licence(package: str) -> str | None:
    """Everything the package says of its licence, ``None`` where this platform does not install it."""
    try:
        about = metadata(package)
    except PackageNotFoundError:
        return None
    first_line = (about.get("License") or "").strip().partition("\n")[0]
    classifiers = [line for line in about.get_all("Classifier") or [] if line.startswith("License")]
    return " ".join([about.get("License-Expression") or "", first_line, *classifiers]).strip()


def test_every_locked_package_has_a_licence_we_accept() -> None:
    said = {package: _licence(package) for package in sorted(set(_locked()))}
    installed = {package: licence for package, licence in said.items() if licence is not None}
    assert len(installed) > 0.9 * len(said)
    doubtful = {
        package: licence
        for package, licence in installed.items()
        if package not in SETTLED and (_NOT_FINE.search(licence) or not _FINE.search(licence))
    }
    assert doubtful == {}


def test_what_was_settled_is_still_in_use_and_noticed() -> None:
    assert set(SETTLED) <= set(_locked())
    notice = (ROOT / "NOTICE").read_text("utf-8")
    assert "eSpeak NG" in notice


def test_every_locked_package_is_pinned_by_hash() -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text("utf-8"))
    pinned = [entry for entry in entries if "==" in entry.partition("\n")[0]]
    assert len(pinned) == len(_locked())
    assert [entry.partition("\n")[0] for entry in pinned if "--hash=sha256:" not in entry] == []
