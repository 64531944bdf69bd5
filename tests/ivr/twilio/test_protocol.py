"""The stream's state machine: order, gaps, doubles, marks, and the pieces of our answers."""

from __future__ import annotations

import base64
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import LoanlineError, MalformedMessage, OutOfOrder
from ivr.line import AudioIn, KeyIn, LineEnded, MarkBack
from ivr.twilio.protocol import MAX_PIECE, MIN_PIECE, MediaStreamProtocol, StreamStarted
from tests.ivr.twilio import frames


def begun() -> MediaStreamProtocol:
    protocol = MediaStreamProtocol()
    protocol.receive(frames.connected())
    protocol.receive(frames.start())
    return protocol


def heard(protocol: MediaStreamProtocol, sent: list[str]) -> bytes:
    """All sound of the frames, checked to be without hole or overlap on stream time."""
    sound = b""
    for frame in sent:
        for event in protocol.receive(frame):
            if isinstance(event, AudioIn):
                assert event.at_ms == len(sound) // 8
                sound += event.mulaw
    return sound


def payload(chunk: int) -> bytes:
    return bytes([chunk % 250]) * 160


def in_blocks_of_ten(count: int) -> st.SearchStrategy[list[int]]:
    """Any order in which no block of ten frames mixes with another."""
    blocks = [list(range(at, min(at + 10, count + 1))) for at in range(1, count + 1, 10)]
    return st.tuples(*[st.permutations(block) for block in blocks]).map(
        lambda parts: [c for part in parts for c in part]
    )


@given(in_blocks_of_ten(35), st.data())
def test_any_order_within_ten_frames_gives_the_same_sound(order: list[int], data: st.DataObject) -> None:
    doubles = data.draw(st.lists(st.integers(0, len(order) - 1), max_size=8))
    sent = list(order)
    for place in doubles:
        sent.insert(data.draw(st.integers(place + 1, len(sent))), order[place])
    protocol = begun()
    sound = heard(protocol, [frames.media(chunk, payload(chunk)) for chunk in sent] + [frames.stop()])
    assert sound == b"".join(payload(chunk) for chunk in range(1, 36))
    counts = protocol.take_counts()
    assert counts.get("double", 0) == len(doubles)
    assert counts.get("gap", 0) == 0


@given(st.sets(st.integers(2, 59), min_size=1, max_size=40))
def test_lost_frames_become_silence_of_the_same_length(lost: set[int]) -> None:
    protocol = begun()
    kept = [chunk for chunk in range(1, 61) if chunk not in lost]
    sound = heard(protocol, [frames.media(chunk, payload(chunk)) for chunk in kept] + [frames.stop()])
    assert sound == b"".join(b"\xff" * 160 if chunk in lost else payload(chunk) for chunk in range(1, 61))
    holes = sum(1 for chunk in lost if chunk - 1 not in lost)
    assert protocol.take_counts()["gap"] == holes


