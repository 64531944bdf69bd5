"""The simulated telephone, tick by tick: buffer, marks, clear, turns, keys, channel."""

import itertools
from pathlib import Path

import numpy as np
import pytest

from ivr.replay.caller import SimulatedCaller, Tick
from ivr.replay.manifest import CallFixture
from speech.audio import decode_mulaw

SECOND = bytes([0x10]) * 8000


def clip(path: Path) -> np.ndarray:
    """A tone whose pitch tells the digit; half a second for other files."""
    pitch = 300 + 100 * int(path.stem) if path.stem.isdigit() else 500
    length = 1600 if path.stem.isdigit() else 4000
    return (8000 * np.sin(2 * np.pi * pitch * np.arange(length) / 8000)).astype(np.int16)


def caller(*turns: dict[str, object], seed: int = 0, **parts: object) -> SimulatedCaller:
    data = {"caller": {"number": "+14155550123"}, "turn": list(turns), **parts}
    return SimulatedCaller(CallFixture.model_validate(data), clip, seed)


def ticks(phone: SimulatedCaller, count: int) -> list[Tick]:
    return [phone.tick() for _ in range(count)]


def loud(tick: Tick) -> bool:
    return float(np.abs(decode_mulaw(tick.frame)).mean()) > 500


def first(sent: list[Tick], what: str) -> int:
    return next(tick.at_ms for tick in sent if getattr(tick, what))


def test_every_tick_sends_one_frame_and_stream_time_advances() -> None:
    sent = ticks(caller({"when": "x", "keys": "1"}), 5)
    assert [tick.at_ms for tick in sent] == [0, 20, 40, 60, 80]
    assert {len(tick.frame) for tick in sent} == {160}
    assert not any(np.all(decode_mulaw(tick.frame) == 0) for tick in sent)


def test_a_mark_returns_when_the_audio_before_it_has_played() -> None:
    phone = caller({"when": "x", "keys": "1"})
    phone.play(SECOND)
    phone.play(SECOND)
    phone.mark("greeting.say:1")
    sent = ticks(phone, 110)
    assert [(tick.at_ms, tick.marks) for tick in sent if tick.marks] == [(1980, (("greeting.say:1", False),))]
    assert [(h.prompt_id, h.start_ms, h.flushed) for h in phone.heard] == [("greeting.say", 0, False)]
    assert not phone.playing


def test_a_mark_without_audio_returns_at_once_and_in_order() -> None:
    phone = caller({"when": "x", "keys": "1"})
    phone.mark("a.ask:1")
    phone.mark("b.ask:2")
    assert phone.tick().marks == (("a.ask:1", False), ("b.ask:2", False))


def test_clear_flushes_the_marks_that_have_not_played() -> None:
    phone = caller({"when": "b.ask", "keys": "1"})
    phone.play(SECOND)
    phone.mark("a.ask:1")
    phone.play(SECOND)
    phone.mark("b.ask:2")
    ticks(phone, 60)
    phone.clear()
    assert phone.tick().marks == (("b.ask:2", True),)
    assert [(h.prompt_id, h.flushed) for h in phone.heard] == [("a.ask", False), ("b.ask", True)]
    ticks(phone, 100)
    assert phone.unused == (0,), "a prompt that was cut off is not answered"


def test_an_answer_begins_some_400_ms_after_the_prompt() -> None:
    phone = caller({"when": "amount.*", "say": "a.wav", "words": "two thousand"})
    phone.play(SECOND)
    phone.mark("amount.ask:3")
    sent = ticks(phone, 120)
    start = next(tick.at_ms for tick in sent if loud(tick))
    assert 980 + 340 <= start <= 980 + 500
    assert sum(loud(tick) for tick in sent) == 25
    said = phone.said[0]
    assert (said.turn, said.prompt_id, said.words) == (0, "amount.ask", "two thousand")
    assert said.start_ms == start
    assert said.end_ms == start + 500


def test_barge_in_counts_from_the_start_of_the_prompt() -> None:
    phone = caller({"when": "amount.ask", "say": "a.wav", "after_ms": 300})
    ticks(phone, 10)
    phone.play(SECOND)
    phone.mark("amount.ask:3")
    sent = ticks(phone, 40)
    assert next(tick.at_ms for tick in sent if loud(tick)) == 500
    assert phone.playing


def test_barge_in_knows_the_prompt_even_when_its_mark_comes_late() -> None:
    phone = caller({"when": "amount.ask", "keys": "1", "after_ms": 100})
    phone.play(SECOND)
    late = ticks(phone, 10)
    assert not any(tick.keys for tick in late)
    phone.mark("amount.ask:3")
    assert first(ticks(phone, 5), "keys") <= 220


def test_each_turn_is_used_once_in_file_order() -> None:
    phone = caller(
        {"when": "*.ask", "keys": "1"}, {"when": "amount.*", "keys": "2"}, {"when": "amount.ask", "keys": "3"}
    )
    pressed = []
    for number in range(4):
        phone.mark(f"amount.ask:{number}")
        pressed += [key for tick in ticks(phone, 60) for key in tick.keys]
    assert pressed == ["1", "2", "3"]
    assert phone.unused == ()


def test_keys_are_pressed_one_after_another() -> None:
    phone = caller({"when": "amount.ask", "keys": "25#"})
    phone.mark("amount.ask:1")
    sent = ticks(phone, 80)
    times = [(tick.at_ms, key) for tick in sent for key in tick.keys]
    assert [key for _, key in times] == ["2", "5", "#"]
    assert [b[0] - a[0] for a, b in itertools.pairwise(times)] == [240, 240]


