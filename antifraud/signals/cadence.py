"""Do long answers run on as if read or learned? Context only, and the least supported of all.

Reading aloud and practised speech hesitate less than speech made up on the spot (Goldman-Eisler, 1968; Laan, 1997).
Fluent people do too, and every recording that could be measured here is of read or prompted speech, so nothing is known
of how often an unprompted caller sounds so: it is described, for a person who listens, and can raise nothing.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

import numpy as np

from antifraud.activity import FRAME_MS, active, noise_floor, pauses
from antifraud.facts import TurnFacts
from antifraud.signals.model import Known, NotAssessed, Reading, Rule
from antifraud.signals.wording import plain
from core.risk import ConsentClass, EvidenceLevel

__all__ = ["RULES"]

LONG_MS = 2500
LEAST_PAUSE = 13  # frames: a quarter of a second; a shorter gap is a consonant
LEAST_ANSWERS = 2


@cache
def _hesitation() -> re.Pattern[str]:
    table = tomllib.loads(files("antifraud").joinpath("data/wording.toml").read_text(encoding="utf-8"))["hesitation"]
    english = [rf"\b{re.escape(word)}\b" for word in table["en"]]
    return re.compile("|".join([*english, *map(re.escape, table["zh"])]))


def _read(known: Known) -> Reading:
    db, origin = known.sound.db, known.sound.origin_ms
    talk = active(db, noise_floor(db)) if db.size else np.zeros(0, dtype=np.bool_)
    seconds, stops, said = 0.0, 0, [turn for turn in known.turns if _long(turn)]
    looked = 0
    for turn in said:
        window = talk[
            max(0, (turn.speech_start_ms - origin) // FRAME_MS) : max(0, (turn.speech_end_ms - origin) // FRAME_MS)
        ]
        heard = np.flatnonzero(window)
        if heard.size * FRAME_MS < LONG_MS / 2:
            continue
        looked += 1
        seconds += (heard[-1] - heard[0] + 1) * FRAME_MS / 1000
        stops += sum(length >= LEAST_PAUSE for length in pauses(window))
    if looked < LEAST_ANSWERS:
        raise NotAssessed(f"needs {LEAST_ANSWERS} answers of {LONG_MS / 1000:.1f} s of speech")
    rate, words = float(10 * stops / seconds), sum(len(_hesitation().findall(plain(turn.text))) for turn in said)
    text = f"{looked} long answers with {rate:.1f} pauses in ten seconds and {words} words of hesitation"
    return Reading(rate, "pauses per 10 s", f"{text}; few of both may be reading, or fluency")


def _long(turn: TurnFacts) -> bool:
    return not turn.by_keys and turn.speech_end_ms - turn.speech_start_ms >= LONG_MS


RULES = (Rule("answer.cadence", ConsentClass.RECORDING, EvidenceLevel.CONTEXT, _read, needs_line=True),)
