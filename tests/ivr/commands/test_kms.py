"""What the key service's command refuses before it listens."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from core.errors import EnvironmentProblem
from ivr.cli import app


@pytest.mark.parametrize(
    ("passphrase", "more", "says"),
    [
        (None, [], "LOANLINE_KEYRING_PASSPHRASE"),
        ("a passphrase", ["--host", "0.0.0.0"], "--tls-cert"),
    ],
)
def test_it_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, passphrase: str | None, more: list[str], says: str
) -> None:
    monkeypatch.delenv("LOANLINE_KEYRING_PASSPHRASE", raising=False)
    if passphrase:
        monkeypatch.setenv("LOANLINE_KEYRING_PASSPHRASE", passphrase)
    files = ["--keyring", str(tmp_path / "kms.json"), "--token-file", str(tmp_path / "token")]
    result = CliRunner().invoke(app, ["kms", "serve", *files, *more])
    assert isinstance(result.exception, EnvironmentProblem)
    assert says in str(result.exception)
    assert not (tmp_path / "kms.json").exists()


def test_a_token_that_others_may_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOANLINE_KEYRING_PASSPHRASE", "a passphrase")
    token = tmp_path / "token"
    token.write_text("long enough a token\n")
    token.chmod(0o644)
    files = ["--keyring", str(tmp_path / "kms.json"), "--token-file", str(token)]
    result = CliRunner().invoke(app, ["kms", "serve", *files])
    assert isinstance(result.exception, EnvironmentProblem)
    assert "chmod 600" in str(result.exception)
