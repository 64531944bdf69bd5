"""The disputes desk: who says that a loan is not theirs, the clocks that run, the evidence, and the decision.

Who opened a dispute, reviewed the application or took part in the call does not decide it: ``core.usecases.disputes``
refuses them.
"""

from __future__ import annotations

import asyncio
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from core.errors import InvalidInput, NotFound, Shredded
from core.jurisdiction.pack import Pack
from core.lending.dispute import Cause, Dispute, DisputeState, Verdict
from core.ports import Clock, Ids, StoredApplication
from core.storage.figures import hands_on
from core.storage.history import history_of
from core.storage.store import SqlStorage
from core.usecases import disputes
from core.usecases.roles import Action, may
from core.usecases.staff import Visitor
from ivr.console.door import Door
from ivr.console.forms import read_form
from ivr.console.purposes import CaseLock
from ivr.console.views import Views

__all__ = ["Disputes", "share_left"]

_SHORTEST_STORY = 10
#: The way stands in the audit log, for good: only what the page offers.
_WAYS = frozenset({"letter", "call", "visit", "other"})


def share_left(since: datetime, until: datetime, now: datetime) -> float:
    """How much of a clock is left, from 1 (it just began) to 0 (it ran out)."""
    whole = (until - since).total_seconds()
    return max(0.0, min(1.0, (until - now).total_seconds() / whole)) if whole > 0 else 0.0


class Disputes:
    def __init__(
        self, door: Door, storage: SqlStorage, clock: Clock, ids: Ids, pack: Pack, views: Views, lock: CaseLock
    ) -> None:
        self._storage, self._clock, self._ids, self._pack = storage, clock, ids, pack
        self._views, self._lock = views, lock
        door.page("/console/disputes", Action.DISPUTES, self.list)
        door.page("/console/disputes/{dispute_id}", Action.DISPUTES, self.show)
        door.page("/console/disputes/{dispute_id}", Action.DISPUTES, self.open, "POST")
        door.page("/console/disputes/{dispute_id}/blocked", Action.DISPUTE_WORK, self.blocked, "POST")
        door.page("/console/disputes/{dispute_id}/decision", Action.DISPUTE_DECIDE, self.decide, "POST")
        door.page("/console/cases/{case_id}/dispute", Action.DISPUTE_WORK, self.tell, "POST")

    async def list(self, request: Request, who: Visitor) -> Response:
        wanted = request.query_params.get("state", DisputeState.OPEN.value)
        state = next((each for each in DisputeState if each.value == wanted), None)
        rows = await asyncio.to_thread(disputes.desk, self._storage, state)
        return self._views.page(
            "disputes.html",
            who,
            "disputes",
            rows=rows,
            now=self._clock.now(),
            left=share_left,
            state=state.value if state else "",
            states=[each.value for each in DisputeState],
        )

    def _read(self, dispute_id: str) -> Dispute:
        with self._storage.begin() as work:
            return work.disputes.get(dispute_id)

    def _application(self, case_id: str) -> StoredApplication | None:
        with self._storage.begin() as work:
            try:
                return work.applications.get(case_id)
            except (NotFound, Shredded):
                return None

    async def _dispute(self, request: Request) -> Dispute:
        return await asyncio.to_thread(self._read, request.path_params["dispute_id"])

    async def open(self, request: Request, who: Visitor) -> Response:
        """State a purpose, then see."""
        return await self._lock.open(request, who, (await self._dispute(request)).case_id)

    async def show(self, request: Request, who: Visitor) -> Response:
        dispute = await self._dispute(request)
        if not self._lock.has(who, dispute.case_id):
            return self._lock.ask(who, "disputes", "dispute.title", dispute.dispute_id)
        stored = await asyncio.to_thread(self._application, dispute.case_id)
        history = await asyncio.to_thread(history_of, self._storage.engine, dispute.case_id)
        return self._views.page(
            "dispute.html",
            who,
            "disputes",
            dispute=dispute,
            stored=stored,
            history=history,
            words=may(who.role, Action.WORDS),
            now=self._clock.now(),
            left=share_left,
            causes=[cause.value for cause in Cause if cause is not Cause.OWN_LOAN],
        )

    async def tell(self, request: Request, who: Visitor) -> Response:
        """Somebody says that this case is not theirs: frozen at once, and the clocks start."""
        case_id = request.path_params["case_id"]
        form = await read_form(request)
        self._lock.require(who, case_id)
        story, told_in = form.get("story", "").strip(), form.get("told_in", "")
        if len(story) < _SHORTEST_STORY:
            raise InvalidInput("story", "write down what they say, in a sentence")
        told = await asyncio.to_thread(
            disputes.open_dispute,
            self._storage,
            self._clock,
            self._ids,
            self._pack,
            case_id=case_id,
            told_in=told_in if told_in in _WAYS else "other",
            story=story,
            opened_by=who.staff_id,
        )
        return Response(status_code=204, headers={"HX-Redirect": f"/console/disputes/{told.dispute_id}"})

    async def blocked(self, request: Request, who: Visitor) -> Response:
        """The bureau confirmed the block, under its reference."""
        dispute = await self._dispute(request)
        self._lock.require(who, dispute.case_id)
        proof = (await read_form(request)).get("proof", "")
        await asyncio.to_thread(disputes.blocked, self._storage, self._clock, dispute.dispute_id, proof, who.staff_id)
        return Response(status_code=204, headers={"HX-Refresh": "true"})

    async def decide(self, request: Request, who: Visitor) -> Response:
        """Cancel the loan with a cause, or let it go on."""
        dispute = await self._dispute(request)
        self._lock.require(who, dispute.case_id)
        form = await read_form(request)
        try:
            verdict = Verdict(form.get("verdict", ""))
            cause = Cause.OWN_LOAN if verdict is Verdict.REJECTED else Cause(form.get("cause", ""))
        except ValueError:
            raise InvalidInput("cause", "choose how it came to be") from None
        await asyncio.to_thread(self._decide, dispute, who, verdict, cause, form.get("why", ""))
        return Response(status_code=204, headers={"HX-Refresh": "true"})

    def _decide(self, dispute: Dispute, who: Visitor, verdict: Verdict, cause: Cause, why: str) -> None:
        hands = hands_on(self._storage.engine, dispute.case_id, dispute.told_in)
        disputes.decide(self._storage, self._clock, dispute.dispute_id, who.staff_id, verdict, cause, why, hands=hands)
