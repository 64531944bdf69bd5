"""Figures survive the line: the prompt voice speaks each kind, the recogniser hears it back as its parser's value.

What is measured is voice and recogniser together; the recogniser is the weaker half on this voice (docs/hearing.md).
The sample is fixed, so a change of voice, rate, wording or grammar that makes figures harder to hear fails here.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal

import pytest

from core.money import Money
from ivr.dialogue import spoken
from speech.answers.grammar import grammar
from speech.answers.parsing import parse
from speech.audio import decode_mulaw
from speech.engines.vosk_pool import VoskPool
from speech.models import find_model
from speech.recognizer import HearingSpec
from speech.synthesis import Pyttsx3Voice

pytestmark = pytest.mark.slow

_SAMPLE = 20


def _figures(kind: str) -> list[tuple[str, object]]:
    """Fixed figures of a kind: what is said, and the value it stands for."""
    pick = random.Random(f"figures-{kind}")
    made: list[tuple[str, object]] = []
    for _ in range(_SAMPLE):
        if kind == "amount":
            amount = Money(pick.randrange(200, 10_000, 50) * 100, "USD")
            made.append((spoken.money(amount), amount.major))
        elif kind == "date":
            day = date(pick.randrange(1950, 2006), pick.randrange(1, 13), pick.randrange(1, 29))
            made.append((spoken.day(day), day))
        elif kind == "term":
            months = pick.randrange(3, 37)
            made.append((spoken.months(months), months))
        else:
            digits = "".join(pick.choice("0123456789") for _ in range(4))
            made.append((spoken.digits(digits), digits))
    return made


@pytest.fixture
async def line() -> AsyncIterator[tuple[Pyttsx3Voice, VoskPool]]:
    voice, pool = Pyttsx3Voice(), VoskPool({"en-US": find_model("en-US")}, workers=1)
    await pool.start()
    yield voice, pool
    await pool.close()
    await voice.close()


@pytest.mark.parametrize(
    ("kind", "at_least"), [("amount", "0.70"), ("date", "0.70"), ("term", "0.95"), ("digits", "0.90")]
)
async def test_what_the_line_says_can_be_heard(line: tuple[Pyttsx3Voice, VoskPool], kind: str, at_least: str) -> None:
    voice, pool = line
    missed = []
    for text, value in _figures(kind):
        sound = decode_mulaw(await voice.say(text)).tobytes()
        hearing = pool.open(HearingSpec("en-US", grammar(kind, "en-US")))
        hearing.feed(bytes(6400) + sound + bytes(9600))
        heard = (await hearing.finish()).text
        if value not in [reading.value for reading in parse(kind, heard, "en-US").readings]:
            missed.append((text, heard))
    share = 1 - Decimal(len(missed)) / _SAMPLE
    assert share >= Decimal(at_least), missed
