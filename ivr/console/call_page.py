"""The page of one call: transcript, fields, risk, timeline, turns. Masked until a purpose is stated."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from core.errors import InvalidInput, NotFound
from core.ports import Storage
from core.usecases import looks
from core.usecases.looks import Purpose
from core.usecases.roles import Action, may
from core.usecases.staff import Visitor
from ivr.console.desk import Desk
from ivr.console.door import Door
from ivr.console.forms import read_form
from ivr.console.grants import GRANT_SECONDS, REVEAL_SECONDS, Grants
from ivr.console.masking import IDENTITY, PERSONAL, Eyes, Masker
from ivr.console.story import Story
from ivr.console.stream import PART, stream
from ivr.console.views import Views

__all__ = ["CallPage", "CallScreen", "parse_purpose"]


def parse_purpose(text: str) -> Purpose:
    """Raises ``InvalidInput`` when none of the list was chosen."""
    try:
        return Purpose(text)
    except ValueError:
        raise InvalidInput("purpose", "choose why you need to see this") from None


class CallScreen:
    """What one tab shows of one call; see ``ivr.console.stream.Screen``."""

    tick_seconds = 15.0

    def __init__(
        self,
        story: Story,
        desk: Desk,
        views: Views,
        masker: Masker,
        who: Visitor,
        steps: Sequence[str],
        fields: Sequence[str],
        grants: Grants,
    ) -> None:
        self._story, self._desk, self._views, self._masker = story, desk, views, masker
        self._who, self._steps, self._fields, self._grants = who, steps, fields, grants

    def eyes(self) -> Eyes:
        """Asked anew for each piece: a purpose runs out."""
        who, call_id = self._who, self._story.call_id
        own = self._story.person == who.staff_id and may(who.role, Action.TAKE_OVER)
        return Eyes(own or (may(who.role, Action.WORDS) and self._grants.has(who, call_id, "words")))

    def facts(self) -> dict[str, Any]:
        """What the templates read."""
        return {
            "story": self._story,
            "eyes": self.eyes(),
            "masker": self._masker,
            "who": self._who,
            "steps": self._steps,
            "watchers": self._desk.watchers(self._story.call_id),
            "now": self._desk.now(),
            "fields": self._fields,
            "identity": IDENTITY,
            "personal": PERSONAL,
        }

    def news(self, since: int) -> str:
        story, facts = self._story, self.facts()
        draw = self._views.fragment
        parts = [draw("_line.html", line=line, **facts) for line in story.lines if line.version > since]
        if story.partial is not None and story.partial.version > since:
            parts.append(draw("_line.html", line=story.partial, **facts))
        parts += [draw("_slot.html", row=row, **facts) for row in story.slots.values() if row.version > since]
        parts += [draw("_point.html", point=point, **facts) for point in story.points if point.version > since]
        parts += [draw("_turn.html", turn=turn, **facts) for turn in story.turns if turn.version > since]
        if story.signals_version > since:
            parts.append(draw("_signals.html", **facts))
        if story.head_version > since:
            parts.append(draw("_head.html", **facts))
        return PART.join(parts)


class CallPage:
    def __init__(
        self,
        door: Door,
        storage: Storage,
        desk: Desk,
        views: Views,
        masker: Masker,
        steps: Sequence[str],
        fields: Sequence[str],
        grants: Grants,
        prompts: Sequence[tuple[str, str]],
        hand_back: Sequence[str],
        *,
        by_phone: bool,
    ) -> None:
        """``fields`` are those of an application, in order; ``prompts`` what staff may have the line say: id,
        text; ``hand_back`` why a call may go back; ``by_phone`` whether there is a telephone to take it over with."""
        self._door, self._storage, self._desk, self._views = door, storage, desk, views
        self._masker, self._steps, self._fields = masker, steps, fields
        self._grants, self._prompts = grants, prompts
        self._hand_back, self._by_phone = hand_back, by_phone
        door.page("/console/calls/{call_id}", Action.WATCH, self.show)
        door.page("/console/calls/{call_id}/events", Action.WATCH, self.events)
        door.page("/console/calls/{call_id}/words", Action.WORDS, self.words, "POST")
        door.page("/console/calls/{call_id}/reveal", Action.REVEAL, self.reveal, "POST")

    def _story(self, request: Request) -> Story:
        story = self._desk.story(request.path_params["call_id"])
        if story is None:
            raise NotFound("This call is not on the line any more; look for it among the records.")
        return story

    def _screen(self, story: Story, who: Visitor) -> CallScreen:
        return CallScreen(story, self._desk, self._views, self._masker, who, self._steps, self._fields, self._grants)

    async def show(self, request: Request, who: Visitor) -> Response:
        story = self._story(request)
        if not self._grants.has(who, story.call_id, "watched"):
            await asyncio.to_thread(looks.watched, self._storage, who.staff_id, story.call_id)
            self._grants.give(who, story.call_id, "watched", GRANT_SECONDS)
        cursor = f"{self._desk.epoch}.{self._desk.version}"
        facts = self._screen(story, who).facts()
        del facts["who"]
        purposes = [purpose.value for purpose in Purpose]
        return self._views.page(
            "call.html",
            who,
            "live",
            cursor=cursor,
            purposes=purposes,
            prompts=self._prompts,
            hand_back=self._hand_back,
            by_phone=self._by_phone,
            **facts,
        )

    async def events(self, request: Request, who: Visitor) -> Response:
        story = self._story(request)
        response = stream(
            request, self._desk, self._screen(story, who), lambda: self._door.visitor(request, active=False)
        )
        return self._seen_watching(response, story.call_id, who)

    def _seen_watching(self, response: StreamingResponse, call_id: str, who: Visitor) -> StreamingResponse:
        body = response.body_iterator

        async def watched() -> AsyncIterator[Any]:
            with self._desk.watching(call_id, who.staff_id):
                async for piece in body:
                    yield piece

        response.body_iterator = watched()
        return response

    async def words(self, request: Request, who: Visitor) -> Response:
        """Show what is said, for a purpose. The page comes anew."""
        story = self._story(request)
        purpose = parse_purpose((await read_form(request)).get("purpose", ""))
        await asyncio.to_thread(looks.words_shown, self._storage, who.staff_id, story.call_id, purpose)
        self._grants.give(who, story.call_id, "words")
        return Response(status_code=204, headers={"HX-Refresh": "true"})

    async def reveal(self, request: Request, who: Visitor) -> Response:
        """One field in full, for thirty seconds, with a reason."""
        story = self._story(request)
        form = await read_form(request)
        row = story.slots.get(form.get("field", ""))
        if row is None:
            raise NotFound("This field has not been answered yet.")
        await asyncio.to_thread(
            looks.field_revealed, self._storage, who.staff_id, story.call_id, row.name, form.get("reason", "")
        )
        html = self._views.fragment("_revealed.html", name=row.name, value=str(row.value), seconds=REVEAL_SECONDS)
        return Response(html, media_type="text/html")
