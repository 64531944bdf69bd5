"""The process ends at a commit, before it and after it, for every commit of a call, its first start included (R2).

On SQLite and on PostgreSQL. ``LOANLINE_EVERY_COMMIT=1`` for all of them (``make chaos``); else an even choice.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.chaos.child import Child
from tests.chaos.plans import KILLED, die_at_commit, one_person
from tests.chaos.promises import Promises
from tests.chaos.stores import on_server
from tests.core.storage.postgres import PostgresServer

pytestmark = pytest.mark.slow

_CHOSEN = {"sqlite": 5, "postgresql": 2}


def _commits(folder: Path) -> int:
    """How many commits a whole first call takes, with the making of the store."""
    child = Child(folder, partial(one_person, tag="whole"), partial(die_at_commit, 10**9, after=False))
    assert child.ended() == 0
    return int(child.told[-1].outcome)


def _crash_and_go_on(folder: Path, number: int, *, after: bool) -> Promises:
    promises = Promises()
    child = Child(folder, partial(one_person, tag="first"), partial(die_at_commit, number, after=after))
    assert child.ended() == KILLED, f"commit {number} was never reached"
    promises.check(child.told, folder, whole_log=True)
    if any(told.kind == "knows" for told in child.told):
        return promises  # nobody who has heard how it ended calls again
    again = Child(folder, partial(one_person, tag="again"))
    assert again.ended() == 0
    promises.check(again.told, folder, whole_log=True)
    return promises


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_crash_at_any_commit_loses_and_doubles_nothing(
    tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    server: PostgresServer | None = request.getfixturevalue("postgres") if kind == "postgresql" else None

    @contextmanager
    def folder(name: str) -> Iterator[Path]:
        if server is None:
            yield tmp_path / name
            return
        urls = server.fresh(), server.fresh()
        yield on_server(tmp_path / name, *urls)
        for url in urls:
            server.drop(url)

    with folder("whole") as where:
        total = _commits(where)
    every = os.environ.get("LOANLINE_EVERY_COMMIT") == "1"
    numbers = range(1, total + 1) if every else range(1, total + 1, max(1, total // _CHOSEN[kind]))
    for number in numbers:
        for after in (False, True):
            with folder(f"{number}{after}") as where:
                promises = _crash_and_go_on(where, number, after=after)
            assert not promises.broken, (number, after, promises.broken)
            assert sum(promises.asked_again.values()) <= 1, (number, after, promises.asked_again)
            assert promises.knows == 1, (number, after)
    logging.getLogger("chaos").info("%s: %d of %d commits, before and after each", kind, len(numbers), total)
