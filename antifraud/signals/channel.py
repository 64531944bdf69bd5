"""What the telephone network says: the caller id's attestation, and key tones inside spoken answers."""

from __future__ import annotations

from antifraud.signals.model import Known, NotAssessed, Reading, Rule
from core.risk import ConsentClass, EvidenceLevel

__all__ = ["RULES"]

_PASSED = {"A": 1.0, "B": 0.7, "C": 0.4}


def _attestation(known: Known) -> Reading:
    """STIR/SHAKEN (RFC 8588): absent for most calls from abroad and many genuine ones, so absence is neutral."""
    said = (known.context.attestation or "").strip()
    level = said.removeprefix("TN-Validation-Passed-").upper()
    if level in _PASSED:
        return Reading(_PASSED[level], "0..1", f"the carrier attests the caller id at level {level}")
    if said.startswith("TN-Validation-Failed"):
        return Reading(0.0, "0..1", "the carrier could not validate the caller id", reason_code="CALLER_ID_UNVERIFIED")
    raise NotAssessed("the carrier attested nothing")


FRESH_DAYS = 7


def _moved(known: Known) -> Reading:
    """A number that has just moved to another card or carrier may be in other hands (SIM swap)."""
    days = known.context.days_since_port
    if days is None:
        raise NotAssessed("the telephone provider said nothing of the number's age")
    if days < FRESH_DAYS:
        text = f"the number moved to another card or carrier {days} days ago"
        return Reading(float(days), "days", text, reason_code="NUMBER_MOVED")
    return Reading(float(days), "days", f"the number has been where it is for {days} days")


def _forwarded(known: Known) -> Reading:
    forwarded = known.context.forwarded
    if forwarded is None:
        raise NotAssessed("the telephone provider said nothing of forwarding")
    if forwarded:
        return Reading(1.0, "0..1", "calls and codes to this number go on to another", reason_code="NUMBER_FORWARDED")
    return Reading(0.0, "0..1", "the number is not forwarded")


def _line_type(known: Known) -> Reading:
    """Described only: many honest people call over the internet."""
    kind = known.context.line_type
    if not kind:
        raise NotAssessed("the telephone provider said nothing of the kind of line")
    return Reading(float(kind == "voip"), "0..1", f"the number is of kind {kind}")


def _tones(known: Known) -> Reading:
    if not known.sound.seconds:
        raise NotAssessed("no audio yet")
    spoken = [(t.speech_start_ms, t.speech_end_ms) for t in known.turns if not t.by_keys]
    if not spoken:
        raise NotAssessed("no spoken answer yet")
    inside = sum(any(start <= at <= end for start, end in spoken) for at, _ in known.sound.tones)
    if not inside:
        return Reading(0.0, "count", "no key tones inside spoken answers")
    text = f"{inside} key tones inside spoken answers: another line or a player may be near"
    return Reading(float(inside), "count", text, reason_code="TONES_IN_SPEECH")


RULES = (
    Rule("caller_id.attestation", ConsentClass.NONE, EvidenceLevel.WEAK, _attestation),
    Rule("number.moved", ConsentClass.NONE, EvidenceLevel.MEDIUM, _moved, gating=True),
    Rule("number.forwarded", ConsentClass.NONE, EvidenceLevel.MEDIUM, _forwarded, gating=True),
    Rule("number.line", ConsentClass.NONE, EvidenceLevel.CONTEXT, _line_type),
    Rule("audio.tones", ConsentClass.RECORDING, EvidenceLevel.WEAK, _tones),
)
