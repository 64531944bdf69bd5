"""The second look at a call, after it ended: its whole sound, against every recording that is kept.

Asked for in the transaction that keeps the call's traces, done when there is time, in a process of its own with one
thread for numbers. What is not settled is done again after a crash; what fails three times is given up and said so.
It never changes a decision: a call that looks worse than it did live goes to a person, with a row in the audit log.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing import get_context

import structlog

from antifraud.analysis import CallAnalysis
from antifraud.archive import SoundArchive
from antifraud.facts import CallContext, TurnFacts
from antifraud.network import LONGEST_HOURS, link_counts
from antifraud.repeats import Fingerprint
from core.decision.keeping import number_record
from core.errors import CryptoError, Forbidden, LoanlineError, NotFound
from core.events import TranscriptLine
from core.fraud import LinkKind, TraceKind
from core.jurisdiction.pack import ConsentMode, Pack
from core.ports import Clock, Storage
from core.privacy import standing
from core.risk import ConsentClass, RiskLevel, RiskReport
from speech.audio import decode_mulaw

__all__ = ["DeepPass", "Material", "look", "spoken_consents"]

#: The scope of the consent under which a call's sound may be looked at.
RECORDING = "recording"
_MOST_TRIES = 3
_AT_ONCE = 5
_MOST_RECORDINGS = 2000
_EACH = 250  # recordings compared at a time, so that memory stays small
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, repr=False)
class Material:
    """All that one look needs, as plain data that can go to another process."""

    caller: bytes
    lines: tuple[TranscriptLine, ...]
    earlier: tuple[bytes, ...]
    context: CallContext
    consents: frozenset[ConsentClass]
    assistive: bool


def spoken_consents(pack: Pack) -> frozenset[ConsentClass]:
    """What a spoken yes allows under this pack."""
    return frozenset(consent for consent, mode in pack.features.items() if mode <= ConsentMode.ORAL)


def look(material: Material) -> RiskReport:
    """Analyse one whole call. Pure but for the time it takes: some 10 ms for each second of sound."""
    samples = decode_mulaw(material.caller)
    worst: RiskReport | None = None
    pieces = range(0, max(1, len(material.earlier)), _EACH)
    for start in pieces:
        analysis = CallAnalysis(material.consents, version="antifraud-1/deep")
        analysis.exempt(material.assistive)
        analysis.context(material.context)
        analysis.known_audio(
            SoundArchive([Fingerprint.unpack(body) for body in material.earlier[start : start + _EACH]])
        )
        for facts in _turns(material.lines):
            analysis.turn(facts)
        analysis.caller_audio(samples, 0)
        analysis.end_of_audio()
        report = analysis.report(len(samples) // 8)
        if worst is None or report.level > worst.level:
            worst = report
    assert worst is not None
    return worst


def _turns(lines: tuple[TranscriptLine, ...]) -> list[TurnFacts]:
    """The caller's spoken answers, each with the end of the prompt before it."""
    turns, prompt_end, question = [], 0, "unknown"
    for line in sorted(lines, key=lambda one: one.start_ms):
        if line.who == "line":
            prompt_end, question = line.end_ms, line.prompt_id or question
        elif line.end_ms > line.start_ms:
            begin = min(prompt_end, line.start_ms)
            turns.append(TurnFacts(question, begin, line.start_ms, line.end_ms, text=line.text))
    return turns


def _one_thread() -> None:
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = "1"


class DeepPass:
    """Works the list of calls to look at. ``spoken`` are the consents a recorded call has under this pack; ``days`` as
    for ``ivr.fraud_memory.CallMemory``."""

    def __init__(self, storage: Storage, clock: Clock, spoken: frozenset[ConsentClass], days: int) -> None:
        self._storage, self._clock, self._spoken = storage, clock, spoken
        self._kept = timedelta(days=days)

    async def run(self, most: int = 20) -> int:
        """Look at up to ``most`` waiting calls, longest waiting first; returns how many were settled.

        Raises ``StorageError`` when the list itself cannot be read.
        """
        with self._storage.begin() as work:
            waiting = work.deep_checks.waiting(most)
        if not waiting:
            return 0
        settled = 0
        with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_one_thread) as pool:
            for check in waiting:
                settled += await self._one(check.call_id, pool)
        return settled

    async def keep_running(self, busy: Callable[[], bool], pause_s: float = 60.0) -> None:
        """Work the list whenever the line is not ``busy``, until cancelled. A list that cannot be read is tried again
        later."""
        while True:
            await asyncio.sleep(pause_s)
            if busy():
                continue
            try:
                await self.run(_AT_ONCE)
            except LoanlineError as error:
                _log.warning("deep_checks_unread", code=error.code)

    async def _one(self, call_id: str, pool: ProcessPoolExecutor) -> bool:
        try:
            material = await asyncio.to_thread(self._material, call_id)
            report = await asyncio.get_running_loop().run_in_executor(pool, look, material)
            await asyncio.to_thread(self._settle, call_id, report)
        except (CryptoError, Forbidden, NotFound):  # destroyed or taken back since, or never opened: nothing to look at
            await asyncio.to_thread(self._give_up, call_id)
        except (LoanlineError, OSError, RuntimeError) as error:
            _log.warning("deep_check_failed", call=call_id, kind=type(error).__name__)
            return await asyncio.to_thread(self._tried, call_id)
        return True

    def _material(self, call_id: str) -> Material:
        now = self._clock.now()
        with self._storage.begin() as work:
            record = work.records.read(call_id)
            if not standing(work.consents.of(record.case_id), RECORDING):
                raise Forbidden("The caller took the consent to the recording back; leave it alone.")
            since = now - timedelta(hours=LONGEST_HOURS)
            sharing = work.links.sharing(record.case_id, since)
            edges = work.links.network(record.case_id, since)
            scopes = {scope.value for scope in work.voice_terms.of(record.case_id)}
            carrier = CallContext().told(number_record(work.receipts.of(record.case_id)))
            traces = work.traces.newest(TraceKind.SOUND, _MOST_RECORDINGS, now - self._kept, but_call=call_id)
        earlier = tuple(trace.body for trace in traces if trace.at <= (record.ended_at or now))
        counts = link_counts(sharing, edges, {LinkKind.NUMBER, LinkKind.PAPERS, *sharing.by_kind}, now)
        context = replace(carrier, links=counts)
        return Material(
            record.caller_audio, record.lines, earlier, context, self._spoken, assistive="assistive" in scopes
        )

    def _settle(self, call_id: str, report: RiskReport) -> None:
        with self._storage.begin() as work:
            case_id = work.applications.of_call(call_id)
            before = RiskLevel.NONE if case_id is None else work.applications.get(case_id).risk.level
            work.deep_checks.settle(call_id, report, self._clock.now())
            if report.level >= RiskLevel.STEP_UP and report.level > before:
                facts = {"level": int(report.level), "before": int(before), "case": case_id or "none"}
                work.audit.append("antifraud", "fraud.found_later", call_id, facts)
            work.commit()

    def _give_up(self, call_id: str) -> None:
        with self._storage.begin() as work:
            work.deep_checks.settle(call_id, None, self._clock.now())
            work.commit()

    def _tried(self, call_id: str) -> bool:
        with self._storage.begin() as work:
            over = work.deep_checks.tried(call_id) >= _MOST_TRIES
            work.commit()
        if over:
            self._give_up(call_id)
        return over
