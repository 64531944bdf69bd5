"""The top of the key tree: versioned key-encryption keys and the few long-lived keys that never rotate with them.

``KeyWrapper`` is what a key-management service would be asked for; ``FileKeyring`` keeps the keys in one file of
mode 0600, sealed by a passphrase where one is given (scrypt, RFC 7914, N=2^15 r=8 p=1, then AES-256-GCM).
The file is written whole to a new name, synced, and renamed, so a crash leaves the old one. Every change begins with
what the file says then, one process after the other, and no key is used before it is in the file.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from core.errors import EnvironmentProblem, StorageError, WrongKey
from core.security.envelope import KEY_BYTES, bind, new_key
from core.security.private_file import require_private, write_private

__all__ = ["PURPOSES", "FileKeyring", "KeyWrapper", "Keyring", "Wrapped"]

#: Keys that stay the same when key-encryption keys rotate: look-ups, stored codes and signed heads depend on them.
PURPOSES = ("index", "codes", "inbox", "audit")

_FORMAT = "loanline-keyring/1"
_SCRYPT = {"n": 2**15, "r": 8, "p": 1}


#: A wrapped key: the version it is wrapped under, the bytes, and what it is bound to.
Wrapped = tuple[int, bytes, bytes]


class KeyWrapper(Protocol):
    """Wraps other keys under a versioned key that never leaves it. Out of reach, all raise ``StorageError``."""

    def newest(self) -> int: ...

    def has(self, version: int) -> bool: ...

    def wrap(self, version: int, secret: bytes, bound_to: bytes) -> bytes: ...

    def unwrap(self, version: int, wrapped: bytes, bound_to: bytes) -> bytes:
        """Raises ``WrongKey`` when the version is unknown or does not fit."""
        ...

    def rewrap(self, version: int, items: Sequence[Wrapped]) -> list[bytes]:
        """Move keys to ``version``, at most a thousand at once; the keys themselves do not leave. ``WrongKey``."""
        ...


class Keyring(KeyWrapper, Protocol):
    """All that an installation's storage needs of its top keys."""

    def purpose(self, name: str) -> bytes:
        """The key of one purpose of ``PURPOSES``."""
        ...

    def add_version(self) -> int:
        """Make the next key-encryption key; returns its version."""
        ...

    def forget(self, version: int) -> None:
        """Destroy an old version for good. Raises ``WrongKey`` for the newest."""
        ...

    def close(self) -> None:
        """Give connections back; the keyring cannot be used afterwards."""
        ...


