"""One worker process: holds one Vosk model and decodes several answers at once.

Run as ``python -m speech.engines.vosk_worker MODEL THREADS``; speaks ``speech.engines.pipe`` on stdin and stdout. It
ends when stdin ends, so no worker outlives the line. Kaldi may abort the process at any time: nothing here is the
only copy of anything.

Two traps of vosk 0.3.45 shape this file: ``SetGrammar`` on a recogniser in use aborts the process, so every answer
gets its own recogniser; and confidence and n-best exclude each other, so alternatives come from another recogniser
fed with the same sound, as does the second listener without a grammar. Vosk's own endpoints are ignored: without a
call of ``Result`` the decoding goes on whole.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import sys
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import soxr
import vosk

from speech.engines.pipe import Op, pack, read_message

__all__ = ["known_phrases", "model_rate", "serve"]

UNKNOWN = "[unk]"
_LINE_RATE = 8000
#: Decoded between two signs of life: two seconds of sound.
_PIECE_BYTES = 2 * 2 * _LINE_RATE
_TRIM_EVERY = 8


def model_rate(model: Path) -> int:
    """The rate to feed: 8000 when the model's front end takes it, else 16000.

    A model without ``--allow-upsample`` refuses 8 kHz outright, and fed with 8 kHz samples called 16 kHz it hears
    nonsense (vosk-api issues 1726 and 689).
    """
    for name in ("conf/mfcc.conf", "mfcc.conf"):
        if (model / name).is_file():
            options = dict(
                line.strip().removeprefix("--").split("=", 1)
                for line in (model / name).read_text().splitlines()
                if "=" in line
            )
            slow = float(options.get("sample-frequency", "16000")) <= _LINE_RATE
            return _LINE_RATE if slow or options.get("allow-upsample") == "true" else 2 * _LINE_RATE
    return 2 * _LINE_RATE


def known_phrases(phrases: Sequence[str], known: Mapping[str, bool]) -> tuple[list[str], list[str]]:
    """Phrases with only known words, and the words left out. A repeated phrase stays: it was given more weight.

    An unknown word splits its phrase: Kaldi would join the two sides, and then expect a thing nobody says. What is
    left of split phrases is kept once.
    """
    whole = [phrase for phrase in phrases if all(known[word] for word in phrase.split())]
    alone = frozenset(whole)
    pieces: dict[str, None] = {}
    missing: dict[str, None] = {}
    for phrase in phrases:
        run: list[str] = []
        for word in [*phrase.split(), ""]:
            if word and known[word]:
                run.append(word)
                continue
            if word:
                missing[word] = None
            if run and len(run) < len(phrase.split()):
                pieces[" ".join(run)] = None
            run = []
    return [*whole, *(piece for piece in pieces if piece not in alone)], list(missing)


def known_text(text: str) -> str:
    return " ".join(word for word in text.split() if word != UNKNOWN)


class _Vocabulary(dict[str, bool]):
    """Whether the model knows a word; remembers what it asked."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self._model = model

    def __missing__(self, word: str) -> bool:
        self[word] = found = bool(self._model.vosk_model_find_word(word) >= 0)
        return found


