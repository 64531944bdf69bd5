"""The client of the key service against a service that misbehaves in every way."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from core.errors import EnvironmentProblem, StorageError, WrongKey
from core.security.kms import KEPT_SECONDS, KmsKeyring, KmsService

TOKEN = "t" * 32
Answer = Callable[[httpx.Request], httpx.Response]


def service(answer: Answer) -> KmsService:
    return KmsService("https://keys.example.org", TOKEN, transport=httpx.MockTransport(answer))


class Locker:
    """A service that wraps by putting the version before the secret; counts what it is asked."""

    def __init__(self) -> None:
        self.newest = 1
        self.asked: list[str] = []
        self.away = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.path}")
        if self.away:
            raise httpx.ConnectError("no route")
        assert request.headers["authorization"] == f"Bearer {TOKEN}"
        body = json.loads(request.content or b"{}")
        match self.asked[-1]:
            case "GET /v1/keys":
                return httpx.Response(200, json={"newest": self.newest, "versions": list(range(1, self.newest + 1))})
            case "POST /v1/keys":
                self.newest = max(self.newest, body["after"] + 1)
                return httpx.Response(200, json={"version": self.newest})
            case "POST /v1/wrap":
                return self.items([self.wrapped(body["version"], each["secret"]) for each in body["items"]])
            case "POST /v1/unwrap":
                return self.items([self.opened(each["wrapped"]) for each in body["items"]])
            case "POST /v1/rewrap":
                opened = [self.opened(each["wrapped"]) for each in body["items"]]
                return self.items([self.wrapped(body["version"], each) for each in opened])
        return httpx.Response(204)

    @staticmethod
    def items(found: list[str]) -> httpx.Response:
        return httpx.Response(200, json={"items": found})

    @staticmethod
    def wrapped(version: int, secret: str) -> str:
        return base64.b64encode(bytes([version]) + base64.b64decode(secret)).decode()

    @staticmethod
    def opened(wrapped: str) -> str:
        return base64.b64encode(base64.b64decode(wrapped)[1:]).decode()


@pytest.fixture
def locker() -> Locker:
    return Locker()


def ring(locker: Locker, path: Path, at: list[float]) -> KmsKeyring:
    make = KmsKeyring.load if path.exists() else KmsKeyring.create
    return make(path, service(locker), lambda: at[0])


def test_the_file_holds_wrapped_keys_only(locker: Locker, tmp_path: Path) -> None:
    path = tmp_path / "keys" / "keyring.json"
    first = ring(locker, path, [0.0])
    assert path.stat().st_mode & 0o077 == 0
    content = path.read_text()
    assert base64.b64encode(first.purpose("index")).decode() not in content
    again = ring(locker, path, [0.0])
    assert again.purpose("audit") == first.purpose("audit")
    assert first.purpose("index").hex() not in repr(first)


def test_an_opened_key_is_kept_for_a_minute(locker: Locker, tmp_path: Path) -> None:
    now = [100.0]
    keys = ring(locker, tmp_path / "k.json", now)
    wrapped = keys.wrap(1, b"secret" * 6, b"place")
    asked = len(locker.asked)
    for _ in range(3):
        assert keys.unwrap(1, wrapped, b"place") == b"secret" * 6
    assert len(locker.asked) == asked + 1
    now[0] += KEPT_SECONDS + 1
    keys.unwrap(1, wrapped, b"place")
    assert len(locker.asked) == asked + 2


def test_rotation_moves_the_local_file_before_the_old_goes(locker: Locker, tmp_path: Path) -> None:
    keys = ring(locker, tmp_path / "k.json", [0.0])
    index = keys.purpose("index")
    assert keys.add_version() == 2
    keys.forget(1)
    assert locker.asked[-1] == "DELETE /v1/keys/1"
    assert all(each["version"] == 2 for each in json.loads((tmp_path / "k.json").read_text())["purposes"].values())
    assert ring(locker, tmp_path / "k.json", [0.0]).purpose("index") == index
    with pytest.raises(WrongKey, match="newest"):
        keys.forget(2)


def test_out_of_reach_is_a_storage_error_after_a_second_try(locker: Locker, tmp_path: Path) -> None:
    keys = ring(locker, tmp_path / "k.json", [0.0])
    locker.away, locker.asked = True, []
    with pytest.raises(StorageError, match="nothing was stored"):
        keys.wrap(1, b"x", b"y")
    assert len(locker.asked) == 2


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(401), WrongKey),
        (httpx.Response(403), WrongKey),
        (httpx.Response(422), WrongKey),
        (httpx.Response(500), StorageError),
        (httpx.Response(302, headers={"location": "https://elsewhere.example.org"}), StorageError),
        (httpx.Response(200, text="not json"), StorageError),
        (httpx.Response(200, json=[]), StorageError),
        (httpx.Response(200, json={"items": []}), StorageError),
        (httpx.Response(200, json={"items": ["!"]}), StorageError),
        (httpx.Response(200, json={"items": [7]}), StorageError),
    ],
)
def test_whatever_it_says_nothing_opens(answer: httpx.Response, error: type[Exception]) -> None:
    with pytest.raises(error):
        service(lambda _: answer).unwrap([(1, b"w", b"p")])


@pytest.mark.parametrize("body", [{}, {"newest": "x", "versions": []}, {"newest": 1, "versions": 7}])
def test_versions_of_another_shape_are_refused(body: object) -> None:
    with pytest.raises(StorageError):
        service(lambda _: httpx.Response(200, json=body)).versions()


def test_keys_travel_over_https_or_stay_here() -> None:
    for url in ("http://keys.example.org", "ftp://x", "keys"):
        with pytest.raises(EnvironmentProblem, match="https"):
            KmsService(url, TOKEN)
    with pytest.raises(EnvironmentProblem, match="token"):
        KmsService("http://127.0.0.1:8200", "short")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"format": "loanline-keyring/1", "plain": {}}'])
def test_a_file_of_another_kind_is_refused(locker: Locker, tmp_path: Path, content: str) -> None:
    path = tmp_path / "k.json"
    path.touch(0o600)
    path.write_text(content)
    with pytest.raises(WrongKey):
        ring(locker, path, [0.0])
    path.chmod(0o644)
    with pytest.raises(EnvironmentProblem, match="chmod 600"):
        ring(locker, path, [0.0])