class FileKeyring:
    """Keys in one file. Made by ``create`` or ``load``; safe to share between threads.

    When another process has rotated, an unknown version makes it read the file again.
    """

    def __init__(self, path: Path, passphrase: str | None, content: dict[str, Any]) -> None:
        self._path = path
        self._passphrase = passphrase
        self._lock = threading.Lock()
        self._take(content)

    def __repr__(self) -> str:
        return f"FileKeyring(versions={sorted(self._keks)})"

    # -- making and reading -------------------------------------------------------------------------------------

    @classmethod
    def create(cls, path: Path, passphrase: str | None) -> FileKeyring:
        """Make a new keyring; if another process was quicker, read its file instead."""
        content = {
            "versions": {"1": _text(new_key())},
            "purposes": {name: _text(new_key()) for name in PURPOSES},
        }
        ring = cls(path, passphrase, content)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            ring._write(ring._keks, replace=False)
        except FileExistsError:
            return cls.load(path, passphrase)
        except OSError as error:
            raise EnvironmentProblem(
                f"The keyring file cannot be written ({error.strerror}); check its folder."
            ) from None
        return ring

    @classmethod
    def load(cls, path: Path, passphrase: str | None) -> FileKeyring:
        """Raises ``WrongKey`` for a wrong or missing passphrase or a file that is no keyring, and
        ``EnvironmentProblem`` when others may read the file. A plain file met with a passphrase is sealed at once."""
        content, sealed = _read(path, passphrase)
        ring = cls(path, passphrase, content)
        if passphrase and not sealed:
            with ring._changing():  # written anew, the file is sealed
                pass
        return ring

    def _take(self, content: dict[str, Any]) -> None:
        try:
            self._keks = {int(version): _bytes(secret) for version, secret in content["versions"].items()}
            self._purposes = {name: _bytes(content["purposes"][name]) for name in PURPOSES}
        except (KeyError, ValueError, TypeError, AttributeError):
            raise WrongKey("The keyring file is damaged; restore it from its backup.") from None
        if not self._keks or any(len(key) != KEY_BYTES for key in (*self._keks.values(), *self._purposes.values())):
            raise WrongKey("The keyring file is damaged; restore it from its backup.")

    @contextmanager
    def _changing(self) -> Iterator[dict[int, bytes]]:
        """The versions as the file has them now, whoever wrote them; what the block makes of them is stored, and only
        then used. Raises ``StorageError`` when it cannot be: then nothing has changed."""
        with self._lock, _alone(self._path.parent):
            content, _ = _read(self._path, self._passphrase)
            self._take(content)
            keks = dict(self._keks)
            yield keks
            try:
                self._write(keks, replace=True)
            except OSError as error:
                raise StorageError(f"The keyring file cannot be written ({error.strerror}); mend that first.") from None
            self._keks = keks

    def _write(self, keks: dict[int, bytes], *, replace: bool) -> None:
        plain = json.dumps(
            {
                "versions": {str(version): _text(secret) for version, secret in sorted(keks.items())},
                "purposes": {name: _text(secret) for name, secret in self._purposes.items()},
            }
        ).encode()
        document: dict[str, Any] = {"format": _FORMAT}
        if self._passphrase:
            salt, nonce = os.urandom(16), os.urandom(12)
            box = AESGCM(_stretch(self._passphrase, salt, _SCRYPT)).encrypt(nonce, plain, _FORMAT.encode())
            document |= {"scrypt": {**_SCRYPT, "salt": _text(salt)}, "nonce": _text(nonce), "box": _text(box)}
        else:
            document["plain"] = json.loads(plain)
        write_private(self._path, json.dumps(document, indent=1), replace=replace)

    # -- use ----------------------------------------------------------------------------------------------------

    def newest(self) -> int:
        return max(self._keks)

    def versions(self) -> list[int]:
        return sorted(self._keks)

    def has(self, version: int) -> bool:
        return self._kek(version) is not None

    def wrap(self, version: int, secret: bytes, bound_to: bytes) -> bytes:
        nonce = os.urandom(12)
        return nonce + self._aead(version).encrypt(nonce, secret, bind("kek", version) + bound_to)

    def unwrap(self, version: int, wrapped: bytes, bound_to: bytes) -> bytes:
        try:
            return self._aead(version).decrypt(wrapped[:12], wrapped[12:], bind("kek", version) + bound_to)
        except (InvalidTag, ValueError):
            raise WrongKey("The keyring does not fit the stored keys; use the keyring file of this data.") from None

    def rewrap(self, version: int, items: Sequence[Wrapped]) -> list[bytes]:
        return [self.wrap(version, self.unwrap(old, secret, place), place) for old, secret, place in items]

    def purpose(self, name: str) -> bytes:
        return self._purposes[name]

    def _aead(self, version: int) -> AESGCM:
        kek = self._kek(version)
        if kek is None:
            raise WrongKey(f"The keyring holds no key version {version}; use the keyring file of this data.")
        return AESGCM(kek)

    def _kek(self, version: int) -> bytes | None:
        if version not in self._keks:
            with self._lock:
                content, _ = _read(self._path, self._passphrase)
                self._take(content)
        return self._keks.get(version)

    # -- rotation -----------------------------------------------------------------------------------------------

    def add_version(self) -> int:
        """Make and store the next key-encryption key; returns its version. Raises ``StorageError``."""
        with self._changing() as keks:
            version = max(keks) + 1
            keks[version] = new_key()
        return version

    def forget(self, version: int) -> None:
        """Destroy an old version for good: what is still wrapped under it, in any backup, is lost. ``StorageError``."""
        with self._changing() as keks:
            if version == max(keks):
                raise WrongKey("The newest key version is in use; rotate first.")
            keks.pop(version, None)

    def close(self) -> None:
        """Nothing is held open."""


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """While it lasts, no other process changes a keyring in this folder. Raises ``StorageError``."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise StorageError(f"The keyring's folder cannot be opened ({error.strerror}); mend that first.") from None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _read(path: Path, passphrase: str | None) -> tuple[dict[str, Any], bool]:
    try:
        require_private(path, "keyring file")
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WrongKey(f"The keyring file {path.name} is missing; restore it from its backup.") from None
    except OSError as error:
        raise EnvironmentProblem(f"The keyring file cannot be read ({error.strerror}); check its owner.") from None
    except ValueError:
        raise WrongKey("The keyring file is damaged; restore it from its backup.") from None
    if not isinstance(document, dict) or document.get("format") != _FORMAT:
        raise WrongKey("The keyring file is not one that Loanline wrote; check LOANLINE_KEYRING_FILE.")
    if isinstance(document.get("plain"), dict):
        return document["plain"], False
    if not passphrase:
        raise WrongKey("The keyring file is sealed; set LOANLINE_KEYRING_PASSPHRASE.")
    try:
        parameters = document["scrypt"]
        key = _stretch(passphrase, _bytes(parameters["salt"]), parameters)
        plain = AESGCM(key).decrypt(_bytes(document["nonce"]), _bytes(document["box"]), _FORMAT.encode())
        content = json.loads(plain)
    except InvalidTag:
        raise WrongKey("The passphrase does not open the keyring file; check LOANLINE_KEYRING_PASSPHRASE.") from None
    except (KeyError, ValueError, TypeError, MemoryError):
        raise WrongKey("The keyring file is damaged; restore it from its backup.") from None
    return content, True


def _stretch(passphrase: str, salt: bytes, parameters: dict[str, Any]) -> bytes:
    n, r, p = int(parameters["n"]), int(parameters["r"]), int(parameters["p"])
    return Scrypt(salt=salt, length=KEY_BYTES, n=min(n, 2**20), r=min(r, 32), p=min(p, 16)).derive(passphrase.encode())


def _text(secret: bytes) -> str:
    return base64.b64encode(secret).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
