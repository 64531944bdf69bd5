"""What may stand in a plain column: ids and static names. A sentence, a telephone number or a name does not fit."""

from __future__ import annotations

import re

from core.errors import InvalidInput

__all__ = ["plain_id", "static_name"]

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.:@-]{0,79}")
_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,59}")


def plain_id(field: str, value: str) -> str:
    """``value`` when it is an id: starts with a letter; letters, digits and ``_.:@-``; at most 80."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise InvalidInput(field, "use an id of at most 80 letters, digits and _.:@- that starts with a letter")
    return value


def static_name(field: str, value: str) -> str:
    """``value`` when it is a static name such as ``slot_confirmed``."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise InvalidInput(field, "use a static name of at most 60 small letters, digits and _.-")
    return value