@given(st.lists(st.integers(1, 4000), min_size=1, max_size=30))
def test_frames_of_any_length_keep_stream_time(lengths: list[int]) -> None:
    protocol = begun()
    sound = b""
    sent = []
    for chunk, length in enumerate(lengths, 1):
        sent.append(frames.media(chunk, bytes([chunk]) * length, timestamp=len(sound) // 8))
        sound += bytes([chunk]) * length
    assert heard(protocol, sent) == sound


@given(st.text(max_size=300) | st.binary(max_size=300))
def test_any_text_gives_events_or_a_documented_error(frame: str | bytes) -> None:
    protocol = begun()
    with suppress(LoanlineError):  # any other exception fails the test
        protocol.receive(frame)
    assert protocol.receive(frames.media(1)) == [AudioIn(0, b"\x55" * 160)]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.sampled_from(["connected", "start", "media", "dtmf", "mark", "stop"]),
    st.dictionaries(
        st.sampled_from(["media", "start", "dtmf", "mark", "stop", "streamSid", "protocol", "version"]), json_values
    ),
)
def test_any_object_gives_events_or_a_documented_error(event: str, fields: dict[str, object]) -> None:
    protocol = begun()
    with suppress(LoanlineError):
        protocol.receive(json.dumps({"event": event, **fields}, allow_nan=True))
    assert not protocol.stopped


def test_an_error_changes_nothing() -> None:
    protocol = begun()
    protocol.play(b"\x01" * 800, "amount.ask:1")
    for bad in ("{", frames.start(), frames.media(1, stream="MZother"), frames.media(5, timestamp=99_000_000)):
        with pytest.raises(LoanlineError):
            protocol.receive(bad)
    assert protocol.receive(frames.media(1)) == [AudioIn(0, b"\x55" * 160)]
    assert protocol.receive(frames.mark("amount.ask:1")) == [MarkBack("amount.ask:1", flushed=False)]


def test_start_names_the_call_and_shows_no_token() -> None:
    protocol = MediaStreamProtocol()
    protocol.receive(frames.connected())
    (event,) = protocol.receive(frames.start(parameters={"call_token": "s3cret"}))
    assert isinstance(event, StreamStarted)
    assert (event.call_id, event.stream_sid) == (frames.CALL, frames.STREAM)
    assert event.parameters == {"call_token": "s3cret"}
    assert "s3cret" not in repr(event)


def test_keys_and_stop() -> None:
    protocol = begun()
    assert [protocol.receive(frames.dtmf(key)) for key in "0*#D"] == [[KeyIn(key)] for key in "0*#D"]
    assert protocol.receive(frames.stop()) == [LineEnded("stop")]
    assert protocol.stopped


def test_prompts_go_out_in_even_pieces_with_one_mark() -> None:
    protocol = begun()
    sound = bytes(range(256)) * 71  # 18,176 bytes
    out = frames.sent(protocol.play(sound, "offer.ask:4"))
    pieces = [base64.b64decode(frame["media"]["payload"]) for frame in out[:-1]]
    assert [frame["event"] for frame in out] == ["media", "media", "media", "mark"]
    assert b"".join(pieces) == sound
    assert all(MIN_PIECE <= len(piece) <= MAX_PIECE for piece in pieces)
    assert out[-1] == {"event": "mark", "streamSid": frames.STREAM, "mark": {"name": "offer.ask:4"}}
    assert set(out[0]) == {"event", "streamSid", "media"}
    assert set(out[0]["media"]) == {"payload"}


@given(st.integers(1, 60_000))
def test_no_piece_is_short_or_long(length: int) -> None:
    out = frames.sent(begun().play(b"\x00" * length, "p:1"))
    sizes = [len(base64.b64decode(frame["media"]["payload"])) for frame in out[:-1]]
    assert all(MIN_PIECE <= size <= MAX_PIECE for size in sizes)
    assert sum(sizes) == max(length, MIN_PIECE)


def test_a_short_sound_is_filled_with_silence_and_no_sound_is_a_mark_alone() -> None:
    out = frames.sent(begun().play(b"\x00" * 10, "p:1"))
    assert base64.b64decode(out[0]["media"]["payload"]) == b"\x00" * 10 + b"\xff" * 790
    assert [frame["event"] for frame in frames.sent(begun().play(b"", "p:1"))] == ["mark"]


def test_a_mark_after_clear_was_flushed_and_not_heard() -> None:
    protocol = begun()
    protocol.play(b"\x01" * 800, "a:1")
    protocol.play(b"\x01" * 800, "b:2")
    assert protocol.receive(frames.mark("a:1")) == [MarkBack("a:1", flushed=False)]
    assert frames.sent([protocol.clear()]) == [{"event": "clear", "streamSid": frames.STREAM}]
    protocol.play(b"\x01" * 800, "c:3")
    assert protocol.outstanding == 2
    assert protocol.receive(frames.mark("b:2")) == [MarkBack("b:2", flushed=True)]
    assert protocol.receive(frames.mark("c:3")) == [MarkBack("c:3", flushed=False)]
    assert protocol.outstanding == 0


def test_of_two_marks_with_one_name_the_flushed_one_returns_first() -> None:
    protocol = begun()
    protocol.play(b"\x01" * 800, "a:1")
    protocol.clear()
    protocol.play(b"\x01" * 800, "a:1")
    assert protocol.receive(frames.mark("a:1")) == [MarkBack("a:1", flushed=True)]
    assert protocol.receive(frames.mark("a:1")) == [MarkBack("a:1", flushed=False)]
    assert protocol.receive(frames.mark("a:1")) == []
    assert protocol.take_counts() == {"unknown_mark": 1}


def test_nothing_can_be_sent_before_start() -> None:
    protocol = MediaStreamProtocol()
    for send in (lambda: protocol.play(b"\x01", "a:1"), protocol.clear):
        with pytest.raises(OutOfOrder):
            send()
    assert protocol.outstanding == 0


def test_errors_do_not_repeat_what_was_sent() -> None:
    protocol = begun()
    with pytest.raises(MalformedMessage) as caught:
        protocol.receive('{"event": "4155550123"}')
    assert "4155550123" not in str(caught.value)
