"""Is somebody else heard while the caller is to answer? Context only: a child, a television, a carer, a prompter.

Looked for in the time between the end of a question and the start of the spoken answer, where the caller is silent and
the line says nothing: sound that stands above the background and well below the caller's own level.
"""

from __future__ import annotations

import numpy as np

from antifraud.activity import active, noise_floor
from antifraud.signals.model import Known, NotAssessed, Reading, Rule
from core.risk import ConsentClass, EvidenceLevel

__all__ = ["RULES"]

ABOVE, BELOW = 6.0, 6.0  # dB over the background, dB under the caller
LEAST_FRAMES = 10  # 0.2 s of it before one answer
LEAST_WAIT = 15  # frames: a shorter wait says nothing
LEAST_ANSWERS = 3


def _second(known: Known) -> Reading:
    db, origin = known.sound.db, known.sound.origin_ms
    talk = active(db, noise_floor(db))
    waits = [(t.prompt_end_ms, t.speech_start_ms) for t in known.turns if not t.by_keys]
    if np.count_nonzero(talk) < 50:
        raise NotAssessed("less than one second of speech so far")
    floor, caller = noise_floor(db), float(np.median(db[talk]))
    looked, heard = 0, 0
    for start, end in waits:
        # The first 100 ms may hold the tail of our own prompt, the last 100 ms the caller's breath.
        window = db[max(0, (start + 100 - origin) // 20) : max(0, (end - 100 - origin) // 20)]
        if window.size < LEAST_WAIT:
            continue
        looked += 1
        other = (window > floor + ABOVE) & (window < caller - BELOW)
        heard += int(np.count_nonzero(other)) >= LEAST_FRAMES
    if looked < LEAST_ANSWERS:
        raise NotAssessed(f"needs {LEAST_ANSWERS} answers with a pause before them")
    who = "nobody else" if not heard else "somebody or something else"
    often = f"before {heard} of {looked} answers" if heard else f"before {looked} answers"
    return Reading(heard / looked, "0..1", f"{who} is heard {often}")


RULES = (Rule("voice.second", ConsentClass.RECORDING, EvidenceLevel.CONTEXT, _second, needs_line=True),)
