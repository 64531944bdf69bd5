"""Antifraud beside the call: feeds it the caller's audio and turns, and asks for a report after each answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import structlog

from antifraud.analysis import CallAnalysis
from antifraud.facts import CallContext, ChallengeFacts, TurnFacts
from core.applicant import PhoneNumber
from core.errors import LoanlineError
from core.evidence import Answer
from core.fraud import LinkKind, VoiceScope, link_values
from core.risk import ConsentClass, RiskReport
from ivr.fraud_memory import CallMemory

__all__ = ["RiskWatch"]

_IDENTITY = frozenset({"full_name", "national_id_last4", "date_of_birth", "phone"})
#: What a written consent of the person opens, where the jurisdiction's pack allows the feature at all.
_OPENS = {VoiceScope.BIOMETRIC: ConsentClass.BIOMETRIC, VoiceScope.VOICE_ANALYSIS: ConsentClass.VOICE_ANALYSIS}
_log = structlog.get_logger()


class RiskWatch:
    """One call's analysis, done in a thread. Nothing is listened to before ``allow``."""

    def __init__(
        self,
        analysis: CallAnalysis,
        context: CallContext,
        spoken: frozenset[ConsentClass],
        written: frozenset[ConsentClass] = frozenset(),
        memory: CallMemory | None = None,
        caller: PhoneNumber | None = None,
    ) -> None:
        """``spoken`` are the consents that a spoken yes gives under this jurisdiction's pack, ``written`` those that a
        signed one gives. Without a ``memory`` the call is judged by itself."""
        self._analysis, self._spoken, self._written = analysis, spoken, written
        self._context, self._memory, self._caller = context, memory, caller
        self._slots: dict[str, Any] = {}
        self._identity_changed = False
        self._archive_due = self._carrier_due = False
        self._agreed: frozenset[VoiceScope] = frozenset()
        self._analysis.context(context)
        self._allowed = False
        self._prompt_end_ms = 0
        self._buffer = bytearray()
        self._buffer_ms = 0
        self._said: list[bytes] = []
        #: How often an answer replaced an earlier one.
        self.corrections = 0
        #: An answer by keys was taken since the last report; no end of speech will ask for one.
        self.due = False

    def allow(self, at_ms: int) -> None:
        """The caller agreed to recording and to the check for fraud."""
        self._allowed = self._archive_due = True
        self._prompt_end_ms = at_ms
        self._set_consents()

    def _set_consents(self) -> None:
        if self._allowed:
            signed = {consent for scope, consent in _OPENS.items() if scope in self._agreed}
            self._analysis.allow(self._spoken | (self._written & signed))

    def prompt_over(self, at_ms: int) -> None:
        self._prompt_end_ms = at_ms

    def said(self, pcm: bytes) -> None:
        """What the line says, 16-bit samples: heard again in the caller's track, it is no copy of an earlier call."""
        if self._allowed:
            self._said.append(pcm)

    def slot(self, name: str, value: Any) -> None:
        """An answer was taken. Who the caller says to be, and from which number, is looked up for the next report."""
        if name in _IDENTITY:
            self._slots[name] = value
            self._identity_changed = True

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

    def noted(self, kind: str, data: Mapping[str, Any], slots: Mapping[str, Answer[Any]], at_ms: int) -> None:
        """What is written into the journal of the case: answers taken, and tries at the digits."""
        if kind == "challenge":
            self.challenge(data, at_ms)
        if kind != "slot":
            return
        name, answer = data["name"], slots[data["name"]]
        corrected = len(answer.evidence) > 1
        self.corrections += corrected
        self.slot(name, answer.value)
        if data["evidence"]["source"] == "keys":
            self.turn(name, at_ms, at_ms, text="", by_keys=True, corrected=corrected)
            self.due = self._allowed

    def challenge(self, tried: Mapping[str, Any], now_ms: int) -> None:
        """Note one try at the digits that were to be said back: ``asked``, ``heard``, ``by_keys``, ``start_ms``,
        ``end_ms``."""
        if self._allowed:
            start, end = tried["start_ms"], tried["end_ms"]
            known = start is not None and end is not None
            start, end = (start, end) if known else (now_ms, now_ms)
            self._analysis.challenge(ChallengeFacts(tried["asked"], tried["heard"], start, end, tried["by_keys"]))

    def decided(self) -> None:
        """The application was decided: what the telephone provider said of the number goes into the next report."""
        self._carrier_due = self._allowed

    async def report(self, at_ms: int) -> RiskReport:
        """The signals as of now. Never raises: an analysis that breaks gives a report that holds."""
        self.due = False
        audio, start = np.frombuffer(bytes(self._buffer), dtype="<i2"), self._buffer_ms
        self._buffer.clear()
        said, self._said = self._said, []
        return await asyncio.to_thread(self._look, audio, start, at_ms, said)

    def _look(self, audio: Any, start_ms: int, at_ms: int, said: list[bytes]) -> RiskReport:
        for pcm in said:
            self._analysis.prompt(np.frombuffer(pcm, dtype="<i2"))
        self._remember()
        if len(audio):
            self._analysis.caller_audio(audio, start_ms)
        return self._analysis.report(at_ms)

    def _remember(self) -> None:
        """Look up what changed. A look-up that fails makes the reports incomplete, and they hold."""
        if self._memory is None:
            return
        if self._archive_due:
            self._archive_due = not self._tried("sound", self._load_sound)
        if self._carrier_due:
            self._carrier_due = not self._tried("number", self._load_carrier)
        if self._identity_changed:
            self._identity_changed = not self._tried("links", self._look_up)

    def _tried(self, what: str, deed: Callable[[CallMemory], None]) -> bool:
        """Whether it worked. What failed once is tried again with the next answer."""
        assert self._memory is not None
        failed = set(self._context.failed_lookups) - {what}
        try:
            deed(self._memory)
        except LoanlineError as error:
            _log.warning("risk_look_up_failed", what=what, code=error.code)
            failed.add(what)
        self._context = replace(self._context, failed_lookups=tuple(sorted(failed)))
        self._analysis.context(self._context)
        return what not in failed

    def _load_sound(self, memory: CallMemory) -> None:
        self._analysis.known_audio(memory.earlier_sound())

    def _load_carrier(self, memory: CallMemory) -> None:
        self._context = memory.carrier_word(self._context)

    def _look_up(self, memory: CallMemory) -> None:
        known = self._slots
        values = link_values(
            known.get("full_name"),
            known.get("date_of_birth"),
            known.get("national_id_last4"),
            known.get("phone", self._caller),
        )
        found = memory.look(values)
        self._context = replace(self._context, links=found.links)
        if found.scopes != self._agreed:
            self._agreed = found.scopes
            self._analysis.exempt(VoiceScope.ASSISTIVE in self._agreed)
            self._set_consents()
        if self._compares and LinkKind.PERSON in values:
            self._analysis.known_voices(memory.earlier_voices())

    @property
    def _compares(self) -> bool:
        return VoiceScope.BIOMETRIC in self._agreed and ConsentClass.BIOMETRIC in self._written

    async def keep(self) -> None:
        """The call is over: keep what later calls are compared with. Raises ``StorageError``."""
        if self._memory is not None and self._allowed:
            await asyncio.to_thread(self._keep)

    def close(self) -> None:
        """The call is over and kept: what was heard goes. The line remembers its last calls for a while, and a caller's
        sound is no part of that."""
        self._allowed = False
        self._buffer, self._said = bytearray(), []
        self._analysis.close()

    def _keep(self) -> None:
        assert self._memory is not None
        self._memory.keep(self._analysis.fingerprint(), self._analysis.voiceprint() if self._compares else None)
