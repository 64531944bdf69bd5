"""What antifraud may tell the core, and nothing more.

A ``RiskReport`` can hold an application, ask for a step up, or route it to a person. It carries no
field from which a score, a limit or a price could be computed, and ``core.decision`` reads only its
``level``, its reason codes and whether it is complete (the fraud/credit wall).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

__all__ = ["Band", "ConsentClass", "EvidenceLevel", "RiskLevel", "RiskReport", "Signal"]


class RiskLevel(IntEnum):
    """What the report asks for. There is no level that declines."""

    NONE = 0
    OBSERVE = 1
    STEP_UP = 2
    HOLD = 3


class Band(StrEnum):
    """The word shown to staff for a level."""

    CLEAR = "clear"
    OBSERVE = "observe"
    STEP_UP = "step_up"
    HOLD = "hold"


class ConsentClass(StrEnum):
    """The consent a signal needs before it may be computed."""

    NONE = "none"
    RECORDING = "recording"
    VOICE_ANALYSIS = "voice_analysis"
    BIOMETRIC = "biometric"


class EvidenceLevel(StrEnum):
    """How well the signal's meaning is supported by measurement."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"
    CONTEXT = "context"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Signal:
    """One named observation about a call.

    ``value`` is the measurement in ``unit``; ``llr`` its calibrated log-likelihood ratio (natural log,
    positive towards fraud), present only where calibration data exists. ``assessed`` is False when the
    signal had no consent, too little audio or no evidence behind it; then ``value`` and ``llr`` are
    ``None`` and ``text`` says why. A signal that is not assessed counts as nothing.
    """

    name: str
    assessed: bool
    text: str
    value: float | None = None
    unit: str = ""
    llr: float | None = None
    quality: float | None = None
    evidence: EvidenceLevel = EvidenceLevel.NONE
    consent: ConsentClass = ConsentClass.RECORDING
    reason_code: str | None = None


@dataclass(frozen=True, slots=True)
class RiskReport:
    """All signals of a call at one moment. ``complete`` is False when the analysis failed or did not run:
    then nothing may be approved. ``at_ms`` is the call's stream time."""

    level: RiskLevel
    complete: bool
    signals: tuple[Signal, ...] = ()
    reasons: tuple[str, ...] = ()
    version: str = ""
    at_ms: int = 0

    @property
    def band(self) -> Band:
        return list(Band)[self.level]

    @classmethod
    def failed(cls, why: str, version: str = "") -> RiskReport:
        """The report of an analysis that could not be made: holds, never clears."""
        return cls(RiskLevel.HOLD, complete=False, reasons=(why,), version=version)
