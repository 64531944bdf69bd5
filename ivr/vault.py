"""Open the store that the settings name, for a node and for every command."""

from __future__ import annotations

from core.errors import EnvironmentProblem
from core.ports import Clock
from core.security.kms import KmsService
from core.storage.opening import open_storage
from core.storage.store import SqlStorage
from ivr.settings import Settings, secret_of_file

__all__ = ["open_vault"]


def open_vault(settings: Settings, clock: Clock, *, create: bool = True) -> SqlStorage:
    """See ``core.storage.opening.open_storage`` for what is promised and raised."""
    phrase, data, keys = settings.keyring_passphrase, settings.database_url, settings.keys_url
    return open_storage(
        settings.data_dir,
        settings.keyring_path,
        phrase.get_secret_value() if phrase else None,
        clock,
        database_url=data.get_secret_value() if data else None,
        keys_url=keys.get_secret_value() if keys else None,
        kms=_key_service(settings),
        create=create,
    )


def _key_service(settings: Settings) -> KmsService | None:
    if not settings.kms_url:
        return None
    if settings.kms_token_file is None:
        raise EnvironmentProblem("Set LOANLINE_KMS_TOKEN_FILE to the file with the key service's token.")
    return KmsService(settings.kms_url, secret_of_file(settings.kms_token_file))
