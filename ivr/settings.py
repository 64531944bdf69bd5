"""Every setting, typed. Each is an environment variable ``LOANLINE_<NAME>`` (Twilio's own keep their names).

``docs/configuration.md`` describes them for operators; a test keeps the two together.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import EnvironmentProblem
from core.security.private_file import require_private

__all__ = ["Settings", "load_settings", "secret_of_file"]


def _default_workers() -> int:
    return max(1, min(4, (os.cpu_count() or 2) - 1))


def _default_calls() -> int:
    """A call was measured to cost 1.6 % of a core in the line's own process and 1.0 % in its recognisers; the loop that
    carries all sound is one thread, and must never be half busy."""
    return max(1, min(30, 10 * (os.cpu_count() or 2)))


class Settings(BaseSettings):
    """All settings of one node. Secrets never appear in ``repr``."""

    model_config = SettingsConfigDict(env_prefix="LOANLINE_", extra="ignore", populate_by_name=True)

    data_dir: Path = Field(Path("data"), description="Where the database, keys and audit heads live.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8080, description="Port to listen on; 0 picks a free one.")
    public_url: str = Field("", description="The URL Twilio sees, such as https://line.example.org; signatures use it.")
    demo: bool = Field(False, description="Serve /phone, the sandbox and the demo feed; never in production.")

    keyring_file: Path | None = Field(None, description="The keyring file; by default keyring.json in the data dir.")
    keyring_passphrase: SecretStr | None = Field(None, description="Seals the keyring file when set.")

    database_url: SecretStr | None = Field(None, description="Keep the data there instead of in a file: postgresql://…")
    keys_url: SecretStr | None = Field(None, description="Keep the wrapped keys there; never in the data's database.")

    kms_url: str = Field("", description="The key service that holds the top keys; empty: the keyring file.")
    kms_token_file: Path | None = Field(None, description="The file with the key service's token.")

    leaked_passwords_file: Path | None = Field(
        None, description="More leaked passwords that staff may not choose: SHA-1 in order, one a line."
    )

    jurisdiction: str = Field("us", description="The jurisdiction pack that governs this line.")
    currency: str = Field("USD", description="The currency of the products.")
    language: str = Field("en-US", description="The language the line speaks and hears.")

    models_dir: Path | None = Field(None, description="Extra speech models; by default models/ in the data dir.")
    speech_models: str = Field("", description="The model of a language, such as en-US=small-en,zh-CN=small-cn.")
    recognizer_workers: Annotated[int, Field(ge=1, le=64)] = Field(
        default_factory=_default_workers, description="Recogniser processes."
    )
    voice: str = Field("", description="The pyttsx3 voice of the prompts; empty picks the clearest one.")
    voice_rate: Annotated[int, Field(ge=80, le=300)] = Field(150, description="Prompt speed in words a minute.")

    max_calls: Annotated[int, Field(ge=1, le=10_000)] = Field(
        default_factory=_default_calls, description="Calls at once; the next is called back."
    )
    stall_seconds: Annotated[int, Field(ge=1, le=120)] = Field(10, description="A stream silent this long is dead.")
    drain_seconds: Annotated[int, Field(ge=0, le=3600)] = Field(60, description="How long a stop waits for calls.")
    patience: Annotated[float, Field(ge=1, le=100)] = Field(
        1.0,
        description="Times as long for engines, streams and outside checks: for rehearsals on a busy machine.",
    )
    resume_hours: Annotated[int, Field(ge=0, le=168)] = Field(24, description="How long a dropped call can go on.")
    staff_number: str = Field("", description="Where calls for a person are sent, in E.164; empty takes a message.")

    sound_memory_days: Annotated[int, Field(ge=0, le=90)] | None = Field(
        None, description="Days a call's fingerprint is compared with later calls; by default 90, and 0 in demo mode."
    )

    retention_hour: Annotated[int, Field(ge=-1, le=23)] = Field(
        3, description="When the line destroys what was kept for long enough, o'clock UTC; -1 leaves it to you."
    )
    recordings_days: Annotated[int, Field(ge=1)] = Field(180, description="Days that recordings are kept.")
    unfinished_days: Annotated[int, Field(ge=1)] = Field(30, description="Days that unfinished cases are kept.")

    checks_url: str = Field("", description="Base address of bureau and registers; empty asks nobody outside.")
    list_secret: SecretStr = Field(SecretStr(""), description="The key that the users of the shared list agreed on.")
    business_hours: str = Field(
        "mon-fri 09:00-17:00 America/New_York", description="When call-backs are made: days, hours, time zone."
    )

    log_level: str = Field("info", description="debug, info, warning or error.")

    traces_url: str = Field("", description="Where traces of calls go by OTLP over HTTP; empty: nowhere.")

    twilio_account_sid: str = Field("", validation_alias="TWILIO_ACCOUNT_SID", description="Twilio account.")
    twilio_auth_token: SecretStr = Field(
        SecretStr(""), validation_alias="TWILIO_AUTH_TOKEN", description="Signs and checks webhooks; calls the API."
    )
    twilio_from_number: str = Field("", validation_alias="TWILIO_FROM_NUMBER", description="Sender of text messages.")
    twilio_verify_service: str = Field("", description="The Verify service (VA...) that sends the one-time codes.")
    twilio_api_url: str = Field("", description="Another address of Twilio's API, such as a regional one's proxy.")

    @field_validator("public_url", "twilio_api_url")
    @classmethod
    def _no_trailing_slash(cls, value: str) -> str:
        value = value.rstrip("/")
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must start with https:// (or http:// on this machine)")
        return value

    @property
    def keyring_path(self) -> Path:
        return self.keyring_file or self.data_dir / "keyring.json"

    @property
    def demo_token_path(self) -> Path:
        """Where demo mode keeps the secret that stands for Twilio's when none is set."""
        return self.data_dir / "demo-auth-token"

    @property
    def quality_path(self) -> Path:
        """Where replay runs are kept."""
        return self.data_dir / "quality"

    @property
    def sound_memory(self) -> int:
        """Days; none in demo mode, where the same recorded caller rings again and again."""
        if self.sound_memory_days is not None:
            return self.sound_memory_days
        return 0 if self.demo else 90

    @property
    def models_path(self) -> Path:
        return self.models_dir or self.data_dir / "models"

    @field_validator("speech_models")
    @classmethod
    def _pairs(cls, text: str) -> str:
        if any(not all(map(str.strip, pair.partition("="))) for pair in text.split(",") if text):
            raise ValueError("give language=model pairs with commas between them, such as en-US=small-en")
        return text

    def speech_model(self, language: str) -> str:
        """The name of the model chosen for a language; empty: the one that comes with the program, or the only one."""
        pairs = (pair.partition("=") for pair in self.speech_models.split(","))
        return {tag.strip().lower(): name.strip() for tag, _, name in pairs}.get(language.lower(), "")


def secret_of_file(path: Path) -> str:
    """The first line of a file that only its owner may read. Raises ``EnvironmentProblem``."""
    try:
        require_private(path, "secret file")
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise EnvironmentProblem(f"The secret file {path.name} cannot be read; check its name and owner.") from None
    if not lines or not lines[0].strip():
        raise EnvironmentProblem(f"The secret file {path.name} is empty; put the secret on its first line.")
    return lines[0].strip()


def load_settings(**overrides: object) -> Settings:
    """Read the environment; raises ``EnvironmentProblem`` with one sentence that names the variable."""
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks the overrides itself
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "?"
        variable = name if name.isupper() else f"LOANLINE_{name.upper()}"
        raise EnvironmentProblem(f"Set {variable} right: {first['msg']}.") from None
