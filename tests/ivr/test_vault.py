"""The store is opened as the settings say, and secrets come from files that their owner alone may read."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import EnvironmentProblem, StorageError
from ivr.settings import Settings, secret_of_file
from ivr.system import SystemClock
from ivr.vault import open_vault


def test_files_are_the_default(tmp_path: Path) -> None:
    open_vault(Settings(data_dir=tmp_path / "data"), SystemClock()).close()
    assert {"loanline.db", "keys.db", "keyring.json"} <= {path.name for path in (tmp_path / "data").iterdir()}


def test_a_key_service_needs_its_token_and_must_be_there(tmp_path: Path) -> None:
    url = "http://127.0.0.1:9"
    with pytest.raises(EnvironmentProblem, match="LOANLINE_KMS_TOKEN_FILE"):
        open_vault(Settings(data_dir=tmp_path / "data", kms_url=url), SystemClock())
    token = tmp_path / "token"
    token.touch(0o600)
    token.write_text("a token that is long enough\n")
    with pytest.raises(StorageError, match="key service"):
        open_vault(Settings(data_dir=tmp_path / "data", kms_url=url, kms_token_file=token), SystemClock())
    assert not (tmp_path / "data" / "keyring.json").exists()


@pytest.mark.parametrize(("content", "mode"), [(b"", 0o600), (b"\n", 0o600), (b"secret", 0o640), (b"\xff", 0o600)])
def test_a_secret_file_is_private_and_filled(tmp_path: Path, content: bytes, mode: int) -> None:
    path = tmp_path / "secret"
    path.write_bytes(content)
    path.chmod(mode)
    with pytest.raises(EnvironmentProblem):
        secret_of_file(path)
    with pytest.raises(EnvironmentProblem):
        secret_of_file(tmp_path / "none")
