"""The demonstration's server is a real process, and never outlives it."""

from pathlib import Path

import httpx
import pytest

from core.errors import EnvironmentProblem
from ivr.replay.child import DemoServer, demo_server


async def look(server: DemoServer, path: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.get(server.url + path)


async def fail_inside(folder: Path, seen: list[DemoServer]) -> None:
    async with demo_server(folder) as server:
        seen.append(server)
        assert (await look(server, "/healthz")).is_success
        assert (await look(server, "/sandbox/sms?to=%2B14155550123")).json() == []
        raise ZeroDivisionError


@pytest.mark.slow
async def test_it_comes_up_on_a_free_port_and_is_stopped_even_after_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOANLINE_PUBLIC_URL", "https://elsewhere.example.org")
    seen: list[DemoServer] = []
    with pytest.raises(ZeroDivisionError):
        await fail_inside(tmp_path, seen)
    assert seen[0].token not in repr(seen[0])
    with pytest.raises(httpx.ConnectError):
        await look(seen[0], "/healthz")


async def test_a_server_that_cannot_start_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOANLINE_RECOGNIZER_WORKERS", "many")
    with pytest.raises(EnvironmentProblem, match=r"did not start .*LOANLINE_RECOGNIZER_WORKERS.*server\.log"):
        async with demo_server(tmp_path):
            pass
