"""A prompt that was cut for nothing goes on where it was, and nothing of it is left out."""

from __future__ import annotations

import pytest

from ivr.dialogue.prompts.lint import examples
from ivr.dialogue.resuming import rest_of

ASK = "Three thousand dollars a month. How do you earn it? Say full time, or part time."
READ_BACK = "Please check. <pause 200> Your name is Mary Jones. <pause 300> Is all of that right?"


@pytest.mark.parametrize(
    ("text", "played", "rest"),
    [
        (ASK, 0.0, ASK),
        (ASK, 0.3, ASK),
        (ASK, 0.65, "How do you earn it? Say full time, or part time."),
        (ASK, 1.0, "Say full time, or part time."),
        (READ_BACK, 0.6, "Your name is Mary Jones. <pause 300> Is all of that right?"),
        (READ_BACK, 1.0, "Is all of that right?"),
        ("One sentence only.", 0.9, "One sentence only."),
        ("", 0.5, ""),
    ],
)
def test_it_begins_with_the_sentence_that_was_cut(text: str, played: float, rest: str) -> None:
    assert rest_of(text, played) == rest


@pytest.mark.parametrize("text", examples().values())
def test_of_every_prompt_what_was_not_played_is_said(text: str) -> None:
    """However far it had come: the rest is an end of the text, longer than what had not been played."""
    for tenth in range(11):
        rest = rest_of(text, tenth / 10)
        assert rest
        assert " ".join(text.split()).endswith(rest)
        assert len(rest) >= (1 - tenth / 10) * len(text) * 0.9
