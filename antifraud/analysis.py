"""The live analysis of one call: audio and facts go in, core's ``RiskReport`` comes out.

Failing closed, in three steps:

* A signal without consent, sound or evidence is *not assessed* and counts as nothing; that is no failure.
* A signal that breaks is not assessed either. If it could have held the application (``Rule.gating``), the report
  is incomplete; a broken description of the voice is only named in the text.
* If the sound could not be processed, a look-up failed, or the signals could not be joined, the report is incomplete
  and holds. The core approves nothing on an incomplete report.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from antifraud.archive import DuplicateSearch, SoundArchive
from antifraud.facts import CallContext, ChallengeFacts, TurnFacts
from antifraud.fusion import PointsTable, fuse, points_table
from antifraud.own_answers import OwnAnswers
from antifraud.repeats import CallPrint, Fingerprint, fingerprint
from antifraud.signals import (
    behaviour,
    cadence,
    challenge,
    channel,
    duplicates,
    pending,
    quality,
    repetition,
    second,
    speaker,
    synthetic,
    voice,
    wording,
)
from antifraud.signals.model import Known, Rule, assess
from antifraud.sound import Sound
from antifraud.voiceprint import SpeakerNetwork, Voiceprint
from antifraud.voices import CallVoices, KnownVoice
from core.risk import ConsentClass, RiskLevel, RiskReport, Signal

__all__ = ["RULES", "VERSION", "CallAnalysis", "warm"]

VERSION = "antifraud-1"

RULES: tuple[Rule, ...] = (
    *quality.RULES,
    *voice.RULES,
    *behaviour.RULES,
    *cadence.RULES,
    *wording.RULES,
    *channel.RULES,
    *challenge.RULES,
    *repetition.RULES,
    *duplicates.RULES,
    *speaker.RULES,
    *synthetic.RULES,
    *second.RULES,
    *pending.RULES,
)


class CallAnalysis:
    """One call. Synchronous, keeps no audio, and may be used from one thread at a time.

    Before the caller agreed to recording no audio and no answer is looked at; what is handed in is dropped.
    ``allow`` changes the consents in mid-call: a consent that is taken back takes with it what was derived under it.
    """

    def __init__(
        self,
        consents: Iterable[ConsentClass] = (),
        version: str = VERSION,
        rules: tuple[Rule, ...] = RULES,
        table: PointsTable | None = None,
        network: SpeakerNetwork | None = None,
    ) -> None:
        self._network = network
        self._prompts: list[Fingerprint] = []
        self._table = table or points_table()
        self._version = f"{version}/points-{self._table.version}"
        self._rules = rules
        self._known = Known()
        self._broken = False
        self._consents: frozenset[ConsentClass] = frozenset()
        self.allow(consents)

    def allow(self, consents: Iterable[ConsentClass]) -> None:
        """Set the consents that hold from now on. Without recording, none of the others holds."""
        now = frozenset(consents) | {ConsentClass.NONE}
        if ConsentClass.RECORDING not in now:
            now = frozenset({ConsentClass.NONE})
            self._known.sound, self._known.track, self._known.answers = Sound(), CallPrint(), OwnAnswers()
            self._known.turns, self._known.challenges = [], []
        if ConsentClass.VOICE_ANALYSIS in now:
            self._known.sound.voice = True
        else:
            self._known.sound.forget_voice()
            self._known.clips = None
        if ConsentClass.BIOMETRIC not in now:
            self._known.voices = None
        elif self._known.voices is None and self._network is not None:
            self._known.voices = CallVoices(self._network)
        self._consents = now

    def caller_audio(self, samples: NDArray[np.int16], start_ms: int) -> None:
        """The caller's track, 8 kHz, in order; any length, best 100 ms or more. Never raises: a failure is kept
        and makes every later report incomplete."""
        if ConsentClass.RECORDING not in self._consents:
            return
        try:
            self._known.sound.add(samples, start_ms)
            self._known.track.add(samples, start_ms)
            if self._known.voices is not None:
                self._known.voices.audio(samples, start_ms)
        except Exception:  # noqa: BLE001 - whatever broke, the call goes on and nothing is approved
            self._broken = True

    def end_of_audio(self) -> None:
        """The track is over: take in its last unfinished second."""
        try:
            self._known.sound.flush()
        except Exception:  # noqa: BLE001 - as above
            self._broken = True

    def turn(self, facts: TurnFacts) -> None:
        if ConsentClass.RECORDING in self._consents:
            self._known.turns.append(facts)
            self._known.answers.turn(facts)
            self._known.duplicates.turn(facts)
            if self._known.voices is not None:
                self._known.voices.turn(facts)

    def challenge(self, facts: ChallengeFacts) -> None:
        """One try at the digits asked for; the same answer is also given to ``turn``."""
        if ConsentClass.RECORDING in self._consents:
            self._known.challenges.append(facts)

    def context(self, context: CallContext) -> None:
        """What is known from outside; the newest replaces the earlier."""
        self._known.context = context

    def exempt(self, assistive: bool) -> None:
        """Whether this person is known to speak with a machine's voice: then signals of machine speech say nothing."""
        self._known.assistive = assistive

    def known_voices(self, voices: Iterable[KnownVoice]) -> None:
        """Voices of earlier calls to compare with; used only with the biometric consent."""
        self._known.known_voices = tuple(voices)

    def known_audio(self, earlier: SoundArchive) -> None:
        """The recordings of earlier calls to compare with. What was heard so far is compared with them too."""
        self._known.duplicates = DuplicateSearch(earlier, self._prompts)
        for facts in self._known.turns:
            self._known.duplicates.turn(facts)

    def prompt(self, samples: NDArray[np.int16]) -> None:
        """Something the line said, 8 kHz: where it leaks into the caller's track it is no copy of an earlier call."""
        print_ = fingerprint(samples)
        self._prompts.append(print_)
        self._known.duplicates.prompt(print_)

    def fingerprint(self) -> Fingerprint:
        """Of the caller's track so far, to be kept with the call's record and compared with later calls."""
        return self._known.track.fingerprint()

    def voiceprint(self) -> Voiceprint | None:
        """The caller's own print so far, for enrolment; ``None`` without consent, network or a second of speech."""
        if self._known.voices is None:
            return None
        self._known.voices.settle()
        return self._known.voices.whole()

    def close(self) -> None:
        """The call is over: forget what was heard, and hear no more. A report from now on holds, since it would rest on
        nothing."""
        self._known, self._prompts, self._broken = Known(), [], True
        self._consents = frozenset({ConsentClass.NONE})

    def report(self, at_ms: int) -> RiskReport:
        """All signals as of now. Never raises."""
        try:
            return self._report(at_ms)
        except Exception:  # noqa: BLE001 - an analysis that breaks must hold the application, not the call
            return RiskReport(RiskLevel.HOLD, False, reasons=("ANALYSIS_FAILED",), version=self._version, at_ms=at_ms)

    def _report(self, at_ms: int) -> RiskReport:
        known = self._known
        known.quality = quality.line_quality(known.sound)
        if known.voices is not None:
            known.voices.settle()
        complete = not self._broken and not known.context.failed_lookups
        signals = []
        for rule in self._rules:
            signal, failed = self._signal(rule)
            signals.append(signal)
            complete = complete and not (failed and rule.gating)
        level, reasons = fuse(signals, self._table)
        if not complete:
            level, reasons = RiskLevel.HOLD, (*reasons, "ANALYSIS_FAILED")
        return RiskReport(level, complete, tuple(signals), reasons, self._version, at_ms)

    def _signal(self, rule: Rule) -> tuple[Signal, bool]:
        if rule.consent not in self._consents:
            return rule.silent(f"needs the caller's consent to {rule.consent.value.replace('_', ' ')}"), False
        try:
            return assess(rule, self._known), False
        except Exception:  # noqa: BLE001 - one broken signal must not take the others with it
            return rule.silent("the signal failed", "SIGNAL_FAILED"), True


def warm() -> None:
    """Compile and load what the first second of audio would otherwise wait for (numba, FFT plans): some seconds."""
    time = np.arange(2 * 8000) / 8000
    tone = (8000 * np.sin(2 * np.pi * 140 * time) * (np.sin(2 * np.pi * 2 * time) > 0)).astype(np.int16)
    analysis = CallAnalysis(frozenset(ConsentClass))
    analysis.caller_audio(tone, 0)
    analysis.report(2000)
