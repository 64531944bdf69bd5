"""The console, assembled: one router with every page behind the door."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from core.errors import NotFound
from core.ports import Clock, Ids
from core.security.leaked import PACKAGED, LeakedPasswords
from core.storage.store import SqlStorage
from core.usecases.calling_hours import BusinessHours
from core.usecases.decisions import Rulebook
from core.usecases.roles import Action, may
from core.usecases.staff import Visitor
from ivr.console.account import Account
from ivr.console.call_backs import CallBacksDesk, Ring
from ivr.console.call_page import CallPage
from ivr.console.cases import Cases
from ivr.console.desk import Desk
from ivr.console.disputes import Disputes
from ivr.console.door import Door, Listed
from ivr.console.emergency import Emergency
from ivr.console.grants import Grants
from ivr.console.labels import LANGUAGES, load_labels
from ivr.console.ladder import HAND_BACK, Calls, Ladder, PhoneLine
from ivr.console.listening import Listening
from ivr.console.live import Live
from ivr.console.loans import Loans
from ivr.console.marks import Marks
from ivr.console.masking import Masker
from ivr.console.overview import Overview
from ivr.console.purposes import CaseLock
from ivr.console.quality import Quality
from ivr.console.records import Records
from ivr.console.sign_in import SignIn
from ivr.console.throttle import Throttle
from ivr.console.views import STATIC, Views
from ivr.dialogue.script import Role as Step
from ivr.dialogue.staffing import approved_prompts
from ivr.dialogue.state import House as DialogueHouse
from ivr.live_board import LiveBoard
from ivr.quality.runs import RunBook

__all__ = ["Console", "ConsoleParts", "console"]

#: Before the first question, or in some calls only.
_NOT_ALWAYS = {Step.MENU, Step.RESUME, Step.KNOWN, Step.AS_BEFORE, Step.CHALLENGE, Step.RECALL}
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class ConsoleParts:
    """What the console stands on. ``public_url`` is the address staff use.

    ``by_phone`` takes callers to a telephone of the house, ``ring`` rings it for calls back; where there is none, the
    console offers neither.
    """

    storage: SqlStorage
    clock: Clock
    ids: Ids
    board: LiveBoard
    calls: Calls
    house: DialogueHouse
    rules: Rulebook
    runs: RunBook
    hours: BusinessHours
    max_calls: int
    public_url: str
    demo: bool
    by_phone: PhoneLine | None = None
    ring: Ring | None = None
    leaked: LeakedPasswords = PACKAGED


@dataclass(frozen=True, slots=True)
class Console:
    """``table`` is every route with the action it needs; a test walks it."""

    router: APIRouter
    table: tuple[Listed, ...]
    desk: Desk


def console(parts: ConsoleParts) -> Console:
    """Build the console. Its router follows the board as long as the application lives."""
    desk = Desk(parts.board, parts.clock)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        following = asyncio.create_task(desk.follow(), name="console-desk")
        try:
            yield
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following

    router = APIRouter(lifespan=life)
    views = Views({language: load_labels(language) for language in LANGUAGES}, demo=parts.demo)
    door = Door(router, parts.storage, parts.clock, parts.public_url, views.error, views.speak)
    grants = Grants(parts.clock)
    masker = Masker(parts.house.prompts.texts, _phrases(parts.house))
    steps = tuple(_steps(parts.house))
    fields = tuple(question.id for question in parts.house.script.slots)
    prompts = [(name, parts.house.prompts.texts[name]) for name in approved_prompts(parts.house)]

    door.public("/console", _to_front)
    door.page("/console/", Action.TODAY, _front)
    door.public("/console/static/{name:path}", _file)
    throttle = Throttle(parts.clock)
    SignIn(parts.storage, parts.clock, parts.ids, door, views, throttle, demo=parts.demo)
    Account(parts.storage, parts.clock, parts.ids, door, views, throttle, parts.leaked)
    Live(door, desk, views, masker, steps)
    CallPage(
        door,
        parts.storage,
        desk,
        views,
        masker,
        steps,
        fields,
        grants,
        prompts,
        HAND_BACK,
        by_phone=parts.by_phone is not None,
    )
    Ladder(door, parts.storage, desk, parts.calls, parts.by_phone, views)
    Listening(door, parts.storage, desk, parts.calls, grants)
    lock = CaseLock(parts.storage, views, grants)
    Cases(door, parts.storage, parts.clock, views, lock, parts.rules)
    Loans(door, parts.storage, parts.clock, views, lock)
    Marks(door, parts.storage, parts.clock, desk, parts.calls.case_of, views, lock)
    CallBacksDesk(door, parts.storage, parts.clock, parts.hours, parts.ring, views)
    Disputes(door, parts.storage, parts.clock, parts.ids, parts.rules.pack, views, lock)
    Records(door, parts.storage, views, masker, grants)
    Emergency(door, parts.storage, views, masker, grants)
    Overview(door, parts.storage, parts.clock, desk, views, parts.max_calls)
    Quality(door, parts.runs, views)
    door.public("/console/{rest:path}", _nothing)
    return Console(router, tuple(door.table), desk)


def _steps(house: DialogueHouse) -> Iterator[str]:
    """The steps of a usual call, in order: what only some calls have is not counted."""
    for question in house.script.questions:
        if question.role not in _NOT_ALWAYS and question.id != "phone":
            yield question.id


def _phrases(house: DialogueHouse) -> Iterator[str]:
    """What the recogniser expects at the questions whose answers are nobody's own."""
    for name in ("yes_no", "purpose", "which_slot", "term_months", "amount"):
        yield from house.grammars.get(name, ())


async def _to_front(_request: Request) -> Response:
    return RedirectResponse("/console/", 303)


async def _nothing(_request: Request) -> Response:
    raise NotFound("There is no such page.")


async def _front(_request: Request, who: Visitor) -> Response:
    """The first page that the role may see."""
    return RedirectResponse("/console/live" if may(who.role, Action.LIVE) else "/console/today", 303)


async def _file(request: Request) -> Response:
    """Scripts, styles and pictures of the console itself."""
    path = (STATIC / request.path_params["name"]).resolve()
    if not path.is_relative_to(STATIC) or not _is_file(path) or path.suffix not in _TYPES:
        raise NotFound("There is no such file.")
    return FileResponse(path, media_type=_TYPES[path.suffix], headers={"Cache-Control": "public, max-age=3600"})


def _is_file(path: Path) -> bool:
    return path.is_file()
