"""A whole installation over the key service: rotation, destruction, and an outage that leaves nothing half-written."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from core.errors import Shredded, StorageError, WrongKey
from core.security.keyring import FileKeyring
from core.security.kms import KEPT_SECONDS, KmsService
from core.storage.opening import open_storage
from core.storage.store import SqlStorage
from core.usecases.shred import plan_person, rotate, shred
from ivr.kms.app import LARGEST_BODY, MOST_ITEMS, kms_app
from tests.core.storage.people import CANARIES, HandClock, store_call

TOKEN = "a token of the test, long enough"


class Service:
    """The service on a free port of this machine, which can be stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self.ring = FileKeyring.create(folder / "kms.json", "a passphrase")
        self.port = 0
        self.start()

    def start(self) -> None:
        config = uvicorn.Config(kms_app(self.ring, TOKEN), port=self.port, log_level="error", lifespan="off")
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.01)
        self.port = self._server.servers[0].sockets[0].getsockname()[1]

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    service = Service(tmp_path)
    yield service
    service.stop()


def opened(tmp_path: Path, service: Service, clock: HandClock) -> SqlStorage:
    kms = KmsService(f"http://127.0.0.1:{service.port}", TOKEN)
    return open_storage(tmp_path / "data", tmp_path / "keyring.json", None, clock, kms=kms)


def test_an_installation_over_the_service(tmp_path: Path, service: Service) -> None:
    clock = HandClock()
    storage = opened(tmp_path, service, clock)
    store_call(storage)
    done = rotate(storage, "os.tester", forget_old=True)
    assert (done.version, done.forgotten, service.ring.versions()) == (2, (1,), [2])
    storage.close()
    storage = opened(tmp_path, service, clock)
    with storage.begin() as work:
        assert work.records.read("CA1").complete
    shred(storage, plan_person(storage, "case_1"), "os.tester")
    with storage.begin() as work, pytest.raises(Shredded):
        work.records.read("CA1")
    assert storage.verify_audit().whole
    storage.close()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert not any(canary in path.read_bytes() for canary in CANARIES)


def test_while_it_is_away_nothing_is_half_written(tmp_path: Path, service: Service) -> None:
    clock = HandClock()
    storage = opened(tmp_path, service, clock)
    store_call(storage)
    service.stop()
    clock.forward(seconds=KEPT_SECONDS + 1)
    with pytest.raises(StorageError, match="key service"):
        storage.health()
    with pytest.raises(StorageError, match="key service"):
        store_call(storage, "case_2", "CA2")
    with pytest.raises(StorageError, match="key service"):
        rotate(storage, "os.tester")
    service.start()
    storage.health()
    with storage.begin() as work:
        assert [call for call, _, _ in work.records.list_calls()] == ["CA1"]
        assert work.journal.read("case_2") == []
    assert (storage.upkeep.newest_version(), storage.keyring.newest()) == (1, 1)
    store_call(storage, "case_2", "CA2")
    assert storage.verify_audit().whole
    storage.close()


def test_another_service_is_noticed_at_the_start(tmp_path: Path, service: Service) -> None:
    opened(tmp_path, service, HandClock()).close()
    other = FileKeyring.create(tmp_path / "other.json", "a passphrase")
    service.stop()
    service.ring = other
    service.start()
    with pytest.raises(WrongKey):
        opened(tmp_path, service, HandClock())


@pytest.fixture
def client(tmp_path: Path) -> httpx.AsyncClient:
    app = kms_app(FileKeyring.create(tmp_path / "kms.json", "a passphrase"), TOKEN)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://kms.test", headers={"Authorization": f"Bearer {TOKEN}"}
    )


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"])
async def test_without_its_token_nothing_is_said(client: httpx.AsyncClient, token: str) -> None:
    for method, path in (("GET", "/v1/keys"), ("POST", "/v1/unwrap"), ("DELETE", "/v1/keys/1"), ("POST", "/v1/keys")):
        answer = await client.request(method, path, headers={"Authorization": token})
        assert (answer.status_code, answer.json()) == (401, {"error": "unauthenticated"})


async def test_what_does_not_fit_is_refused(client: httpx.AsyncClient) -> None:
    item = {"version": 1, "wrapped": "AAAA", "bound_to": ""}
    for path, body, status in (
        ("/v1/unwrap", {"items": [item]}, 422),
        ("/v1/unwrap", {"items": [item | {"version": 9}]}, 422),
        ("/v1/unwrap", {"items": []}, 400),
        ("/v1/unwrap", {"items": [item] * (MOST_ITEMS + 1)}, 400),
        ("/v1/unwrap", {"items": [{}]}, 400),
        ("/v1/wrap", {"version": 7, "items": [{"secret": "AAAA", "bound_to": ""}]}, 422),
        ("/v1/wrap", {"version": 1, "items": [{"secret": "no base64!", "bound_to": ""}]}, 400),
        ("/v1/keys", {"after": "x"}, 400),
        ("/v1/keys", [], 400),
    ):
        assert (await client.post(path, json=body)).status_code == status, (path, body)
    assert (await client.post("/v1/wrap", content=b"{" + b" " * LARGEST_BODY)).status_code == 400
    assert (await client.delete("/v1/keys/1")).status_code == 422


async def test_a_new_version_is_made_once_however_often_it_is_asked_for(client: httpx.AsyncClient) -> None:
    for _ in range(3):
        assert (await client.post("/v1/keys", json={"after": 1})).json() == {"version": 2}
