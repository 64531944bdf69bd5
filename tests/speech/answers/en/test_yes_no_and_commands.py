"""Yes, no, what is said beside them, and what may be said instead of an answer."""

import pytest

from speech.answers.model import Command, Kind
from speech.answers.parsing import parse


@pytest.mark.parametrize(
    "words",
    [
        "yes",
        "yeah that's right",
        "correct",
        "uh-huh",
        "mm hmm",
        "sure thing",
        "i do",
        "go ahead",
        "no problem",
        "i agree",
        "of course",
        "i accept the offer",
        "yes please go ahead with that",
        "yes i would like to take the loan",
        "why not",
        "i agree to being recorded",
        "that's fine",
        "alright",
        "no wait yes",
        "no i mean yes",
        "yep that's me",
        "i think so",
        "it is",
    ],
)
def test_yes(words: str) -> None:
    parsed = parse("yes_no", words)
    assert parsed.value is True
    assert parsed.tail == ""


@pytest.mark.parametrize(
    "words",
    [
        "no",
        "nope",
        "that's wrong",
        "uh uh",
        "not correct",
        "that's not right",
        "i don't think so",
        "absolutely not",
        "of course not",
        "i do not agree",
        "i don't agree",
        "okay no thanks",
        "no i'm good",
        "i'd rather not",
        "please don't",
        "i don't want to be recorded",
        "no i don't think that's right",
        "yes wait no",
        "know",
        "i decline",
        "not really",
        "no that's wrong",
        "that is not what i said",
    ],
)
def test_no(words: str) -> None:
    assert parse("yes_no", words).value is False


@pytest.mark.parametrize("words", ["yes no", "yeah no", "no that's right", "no that's fine", "not wrong"])
def test_both_are_kept_when_both_were_said(words: str) -> None:
    assert {reading.value for reading in parse("yes_no", words).readings} == {True, False}


@pytest.mark.parametrize("words", ["", "banana", "is that right", "right now", "maybe", "twelve hundred"])
def test_neither(words: str) -> None:
    assert parse("yes_no", words).readings == ()


@pytest.mark.parametrize(
    ("words", "value", "tail", "topic"),
    [
        ("yes but change the amount", True, "change the amount", "amount"),
        ("no, twelve hundred", False, "twelve hundred", None),
        ("no it's carter", False, "carter", None),
        ("no i meant march", False, "march", None),
        ("no my income is three thousand", False, "three thousand", "income"),
        ("it's twelve hundred not fifteen hundred", False, "twelve hundred", None),
        ("everything is right except the term", True, "except the term", "term"),
        ("that's not my name", False, "my name", "name"),
        ("actually twelve hundred", None, "twelve hundred", None),
        ("change my income to three thousand", None, "three thousand", "income"),
    ],
)
def test_the_tail(words: str, value: bool | None, tail: str, topic: str | None) -> None:
    parsed = parse("yes_no", words)
    assert (parsed.value, parsed.tail, parsed.topic, parsed.corrects) == (value, tail, topic, True)


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("repeat", Command.REPEAT),
        ("could you say that again please", Command.REPEAT),
        ("sorry", Command.REPEAT),
        ("i didn't catch that", Command.REPEAT),
        ("slower", Command.SLOWER),
        ("can you speak more slowly", Command.SLOWER),
        ("help", Command.HELP),
        ("i don't understand", Command.HELP),
        ("go back", Command.GO_BACK),
        ("agent", Command.AGENT),
        ("operator please", Command.AGENT),
        ("can i talk to a person", Command.AGENT),
        ("no i want to speak to a human", Command.AGENT),
        ("stop", Command.STOP),
        ("goodbye thank you", Command.STOP),
        ("i did not ask for this loan", Command.NOT_MY_LOAN),
        ("i never applied for any loan", Command.NOT_MY_LOAN),
        ("someone is using my name", Command.NOT_MY_LOAN),
        ("i don't know", Command.DONT_KNOW),
        ("i'm not sure", Command.DONT_KNOW),
        ("i have no idea", Command.DONT_KNOW),
        ("hold on", Command.WAIT),
        ("one moment please", Command.WAIT),
        ("wait a minute", Command.WAIT),
        ("can you hold on", Command.WAIT),
        ("just a second", Command.WAIT),
    ],
)
def test_commands_hold_for_every_question(words: str, command: Command) -> None:
    for kind in Kind:
        parsed = parse(kind, words)
        assert parsed.command is command, kind
        assert parsed.readings == (), kind


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("purpose", "i need help with medical bills"),
        ("employment", "i'm a customer service agent full time"),
        ("amount", "i don't know maybe two thousand"),
        ("name", "my name is will stop"),
    ],
)
def test_an_answer_with_a_commands_word_in_it_is_an_answer(kind: str, words: str) -> None:
    parsed = parse(kind, words)
    assert parsed.command is None
    assert parsed.readings
