"""The list of people to call back. The number is sealed under a key of the case and the call, and goes with either."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from core.applicant import PhoneNumber
from core.errors import NotFound, Shredded
from core.ports import CallBack
from core.security.envelope import Place
from core.storage.journal import ensure_case
from core.storage.names import plain_id, static_name
from core.storage.tables import call_backs
from core.storage.transaction import Transaction

__all__ = ["SqlCallBacks"]

_WAITING = "waiting"


class SqlCallBacks:
    """``core.ports.CallBacks`` in one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def add(self, wish: CallBack) -> CallBack:
        known = self._row(plain_id("call_id", wish.call_id))
        if known is not None:
            return self._opened(known)
        subject = ensure_case(self._work, wish.case_id, wish.asked_at)
        key = self._work.new_talk_key(wish.case_id, wish.call_id, subject)
        self._work.execute(
            call_backs.insert().values(
                call_id=wish.call_id,
                case_id=wish.case_id,
                reason=static_name("reason", wish.reason),
                asked_at=wish.asked_at,
                due_at=wish.due_at,
                state=_WAITING,
                tries=0,
                phone=key.seal(_place(wish.call_id), wish.phone.value.encode()),
            )
        )
        return wish

    def get(self, call_id: str) -> CallBack:
        row = self._row(call_id)
        if row is None:
            raise NotFound("Nobody asked for a call back in this call.")
        return self._opened(row)

    def due(self, at: datetime | None, limit: int = 50) -> list[CallBack]:
        which = () if at is None else (call_backs.c.due_at <= at,)
        rows = self._work.execute(
            select(call_backs)
            .where(call_backs.c.state == _WAITING, *which)
            .order_by(call_backs.c.due_at, call_backs.c.asked_at, call_backs.c.call_id)
        )
        found: list[CallBack] = []
        for row in rows:
            if len(found) == limit:
                break
            try:
                found.append(self._opened(row))
            except Shredded:
                continue
        return found

    def postpone(self, call_id: str, due_at: datetime) -> bool:
        return self._change(call_id, due_at=due_at, tries=call_backs.c.tries + 1)

    def settle(self, call_id: str, how: str, at: datetime) -> bool:
        return self._change(call_id, state=static_name("how", how), settled_at=at)

    def _change(self, call_id: str, **values: Any) -> bool:
        waiting = (call_backs.c.call_id == call_id, call_backs.c.state == _WAITING)
        return self._work.execute(update(call_backs).where(*waiting).values(**values)).rowcount == 1

    def _row(self, call_id: str) -> Any:
        return self._work.execute(select(call_backs).where(call_backs.c.call_id == call_id)).one_or_none()

    def _opened(self, row: Any) -> CallBack:
        number = self._work.talk_key(row.case_id, row.call_id).open(_place(row.call_id), row.phone)
        return CallBack(
            call_id=row.call_id,
            case_id=row.case_id,
            phone=PhoneNumber(number.decode()),
            reason=row.reason,
            asked_at=row.asked_at,
            due_at=row.due_at,
            tries=row.tries,
            state=row.state,
        )


def _place(call_id: str) -> Place:
    return Place("call_backs", "phone", call_id)
