"""Twilio's frames, as the tests send them."""

from __future__ import annotations

import base64
import json
from typing import Any

STREAM = "MZ" + "1" * 32
CALL = "CA" + "2" * 32
ACCOUNT = "AC" + "3" * 32


def connected() -> str:
    return json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"})


def start(call: str = CALL, stream: str = STREAM, parameters: dict[str, str] | None = None) -> str:
    return json.dumps(
        {
            "event": "start",
            "sequenceNumber": "1",
            "streamSid": stream,
            "start": {
                "accountSid": ACCOUNT,
                "streamSid": stream,
                "callSid": call,
                "tracks": ["inbound"],
                "customParameters": parameters or {},
                "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            },
        }
    )


def media(chunk: int, payload: bytes = b"\x55" * 160, timestamp: int | None = None, stream: str = STREAM) -> str:
    at = (chunk - 1) * 20 if timestamp is None else timestamp
    body = {
        "track": "inbound",
        "chunk": str(chunk),
        "timestamp": str(at),
        "payload": base64.b64encode(payload).decode(),
    }
    return json.dumps({"event": "media", "sequenceNumber": str(chunk + 1), "streamSid": stream, "media": body})


def dtmf(digit: str, stream: str = STREAM) -> str:
    return json.dumps({"event": "dtmf", "streamSid": stream, "sequenceNumber": "9", "dtmf": {"digit": digit}})


def mark(name: str, stream: str = STREAM) -> str:
    return json.dumps({"event": "mark", "streamSid": stream, "sequenceNumber": "9", "mark": {"name": name}})


def stop(call: str = CALL, stream: str = STREAM) -> str:
    return json.dumps({"event": "stop", "streamSid": stream, "stop": {"accountSid": ACCOUNT, "callSid": call}})


def sent(frames: list[str]) -> list[dict[str, Any]]:
    return [json.loads(frame) for frame in frames]
