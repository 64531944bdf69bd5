"""The review desk: applications, what was decided and why, the evidence of each field, and a person's verdict."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, fields
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from core.application import Status
from core.decision.keeping import KeptReceipt, ReviewNote
from core.decision.reasons import reasons_a_person_may_give
from core.errors import CryptoError, Forbidden, InvalidInput, NotFound
from core.evidence import Answer
from core.ports import Clock, OfferAnswer, StoredApplication
from core.storage.figures import hands_on, list_applications
from core.storage.store import SqlStorage
from core.usecases import looks, review
from core.usecases.decisions import Rulebook
from core.usecases.holds import Hold, standing
from core.usecases.review import Verdict
from core.usecases.roles import Action, Role, may
from core.usecases.staff import Visitor
from ivr.console.door import Door
from ivr.console.forms import read_form
from ivr.console.grants import REVEAL_SECONDS
from ivr.console.masking import IDENTITY, PERSONAL, masked_value
from ivr.console.purposes import CaseLock
from ivr.console.sounds import cut, outline, wav
from ivr.console.views import Views
from ivr.dialogue.slots import to_json

__all__ = ["Cases", "Proof"]

_BARS = 60


@dataclass(frozen=True, slots=True)
class Proof:
    """One field with the evidence behind it; ``value`` is masked where the reader may not see it."""

    name: str
    value: str
    heard: str
    source: str
    read_back: str
    confidence: float | None
    from_ms: int | None
    to_ms: int | None
    hearings: int
    bars: tuple[float, ...]


@dataclass(frozen=True, slots=True, repr=False)
class _Case:
    stored: StoredApplication
    receipts: list[KeptReceipt]
    notes: list[ReviewNote]
    answer: OfferAnswer | None
    held: Hold | None
    audio: bytes


class Cases:
    def __init__(
        self, door: Door, storage: SqlStorage, clock: Clock, views: Views, lock: CaseLock, rules: Rulebook
    ) -> None:
        self._storage, self._clock, self._views, self._lock, self._rules = storage, clock, views, lock, rules
        door.page("/console/cases", Action.CASES, self.list)
        door.page("/console/cases/{case_id}", Action.CASES, self.show)
        door.page("/console/cases/{case_id}", Action.CASES, self.open, "POST")
        door.page("/console/cases/{case_id}/reveal", Action.REVEAL, self.reveal, "POST")
        door.page("/console/cases/{case_id}/clips/{field}", Action.CLIPS, self.clip)
        door.page("/console/cases/{case_id}/verdict", Action.DECIDE, self.verdict, "POST")

    async def list(self, request: Request, who: Visitor) -> Response:
        status = request.query_params.get("status", "")
        chosen = status if status in {each.value for each in Status} else ""
        rows = await asyncio.to_thread(list_applications, self._storage.engine, status=chosen)
        waiting = await asyncio.to_thread(review.queue, self._storage) if not chosen else []
        return self._views.page(
            "cases.html",
            who,
            "cases",
            rows=rows,
            waiting=waiting,
            status=chosen,
            statuses=[each.value for each in Status],
        )

    async def open(self, request: Request, who: Visitor) -> Response:
        """State a purpose, then see."""
        case_id = request.path_params["case_id"]
        await asyncio.to_thread(self._require, case_id)
        return await self._lock.open(request, who, case_id)

    def _require(self, case_id: str) -> None:
        with self._storage.begin() as work:
            work.applications.get(case_id)

    async def show(self, request: Request, who: Visitor) -> Response:
        case_id = request.path_params["case_id"]
        if not self._lock.has(who, case_id):
            await asyncio.to_thread(self._require, case_id)
            return self._lock.ask(who, "cases", "case.title", case_id)
        case = await asyncio.to_thread(self._read, case_id)
        words = may(who.role, Action.WORDS)
        return self._views.page(
            "case.html",
            who,
            "cases",
            case_id=case_id,
            stored=case.stored,
            proofs=_proofs(case, words=words, clips=may(who.role, Action.CLIPS)),
            receipts=case.receipts,
            notes=case.notes,
            answer=case.answer,
            held=case.held,
            words=words,
            identity=IDENTITY,
            codes=reasons_a_person_may_give(),
        )

    def _read(self, case_id: str) -> _Case:
        with self._storage.begin() as work:
            stored = work.applications.get(case_id)
            audio = b""
            if stored.application.call_id is not None:
                try:
                    audio = work.records.read(stored.application.call_id).caller_audio
                except (NotFound, CryptoError):
                    audio = b""  # the call's record is gone or closed to us; the application stands without it
            return _Case(
                stored,
                work.receipts.of(case_id),
                work.reviews.of(case_id),
                work.applications.answer(case_id),
                standing(work, case_id),
                audio,
            )

    def _answer(self, stored: StoredApplication, field: str) -> Answer[Any]:
        answer = getattr(stored.application, field, None) if field.isidentifier() else None
        if not isinstance(answer, Answer):
            raise NotFound("There is no such field.")
        return answer

    async def reveal(self, request: Request, who: Visitor) -> Response:
        """One field in full, for thirty seconds, with a reason."""
        case_id = request.path_params["case_id"]
        form = await read_form(request)
        self._lock.require(who, case_id)
        case = await asyncio.to_thread(self._read, case_id)
        field = form.get("field", "")
        answer = self._answer(case.stored, field)
        await asyncio.to_thread(
            looks.field_revealed, self._storage, who.staff_id, case_id, field, form.get("reason", "")
        )
        html = self._views.fragment(
            "_revealed.html", name=field, value=str(to_json(answer.value)), seconds=REVEAL_SECONDS
        )
        return Response(html, media_type="text/html")

    async def clip(self, request: Request, who: Visitor) -> Response:
        """The piece of the recording in which the field was said."""
        case_id, field = request.path_params["case_id"], request.path_params["field"]
        self._lock.require(who, case_id)
        case = await asyncio.to_thread(self._read, case_id)
        answer = self._answer(case.stored, field)
        last = answer.evidence[-1] if answer.evidence else None
        if last is None or last.start_ms is None or last.end_ms is None or not case.audio:
            raise NotFound("There is no recording of this field.")
        await asyncio.to_thread(looks.clip_played, self._storage, who.staff_id, case_id, field)
        return Response(wav(cut(case.audio, last.start_ms, last.end_ms)), media_type="audio/wav")

    async def verdict(self, request: Request, who: Visitor) -> Response:
        """Approve, decline with reason codes, or send back as incomplete."""
        case_id = request.path_params["case_id"]
        form = await read_form(request)
        self._lock.require(who, case_id)
        try:
            verdict = Verdict(form.get("verdict", ""))
        except ValueError:
            raise InvalidInput("verdict", "choose approve, decline or incomplete") from None
        codes = tuple(name.removeprefix("code.") for name in form if name.startswith("code."))
        await asyncio.to_thread(self._say, case_id, who, verdict, form.get("why", ""), codes)
        return Response(status_code=204, headers={"HX-Refresh": "true"})

    def _say(self, case_id: str, who: Visitor, verdict: Verdict, why: str, codes: tuple[str, ...]) -> None:
        case = self._read(case_id)
        if who.role is Role.SUPERVISOR and not any(
            note.bound and note.verdict == Verdict.APPROVE.value for note in case.notes
        ):
            raise Forbidden("A supervisor is the second person; an underwriter speaks first.")
        hands = hands_on(self._storage.engine, case_id)
        review.say(
            self._storage, self._clock, self._rules, case_id, who.staff_id, verdict, why, codes=codes, hands=hands
        )


def _proofs(case: _Case, *, words: bool, clips: bool) -> list[Proof]:
    """Every answer of the application, in its order."""
    application = case.stored.application
    proofs = []
    for each in fields(application):
        answer = getattr(application, each.name)
        if isinstance(answer, Answer):
            proofs.append(_proof(each.name, answer, case.audio if clips else b"", words=words))
    return proofs


def _proof(name: str, answer: Answer[Any], audio: bytes, *, words: bool) -> Proof:
    value = str(to_json(answer.value))
    hidden = name in IDENTITY or (name in PERSONAL and not words)
    last = answer.evidence[-1] if answer.evidence else None
    bars: tuple[float, ...] = ()
    if last is not None and last.start_ms is not None and last.end_ms is not None and audio:
        bars = tuple(outline(cut(audio, last.start_ms, last.end_ms), _BARS))
    return Proof(
        name=name,
        value=masked_value(name, value) if hidden else value,
        heard=last.text if last is not None and words and last.source.value == "speech" else "",
        source=last.source.value if last is not None else "",
        read_back=last.read_back.value if last is not None else "none",
        confidence=last.confidence if last is not None else None,
        from_ms=last.start_ms if last is not None else None,
        to_ms=last.end_ms if last is not None else None,
        hearings=len(answer.evidence),
        bars=bars,
    )
