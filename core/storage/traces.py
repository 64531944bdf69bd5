"""What a call leaves for later comparison, and the pass over it after it ended; sealed with the key of the call.

A voice has a key of its own: it ends with the call, or when the person takes their consent back, in every backup too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, select, update

from core.codec import from_json, to_json
from core.errors import Conflict, NotFound, Shredded, WrongKey
from core.fraud import DeepCheck, LinkKind, Trace, TraceKind
from core.risk import RiskReport
from core.security.envelope import DataKey, Place
from core.storage.links import person_of
from core.storage.names import plain_id
from core.storage.tables import calls, cases, deep_checks, links, traces
from core.storage.transaction import Transaction

__all__ = ["SqlDeepChecks", "SqlTraces"]

_WAITING, _DONE, _GIVEN_UP = "waiting", "done", "given_up"


class SqlTraces:
    """``core.fraud.Traces`` in one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def keep(self, call_id: str, kind: TraceKind, body: bytes, at: datetime) -> None:
        row = self._work.execute(
            select(calls.c.recording, cases.c.subject_id).join_from(calls, cases).where(calls.c.call_id == call_id)
        ).one_or_none()
        if row is None:
            raise NotFound("There is no such call; keep a trace of a call that was opened.")
        if not row.recording:
            raise Conflict("Recording was not agreed to in this call; keep no trace of it.")
        voice = kind is TraceKind.VOICE
        made = self._work.new_voice_key if voice else self._work.new_call_key
        sealed = made(call_id, row.subject_id).seal(_trace(call_id, kind.value), body)
        self._work.execute(delete(traces).where(traces.c.call_id == call_id, traces.c.kind == kind.value))
        self._work.execute(traces.insert().values(call_id=call_id, kind=kind.value, at=at, body=sealed))

    def forget_voices(self, case_id: str) -> list[str]:
        person = person_of(self._work, case_id)
        theirs = select(links.c.case_id).where(links.c.kind == LinkKind.PERSON.value, links.c.value_index == person)
        mine = select(calls.c.call_id).where(calls.c.case_id.in_(theirs))
        voices = (traces.c.kind == TraceKind.VOICE.value, traces.c.call_id.in_(mine))
        self._work.execute(delete(traces).where(*voices))
        return list(self._work.execute(mine).scalars())

    def newest(self, kind: TraceKind, limit: int, since: datetime, *, but_call: str) -> list[Trace]:
        rows = self._work.execute(
            select(traces.c.call_id, calls.c.case_id, traces.c.at, links.c.value_index, traces.c.body)
            .select_from(traces)
            .join(calls, calls.c.call_id == traces.c.call_id)
            .outerjoin(links, and_(links.c.case_id == calls.c.case_id, links.c.kind == LinkKind.PERSON.value))
            .where(traces.c.kind == kind.value, traces.c.at >= since, traces.c.call_id != but_call)
            .order_by(traces.c.at.desc(), traces.c.call_id)
            .limit(limit)
        )
        found = []
        key_of = self._voice_key if kind is TraceKind.VOICE else self._work.call_key
        for row in rows:
            try:
                body = key_of(row.call_id).open(_trace(row.call_id, kind.value), row.body)
            except Shredded:  # destroyed on purpose: its rows stay, and nobody can read them
                continue
            found.append(Trace(row.call_id, row.case_id, row.at, row.value_index, body))
        return found

    def _voice_key(self, call_id: str) -> DataKey:
        try:
            return self._work.voice_key(call_id)
        except WrongKey:  # there is none: a voice of before is sealed with the key of its call
            return self._work.call_key(call_id)


class SqlDeepChecks:
    """``core.fraud.DeepChecks`` in one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def ask(self, call_id: str, at: datetime) -> None:
        if self._row(plain_id("call_id", call_id)) is None:
            values = {"call_id": call_id, "asked_at": at, "state": _WAITING, "tries": 0}
            self._work.execute(deep_checks.insert().values(**values))

    def waiting(self, limit: int) -> list[DeepCheck]:
        rows = self._work.execute(
            select(deep_checks)
            .where(deep_checks.c.state == _WAITING)
            .order_by(deep_checks.c.asked_at, deep_checks.c.call_id)
            .limit(limit)
        )
        return [DeepCheck(row.call_id, row.asked_at, row.state, row.tries) for row in rows]

    def tried(self, call_id: str) -> int:
        self._work.execute(
            update(deep_checks).where(deep_checks.c.call_id == call_id).values(tries=deep_checks.c.tries + 1)
        )
        row = self._row(call_id)
        return 0 if row is None else int(row.tries)

    def settle(self, call_id: str, report: RiskReport | None, at: datetime) -> None:
        values: dict[str, Any] = {"state": _GIVEN_UP, "settled_at": at}
        if report is not None:
            sealed = self._work.call_key(call_id).seal(Place("deep_checks", "report", call_id), to_json(report))
            values |= {"state": _DONE, "level": int(report.level), "report": sealed}
        waiting = (deep_checks.c.call_id == call_id, deep_checks.c.state == _WAITING)
        self._work.execute(update(deep_checks).where(*waiting).values(**values))

    def of(self, call_id: str) -> DeepCheck | None:
        row = self._row(call_id)
        if row is None:
            return None
        report = None
        if row.report is not None:
            opened = self._work.call_key(call_id).open(Place("deep_checks", "report", call_id), row.report)
            report = from_json(RiskReport, opened)
        return DeepCheck(row.call_id, row.asked_at, row.state, row.tries, report)

    def _row(self, call_id: str) -> Any:
        return self._work.execute(select(deep_checks).where(deep_checks.c.call_id == call_id)).one_or_none()


def _trace(call_id: str, kind: str) -> Place:
    return Place("traces", "body", f"{call_id}/{kind}")
