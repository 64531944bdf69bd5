"""The quality desk: replay runs over time, decisions that flipped, what drifts, and the worst calls first."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from core.errors import NotFound
from core.usecases.roles import Action
from core.usecases.staff import Visitor
from ivr.console.door import Door
from ivr.console.views import Views
from ivr.quality.runs import RunBook
from ivr.quality.trends import drifts, field_drifts, flips, full_runs, worst_first

__all__ = ["Quality"]


class Quality:
    """Fixture calls are fictional: nothing here needs a purpose."""

    def __init__(self, door: Door, book: RunBook, views: Views) -> None:
        self._book, self._views = book, views
        door.page("/console/quality", Action.QUALITY, self.show)

    async def show(self, request: Request, who: Visitor) -> Response:
        """The newest run, or the one that ``run`` names, against the runs before it."""
        shelf = await asyncio.to_thread(self._book.read)
        if not shelf.runs:
            return self._views.page("quality_none.html", who, "quality", unreadable=shelf.unreadable)
        wanted = request.query_params.get("run", "") or shelf.runs[-1].run_id
        place = next((n for n, run in enumerate(shelf.runs) if run.run_id == wanted), None)
        if place is None:
            raise NotFound("This run is not kept any more; choose one of the list.")
        run, earlier = shelf.runs[place], shelf.runs[:place]
        flipped, compared = flips(run, earlier)
        history = [
            (each, *(len(part) if isinstance(part, list) else part for part in flips(each, shelf.runs[:number])))
            for number, each in enumerate(shelf.runs)
        ]
        return self._views.page(
            "quality.html",
            who,
            "quality",
            run=run,
            flipped=flipped,
            compared=compared,
            drifts=drifts(run, earlier),
            fields=field_drifts(run, earlier),
            calls=worst_first(run, earlier),
            history=history,
            curve={each.run_id for each in full_runs(shelf.runs)},
            unreadable=shelf.unreadable,
        )
