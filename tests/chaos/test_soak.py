"""Call after call on eight telephones: the process grows no further, keeps no file open, forgets no error (R16).

``LOANLINE_SOAK_CALLS=5000`` for the long run (``make soak``): several times what twenty callers at human speed make in
two hours. Real dialogue, store, keys, audit log and decision; no sound is decoded (for the recogniser's workers see
``scripts.speech.stress memory``).
"""

from __future__ import annotations

import logging
import os
from functools import partial
from pathlib import Path

import pytest

from tests.chaos.child import Child
from tests.chaos.plans import long_day
from tests.chaos.promises import Promises

_log = logging.getLogger("chaos")
pytestmark = pytest.mark.slow

CALLS = int(os.environ.get("LOANLINE_SOAK_CALLS", "80"))
#: What the second half of the day may add, in kB for each call. A short day is caches that fill, and the calls that the
#: line remembers; by it only files, errors and promises are judged.
_MOST_GROWTH_KB = 8.0
_LONG = 1000


def test_a_long_day_leaves_the_process_as_it_was(tmp_path: Path) -> None:
    child = Child(tmp_path, partial(long_day, calls=CALLS))
    assert child.ended(CALLS * 5.0) == 0
    sizes = [(told.life, *map(int, told.outcome.split())) for told in child.told if told.kind == "size"]
    for calls, resident, files in sizes:
        _log.info("%d calls: %.1f MB, %d open files", calls, resident / 1024, files)
    assert len(sizes) == 10
    (half, resident, files), (whole, resident_at_end, files_at_end) = sizes[4], sizes[-1]
    growth = (resident_at_end - resident) / (whole - half)
    _log.info("%d calls: %.2f kB a call in the second half", whole, growth)
    assert [told.outcome for told in child.told if told.kind == "strays"] == [""]
    assert files_at_end <= files + 2
    assert growth < _MOST_GROWTH_KB or CALLS < _LONG
    promises = Promises()
    promises.check(child.told, tmp_path, whole_log=True)
    assert not promises.broken
