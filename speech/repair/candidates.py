"""Every meaning that was heard in one answer, by whom it was heard, and what speaks for it.

Three listeners hear the same sound: the grammar's best words (with word confidences), its next best ones, and a
second decoding without the grammar. Texts with the same meaning are one candidate: "oh" and "zero" do not compete.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

from speech.answers.en.words import ONES, TEENS, TENS
from speech.answers.model import Kind, Parsed
from speech.recognizer import Transcript
from speech.repair.allowed import Allowed

__all__ = ["FEATURES", "Candidate", "candidates"]

#: What speaks for or against a candidate, in the order of the calibration's weights. Each is from 0 to 1, or about so.
FEATURES = (
    "doubt",  # of the best words, on average
    "least_sure_word",  # the doubt of the worst of the best words
    "best_words",  # it is what the best words mean
    "best_unsure",  # the same, times the doubt of their worst word
    "place",  # 1 for the first text that means this, 1/2 for the second, …
    "support",  # the share of listed texts that mean this
    "second_same",  # the second listener heard this
    "second_sure",  # and how sure that was
    "second_other",  # the second listener heard another meaning
    "no_second",  # there was no second listener
    "second_lost",  # there was one, who understood nothing
    "rival_near",  # as place, of the first text that means something else
    "crowd",  # how many other texts there were at all
    "unknown",
    "spelled",  # an amount said figure by figure: possible, but rare
    "no_count",  # "thousand dollars": the count before it was lost, or never said
    "clear_line",
    "noisy_line",  # noise less than 15 dB below the speech
    "noisy_tens",  # -teen and -ty words (sixteen, sixty, fifty), the more so the noisier the line
    "odd_pace",
    "words",
    "planned",
    "unplanned",
)
_USUAL_WORD_MS = 380.0


@dataclass(frozen=True, slots=True, repr=False)
class Candidate:
    """One meaning. ``parsed`` holds only readings that are allowed, unless none is (``allowed`` False). ``rank`` is 0
    for the best words, then the alternatives' places, and the number after them for the second listener. ``agreed``:
    the second listener heard the same."""

    text: str
    parsed: Parsed
    allowed: bool
    rank: int
    agreed: bool
    features: tuple[float, ...]

    def __repr__(self) -> str:
        return f"Candidate({self.parsed!r}, rank {self.rank})"


def _meaning(parsed: Parsed) -> object:
    readings = tuple((reading.value, reading.period) for reading in parsed.readings)
    return (parsed.command, parsed.topic, parsed.corrects, parsed.tail, readings, parsed.parts)


def _says_something(parsed: Parsed) -> bool:
    return bool(parsed.readings or parsed.command or parsed.topic or parsed.parts)


def candidates(
    transcript: Transcript,
    read: Callable[[str], Parsed],
    allowed: Allowed,
    plan: Callable[[str], bool] | None = None,
) -> list[Candidate]:
    """The meanings heard, those that are allowed only; when none is, the first one heard, marked as such. Empty when
    nothing was understood at all."""
    texts = [transcript.text, *transcript.alternatives]
    if transcript.second:
        texts.append(transcript.second)
    found: dict[object, tuple[str, Parsed, int]] = {}
    first: tuple[str, Parsed, int] | None = None
    meanings: list[object] = []
    for rank, text in enumerate(texts):
        parsed = read(text)
        meanings.append(None)
        if not _says_something(parsed):
            continue
        first = first or (text, parsed, rank)
        left = allowed.left_of(parsed)
        if parsed.readings and not left and parsed.command is None and parsed.topic is None:
            continue
        kept = replace(parsed, readings=left)
        meanings[-1] = _meaning(kept)
        found.setdefault(meanings[-1], (text, kept, rank))
    if not found:
        return [] if first is None else [_candidate(transcript, *first, False, [None], None, plan)]
    return [
        _candidate(transcript, text, parsed, rank, True, meanings, meaning, plan)
        for meaning, (text, parsed, rank) in found.items()
    ]


def _candidate(
    transcript: Transcript,
    text: str,
    parsed: Parsed,
    rank: int,
    is_allowed: bool,
    meanings: list[object],
    meaning: object,
    plan: Callable[[str], bool] | None,
) -> Candidate:
    listed = meanings[: len(transcript.alternatives) + 1]
    second = meanings[len(listed)] if len(meanings) > len(listed) else None
    same = [place for place, other in enumerate(listed) if other is not None and other == meaning]
    others = [place for place, other in enumerate(listed) if other is not None and other != meaning]
    confs = [word.conf for word in transcript.words] or [0.0]
    count = max(1, len(transcript.words))
    spoken_ms = transcript.words[-1].end - transcript.words[0].start if transcript.words else _USUAL_WORD_MS
    planned = None if plan is None or not isinstance(parsed.value, str) else plan(parsed.value)
    agrees = second is not None and second == meaning
    clear = min(30.0, transcript.snr_db if transcript.snr_db is not None else 20.0) / 30
    features = (
        _doubt(sum(confs) / len(confs)),
        _doubt(min(confs)),
        float(rank == 0),
        _doubt(min(confs)) if rank == 0 else 0.0,
        1.0 / (same[0] + 1) if same else 0.0,
        len(same) / len(listed),
        float(agrees),
        transcript.second_confidence if agrees else 0.0,
        float(second is not None and not agrees),
        float(transcript.second is None),
        float(transcript.second is not None and second is None),
        1.0 / (others[0] + 1) if others else 0.0,
        min(4, len(transcript.alternatives)) / 4,
        min(3, transcript.unknown) / 3,
        float(parsed.kind is Kind.AMOUNT and _spelled(text)),
        float(parsed.kind is Kind.AMOUNT and _without_count(text)),
        clear,
        max(0.0, 1.0 - 2.0 * clear),
        (1.0 - clear) * any(word in TEENS or word in TENS for word in text.split()),
        abs(math.log(max(60.0, spoken_ms / count) / _USUAL_WORD_MS)),
        min(12, count) / 12,
        float(planned is True),
        float(planned is False),
    )
    return Candidate(text, parsed, is_allowed, rank, agrees, features)


def _spelled(text: str) -> bool:
    words = text.split()
    return any(one in ONES and other in ONES for one, other in pairwise(words))


def _without_count(text: str) -> bool:
    """Whether a scale word has nothing before it that it counts."""
    words = ["", *text.split()]
    return any(word in {"hundred", "thousand"} and not _counts(before) for before, word in pairwise(words))


def _counts(word: str) -> bool:
    return (
        word in ONES or word in TEENS or word in TENS or word in {"a", "half", "hundred", "thousand", "couple", "few"}
    )


def _doubt(confidence: float) -> float:
    """0 for certain, 1 for a hundredth: confidences crowd near one, where their differences matter most."""
    return min(1.0, -math.log(max(0.01, confidence)) / 4.6)
