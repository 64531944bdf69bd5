"""The keyring file: private, sealed when asked, whole or not at all, and explicit about what is wrong."""

from __future__ import annotations

import errno
import json
import stat
from pathlib import Path

import pytest

from core.errors import EnvironmentProblem, StorageError, WrongKey
from core.security import keyring
from core.security.keyring import PURPOSES, FileKeyring

SECRET = b"s" * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "keyring.json"


def test_a_new_keyring_is_private_and_reads_back(path: Path) -> None:
    ring = FileKeyring.create(path, None)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["keyring.json"]
    again = FileKeyring.load(path, None)
    assert again.unwrap(1, ring.wrap(1, SECRET, b"here"), b"here") == SECRET
    assert [again.purpose(name) for name in PURPOSES] == [ring.purpose(name) for name in PURPOSES]
    assert len({ring.purpose(name) for name in PURPOSES}) == len(PURPOSES)


def test_creating_twice_keeps_the_first(path: Path) -> None:
    first = FileKeyring.create(path, None)
    second = FileKeyring.create(path, None)
    assert first.purpose("index") == second.purpose("index")


def test_a_passphrase_seals_the_file(path: Path) -> None:
    ring = FileKeyring.create(path, "correct horse")
    assert "plain" not in json.loads(path.read_text())
    wrapped = ring.wrap(1, SECRET, b"")
    assert FileKeyring.load(path, "correct horse").unwrap(1, wrapped, b"") == SECRET
    with pytest.raises(WrongKey, match="does not open"):
        FileKeyring.load(path, "wrong horse")
    with pytest.raises(WrongKey, match="is sealed"):
        FileKeyring.load(path, None)


def test_a_passphrase_given_later_seals_the_plain_file(path: Path) -> None:
    FileKeyring.create(path, None)
    FileKeyring.load(path, "now sealed")
    assert "plain" not in json.loads(path.read_text())
    with pytest.raises(WrongKey):
        FileKeyring.load(path, None)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_others_may_read_is_refused(path: Path, mode: int) -> None:
    FileKeyring.create(path, None)
    path.chmod(mode)
    with pytest.raises(EnvironmentProblem, match="chmod 600"):
        FileKeyring.load(path, None)


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"format": "loanline-keyring/1"}', '{"format": "loanline-keyring/1", "plain": {"versions": {}}}',
     '{"format": "loanline-keyring/1", "plain": {"versions": {"1": "AAAA"}, "purposes": {}}}',
     '{"format": "loanline-keyring/1", "scrypt": {"n": 2}, "box": ""}'],
)  # fmt: skip
def test_a_damaged_file_is_refused(path: Path, content: str) -> None:
    path.parent.mkdir()
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(WrongKey):
        FileKeyring.load(path, "any")


def test_a_missing_file_says_so(path: Path) -> None:
    with pytest.raises(WrongKey, match="missing"):
        FileKeyring.load(path, None)


def test_rotation_opens_the_old_and_forgetting_ends_it(path: Path) -> None:
    ring = FileKeyring.create(path, None)
    old = ring.wrap(1, SECRET, b"")
    other_process = FileKeyring.load(path, None)
    assert ring.add_version() == 2 == ring.newest()
    assert ring.unwrap(1, old, b"") == SECRET
    assert other_process.unwrap(2, ring.wrap(2, SECRET, b""), b"") == SECRET
    ring.forget(1)
    with pytest.raises(WrongKey):
        ring.unwrap(1, old, b"")
    with pytest.raises(WrongKey):
        FileKeyring.load(path, None).unwrap(1, old, b"")
    with pytest.raises(WrongKey, match="newest"):
        ring.forget(2)


def test_a_wrapped_key_is_bound_to_its_place_and_version(path: Path) -> None:
    ring = FileKeyring.create(path, None)
    ring.add_version()
    wrapped = ring.wrap(1, SECRET, b"person a")
    with pytest.raises(WrongKey):
        ring.unwrap(1, wrapped, b"person b")
    with pytest.raises(WrongKey):
        ring.unwrap(2, wrapped, b"person a")
    with pytest.raises(WrongKey):
        ring.unwrap(1, wrapped[:20], b"person a")


def test_it_shows_nothing(path: Path) -> None:
    ring = FileKeyring.create(path, "very secret words")
    assert "secret" not in repr(ring)
    assert ring.purpose("index").hex() not in repr(ring)


def test_a_keyring_that_lay_open_meanwhile_takes_no_version_for_its_own(path: Path) -> None:
    """Two operators rotate one after the other: the second one's keyring was read before the first one's rotation."""
    first = FileKeyring.create(path, None)
    second = FileKeyring.load(path, None)
    assert first.add_version() == 2
    wrapped = first.wrap(2, SECRET, b"")
    assert second.add_version() == 3
    assert FileKeyring.load(path, None).unwrap(2, wrapped, b"") == SECRET
    first.forget(1)
    assert FileKeyring.load(path, None).versions() == [2, 3]


def test_a_version_that_could_not_be_stored_is_never_used(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else everything would be wrapped under a key that is gone with the process."""
    ring = FileKeyring.create(path, None)

    def full(*_given: object, **_named: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(keyring, "write_private", full)
        for change in (ring.add_version, ring.add_version):
            with pytest.raises(StorageError, match="No space left"):
                change()
        assert ring.versions() == [1]
    assert ring.add_version() == 2
    assert FileKeyring.load(path, None).unwrap(2, ring.wrap(2, SECRET, b""), b"") == SECRET


def test_a_folder_that_is_away_is_told_and_nothing_changes(path: Path) -> None:
    ring = FileKeyring.create(path, None)
    path.parent.rename(path.parent.with_name("elsewhere"))
    with pytest.raises(StorageError, match="No such file"):
        ring.add_version()
    assert ring.versions() == [1]
