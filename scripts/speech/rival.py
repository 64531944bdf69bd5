"""PyPI ``pocketsphinx`` on the same sounds with the same words: the other recogniser that a telephone line could
take off the shelf. Optional; its stock American model works at 16 kHz."""

from __future__ import annotations

import re
import time
from typing import Any

import numpy as np

from scripts.speech.listening import Heard
from speech.answers.grammar import grammar
from speech.audio import resample

__all__ = ["Pocketsphinx"]


class Pocketsphinx:
    """Raises ``ImportError`` where the package is not installed."""

    def __init__(self) -> None:
        import pocketsphinx  # noqa: PLC0415 - the optional extra

        # Its last pass over the lattice takes ten seconds and more for one of speech in a loop of a hundred words.
        self._decoder: Any = pocketsphinx.Decoder(samprate=16000, loglevel="FATAL", bestpath=False)
        self._known: set[tuple[str, int | None]] = set()
        self.cpu_s = self.audio_s = self.wall_s = 0.0

    def hear(self, heard: Heard) -> str:
        """The words of one answer: those of the question's phrases in any order, else its own language model's."""
        name = self._search(heard)
        self._decoder.activate_search(name)
        wide = resample(np.frombuffer(heard.pcm, dtype="<i2"), 8000, 16000).tobytes()
        begun, started = time.process_time(), time.perf_counter()
        self._decoder.start_utt()
        self._decoder.process_raw(wide, full_utt=True)
        self._decoder.end_utt()
        self.cpu_s += time.process_time() - begun
        self.wall_s += time.perf_counter() - started
        self.audio_s += len(heard.pcm) / 16000
        found = self._decoder.hyp()
        return re.sub(r"\(\d+\)", "", found.hypstr) if found else ""

    def _search(self, heard: Heard) -> str:
        phrases = grammar(heard.said.kind, "en-US", length=heard.said.length)
        if phrases is None:
            return "_default"
        name = f"{heard.said.kind}{heard.said.length or ''}"
        key = (heard.said.kind.value, heard.said.length)
        if key not in self._known:
            self._known.add(key)
            # Its search over a loop of all phrases takes minutes an answer: it gets a loop of their words.
            words = sorted({word for phrase in phrases for word in phrase.split()})
            loop = " | ".join(word for word in words if self._decoder.lookup_word(word))
            jsgf = f"#JSGF V1.0;\ngrammar {name};\npublic <a> = ( {loop} )+ ;\n"
            self._decoder.add_jsgf_string(name, jsgf)
        return name
