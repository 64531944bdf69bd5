"""The messages between the line and its helper processes: an operation, whose it is, how long, the bytes.

Both ends run the same code of the same version, so the format is free to change.
"""

from __future__ import annotations

import struct
from enum import IntEnum
from typing import BinaryIO

__all__ = ["HEADER", "Op", "pack", "read_message"]

#: operation (1 byte), hearing (4), length of what follows (4)
HEADER = struct.Struct("<BII")


class Op(IntEnum):
    # to the worker
    OPEN = 1
    AUDIO = 2
    PARTIAL = 3
    FINISH = 4
    CANCEL = 5
    PING = 6
    CHECK = 7
    # from the worker
    READY = 20
    OPENED = 21
    PROGRESS = 22
    PARTIAL_TEXT = 23
    RESULT = 24
    FAILED = 25
    PONG = 26
    CHECKED = 27


def pack(op: Op, hearing: int = 0, payload: bytes = b"") -> bytes:
    return HEADER.pack(op, hearing, len(payload)) + payload


def read_message(stream: BinaryIO) -> tuple[Op, int, bytes] | None:
    """The next whole message; ``None`` at the end of the stream, also when it ends inside a message."""
    head = stream.read(HEADER.size)
    if len(head) < HEADER.size:
        return None
    op, hearing, size = HEADER.unpack(head)
    payload = stream.read(size) if size else b""
    return None if len(payload) < size else (Op(op), hearing, payload)
