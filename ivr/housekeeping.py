"""Once a day the running line destroys what has been kept for long enough, without anybody asking it to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from core.errors import LoanlineError
from core.jurisdiction.pack import Pack
from core.ports import Clock
from core.storage.store import SqlStorage
from core.usecases.retention import Terms, is_time, run_daily
from ivr.telemetry import Metrics

__all__ = ["DailyRetention"]

_EVERY_S = 600.0
#: So long a run waits for a line without calls.
PATIENCE = timedelta(hours=2)
_log = structlog.get_logger()


class DailyRetention:
    """``run`` does it each day after ``hour`` o'clock UTC, until it is cancelled. See ``core.usecases.retention``."""

    def __init__(
        self,
        storage: SqlStorage,
        clock: Clock,
        pack: Pack,
        terms: Terms,
        hour: int,
        metrics: Metrics,
        busy: Callable[[], bool],
    ) -> None:
        self._storage, self._clock, self._pack, self._terms = storage, clock, pack, terms
        self._hour, self._metrics, self._busy = hour, metrics, busy
        self._waiting_since: datetime | None = None

    async def run(self) -> None:
        while True:
            await asyncio.sleep(_EVERY_S)
            await self.look()

    async def look(self) -> bool:
        """Do it if it is time; whether it was done. Calls come first, for two hours. What fails is told by log and
        metric, and tried again at the next look."""
        try:
            if not await asyncio.to_thread(is_time, self._storage, self._clock, self._hour):
                self._waiting_since = None
                return False
            self._waiting_since = self._waiting_since or self._clock.now()
            if self._busy() and self._clock.now() - self._waiting_since < PATIENCE:
                return False
            done = await asyncio.to_thread(
                run_daily, self._storage, self._clock, self._pack, self._terms, self._hour, "line"
            )
        except LoanlineError as error:
            self._failed(error.code, str(error))
        except Exception as error:  # noqa: BLE001 - a worker that died would keep everything for ever, and silently
            self._failed(type(error).__name__)
        else:
            if done is not None:
                _log.info("retention_done", people=len(done.people), recordings=len(done.recordings))
            return done is not None
        return False

    def _failed(self, why: str, what_to_do: str = "") -> None:
        _log.error("retention_failed", why=why, detail=what_to_do)
        self._metrics.count("retention_failed", why=why)