class _Answer:
    """One answer's recognisers and the operations that wait for them."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.waiting: deque[tuple[Op, bytes]] = deque()
        self.busy = False
        self.urgent = False
        #: By what each is for: ``words`` with confidences, ``others`` (n-best), ``second`` without the grammar.
        self.recognisers: dict[str, Any] = {}
        self.upsampler: Any = None
        self.heard_bytes = 0
        self.gone = False


class _Worker:
    def __init__(self, model_path: Path, threads: int, out: BinaryIO) -> None:
        vosk.SetLogLevel(-1)
        self._model = vosk.Model(str(model_path))
        self._rate = model_rate(model_path)
        self._takes_grammar = not any(model_path.rglob("HCLG.fst"))
        self._known = _Vocabulary(self._model)
        self._out = out
        self._out_lock = threading.Lock()
        self._answers: dict[int, _Answer] = {}
        self._ready: deque[_Answer] = deque()
        self._urgent: deque[_Answer] = deque()
        self._change = threading.Condition()
        self._finished = 0
        self._libc = ctypes.CDLL(None)
        for _ in range(threads):
            threading.Thread(target=self._decode_forever, daemon=True).start()

    def send(self, op: Op, number: int, body: object = None) -> None:
        payload = b"" if body is None else json.dumps(body).encode()
        with self._out_lock:
            self._out.write(pack(op, number, payload))
            self._out.flush()

    def accept(self, op: Op, number: int, payload: bytes) -> None:
        """Called on the reading thread: never decodes."""
        if op is Op.PING:
            self.send(Op.PONG, 0, {"rss": resident()})
        elif op is Op.CHECK:
            self.send(Op.CHECKED, number, known_phrases(json.loads(payload), self._known)[1])
        else:
            with self._change:
                answer = self._answers.get(number)
                if answer is None:
                    if op is not Op.OPEN:
                        return
                    answer = self._answers[number] = _Answer(number)
                answer.waiting.append((op, payload))
                if op is Op.FINISH:
                    answer.urgent = True
                    if answer in self._ready:
                        self._ready.remove(answer)
                        self._urgent.append(answer)
                if not answer.busy:
                    answer.busy = True
                    self._queue(answer)

    def _queue(self, answer: _Answer) -> None:
        """Let a thread take it. Whoever is waited for comes first, and is decoded to its end: when much is to be
        decoded again, answers must come out one by one and not all at the last moment."""
        if answer.urgent:
            self._urgent.appendleft(answer)
        else:
            self._ready.append(answer)
        self._change.notify()

    def _decode_forever(self) -> None:
        while True:
            with self._change:
                while not (self._urgent or self._ready):
                    self._change.wait()
                answer = (self._urgent or self._ready).popleft()
                work = self._take(answer)
            try:
                for op, payload in work:
                    self._do(answer, op, payload)
            except Exception as error:  # noqa: BLE001 - cffi raises bare Exception; the answer is decoded elsewhere
                self._forget(answer)
                self.send(Op.FAILED, answer.number, type(error).__name__)
            with self._change:
                if answer.waiting and not answer.gone:
                    self._queue(answer)
                else:
                    answer.busy = False

    @staticmethod
    def _take(answer: _Answer) -> list[tuple[Op, bytes]]:
        """Everything that waits, at most one piece of sound at a time so that other answers get their turn."""
        work: list[tuple[Op, bytes]] = []
        size = 0
        while answer.waiting and size < _PIECE_BYTES:
            op, payload = answer.waiting.popleft()
            if op is Op.AUDIO and work and work[-1][0] is Op.AUDIO:
                work[-1] = (op, work[-1][1] + payload)
            else:
                work.append((op, payload))
            size += len(payload) if op is Op.AUDIO else 0
        return work

    def _do(self, answer: _Answer, op: Op, payload: bytes) -> None:
        if answer.gone:
            return
        if op is Op.OPEN:
            self._open(answer, json.loads(payload))
        elif op is Op.AUDIO:
            for start in range(0, len(payload), _PIECE_BYTES):
                piece = payload[start : start + _PIECE_BYTES]
                self._hear(answer, piece)
                answer.heard_bytes += len(piece)
                self.send(Op.PROGRESS, answer.number, answer.heard_bytes)
        elif op is Op.PARTIAL:
            text = json.loads(answer.recognisers["words"].PartialResult()).get("partial", "")
            self.send(Op.PARTIAL_TEXT, answer.number, known_text(text))
        elif op is Op.FINISH:
            self._finish(answer)
        elif op is Op.CANCEL:
            self._forget(answer)

    def _open(self, answer: _Answer, spec: dict[str, Any]) -> None:
        arguments: list[Any] = [self._model, float(self._rate)]
        missing: list[str] = []
        if spec["grammar"] is not None and self._takes_grammar:
            phrases, missing = known_phrases(spec["grammar"], self._known)
            arguments.append(json.dumps([*phrases, UNKNOWN]))
        first = vosk.KaldiRecognizer(*arguments)
        first.SetWords(True)
        answer.recognisers["words"] = first
        if spec["alternatives"] > 0:
            others = vosk.KaldiRecognizer(*arguments)
            others.SetMaxAlternatives(spec["alternatives"] + 1)
            answer.recognisers["others"] = others
        if spec["second"] and len(arguments) > 2:
            second = vosk.KaldiRecognizer(self._model, float(self._rate))
            second.SetWords(True)
            answer.recognisers["second"] = second
        if self._rate != _LINE_RATE:
            answer.upsampler = soxr.ResampleStream(_LINE_RATE, self._rate, 1, dtype="int16")
        self.send(Op.OPENED, answer.number, len(missing))

    def _hear(self, answer: _Answer, pcm: bytes, *, last: bool = False) -> None:
        if answer.upsampler is not None:
            pcm = answer.upsampler.resample_chunk(np.frombuffer(pcm, dtype="<i2"), last=last).tobytes()
        if pcm:
            for recogniser in answer.recognisers.values():
                recogniser.AcceptWaveform(pcm)

    def _finish(self, answer: _Answer) -> None:
        if answer.upsampler is not None:
            self._hear(answer, b"", last=True)
        found = {name: json.loads(recogniser.FinalResult()) for name, recogniser in answer.recognisers.items()}
        words = [(w["word"], w["start"], w["end"], w["conf"]) for w in found["words"].get("result", [])]
        others = [known_text(other["text"]) for other in found.get("others", {}).get("alternatives", [])]
        second = [(w["word"], w["conf"]) for w in found["second"].get("result", [])] if "second" in found else None
        self.send(Op.RESULT, answer.number, {"words": words, "others": others, "second": second})
        self._forget(answer)

    def _forget(self, answer: _Answer) -> None:
        answer.gone = True
        answer.recognisers.clear()
        with self._change:
            self._answers.pop(answer.number, None)
            answer.waiting.clear()
            self._finished += 1
            trim = self._finished % _TRIM_EVERY == 0
        if trim:
            self._libc.malloc_trim(0)


def resident() -> int:
    """This process's resident memory in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def serve(model: Path, threads: int) -> None:
    """Decode until stdin ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold callers' voices
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not break the messages
    try:
        worker = _Worker(model, threads, out)
    except Exception:  # noqa: BLE001 - vosk raises bare Exception; the parent hears of it and says what to do
        out.write(pack(Op.FAILED))
        out.flush()
        sys.exit(3)
    worker.send(Op.READY, 0, {"rss": resident()})
    stream = sys.stdin.buffer
    while (message := read_message(stream)) is not None:
        worker.accept(*message)
    os._exit(0)  # decoding threads may be inside Kaldi: do not wait for them


if __name__ == "__main__":
    serve(Path(sys.argv[1]), int(sys.argv[2]))
