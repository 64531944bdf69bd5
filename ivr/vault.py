"""Open the store that the settings name, for a node and for every command."""

from __future__ import annotations

from core.ports import Clock
from core.storage.opening import open_storage
from core.storage.store import SqlStorage
from ivr.settings import Settings

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
        create=create,
    )
