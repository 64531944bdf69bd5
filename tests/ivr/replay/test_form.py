"""What a telephone sends where the carrier listens: keys as far as they are taken, words, or nothing."""

from __future__ import annotations

from typing import Any

import pytest

from ivr.replay.form import FormReply, reply
from ivr.replay.manifest import Turn


def given(turn: dict[str, Any], digits: int | None = None, finish: str = "#") -> FormReply:
    return reply(Turn(when="x", **turn), "204816", digits, finish)


@pytest.mark.parametrize(
    ("turn", "digits", "finish", "keys"),
    [
        ({"keys": "4200#"}, None, "#", "4200"),
        ({"keys": "4200#"}, None, "", "4200#"),
        ({"keys": "0073"}, 4, "", "0073"),
        ({"keys": "007399"}, 4, "", "0073"),
        ({"keys": "{sms_code}"}, 6, "", "204816"),
    ],
)
def test_keys(turn: dict[str, Any], digits: int | None, finish: str, keys: str) -> None:
    assert given(turn, digits, finish) == FormReply(keys=keys)


def test_words_digits_noise_silence_and_a_hang_up() -> None:
    assert given({"say": "a.wav", "words": "my name is"}) == FormReply(words="my name is")
    assert given({"say_digits": "73", "digits_dir": "d"}) == FormReply(words="seven three")
    assert given({"say": "cough.wav"}) == FormReply()
    assert given({"silence": 2.0}) == FormReply()
    assert given({"hang_up": True}) == FormReply(hang_up=True)
    assert reply(None, "", None, "#") == FormReply()
