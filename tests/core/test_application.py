from __future__ import annotations

import pytest

from core.application import LEGAL_MOVES, Status, move
from core.errors import IllegalTransition
from tests.core.decision.builders import application


def test_every_status_has_its_moves() -> None:
    assert set(LEGAL_MOVES) == set(Status)


@pytest.mark.parametrize(("now", "to"), [(now, to) for now in Status for to in Status])
def test_only_the_listed_moves_are_made(now: Status, to: Status) -> None:
    if to in LEGAL_MOVES[now]:
        assert move(now, to) is to
    else:
        with pytest.raises(IllegalTransition, match="cannot become"):
            move(now, to)


def test_what_was_declined_or_refused_is_never_approved() -> None:
    reachable = {Status.DECLINED, Status.REFUSED, Status.EXPIRED, Status.WITHDRAWN, Status.FROZEN}
    for _ in Status:
        reachable |= {after for status in reachable for after in LEGAL_MOVES[status]}
    assert not reachable & {Status.APPROVED, Status.ACCEPTED, Status.SUBMITTED}


def test_everything_can_be_frozen_and_nothing_thaws_by_itself() -> None:
    assert all(Status.FROZEN in LEGAL_MOVES[status] for status in Status if status is not Status.FROZEN)
    assert LEGAL_MOVES[Status.FROZEN] == frozenset()


def test_an_application_prints_nothing_of_the_person() -> None:
    text = repr(application())
    for private in ("Maria", "4821", "4155550123", "1985", "4200"):
        assert private not in text
