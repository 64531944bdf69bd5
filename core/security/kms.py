"""Top keys in a key service, over HTTP: the key-encryption keys never come to this machine.

The service speaks six requests in JSON, bytes in base64, with ``Authorization: Bearer …``; ``ivr.kms`` serves them from
a keyring file, and a service of another kind needs only an adapter of ``KmsService``:

=======================  ===========================================  ===============================
``GET /v1/keys``                                                      ``{"newest": 2, "versions": [1, 2]}``
``POST /v1/keys``        ``{"after": 2}``, safe to repeat              ``{"version": 3}``
``POST /v1/wrap``        ``{"version", "items": [{"secret", "bound_to"}]}``  ``{"items": [wrapped, …]}``
``POST /v1/unwrap``      ``{"items": [{"version", "wrapped", "bound_to"}]}``  ``{"items": [secret, …]}``
``POST /v1/rewrap``      the same and ``"version"``, the one to go to  ``{"items": [wrapped, …]}``
``DELETE /v1/keys/{n}``                                               204
=======================  ===========================================  ===============================

401 and 403 refuse the token, 422 says that a key does not fit. Every other failure, after a second try, is
``StorageError``: nothing is stored, and the line takes no new calls until the service is back.
"""

from __future__ import annotations

import base64
import json
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from core.errors import EnvironmentProblem, StorageError, WrongKey
from core.security.envelope import KEY_BYTES, bind, new_key
from core.security.keyring import PURPOSES, Wrapped
from core.security.private_file import require_private, write_private

__all__ = ["KEPT_SECONDS", "KmsKeyring", "KmsService"]

_FORMAT = "loanline-kms-keyring/1"
_AWAY = "The key service cannot be reached or is broken; mend it, nothing was stored."
_REFUSED = "The key service refuses our token; check LOANLINE_KMS_TOKEN_FILE."
_MISFIT = "The key service does not fit the stored keys; use the one of this data."
_HERE = {"127.0.0.1", "localhost", "::1"}
#: How long an opened key is kept in memory, and how many: a call needs the same one several times a second.
KEPT_SECONDS = 60.0
_KEPT = 2000


