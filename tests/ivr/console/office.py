"""A console over a small line: real storage, real calls, a scripted recogniser, and browsers of any role."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from core.decision.policy import packaged_policy
from core.jurisdiction.library import packaged
from core.ports import Clock
from core.usecases import staff
from core.usecases.calling_hours import BusinessHours
from core.usecases.decisions import Rulebook
from core.usecases.roles import Role
from ivr.console.app import ConsoleParts, console
from ivr.console.call_backs import Ring
from ivr.console.ladder import PhoneLine
from ivr.exchange import dialogue_house
from ivr.quality.runs import RunBook
from ivr.settings import Settings
from ivr.system import SystemIds
from tests.core.usecases.test_staff import MovingClock
from tests.ivr.small_line import CALL, SmallLine, by_keys

HOME = "http://console.test"
PASSWORD = "a long enough password"


class Office:
    """``browser`` gives a client that is signed in; ``clock`` stands still until it is moved."""

    def __init__(
        self,
        folder: Path,
        line: SmallLine | None = None,
        *,
        demo: bool = False,
        clock: Clock | None = None,
        phone: PhoneLine | None = None,
        ring: Ring | None = None,
        hours: BusinessHours | None = None,
    ) -> None:
        self.line = line or SmallLine(folder)
        self.clock, self.ids = clock or MovingClock(), SystemIds()
        self.storage, self.board = self.line.house.storage, self.line.house.board
        settings = Settings(data_dir=folder)
        self.pack = packaged("us")
        self.console = console(
            ConsoleParts(
                storage=self.storage,
                clock=self.clock,
                ids=self.ids,
                board=self.board,
                calls=self.line.house.switchboard,
                house=dialogue_house(settings, self.pack),
                rules=Rulebook(self.pack, packaged_policy()),
                runs=RunBook(settings.quality_path),
                hours=hours or BusinessHours.parse(settings.business_hours),
                max_calls=20,
                by_phone=phone,
                ring=ring,
                public_url=HOME,
                demo=demo,
            )
        )
        self.app = FastAPI()
        self.app.include_router(self.console.router)
        self.desk = self.console.desk

    def client(self, address: str = "203.0.113.7") -> httpx.AsyncClient:
        """A browser that is not signed in; it asks from one of our own pages."""
        transport = httpx.ASGITransport(self.app, client=(address, 5000))
        return httpx.AsyncClient(
            transport=transport, base_url=HOME, headers={"sec-fetch-site": "same-origin", "accept": "text/html"}
        )

    def browser(self, role: Role, name: str = "") -> httpx.AsyncClient:
        """A browser in which a member of staff of this role has signed in."""
        client = self.client()
        client.cookies.set("loanline", self.token(role, name or f"t.{role.value}"), domain="console.test")
        return client

    def token(self, role: Role, name: str) -> str:
        with self.storage.begin() as work:
            known = work.staff.get(name) is not None
        if not known:
            staff.add(self.storage, self.clock, name, role, PASSWORD, "os.root")
        token = self.ids.token()
        with self.storage.begin() as work:
            work.staff.begin_session(staff.digest(token), name, self.clock.now())
            work.commit()
        return token

    def actions(self) -> list[tuple[str, str, str]]:
        """The audit log: actor, action, subject."""
        rows = range(1, self.storage.verify_audit().rows + 1)
        found = [self.storage.prove(str(number))["row"] for number in rows]
        return [(row["actor"], row["action"], row["subject"]) for row in found]


@asynccontextmanager
async def open_office(folder: Path, line: SmallLine | None = None, **more: Any) -> AsyncIterator[Office]:
    """``more`` as ``Office`` takes it."""
    office = Office(folder, line, **more)
    async with office.app.router.lifespan_context(office.app):
        yield office
    office.storage.close()


async def keyed_to_the_end(line: SmallLine, *, begun: bool = False) -> None:
    """One call, keyed to its end: an offer is accepted. ``begun``: the call goes on already."""
    if not begun:
        await line.answer()
    await line.until("code.ask", by_keys)
    assert CALL.caller is not None
    texts = line.house.sms_inbox.inbox(CALL.caller)
    await line.keys(next(word for word in texts[-1].text.split() if word.isdigit()))
    await line.keys("1")
    await line.prompts_out()
    await line.house.switchboard.ended("CA1", "completed")
