"""Antifraud beside the call: feeds it the caller's audio and turns, and asks for a report after each answer."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np

from antifraud.analysis import CallAnalysis
from antifraud.facts import CallContext, TurnFacts
from core.risk import ConsentClass, RiskReport

__all__ = ["RiskWatch"]

_IDENTITY = frozenset({"full_name", "national_id_last4", "date_of_birth", "phone"})


class RiskWatch:
    """One call's analysis, done in a thread. Nothing is looked at before ``allow``."""

    def __init__(self, analysis: CallAnalysis, context: CallContext, spoken: frozenset[ConsentClass]) -> None:
        """``spoken`` are the consents that a spoken yes gives under this jurisdiction's pack."""
        self._analysis, self._spoken = analysis, spoken
        self._analysis.context(context)
        self._allowed = False
        self._prompt_end_ms = 0
        self._buffer = bytearray()
        self._buffer_ms = 0

    def allow(self, at_ms: int) -> None:
        """The caller agreed to recording and to the check for fraud."""
        self._analysis.allow(self._spoken)
        self._allowed = True
        self._prompt_end_ms = at_ms

    def prompt_over(self, at_ms: int) -> None:
        self._prompt_end_ms = at_ms

    def audio(self, at_ms: int, pcm: bytes) -> None:
        """Keep 16-bit samples until the next report."""
        if not self._allowed:
            return
        if not self._buffer:
            self._buffer_ms = at_ms
        self._buffer += pcm

    def turn(self, question_id: str, start_ms: int, end_ms: int, *, text: str, by_keys: bool, corrected: bool) -> None:
        """Note one answer for the next report."""
        if not self._allowed:
            return
        self._analysis.turn(
            TurnFacts(
                question_id=question_id,
                prompt_end_ms=self._prompt_end_ms,
                speech_start_ms=start_ms,
                speech_end_ms=end_ms,
                by_keys=by_keys,
                corrected=corrected,
                identity_field=question_id in _IDENTITY,
                text=text,
            )
        )

    async def report(self, at_ms: int) -> RiskReport:
        """The signals as of now. Never raises: an analysis that breaks gives a report that holds."""
        audio, start = np.frombuffer(bytes(self._buffer), dtype="<i2"), self._buffer_ms
        self._buffer.clear()
        return await asyncio.to_thread(self._look, audio, start, at_ms)

    def _look(self, audio: Any, start_ms: int, at_ms: int) -> RiskReport:
        if len(audio):
            self._analysis.caller_audio(audio, start_ms)
        return self._analysis.report(at_ms)