class KmsService:
    """The six requests. Each takes at most about four seconds: half a second to connect, twice."""

    def __init__(self, url: str, token: str, *, transport: httpx.BaseTransport | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _HERE):
            raise EnvironmentProblem("Keys travel over https only, or on this machine; correct LOANLINE_KMS_URL.")
        if len(token) < 16:
            raise EnvironmentProblem("Set LOANLINE_KMS_TOKEN_FILE to a file with the key service's token.")
        self._client = httpx.Client(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {token}"},
            timeout=httpx.Timeout(1.5, connect=0.5),
            limits=httpx.Limits(max_connections=8),
            transport=transport,
        )

    def __repr__(self) -> str:
        return "KmsService(•••)"

    def versions(self) -> tuple[int, frozenset[int]]:
        """The newest version and all of them."""
        answer = self._ask("GET", "/v1/keys")
        try:
            return int(answer["newest"]), frozenset(int(each) for each in answer["versions"])
        except (KeyError, TypeError, ValueError):
            raise StorageError(_AWAY) from None

    def add(self, after: int) -> int:
        answer = self._ask("POST", "/v1/keys", {"after": after})
        if type(answer.get("version")) is not int:
            raise StorageError(_AWAY)
        return int(answer["version"])

    def forget(self, version: int) -> None:
        self._ask("DELETE", f"/v1/keys/{version}")

    def wrap(self, version: int, items: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        body = [{"secret": _text(secret), "bound_to": _text(place)} for secret, place in items]
        return self._items("/v1/wrap", {"version": version, "items": body}, len(items))

    def unwrap(self, items: Sequence[Wrapped]) -> list[bytes]:
        return self._items("/v1/unwrap", {"items": _listed(items)}, len(items))

    def rewrap(self, version: int, items: Sequence[Wrapped]) -> list[bytes]:
        return self._items("/v1/rewrap", {"version": version, "items": _listed(items)}, len(items))

    def close(self) -> None:
        self._client.close()

    def _items(self, path: str, body: dict[str, Any], count: int) -> list[bytes]:
        answer = self._ask("POST", path, body)
        try:
            found = [base64.b64decode(each, validate=True) for each in answer["items"]]
        except (KeyError, TypeError, ValueError):
            raise StorageError(_AWAY) from None
        if len(found) != count:
            raise StorageError(_AWAY)
        return found

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        try:
            response = self._client.request(method, path, json=body)
        except httpx.HTTPError:
            response = None
        if response is None or response.status_code >= 500:
            try:
                response = self._client.request(method, path, json=body)
            except httpx.HTTPError:
                raise StorageError(_AWAY) from None
        return _answer(response)


def _answer(response: httpx.Response) -> dict[str, Any]:
    if response.status_code in {401, 403}:
        raise WrongKey(_REFUSED)
    if response.status_code == 422:
        raise WrongKey(_MISFIT)
    if response.status_code == 204:
        return {}
    try:
        answer = response.json() if response.status_code == 200 else None
    except ValueError:
        answer = None
    if not isinstance(answer, dict):
        raise StorageError(_AWAY)
    return answer


def _listed(items: Sequence[Wrapped]) -> list[dict[str, Any]]:
    return [{"version": version, "wrapped": _text(wrapped), "bound_to": _text(at)} for version, wrapped, at in items]


class KmsKeyring:
    """``core.security.keyring.Keyring`` over a key service. The few long-lived keys lie in a local file, wrapped by the
    service. ``monotonic`` gives seconds that never run backwards."""

    def __init__(self, path: Path, service: KmsService, monotonic: Any, purposes: dict[str, Wrapped]) -> None:
        self._path, self._service, self._monotonic = path, service, monotonic
        self._wrapped = purposes
        opened = service.unwrap([purposes[name] for name in PURPOSES])
        if any(len(key) != KEY_BYTES for key in opened):
            raise WrongKey(_MISFIT)
        self._purposes = dict(zip(PURPOSES, opened, strict=True))
        self._kept: OrderedDict[Wrapped, tuple[float, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return "KmsKeyring(•••)"

    @classmethod
    def create(cls, path: Path, service: KmsService, monotonic: Any) -> KmsKeyring:
        """Make the long-lived keys and have them wrapped; if another process was quicker, read its file instead."""
        version, _ = service.versions()
        places = [_purpose_place(name) for name in PURPOSES]
        wrapped = service.wrap(version, [(new_key(), place) for place in places])
        purposes = {
            name: (version, *pair) for name, pair in zip(PURPOSES, zip(wrapped, places, strict=True), strict=True)
        }
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(path, purposes, replace=False)
        except FileExistsError:
            return cls.load(path, service, monotonic)
        except OSError as error:
            raise EnvironmentProblem(
                f"The keyring file cannot be written ({error.strerror}); check its folder."
            ) from None
        return cls(path, service, monotonic, purposes)

    @classmethod
    def load(cls, path: Path, service: KmsService, monotonic: Any) -> KmsKeyring:
        """Raises ``WrongKey`` for a file that is none or belongs to another service, ``EnvironmentProblem`` when others
        may read it."""
        try:
            require_private(path, "keyring file")
            document = json.loads(path.read_text("utf-8"))
            found = document["purposes"] if document["format"] == _FORMAT else {}
            purposes = {
                name: (int(found[name]["version"]), base64.b64decode(found[name]["wrapped"]), _purpose_place(name))
                for name in PURPOSES
            }
        except FileNotFoundError:
            raise WrongKey(f"The keyring file {path.name} is missing; restore it from its backup.") from None
        except OSError as error:
            raise EnvironmentProblem(f"The keyring file cannot be read ({error.strerror}); check its owner.") from None
        except (ValueError, KeyError, TypeError):
            raise WrongKey("The keyring file is not one of a key service; check LOANLINE_KEYRING_FILE.") from None
        return cls(path, service, monotonic, purposes)

    # -- Keyring --------------------------------------------------------------------------------------------------

    def newest(self) -> int:
        return self._service.versions()[0]

    def has(self, version: int) -> bool:
        return version in self._service.versions()[1]

    def wrap(self, version: int, secret: bytes, bound_to: bytes) -> bytes:
        return self._service.wrap(version, [(secret, bound_to)])[0]

    def unwrap(self, version: int, wrapped: bytes, bound_to: bytes) -> bytes:
        """Kept in memory for a minute under its wrapped form: a destroyed key has no wrapped form any more."""
        if bound_to.startswith(bind("kek_versions")):  # the check that the service is there
            return self._service.unwrap([(version, wrapped, bound_to)])[0]
        name = (version, wrapped, bound_to)
        now = self._monotonic()
        with self._lock:
            until, secret = self._kept.get(name, (0.0, b""))
        if until > now:
            return secret
        secret = self._service.unwrap([name])[0]
        with self._lock:
            self._kept[name] = (now + KEPT_SECONDS, secret)
            self._kept.move_to_end(name)
            while len(self._kept) > _KEPT or next(iter(self._kept.values()))[0] <= now:
                self._kept.popitem(last=False)
        return secret

    def rewrap(self, version: int, items: Sequence[Wrapped]) -> list[bytes]:
        return self._service.rewrap(version, items)

    def purpose(self, name: str) -> bytes:
        return self._purposes[name]

    def add_version(self) -> int:
        version = self._service.add(self.newest())
        self._move_purposes(version)
        return version

    def forget(self, version: int) -> None:
        """The local file must not depend on what goes: it is moved first."""
        newest = self.newest()
        if version == newest:
            raise WrongKey("The newest key version is in use; rotate first.")
        self._move_purposes(newest)
        with self._lock:
            self._kept.clear()
        self._service.forget(version)

    def close(self) -> None:
        self._service.close()

    def _move_purposes(self, version: int) -> None:
        moved = self._service.rewrap(version, [self._wrapped[name] for name in PURPOSES])
        purposes = {name: (version, each, _purpose_place(name)) for name, each in zip(PURPOSES, moved, strict=True)}
        try:
            _write(self._path, purposes, replace=True)
        except OSError as error:
            raise StorageError(f"The keyring file cannot be written ({error.strerror}); check its folder.") from None
        self._wrapped = purposes


def _write(path: Path, purposes: dict[str, Wrapped], *, replace: bool) -> None:
    listed = {name: {"version": version, "wrapped": _text(wrapped)} for name, (version, wrapped, _) in purposes.items()}
    write_private(path, json.dumps({"format": _FORMAT, "purposes": listed}, indent=1), replace=replace)


def _purpose_place(name: str) -> bytes:
    return bind("keyring", "purpose", name)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