def test_spoken_digits_have_gaps_of_150_ms() -> None:
    phone = caller({"when": "id.ask", "say_digits": "45", "digits_dir": "d"})
    phone.mark("id.ask:1")
    ticks(phone, 100)
    assert phone.said[0].words == "four five"
    assert phone.said[0].end_ms - phone.said[0].start_ms == 560  # 200 + 150 + 200, to whole frames


def test_the_code_is_asked_for_and_pressed() -> None:
    phone = caller({"when": "code.ask", "keys": "{sms_code}#"})
    phone.mark("code.ask:1")
    sent = ticks(phone, 80)
    asked = [tick.at_ms for tick in sent if tick.wants_code]
    assert len(asked) == 3, "asks again every half second while no message has come"
    assert not any(tick.keys for tick in sent)
    phone.give_code("907142")
    assert [key for tick in ticks(phone, 100) for key in tick.keys] == list("907142#")
    assert phone.said[0].words is None, "a secret is not written down"


def test_a_code_nobody_waits_for_changes_nothing() -> None:
    phone = caller({"when": "code.ask", "keys": "{sms_code}"})
    phone.give_code("907142")
    assert not any(tick.keys for tick in ticks(phone, 50))


def test_silence_holds_the_next_turn_back() -> None:
    phone = caller({"when": "a.ask", "silence": 2}, {"when": "b.ask", "keys": "1"})
    phone.mark("a.ask:1")
    ticks(phone, 50)
    phone.mark("b.ask:2")
    assert first(ticks(phone, 200), "keys") >= 2340


def test_hanging_up() -> None:
    phone = caller({"when": "offer.ask", "hang_up": True})
    phone.mark("offer.ask:1")
    sent = ticks(phone, 40)
    assert sum(tick.hang_up for tick in sent) == 1
    assert phone.hung_up


def test_quiet_time_counts_only_while_nobody_speaks() -> None:
    phone = caller({"when": "a.ask", "say": "a.wav"})
    phone.play(SECOND)
    phone.mark("a.ask:1")
    ticks(phone, 40)
    assert phone.quiet_ms == 0
    ticks(phone, 100)
    assert 0 < phone.quiet_ms < 1000


@pytest.mark.parametrize("codec", ["mulaw", "narrow", "gsm"])
def test_the_channel_is_the_same_for_the_same_seed(codec: str) -> None:
    def run(seed: int) -> bytes:
        phone = caller({"when": "a", "say": "a.wav"}, seed=seed, channel={"noise": 15, "codec": codec, "loss": 5})
        phone.mark("a:1")
        return b"".join(tick.frame for tick in ticks(phone, 80))

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_an_answer_has_the_same_noise_however_long_the_prompt_was() -> None:
    def answer(prompt_ms: int) -> bytes:
        phone = caller({"when": "a", "say": "a.wav"}, channel={"noise": 15, "loss": 5})
        phone.play(bytes([0x10]) * prompt_ms * 8)
        phone.mark("a:1")
        sent = ticks(phone, 120)
        start = phone.said[0].start_ms
        assert len(phone.said) == 1
        return b"".join(tick.frame for tick in sent if start <= tick.at_ms < start + 500)

    assert answer(1000) == answer(1020) == answer(1340)


def test_the_noise_has_the_ratio_asked_for() -> None:
    phone = caller({"when": "a", "say": "a.wav"}, channel={"noise": 20})
    quiet = np.concatenate([decode_mulaw(tick.frame) for tick in ticks(phone, 100)]).astype(float)
    speech = 8000 / np.sqrt(2)
    assert 20 * np.log10(speech / np.sqrt(np.mean(quiet**2))) == pytest.approx(20, abs=0.7)


def test_what_was_on_the_way_when_the_line_broke_is_lost_and_asked_for_again() -> None:
    phone = caller({"when": "a.ask", "keys": "77"})
    phone.play(SECOND)
    phone.mark("a.ask:1")
    while not phone.said:
        phone.tick()
    phone.line_lost()
    assert (phone.unused, phone.said, phone.playing, phone.active) == ((0,), [], False, False)
    assert phone.turn_without_stream("b.ask") is None
    turn = phone.turn_without_stream("a.ask")
    assert turn is not None
    assert turn.keys == "77"
    assert phone.unused == ()


def test_an_answer_that_may_not_have_come_through_is_given_again_when_asked_for() -> None:
    phone = caller({"when": "a.ask", "keys": "77"}, {"when": "b.ask", "keys": "8"})
    phone.play(SECOND)
    phone.mark("a.ask:1")
    while not phone.said or phone.active:
        phone.tick()
    phone.line_lost()
    assert phone.unused == (1,), "it was given, and if it came through nobody asks again"
    for _ in range(2):
        turn = phone.turn_without_stream("a.ask")
        if turn is None:
            break
        assert turn.keys == "77"
    assert phone.turn_without_stream("a.ask") is None, "once more, not for ever"
    assert phone.turn_without_stream("b.ask") is not None


def test_an_answer_that_another_prompt_followed_came_through() -> None:
    phone = caller({"when": "a.ask", "keys": "77"})
    phone.play(SECOND)
    phone.mark("a.ask:1")
    while not phone.said or phone.active:
        phone.tick()
    phone.play(SECOND)
    phone.mark("b.ask:2")
    ticks(phone, 80)
    phone.line_lost()
    assert phone.turn_without_stream("a.ask") is None
