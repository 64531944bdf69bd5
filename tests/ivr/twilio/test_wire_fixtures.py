"""Every recorded stream in ``audio_fixtures/wire`` gives exactly the events, errors and repairs it names.

A line is one frame (``frame``: an object; ``text``: sent as it stands; ``pad_to``: filled up to that many bytes) with
the ``events`` it must give or the ``error`` it must raise. The last line holds the repairs of the whole stream.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from core.errors import WireError
from ivr.line import AudioIn, KeyIn, LineEnded, MarkBack
from ivr.twilio.protocol import MediaStreamProtocol, StreamEvent, StreamStarted

WIRE = Path(__file__).parents[3] / "audio_fixtures" / "wire"
NAMES = sorted(path.stem for path in WIRE.glob("*.jsonl"))


def frame_text(step: dict[str, Any]) -> str:
    if "text" in step:
        return str(step["text"])
    text = json.dumps(step["frame"])
    if "pad_to" in step:
        text = json.dumps({**step["frame"], "padding": "x" * (step["pad_to"] - len(text) - len(', "padding": ""'))})
        assert len(text) == step["pad_to"]
    return text


def described(event: StreamEvent) -> dict[str, Any]:
    if isinstance(event, StreamStarted):
        return {
            "started": {
                "call": event.call_id,
                "stream": event.stream_sid,
                "account": event.account_sid,
                "parameters": event.parameters,
            }
        }
    if isinstance(event, AudioIn):
        return {"audio": event.at_ms, "mulaw": base64.b64encode(event.mulaw).decode()}
    if isinstance(event, KeyIn):
        return {"key": event.digit}
    if isinstance(event, MarkBack):
        return {"mark": event.name, "flushed": event.flushed}
    assert isinstance(event, LineEnded)
    return {"ended": event.why}


def test_the_fixtures_are_there() -> None:
    assert len(NAMES) >= 20


@pytest.mark.parametrize("as_bytes", [False, True], ids=["text", "bytes"])
@pytest.mark.parametrize("name", NAMES)
def test_replayed_exactly(name: str, as_bytes: bool) -> None:
    steps = [json.loads(line) for line in (WIRE / f"{name}.jsonl").read_text().splitlines()]
    protocol = MediaStreamProtocol()
    for number, step in enumerate(steps[:-1], 1):
        text = frame_text(step)
        frame = text.encode() if as_bytes else text
        if "error" in step:
            with pytest.raises(WireError) as caught:
                protocol.receive(frame)
            assert caught.value.code == step["error"], f"line {number}"
        else:
            assert [described(event) for event in protocol.receive(frame)] == step["events"], f"line {number}"
    assert protocol.take_counts() == steps[-1]["counts"]
    assert protocol.take_counts() == {}
