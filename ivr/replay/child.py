"""``loanline serve`` as a real child process, for the demonstration: its own port, data directory and secrets."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from core.errors import EnvironmentProblem

__all__ = ["DemoServer", "demo_server"]

_LISTENING = re.compile(r"listening on (http://\S+)")
_START_SECONDS = 300
_STOP_SECONDS = 20
#: Settings of the caller's environment that describe the machine, not the line: the child keeps them.
_KEPT = ("LOANLINE_MODELS_DIR", "LOANLINE_RECOGNIZER_WORKERS", "LOANLINE_VOICE")


@dataclass(frozen=True, slots=True, repr=False)
class DemoServer:
    url: str
    token: str
    data_dir: Path
    log: Path


@asynccontextmanager
async def demo_server(
    data_dir: Path, program: str = "ivr.cli", settings: Mapping[str, str] | None = None
) -> AsyncIterator[DemoServer]:
    """Start the server on a free port with everything it writes in ``data_dir``, wait until it is ready, and stop it
    whatever happens. It is patient: a busy machine must not change what is heard and decided.

    ``program`` is the module to run, with the arguments of the command line; ``settings`` are more variables of its
    environment. Raises ``EnvironmentProblem`` when it does not come up; its log says why.
    """
    token = secrets.token_hex(16)
    log = data_dir / "server.log"
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LOANLINE_", "TWILIO_")) or k in _KEPT}
    env |= {
        "LOANLINE_DEMO": "1",
        "LOANLINE_DATA_DIR": str(data_dir),
        "TWILIO_AUTH_TOKEN": token,
        "LOANLINE_PATIENCE": "20",
        "PYTHONUNBUFFERED": "1",
        **(settings or {}),
    }
    with log.open("wb") as out:
        command = (sys.executable, "-m", program, "serve", "--host", "127.0.0.1", "--port", "0")
        child = await asyncio.create_subprocess_exec(*command, env=env, stdin=-3, stdout=out, stderr=out)
    try:
        yield DemoServer(await _ready(child, log), token, data_dir, log)
    finally:
        await _stop(child)


async def _ready(child: asyncio.subprocess.Process, log: Path) -> str:
    """The address, once the server says that it is ready to take calls."""
    try:
        async with asyncio.timeout(_START_SECONDS), httpx.AsyncClient(trust_env=False) as http:
            while child.returncode is None:
                said = _LISTENING.search(await asyncio.to_thread(log.read_text, "utf-8", "replace"))
                if said is not None and await _answers(http, said[1]):
                    return said[1]
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise EnvironmentProblem(f"The server was not ready in {_START_SECONDS} s: see {log}.") from None
    raise EnvironmentProblem(f"The server did not start ({await asyncio.to_thread(_last_line, log)}): see {log}.")


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


async def _answers(http: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await http.get(f"{url}/readyz", timeout=30)).is_success
    except httpx.HTTPError:
        return False


async def _stop(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        child.terminate()
        try:
            await asyncio.wait_for(child.wait(), _STOP_SECONDS)
        except TimeoutError:
            child.kill()
            await child.wait()
