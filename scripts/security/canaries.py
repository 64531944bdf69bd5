"""Play fixture calls and look for what their callers said in everything the line leaves behind.

``python -m scripts.security.canaries [FIXTURE…]``: files of the data directory with the write-ahead logs open,
temporary files, file names, logs at level debug, metrics. Exit 1 when anything was found. What is looked for comes
from the fixture's own ``[expect.slots]``: names, telephone numbers, birth dates and sums, as they would be stored.
"""

from __future__ import annotations

import asyncio
import io
import re
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ivr.rehearsal import replay_houses
from ivr.replay.manifest import CallFixture, find_fixtures, read_fixture
from ivr.replay.result import HouseFactory, ReplayHouse
from ivr.replay.runner import play_one
from ivr.settings import load_settings
from ivr.system import SystemClock
from ivr.telemetry import configure_logging

FIXTURES = Path(__file__).parents[2] / "audio_fixtures"
#: Shorter ones turn up in random bytes by chance: they are looked for in text alone, and there as words of their own,
#: because four figures also stand in the fractions of a second and in ids.
_LONG = 6


@dataclass
class Search:
    """What was looked through, and what was found: the place and the kind of canary, never its value."""

    calls: int = 0
    canaries: int = 0
    files: int = 0
    bytes: int = 0
    hits: list[str] = field(default_factory=list)

    def look(self, where: str, content: bytes, canaries: dict[str, str], *, text: bool = False) -> None:
        self.files += 1
        self.bytes += len(content)
        small = content.lower()
        for value, kind in canaries.items():
            wanted = value.lower().encode()
            if len(value) < _LONG:
                found = text and re.search(rb"(?<![0-9a-z])" + re.escape(wanted) + rb"(?![0-9a-z])", small)
            else:
                found = wanted in small
            if found:
                self.hits.append(f"{where}: {kind}")

    def look_under(self, folder: Path, name: str, canaries: dict[str, str]) -> None:
        for path in folder.rglob("*"):
            self.look(f"{name} file name", path.name.encode(), canaries, text=True)
            if path.is_file():
                self.look(f"{name} {path.name}", path.read_bytes(), canaries)


def canaries_of(fixture: CallFixture) -> dict[str, str]:
    """Each form of each value that would betray the caller, and which slot it is of."""
    found: dict[str, str] = {}
    slots = fixture.expect.slots
    for part in str(slots.get("full_name", "")).split():
        if len(part) > 3:
            found[part] = "full_name"
    for name in ("national_id_last4", "date_of_birth", "monthly_income", "amount"):
        if str(slots.get(name, "")).strip("0."):
            found[str(slots[name])] = name
    number = str(slots.get("phone") or fixture.caller.number or "")
    if number:
        found[number.lstrip("+")] = found[number.lstrip("+1")] = "phone"
    return found


def _house(factory: HouseFactory, fixture: CallFixture, search: Search, log: io.StringIO) -> HouseFactory:
    @asynccontextmanager
    async def watched(folder: Path, seed: int) -> AsyncIterator[ReplayHouse]:
        async with factory(folder, seed) as house:
            yield house
            canaries = canaries_of(fixture)
            search.calls += 1
            search.canaries += len(canaries)
            search.look_under(folder, fixture.name, canaries)
            search.look_under(Path(tempfile.gettempdir()), fixture.name, canaries)
            search.look(f"{fixture.name} log", log.getvalue().encode(), canaries, text=True)
            search.look(f"{fixture.name} metrics", house.metrics.text(), canaries, text=True)  # type: ignore[attr-defined]  # a rehearsal has them

    return watched


async def search_fixtures(paths: list[Path]) -> Search:
    search, log = Search(), io.StringIO()
    configure_logging("debug", stream=log)
    with tempfile.TemporaryDirectory() as scratch:
        before, tempfile.tempdir = tempfile.tempdir, scratch
        try:
            settings = load_settings(data_dir=Path("data"))
            async with replay_houses(settings) as factory:
                for fixture in map(read_fixture, paths):
                    played = await play_one(fixture, _house(factory, fixture, search, log), SystemClock())
                    if played.error:
                        search.hits.append(f"{fixture.name} could not be played")
        finally:
            tempfile.tempdir = before
    return search


def main() -> int:
    paths = find_fixtures([Path(each) for each in sys.argv[1:]] or [FIXTURES])
    found = asyncio.run(search_fixtures(list(paths)))
    print(
        f"{found.calls} calls, {found.canaries} canaries, {found.files} places, "
        f"{found.bytes / 1e6:.1f} MB: {len(found.hits)} hits"
    )
    print("\n".join(found.hits), end="\n" if found.hits else "")
    return 1 if found.hits or not found.calls else 0


if __name__ == "__main__":
    sys.exit(main())
