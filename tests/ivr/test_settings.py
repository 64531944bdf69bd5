"""Settings: read from the environment, wrong ones named."""

from __future__ import annotations

import pytest

from core.errors import EnvironmentProblem
from ivr.settings import load_settings


def test_defaults_are_for_one_machine() -> None:
    settings = load_settings()
    assert settings.keyring_path == settings.data_dir / "keyring.json"
    assert settings.models_path == settings.data_dir / "models"
    assert settings.demo_token_path.parent == settings.data_dir


@pytest.mark.parametrize(("cores", "calls"), [(None, 20), (1, 10), (2, 20), (64, 30)])
def test_how_many_calls_a_machine_takes(cores: int | None, calls: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.settings.os.cpu_count", lambda: cores)
    assert load_settings().max_calls == calls


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LOANLINE_PORT", "seventy", "LOANLINE_PORT"),
        ("LOANLINE_MAX_CALLS", "0", "LOANLINE_MAX_CALLS"),
        ("LOANLINE_PUBLIC_URL", "line.example.org", "LOANLINE_PUBLIC_URL"),
        ("LOANLINE_SPEECH_MODELS", "small-en", "LOANLINE_SPEECH_MODELS"),
        ("LOANLINE_SPEECH_MODELS", "en-US=small-en,", "LOANLINE_SPEECH_MODELS"),
    ],
)
def test_a_wrong_one_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(EnvironmentProblem, match=said):
        load_settings()


def test_secrets_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "topsecret")
    monkeypatch.setenv("LOANLINE_KEYRING_PASSPHRASE", "hunter2hunter2")
    shown = repr(load_settings())
    assert "topsecret" not in shown
    assert "hunter2" not in shown


def test_the_public_url_loses_its_slash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOANLINE_PUBLIC_URL", "https://line.example.org/")
    assert load_settings().public_url == "https://line.example.org"


def test_each_language_may_have_its_own_speech_model(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().speech_model("en-US") == ""
    monkeypatch.setenv("LOANLINE_SPEECH_MODELS", "en-US=small-en, zh-CN = small-cn")
    chosen = load_settings()
    assert [chosen.speech_model(tag) for tag in ("en-US", "zh-cn", "de-DE")] == ["small-en", "small-cn", ""]
