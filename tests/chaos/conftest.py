"""The server of the storage tests serves here too."""

from __future__ import annotations

from tests.core import conftest as core

postgres = core.postgres
