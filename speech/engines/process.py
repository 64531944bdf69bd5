"""The parent's end of one helper process: start it, talk to it, know when it is gone."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable
from pathlib import Path

from core.errors import RecognizerFailed
from speech.engines.pipe import HEADER, Op, pack

__all__ = ["WorkerProcess", "child_environment"]

_ROOT = Path(__file__).parents[2]
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ")


def child_environment() -> dict[str, str]:
    """What a helper process may know of the line's environment: no secret, no setting.

    One arena for each two threads and one thread for each matrix keep the memory flat and the cores fair.
    """
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    return {**kept, **single, "MALLOC_ARENA_MAX": "2", "PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


class WorkerProcess:
    """One ``vosk_worker``. ``heard`` gets each message, ``ended`` is called once when the process is gone.

    ``hearings`` are the numbers of the answers it decodes; ``baseline`` and ``resident`` its memory in bytes;
    ``last_sign`` the loop's time of its last message.
    """

    def __init__(
        self,
        language: str,
        heard: Callable[[WorkerProcess, Op, int, bytes], None],
        ended: Callable[[WorkerProcess], None],
    ) -> None:
        self.language = language
        self.hearings: set[int] = set()
        self.draining = False
        self.ready = False
        self.baseline = 0
        self.resident = 0
        self.last_sign = 0.0
        self.last_ping = 0.0
        self._heard = heard
        self._ended = ended
        self._process: asyncio.subprocess.Process | None = None
        self._handle: int | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    async def start(self, model: Path, threads: int, timeout_s: float) -> None:
        """Returns once the model is loaded. Raises ``RecognizerFailed``."""
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "speech.engines.vosk_worker", str(model), str(threads)),
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            env=child_environment(),
        )
        self._handle = os.pidfd_open(self._process.pid)
        try:
            op, _, payload = await asyncio.wait_for(self._read(), timeout_s)
        except (asyncio.IncompleteReadError, TimeoutError) as error:
            await self.close(0.0)
            raise RecognizerFailed(
                "A speech worker does not start: check that memory is free, then try again."
            ) from error
        except BaseException:
            await self.close(0.0)
            raise
        if op is not Op.READY:
            await self.close(0.0)
            raise RecognizerFailed("The speech model does not load: run `loanline models verify`.")
        self.baseline = self.resident = json.loads(payload)["rss"]
        self.last_sign = asyncio.get_running_loop().time()
        self.ready = True
        self._reading = asyncio.create_task(self._read_on())

    def send(self, op: Op, number: int = 0, payload: bytes = b"") -> None:
        """Queue a message. To a process that is gone it is nothing: ``ended`` tells of that."""
        stdin = self._process.stdin if self._process else None
        if self.ready and stdin is not None and not stdin.is_closing():
            stdin.write(pack(op, number, payload))

    def kill(self) -> None:
        """End the process now; ``ended`` follows."""
        self.ready = False
        if self._handle is not None:
            with contextlib.suppress(ProcessLookupError):
                # Not Process.kill: it may reap the child behind asyncio's back. A pidfd never means another process.
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)

    async def close(self, grace_s: float) -> None:
        """Let the process end by itself for ``grace_s``, then end it. Returns when it is gone."""
        self.ready = False
        process = self._process
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), grace_s)
        self.kill()
        await process.wait()
        self._release()
        if self._reading is not None:
            await asyncio.wait([self._reading])

    def _release(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)

    async def _read(self) -> tuple[Op, int, bytes]:
        assert self._process is not None
        assert self._process.stdout is not None
        stdout = self._process.stdout
        op, number, size = HEADER.unpack(await stdout.readexactly(HEADER.size))
        return Op(op), number, await stdout.readexactly(size) if size else b""

    async def _read_on(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            with contextlib.suppress(asyncio.IncompleteReadError):
                while True:
                    op, number, payload = await self._read()
                    self.last_sign = loop.time()
                    self._heard(self, op, number, payload)
        finally:
            self.kill()
            assert self._process is not None
            await self._process.wait()
            self._release()
            self._ended(self)
