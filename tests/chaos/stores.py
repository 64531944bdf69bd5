"""The store of a folder: two SQLite files in it, or two databases of a server that a file in it names."""

from __future__ import annotations

import json
from pathlib import Path

from core.storage.opening import open_storage
from core.storage.store import SqlStorage
from ivr.settings import Settings
from ivr.system import SystemClock

__all__ = ["on_server", "opened", "settings_of"]

_SERVERS = "servers.json"


def on_server(folder: Path, database_url: str, keys_url: str) -> Path:
    """From now on this new folder's store is there."""
    folder.mkdir()
    (folder / _SERVERS).write_text(json.dumps({"database_url": database_url, "keys_url": keys_url}))
    return folder


def settings_of(folder: Path) -> Settings:
    return Settings(data_dir=folder, demo=True, max_calls=64)


def opened(folder: Path) -> SqlStorage:
    """As a start of the line opens it, also after a kill."""
    where = json.loads((folder / _SERVERS).read_text()) if (folder / _SERVERS).exists() else {}
    return open_storage(folder, settings_of(folder).keyring_path, None, SystemClock(), **where)
