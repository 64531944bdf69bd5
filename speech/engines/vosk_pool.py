"""Vosk behind the ``Recognizer`` promise: supervised worker processes, one model each.

Vosk can abort or segfault the process it runs in, hang, and hold on to memory. So it never runs in the line's own
process. An answer's sound stays here until its words are back; a worker that dies, hangs or grows costs time, not
answers.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
from collections.abc import Coroutine, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from core.errors import InvalidInput, ModelMissing, RecognizerBusy, RecognizerFailed
from speech.engines.pipe import Op
from speech.engines.process import WorkerProcess
from speech.engines.vosk_hearing import VoskHearing
from speech.recognizer import HearingSpec

__all__ = ["VoskPool", "clean_grammar"]

_log = logging.getLogger(__name__)

_TICK_S = 0.5
_MOST_PHRASES = 20_000


def clean_grammar(phrases: Sequence[str]) -> tuple[str, ...]:
    """Phrases in lower case with single blanks; a repeated phrase stays, since repetitions count as weight.

    Raises ``InvalidInput`` for anything Kaldi must not see.
    """
    return _clean(tuple(phrases))


@lru_cache(maxsize=128)  # the same few grammars come with every call
def _clean(phrases: tuple[str, ...]) -> tuple[str, ...]:
    cleaned: list[str] = []
    for phrase in phrases:
        if not isinstance(phrase, str) or any(not c.isprintable() or c in '"\\{}<>' for c in phrase):
            raise InvalidInput("grammar", "give phrases of plain words.")
        words = " ".join(word for word in phrase.lower().split() if word != "[unk]")
        if words:
            cleaned.append(words)
    if not cleaned:
        raise InvalidInput("grammar", "give at least one phrase, or no grammar for free decoding.")
    if len(cleaned) > _MOST_PHRASES:
        raise InvalidInput("grammar", f"give at most {_MOST_PHRASES} phrases.")
    return tuple(cleaned)


class VoskPool:
    """``models`` maps a language ("en-US") to its model's folder; each language gets ``workers`` processes of
    ``threads`` threads. At most ``hearings`` answers are open at once over all workers.

    A worker without a sign of life for ``stall_s`` while it owes one is killed. A worker ``growth_mb`` above its
    size at start takes no new answers and is replaced; it is asked every ``ping_s``. ``finish`` waits ``timeout_s``
    at most, deaths included, and ``partial`` ``partial_s``. Where nobody waits on the line, as in a replay, long spans
    make what is heard independent of how busy the machine is.
    """

    def __init__(
        self,
        models: Mapping[str, Path],
        *,
        workers: int = 1,
        threads: int = 2,
        hearings: int = 64,
        lives: int = 4,
        timeout_s: float = 20.0,
        partial_s: float = 0.5,
        stall_s: float = 4.0,
        start_timeout_s: float = 60.0,
        growth_mb: int = 400,
        ping_s: float = 5.0,
    ) -> None:
        self._models = dict(models)
        self._count = workers
        self._threads = threads
        self._most = hearings
        self._lives = lives
        self._timeout_s = timeout_s
        self._partial_s = partial_s
        self._stall_s = stall_s
        self._start_timeout_s = start_timeout_s
        self._growth = growth_mb * 1024 * 1024
        self._ping_s = ping_s
        self._workers: list[WorkerProcess] = []
        self._hearings: dict[int, VoskHearing] = {}
        self._checks: dict[int, asyncio.Future[tuple[str, ...]]] = {}
        self._numbers = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        self._running = False
        #: The last worker is gone and its successor did not start.
        self._barren = False

    async def start(self) -> None:
        """Start every worker. Raises ``ModelMissing`` or ``RecognizerFailed``; then none is left running."""
        for model in self._models.values():
            if not model.is_dir():
                raise ModelMissing("A speech model's folder is gone: run `loanline models list`.")
        self._running = True
        try:
            async with asyncio.TaskGroup() as group:
                for language in self._models:
                    for _ in range(self._count):
                        group.create_task(self._start_worker(language))
        except ExceptionGroup as failures:
            await self.close()
            raise failures.exceptions[0] from None
        self._spawn(self._supervise())

    async def close(self) -> None:
        """Forget every open answer, end every worker. May be called twice."""
        self._running = False
        for hearing in list(self._hearings.values()):
            hearing.fail(RecognizerFailed("The recogniser is closing: the call should end."))
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        workers, self._workers = self._workers, []
        await asyncio.gather(*(worker.close(1.0) for worker in workers))

    def open(self, spec: HearingSpec) -> VoskHearing:
        """Begin an answer; costs the loop under a millisecond. Raises ``RecognizerBusy``, ``ModelMissing`` for a
        language without a model, ``InvalidInput`` for a grammar that is none."""
        if not self._running or self.capacity() <= 0:
            raise RecognizerBusy("Every recogniser is in use: let the caller try again in a moment.")
        language = self._language(spec.language)
        grammar = None if spec.grammar is None else clean_grammar(spec.grammar)
        spec = HearingSpec(language, grammar, max(0, spec.alternatives), spec.second and grammar is not None)
        hearing = VoskHearing(
            next(self._numbers),
            spec,
            lives=self._lives,
            timeout_s=self._timeout_s,
            partial_s=self._partial_s,
            leave=self._forget,
        )
        self._hearings[hearing.number] = hearing
        self._place(hearing)
        return hearing

    def capacity(self) -> int:
        return max(0, self._most - len(self._hearings)) if self._running and not self._barren else 0

    @property
    def pids(self) -> tuple[int, ...]:
        """The worker processes now running."""
        return tuple(worker.pid for worker in self._workers if worker.ready)

    async def missing_words(self, phrases: Sequence[str], language: str = "en-US") -> tuple[str, ...]:
        """Words of a grammar that the model does not know: the caller may say them, the line will not hear them.
        For one report at start. Raises ``RecognizerFailed`` when no worker answers."""
        workers = self._ready(self._language(language))
        if not workers:
            raise RecognizerFailed("No speech worker is running: start the recogniser first.")
        number = next(self._numbers)
        self._checks[number] = asyncio.get_running_loop().create_future()
        workers[0].send(Op.CHECK, number, json.dumps(clean_grammar(phrases)).encode())
        try:
            return await asyncio.wait_for(self._checks[number], self._timeout_s)
        except TimeoutError as error:
            raise RecognizerFailed("No speech worker answers: try again.") from error
        finally:
            del self._checks[number]

    # workers

    async def _start_worker(self, language: str) -> None:
        worker = WorkerProcess(language, self._heard, self._ended)
        self._workers.append(worker)
        try:
            await worker.start(self._models[language], self._threads, self._start_timeout_s)
        except BaseException:
            self._workers.remove(worker)
            raise
        self._barren = False
        for hearing in list(self._hearings.values()):
            if hearing.worker is None and hearing.spec.language == language:
                self._place(hearing)

    async def _replace(self, language: str) -> None:
        """Start a worker in place of one that is gone, again and again, ever more slowly."""
        pause = 0.0
        while self._running:
            await asyncio.sleep(pause)
            try:
                await self._start_worker(language)
            except (RecognizerFailed, OSError):
                self._none_left()
                pause = min(30.0, 2 * pause + 0.5)
                _log.warning("a speech worker did not start; next try in %.1f s", pause)
            else:
                return

    def _none_left(self) -> None:
        """A worker did not come back. When it was the last, nobody waits for the next: there is no capacity."""
        self._barren = not any(worker.ready for worker in self._workers)
        for hearing in list(self._hearings.values()) if self._barren else ():
            hearing.fail(RecognizerFailed("No speech worker is left: take keys, or another recogniser."))

    def _ended(self, worker: WorkerProcess) -> None:
        """A worker is gone: its answers go elsewhere, another worker takes its place."""
        if worker in self._workers:
            self._workers.remove(worker)
        if not self._running:
            return
        if not worker.draining:
            _log.warning("a speech worker ended; %d answers are decoded again", len(worker.hearings))
            self._spawn(self._replace(worker.language))
        bereaved = [self._hearings[number] for number in worker.hearings]
        suspects = [hearing for hearing in bereaved if hearing.waiting]
        for hearing in bereaved:
            self._move(hearing, 1 / len(suspects) if hearing in suspects else 0.0)

    async def _supervise(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        while True:
            before = now
            await asyncio.sleep(_TICK_S)
            now = loop.time()
            late = now - before > 3 * _TICK_S  # the line itself was held up: its workers' signs are not read yet
            for worker in [worker for worker in self._workers if worker.ready]:
                if now - worker.last_ping >= self._ping_s:
                    worker.last_ping = now
                    worker.send(Op.PING)
                if not late and self._hangs(worker, now):
                    _log.warning("a speech worker hangs; it is ended")
                    worker.kill()
                elif worker.draining and not worker.hearings:
                    self._spawn(worker.close(2.0))
                elif not worker.draining and worker.resident > worker.baseline + self._growth:
                    _log.info("a speech worker has grown to %d MB; it is replaced", worker.resident >> 20)
                    worker.draining = True
                    self._spawn(self._replace(worker.language))

    def _hangs(self, worker: WorkerProcess, now: float) -> bool:
        """No sign for ``stall_s`` from the whole worker while it owes one, or for three times that on one answer
        (which may merely wait its turn)."""
        waiting = [self._hearings[n].last_sign for n in worker.hearings if self._hearings[n].waiting]
        if waiting and now - min(waiting) > 3 * self._stall_s:
            return True
        silent = now - worker.last_sign > self._stall_s
        return silent and (
            now - worker.last_sign > self._ping_s + self._stall_s or any(now - w > self._stall_s for w in waiting)
        )

    # answers

    def _language(self, wanted: str) -> str:
        """The model's own name of a language: exact, else the same primary language ("en-GB" is heard as "en-US")."""
        if wanted in self._models:
            return wanted
        primary = wanted.split("-", maxsplit=1)[0].lower()
        for language in self._models:
            if language.split("-", maxsplit=1)[0].lower() == primary:
                return language
        raise ModelMissing("No speech model is loaded for this language: run `loanline models list`.")

    def _ready(self, language: str) -> list[WorkerProcess]:
        return [w for w in self._workers if w.ready and not w.draining and w.language == language]

    def _place(self, hearing: VoskHearing) -> None:
        """Give the answer to the least busy worker, another than its last where there is one; without any it waits
        for the next to start."""
        workers = self._ready(hearing.spec.language)
        if workers:
            hearing.assign(min(workers, key=lambda w: (w is hearing.last_worker, len(w.hearings))))

    def _move(self, hearing: VoskHearing, blame: float) -> None:
        if hearing.bereave(blame):
            self._place(hearing)
        else:
            hearing.fail(RecognizerFailed("Several workers failed on this answer: ask again, or take keys."))

    def _heard(self, worker: WorkerProcess, op: Op, number: int, payload: bytes) -> None:
        if op is Op.PONG:
            worker.resident = json.loads(payload)["rss"]
        elif op is Op.CHECKED:
            if (check := self._checks.get(number)) is not None and not check.done():
                check.set_result(tuple(json.loads(payload)))
        elif (hearing := self._hearings.get(number)) is not None and hearing.worker is worker:
            if op is Op.FAILED:
                self._move(hearing, 1.0)
            else:
                hearing.heard(op, payload)

    def _forget(self, hearing: VoskHearing) -> None:
        self._hearings.pop(hearing.number, None)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
