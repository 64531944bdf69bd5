"""However the network tells a call, it ends the same. ``python -m scripts.line.shuffle`` tells ten thousand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.ivr.form_house import FormHouse
from tests.ivr.twilio.shuffling import REAL_STORIES, STORIES, FakeLine, RealLine, Story, garbled, told


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
async def test_garbled_tellings_end_like_the_plain_one(story: Story) -> None:
    plain = await told(FakeLine(story), story.steps)
    dice = Random(4)
    for _ in range(25):
        steps = garbled(story, dice)
        assert await told(FakeLine(story), steps) == plain, [step.route for step in steps]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FormHouse]:
    made = FormHouse(Path(tmp_path_factory.mktemp("house")))
    yield made
    made.storage.close()


@pytest.mark.parametrize("story", REAL_STORIES, ids=lambda story: story.name)
async def test_the_real_house_too(story: Story, house: FormHouse) -> None:
    start = 1_000_000 * (1 + REAL_STORIES.index(story))
    plain = await told(RealLine(house, start), story.steps)
    dice = Random(4)
    for number in range(1, 8):
        steps = garbled(story, dice)
        assert await told(RealLine(house, start + number), steps) == plain, [step.route for step in steps]


def test_every_telling_holds_the_whole_story_and_keeps_what_was_caused_in_order() -> None:
    dice = Random(1)
    for story in STORIES:
        caused = [step for step in story.steps if step.caused]
        steps = garbled(story, dice)
        assert {id(step) for step in story.steps} == {id(step) for step in steps}
        firsts = [steps.index(step) for step in caused]
        assert firsts == sorted(firsts)
