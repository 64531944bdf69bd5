"""Listen in, and speak where a call was taken over: one WebSocket of raw sound.

From the server: frames of 320 bytes, 20 ms of mu-law, the caller's side and then the line's. From the browser, while
the call is taken over: mu-law of the microphone, at most 8000 bytes a frame. Secrets never come this way.
"""

from __future__ import annotations

import asyncio
from collections import deque

from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from core.errors import Forbidden, LoanlineError, StorageError
from core.ports import Storage
from core.usecases import looks
from core.usecases.roles import Action, may
from core.usecases.staff import Visitor
from ivr.console.call_page import parse_purpose
from ivr.console.desk import Desk
from ivr.console.door import Door
from ivr.console.forms import read_form
from ivr.console.grants import Grants
from ivr.console.ladder import Calls, HelpedCall

__all__ = ["Listening"]

#: A listener that does not keep up loses the oldest sound: two seconds are kept.
_MOST_FRAMES = 100
_LONGEST = 8000
#: How often it is asked whether the session stands and the right to hear does.
LOOK_SECONDS = 5.0


class _Ear:
    """Collects a call's sound for one socket; ``hear`` runs in the call and must not block."""

    def __init__(self) -> None:
        self.frames: deque[bytes] = deque(maxlen=_MOST_FRAMES)
        self.wake = asyncio.Event()

    def hear(self, _at_ms: int, caller: bytes, line: bytes) -> None:
        self.frames.append(caller + line)
        self.wake.set()


class Listening:
    def __init__(self, door: Door, storage: Storage, desk: Desk, calls: Calls, grants: Grants) -> None:
        self._door, self._storage, self._desk, self._calls, self._grants = door, storage, desk, calls, grants
        door.page("/console/calls/{call_id}/listen", Action.LISTEN, self.ask, "POST")
        #: Who took a call over hears it, whatever else the role allows; see ``_admit``.
        door.socket("/console/calls/{call_id}/sound", Action.WATCH, self.sound)

    async def ask(self, request: Request, who: Visitor) -> Response:
        """State the purpose; the socket may be opened afterwards."""
        call_id = request.path_params["call_id"]
        self._calls.runner(call_id)
        purpose = parse_purpose((await read_form(request)).get("purpose", ""))
        await asyncio.to_thread(looks.listened, self._storage, who.staff_id, call_id, purpose)
        self._grants.give(who, call_id, "sound")
        return Response(status_code=204, headers={"HX-Trigger": "loanline:listen"})

    def _owns(self, call_id: str, who: Visitor) -> bool:
        story = self._desk.story(call_id)
        return story is not None and story.person == who.staff_id and may(who.role, Action.TAKE_OVER)

    def _admit(self, call_id: str, who: Visitor) -> HelpedCall:
        asked = may(who.role, Action.LISTEN) and self._grants.has(who, call_id, "sound")
        if not asked and not self._owns(call_id, who):
            raise Forbidden("State a purpose first, or take the call over.")
        return self._calls.runner(call_id)

    async def sound(self, socket: WebSocket, who: Visitor) -> None:
        call_id = socket.path_params["call_id"]
        ear = _Ear()
        try:
            call = self._admit(call_id, who)
            untap = call.tap(ear.hear)
        except LoanlineError:
            await socket.close(1008)
            return
        await socket.accept()
        speaker = asyncio.create_task(self._speak(socket, call, call_id, who))
        hearer = asyncio.create_task(self._play(socket, call, ear))
        looker = asyncio.create_task(self._until_over(socket, call_id, who))
        tasks = {speaker, hearer, looker}
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            untap()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if socket.client_state.name == "CONNECTED":
                await socket.close(1000)

    async def _until_over(self, socket: WebSocket, call_id: str, who: Visitor) -> None:
        """Ends with the session, the purpose, or the giving back of the call: no socket outlives its right. Who has the
        call is at work without touching a key, and is not cut off from the caller by a store that cannot be asked."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            theirs = self._owns(call_id, who)
            try:
                self._admit(call_id, await self._door.visitor(socket, active=theirs))
            except StorageError:
                if not theirs:
                    return
            except LoanlineError:
                return

    @staticmethod
    async def _play(socket: WebSocket, call: HelpedCall, ear: _Ear) -> None:
        while not call.over:
            try:
                async with asyncio.timeout(1.0):
                    await ear.wake.wait()
            except TimeoutError:
                continue
            ear.wake.clear()
            while ear.frames:
                await socket.send_bytes(ear.frames.popleft())

    async def _speak(self, socket: WebSocket, call: HelpedCall, call_id: str, who: Visitor) -> None:
        """What the microphone brings goes to the caller as long as the call is this person's."""
        while True:
            try:
                message = await socket.receive_bytes()
            except (WebSocketDisconnect, KeyError):
                return
            if len(message) > _LONGEST:
                return
            if self._owns(call_id, who):
                try:
                    await call.staff_audio(message)
                except LoanlineError:
                    continue  # the call was handed back between two frames
