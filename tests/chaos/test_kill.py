"""kill -9 at random points over eight calls at once: nothing confirmed is lost, nothing stands twice (R1).

``LOANLINE_KILLS=1000`` for the long run (``make chaos``). What this does not prove: the page cache outlives a dead
process, so power loss is another matter (``synchronous=FULL`` and ``test_disk.py``).
"""

from __future__ import annotations

import logging
import os
import random
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from tests.chaos.child import Child
from tests.chaos.crowd import Told
from tests.chaos.plans import all_seats
from tests.chaos.promises import Promises

_log = logging.getLogger("chaos")
pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("LOANLINE_KILLS", "12"))
SEATS = 8
#: Another one for each part of a run that is made in parts.
SEED = int(os.environ.get("LOANLINE_KILL_SEED", "20261122"))
#: Eight calls to their end tell about 130 things.
_MOST_TOLD = 140


def _told_enough(child: Child, most: int, _last: Told) -> bool:
    return len(child.told) >= most


def _next_lives(lives: tuple[int, ...], told: list[Told], cut: Counter[tuple[int, int]]) -> tuple[int, ...]:
    """A telephone whose caller heard the end of the matter goes to the next person; so does one whose caller was cut
    off four times, and does not call again: there are five codes a day to go on with."""
    now = list(lives)
    for item in told:
        if item.kind == "knows":
            now[item.seat] = max(now[item.seat], item.life + 1)
    for seat, life in enumerate(now):
        cut[seat, life] += any((item.seat, item.life) == (seat, life) for item in told)
        now[seat] += cut[seat, life] >= 4
    return tuple(now)


def test_nothing_is_lost_or_doubled_when_the_process_is_killed(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    promises, lives, cut = Promises(), (0,) * SEATS, Counter[tuple[int, int]]()
    for kill in range(KILLS):
        child = Child(tmp_path, partial(all_seats, lives=lives, tag=f"kill{kill}"))
        assert child.listen(30, lambda told: told.kind == "open"), "the line did not open"
        child.listen(60, partial(_told_enough, child, chance.randrange(1, _MOST_TOLD)))
        child.listen(chance.uniform(0, 0.02))
        child.kill()
        lives = _next_lives(lives, child.told, cut)
        promises.check(child.told, tmp_path, whole_log=kill % 50 == 49)
        assert not promises.broken, (kill, promises.broken[:5])
        assert max(promises.asked_again.values(), default=0) <= 1, (kill, promises.asked_again.most_common(3))
        if kill % 50 == 49:
            _log.info("%d kills, %d confirmed answers held", kill + 1, promises.slots_kept)
    promises.check([], tmp_path, whole_log=True)
    calls = sum(map(len, promises.calls.values()))
    _log.info("%d kills, %d calls, %d confirmed answers held", KILLS, calls, promises.slots_kept)
    assert not promises.broken
    assert promises.slots_kept > KILLS, "the kills came before anything was confirmed"
