"""The packs that come with the product."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from core.errors import PackError
from core.jurisdiction.pack import Pack
from core.jurisdiction.reader import parse_pack

__all__ = ["known_packs", "packaged"]


def known_packs() -> tuple[str, ...]:
    """The jurisdictions there is a pack for, such as ``("CN", "US")``."""
    folder = files("core.jurisdiction") / "packs"
    return tuple(sorted(entry.name[:-5].upper() for entry in folder.iterdir() if entry.name.endswith(".toml")))


@cache
def packaged(jurisdiction: str) -> Pack:
    """The pack of one jurisdiction by its code, in any case. Raises ``PackError`` when there is none or it is bad."""
    code = jurisdiction.upper()
    if code not in known_packs():
        raise PackError(f"There is no jurisdiction pack of that name; use one of {', '.join(known_packs())}.")
    pack = parse_pack((files("core.jurisdiction") / "packs" / f"{code.lower()}.toml").read_text("utf-8"))
    if pack.jurisdiction != code:
        raise PackError(f"The pack {code.lower()}.toml says it is for {pack.jurisdiction}; correct it.")
    return pack
