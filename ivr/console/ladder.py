"""From watching to helping: nudge the line, take the call over, hand it back. Each step is a right, a reason, a row."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.ports import Storage
from core.usecases import looks
from core.usecases.roles import Action
from core.usecases.staff import Visitor
from ivr.console.desk import Desk
from ivr.console.door import Door
from ivr.console.forms import read_form
from ivr.console.views import Views
from ivr.dialogue.events import StaffAct

__all__ = ["HAND_BACK", "Calls", "HelpedCall", "Ladder", "PhoneLine"]

#: Why a call goes back to the line.
HAND_BACK = ("helped", "line_can_do_it", "not_needed")
_NUDGES = frozenset({"reask", "slower", "say"})


class HelpedCall(Protocol):
    """A call in progress that staff may help: see ``ivr.call_runner.CallRunner``."""

    @property
    def over(self) -> bool: ...

    async def staff(self, act: StaffAct) -> None: ...

    async def staff_audio(self, mulaw: bytes) -> None: ...

    def tap(self, listener: Callable[[int, bytes, bytes], None]) -> Callable[[], None]: ...


class Calls(Protocol):
    def runner(self, call_id: str) -> HelpedCall:
        """Raises ``NotFound``."""
        ...

    def case_of(self, call_id: str) -> str | None:
        """The case a call works for; ``None`` when it has none yet."""
        ...


class PhoneLine(Protocol):
    """Takes a caller out of the line to a telephone of the house, and back."""

    async def take(self, call_id: str) -> None:
        """Raises ``NotFound`` and ``ProviderError``."""
        ...

    async def hand_back(self, call_id: str) -> None:
        """Raises ``NotFound``, ``Conflict`` and ``ProviderError``."""
        ...


class Ladder:
    """The acts are written to the audit log before they are done: what could not be written is not done."""

    def __init__(
        self, door: Door, storage: Storage, desk: Desk, calls: Calls, phone: PhoneLine | None, views: Views
    ) -> None:
        self._storage, self._desk, self._calls, self._phone, self._views = storage, desk, calls, phone, views
        door.page("/console/calls/{call_id}/nudge", Action.NUDGE, self.nudge, "POST")
        door.page("/console/calls/{call_id}/correct", Action.CORRECT, self.correct, "POST")
        door.page("/console/calls/{call_id}/take-over", Action.TAKE_OVER, self.take_over, "POST")
        door.page("/console/calls/{call_id}/hand-back", Action.TAKE_OVER, self.hand_back, "POST")

    def _call(self, request: Request) -> tuple[str, HelpedCall]:
        call_id = request.path_params["call_id"]
        call = self._calls.runner(call_id)
        if call.over:
            raise Conflict("The call is over.")
        return call_id, call

    def _done(self, key: str) -> Response:
        return Response(self._views.fragment("_done.html", message=self._views.labels(key)), media_type="text/html")

    async def nudge(self, request: Request, who: Visitor) -> Response:
        """Ask again, slow down, or say an approved prompt."""
        call_id, call = self._call(request)
        form = await read_form(request)
        act, prompt = form.get("act", ""), form.get("prompt", "")
        if act not in _NUDGES:
            raise Forbidden("There is no such help; choose one of the list.")
        about = prompt if act == "say" else ""
        await self._write(looks.nudged, who, call_id, act, about, form.get("reason", ""))
        await call.staff(StaffAct(act, who.staff_id, prompt_id=about))
        return self._done(f"ladder.done_{act}")

    async def correct(self, request: Request, who: Visitor) -> Response:
        """Put one field right. The line reads it back; only the caller confirms it."""
        call_id, call = self._call(request)
        form = await read_form(request)
        field = form.get("field", "")
        story = self._desk.story(call_id)
        if story is None or field not in story.slots:
            raise NotFound("This field has not been answered yet.")
        await self._write(looks.nudged, who, call_id, "correct", field, form.get("reason", ""))
        await call.staff(StaffAct("correct", who.staff_id, slot=field, value=form.get("value", "").strip()))
        return self._done("ladder.done_correct")

    async def take_over(self, request: Request, who: Visitor) -> Response:
        """The caller is told that a person joins: in this browser's microphone, or on the telephone of the house."""
        call_id, call = self._call(request)
        story = self._desk.story(call_id)
        if story is not None and story.person is not None:
            raise Conflict("Somebody has this call already; watch it instead.")
        form = await read_form(request)
        phone = self._phone if form.get("way") == "phone" else None
        if form.get("way") == "phone" and phone is None:
            raise Conflict("No telephone of the house is set; take the call over in the browser.")
        await self._write(looks.taken_over, who, call_id, form.get("reason", ""), "phone" if phone else "browser")
        if phone is None:
            await call.staff(StaffAct("join", who.staff_id))
            return Response(status_code=204, headers={"HX-Trigger": "loanline:joined"})
        await phone.take(call_id)
        self._desk.tell(call_id, "join_phone", who.staff_id)
        return Response(status_code=204, headers={"HX-Trigger": "loanline:by-phone"})

    async def hand_back(self, request: Request, who: Visitor) -> Response:
        """The line goes on where it stopped."""
        call_id = request.path_params["call_id"]
        story = self._desk.story(call_id)
        if story is not None and story.person != who.staff_id:
            raise Forbidden("Only who took the call over can hand it back.")
        why = (await read_form(request)).get("why", "helped")
        if why not in HAND_BACK:
            raise InvalidInput("why", "choose why you hand the call back")
        if story is not None and story.by_phone and self._phone is not None:
            await self._write(looks.handed_back, who, call_id, why)
            await self._phone.hand_back(call_id)
            self._desk.tell(call_id, "leave", who.staff_id)
        else:
            _, call = self._call(request)
            await self._write(looks.handed_back, who, call_id, why)
            await call.staff(StaffAct("leave", who.staff_id))
        return Response(status_code=204, headers={"HX-Trigger": "loanline:left"})

    async def _write(self, row: Callable[..., None], who: Visitor, *facts: str) -> None:
        await asyncio.to_thread(row, self._storage, who.staff_id, *facts)
