"""One answer understood: which of the meanings heard stands, and how likely that is wrong. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from core.errors import InvalidInput
from speech.answers.model import Kind, Parsed, Reading
from speech.answers.parsing import parse
from speech.recognizer import Transcript
from speech.repair.allowed import Allowed
from speech.repair.calibration import Calibration
from speech.repair.candidates import Candidate, candidates
from speech.repair.plans import plan_for

__all__ = ["ALTERNATIVES", "Understood", "understand"]

#: How many other hearings to ask the recogniser for, beside a second listener.
ALTERNATIVES = 4

#: Two meanings both stand when the best is less likely than this and the next at least this share of it.
_CLEAR = 0.75
_CLOSE = 0.5
#: What is not allowed was misheard or misspoken; nobody can tell which.
_NOT_ALLOWED = 0.5
_ONE_EACH = frozenset({Kind.AMOUNT, Kind.DATE, Kind.TERM, Kind.DIGITS})


@dataclass(frozen=True, slots=True, repr=False)
class Understood:
    """``parsed`` is the meaning that stands, with only the readings the question allows; when none is allowed, all of
    them, for the line to say so. ``p_error`` is the probability, from 0 to 1, that this is not what was said; of
    several readings, that none of them is. ``why`` is one plain phrase without personal data. ``text`` are the words
    that were read."""

    parsed: Parsed
    p_error: float
    why: str
    text: str

    @property
    def confidence(self) -> float:
        return 1.0 - self.p_error

    def __repr__(self) -> str:
        return f"Understood({self.parsed!r}, p_error={self.p_error:.3f}, why={self.why!r})"


def understand(
    kind: Kind | str,
    transcript: Transcript,
    language: str = "en-US",
    *,
    today: date,
    length: int | None = None,
    at_least: Decimal | None = None,
    at_most: Decimal | None = None,
    accepts: Callable[[Reading], bool] | None = None,
    calibration: Calibration | None = None,
) -> Understood:
    """Choose among everything that was heard in one answer.

    ``length`` is how many figures the question asks for; strings of 9, 10, 11 or 18 figures are also held against
    their national plan. ``at_least`` and ``at_most`` bound amounts and terms. ``accepts`` is asked about every reading
    that fits so far: give it what earlier answers allow. Without a transcript of several listeners (no second text,
    no alternatives, no level) the error is one minus the word confidence, uncalibrated.

    Raises ``InvalidInput`` for an unknown kind or language; nothing that was heard makes it raise.
    """
    if kind not in set(Kind):
        raise InvalidInput("kind", f"unknown kind; use one of {', '.join(Kind)}")
    kind = Kind(kind)
    allowed = Allowed(today, length, at_least, at_most, accepts)
    plan = plan_for(language, length) if kind is Kind.DIGITS else None
    found = candidates(transcript, lambda text: parse(kind, text, language, today=today), allowed, plan)
    if not found:
        return Understood(
            parse(kind, transcript.text, language, today=today), 1.0, "nothing understood", transcript.text
        )
    if transcript.second is None and not transcript.alternatives and transcript.snr_db is None:
        return _by_confidence_alone(found[0], transcript)
    calibration = calibration or Calibration.of_the_house()
    chances = calibration.right(kind, [one.features for one in found])
    rated = sorted(zip(chances, found, strict=True), key=lambda rate: -rate[0])
    right, best = rated[0]
    if not best.allowed:
        return Understood(best.parsed, max(_NOT_ALLOWED, 1.0 - right), "not what the question allows", best.text)
    if kind in _ONE_EACH and len(rated) > 1 and right < _CLEAR and rated[1][0] >= _CLOSE * right:
        both = _both(best, rated[1][1])
        if both is not None:
            return Understood(both, 1.0 - right - rated[1][0], "two meanings were heard", best.text)
    return Understood(best.parsed, 1.0 - right, _why(best, transcript), best.text)


def _by_confidence_alone(best: Candidate, transcript: Transcript) -> Understood:
    wrong = 1.0 - min(1.0, max(0.0, transcript.confidence))
    if not best.allowed:
        return Understood(best.parsed, max(_NOT_ALLOWED, wrong), "not what the question allows", best.text)
    return Understood(best.parsed, wrong, "the only words heard", best.text)


def _both(one: Candidate, other: Candidate) -> Parsed | None:
    """The readings of two plain answers side by side; ``None`` when either is a command, a correction or a part."""
    plain = all(
        each.parsed.readings and not (each.parsed.command or each.parsed.corrects or each.parsed.topic)
        for each in (one, other)
    )
    if not plain:
        return None
    known = {(reading.value, reading.period) for reading in one.parsed.readings}
    more = tuple(reading for reading in other.parsed.readings if (reading.value, reading.period) not in known)
    return replace(one.parsed, readings=(*one.parsed.readings, *more))


def _why(best: Candidate, transcript: Transcript) -> str:
    if best.rank == 0:
        if transcript.second is None:
            return "the best words"
        return "both listeners agree" if best.agreed else "the best words, the second listener differs"
    if best.rank > len(transcript.alternatives):
        return "the second listener's words fit better"
    return "another way to hear the words fits better"
