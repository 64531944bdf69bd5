"""Call records: both sides' audio and the transcript, sealed piece by piece as they come."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from core.codec import from_json, to_json
from core.errors import Conflict, InvalidInput, NotFound, Tampered
from core.events import TranscriptLine
from core.ports import StoredCall
from core.security.envelope import DataKey, Place
from core.security.segments import Segment, join_track, open_track, seal_segment
from core.storage.journal import SqlJournal, ensure_case
from core.storage.names import plain_id, static_name
from core.storage.tables import call_audio, call_lines, calls, cases
from core.storage.transaction import Transaction

__all__ = ["TRACKS", "SqlCallRecords"]

TRACKS = ("caller", "line")
#: No call lasts longer; a wrong start must not ask for gigabytes of silence when the record is read.
_LONGEST_MS = 6 * 3_600_000


class SqlCallRecords:
    """``core.ports.CallRecords`` in one transaction.

    ``close_call`` seals an empty last segment on each track and a manifest of all counts. A closed call that lacks
    any of it raises ``Tampered``; a call that was never closed is readable and ``complete`` is False.
    """

    def __init__(self, work: Transaction, journal: SqlJournal) -> None:
        self._work = work
        self._journal = journal

    def open_call(self, call_id: str, case_id: str, at: datetime, recording: bool) -> None:
        """Twice with the same ids changes nothing; another case raises ``Conflict``."""
        plain_id("call_id", call_id)
        known = self._work.execute(select(calls.c.case_id).where(calls.c.call_id == call_id)).scalar_one_or_none()
        if known is not None:
            if known != case_id:
                raise Conflict("This call belongs to another case; open it once, with its own case.")
            return
        subject = ensure_case(self._work, case_id, at)
        self._work.new_call_key(call_id, subject)
        self._work.execute(calls.insert().values(call_id=call_id, case_id=case_id, started_at=at, recording=recording))

    def case_of(self, call_id: str) -> str | None:
        return self._work.execute(
            select(calls.c.case_id).where(calls.c.call_id == call_id, calls.c.ended_at.is_(None))
        ).scalar_one_or_none()

    def allow_recording(self, call_id: str) -> None:
        self._open_row(call_id)
        self._work.execute(update(calls).where(calls.c.call_id == call_id).values(recording=True))

    def append_audio(self, call_id: str, track: str, start_ms: int, mulaw: bytes) -> None:
        if track not in TRACKS:
            raise InvalidInput("track", "use caller or line")
        if type(start_ms) is not int or not 0 <= start_ms <= _LONGEST_MS:
            raise InvalidInput("start_ms", "use milliseconds from the start of the stream, six hours at most")
        row = self._open_row(call_id)
        if not row.recording:
            raise Conflict("Recording was not agreed to in this call; keep no audio of it.")
        if mulaw:
            self._seal_segment(self._key(row), call_id, track, start_ms, bytes(mulaw), last=False)

    def append_line(self, call_id: str, line: TranscriptLine) -> None:
        row = self._open_row(call_id)
        number = self._count(call_lines, call_id)
        sealed = self._key(row).seal(_line_place(call_id, number), to_json(line))
        self._work.execute(call_lines.insert().values(call_id=call_id, number=number, body=sealed))

    def close_call(self, call_id: str, outcome: str, at: datetime) -> None:
        static_name("outcome", outcome)
        row = self._row(call_id, to_change=True)
        if row.ended_at is not None:
            return
        key = self._key(row)
        counts = {"lines": self._count(call_lines, call_id)}
        for track in TRACKS:
            if self._count(call_audio, call_id, track):
                self._seal_segment(key, call_id, track, 0, b"", last=True)
            counts[track] = self._count(call_audio, call_id, track)
        manifest = key.seal(_manifest_place(call_id, outcome), json.dumps(counts, sort_keys=True).encode())
        self._work.execute(
            update(calls).where(calls.c.call_id == call_id).values(ended_at=at, outcome=outcome, manifest=manifest)
        )

    def read(self, call_id: str) -> StoredCall:
        row = self._row(call_id)
        key = self._work.call_key(call_id)
        lines = self._lines(key, call_id)
        tracks = {track: self._track(key, call_id, track) for track in TRACKS}
        if row.ended_at is not None:
            found = {"lines": len(lines), **{track: len(pieces) for track, (pieces, _) in tracks.items()}}
            self._check_manifest(key, row, found, all(closed for pieces, closed in tracks.values() if pieces))
        return StoredCall(
            call_id=call_id,
            case_id=row.case_id,
            started_at=row.started_at,
            ended_at=row.ended_at,
            outcome=row.outcome,
            lines=tuple(lines),
            journal=tuple(self._journal.of_call(call_id)),
            caller_audio=join_track(tracks["caller"][0]),
            line_audio=join_track(tracks["line"][0]),
            complete=row.ended_at is not None,
        )

    def list_calls(self, limit: int = 50) -> Sequence[tuple[str, datetime, str | None]]:
        rows = self._work.execute(
            select(calls.c.call_id, calls.c.started_at, calls.c.outcome)
            .order_by(calls.c.started_at.desc(), calls.c.call_id)
            .limit(limit)
        )
        return [(row.call_id, row.started_at, row.outcome) for row in rows]

    # -- parts --------------------------------------------------------------------------------------------------

    def _row(self, call_id: str, *, to_change: bool = False) -> Any:
        query = select(calls, cases.c.subject_id).join_from(calls, cases).where(calls.c.call_id == call_id)
        if to_change:  # a call is not closed while a piece is added to it
            query = query.with_for_update(of=calls)
        row = self._work.execute(query).one_or_none()
        if row is None:
            raise NotFound("There is no such call; loanline records list shows the ids.")
        return row

    def _open_row(self, call_id: str) -> Any:
        row = self._row(call_id, to_change=True)
        if row.ended_at is not None:
            raise Conflict("This call's record is closed; nothing can be added to it.")
        return row

    def _key(self, row: Any) -> DataKey:
        return self._work.new_call_key(row.call_id, row.subject_id)

    def _count(self, table: Any, call_id: str, track: str | None = None) -> int:
        query = select(func.count()).select_from(table).where(table.c.call_id == call_id)
        if track is not None:
            query = query.where(table.c.track == track)
        return int(self._work.execute(query).scalar_one())

    def _seal_segment(self, key: DataKey, call_id: str, track: str, start_ms: int, mulaw: bytes, *, last: bool) -> None:
        number = self._count(call_audio, call_id, track)
        segment = seal_segment(key, call_id, track, number=number, start_ms=start_ms, mulaw=mulaw, last=last)
        self._work.execute(
            call_audio.insert().values(
                call_id=call_id, track=track, number=number, start_ms=start_ms, last=last, body=segment.body
            )
        )

    def _lines(self, key: DataKey, call_id: str) -> list[TranscriptLine]:
        rows = self._work.execute(
            select(call_lines).where(call_lines.c.call_id == call_id).order_by(call_lines.c.number)
        )
        lines = []
        for expected, row in enumerate(rows):
            if row.number != expected:
                raise Tampered("A transcript has a line missing; restore the database from a backup.")
            lines.append(from_json(TranscriptLine, key.open(_line_place(call_id, row.number), row.body)))
        return lines

    def _track(self, key: DataKey, call_id: str, track: str) -> tuple[list[tuple[int, bytes]], bool]:
        rows = self._work.execute(
            select(call_audio)
            .where(call_audio.c.call_id == call_id, call_audio.c.track == track)
            .order_by(call_audio.c.number)
        )
        segments = [Segment(row.number, row.start_ms, row.last, row.body) for row in rows]
        return open_track(key, call_id, track, segments)

    @staticmethod
    def _check_manifest(key: DataKey, row: Any, found: dict[str, int], closed: bool) -> None:
        if row.manifest is None or not closed:
            raise Tampered("A closed call record was cut short; restore the database from a backup.")
        if json.loads(key.open(_manifest_place(row.call_id, row.outcome), row.manifest)) != found:
            raise Tampered("A closed call record lacks parts; restore the database from a backup.")


def _line_place(call_id: str, number: int) -> Place:
    return Place("call_lines", "body", f"{call_id}/{number}")


def _manifest_place(call_id: str, outcome: str) -> Place:
    return Place("calls", "manifest", call_id, outcome)
