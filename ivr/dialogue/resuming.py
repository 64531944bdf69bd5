"""Where a prompt goes on after it was cut for nothing: at the beginning of the sentence in which it was cut.

Nobody can take up half a sentence. How much was played is known in time only, so the place in the text is estimated
from how long its letters and pauses take to say; a little of what was heard is rather said twice than a word left out.
"""

from __future__ import annotations

import re

__all__ = ["rest_of"]

#: How long things take, in milliseconds: a letter at 150 words a minute, and the pause that ends a sentence.
_LETTER, _FULL_STOP = 65.0, 300.0
#: What was said last before the cut was hardly heard: the caller's sound came first, and then it was judged. It also
#: bears the estimate's error: at 171 sentence ends of all prompts with the line's voice, at most 0.54 s too far on.
_NOT_HEARD = 700.0
_SENTENCE_END = re.compile(r"(?<=[.?!]) +(?=[^ ])|(?= *<pause [0-9]+>)")
_PAUSE = re.compile(r"<pause ([0-9]+)>")


def rest_of(text: str, played: float) -> str:
    """The part of ``text`` to say after a share of it (0 to 1) was played; all of it when that was too little."""
    sentences = [part.strip() for part in _SENTENCE_END.split(text) if part.strip()]
    lengths = [_takes(sentence) for sentence in sentences]
    heard, at, number = played * sum(lengths) - _NOT_HEARD, 0.0, 0
    for number, length in enumerate(lengths):  # noqa: B007 - the last one stands when all was played
        at += length
        if heard < at:
            break
    left = sentences[number:]
    return " ".join([_PAUSE.sub("", left[0]).strip(), *left[1:]]) if number else text


def _takes(sentence: str) -> float:
    pauses = sum(int(ms) for ms in _PAUSE.findall(sentence))
    return pauses + _LETTER * len(_PAUSE.sub("", sentence)) + _FULL_STOP
