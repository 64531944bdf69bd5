from __future__ import annotations

import pytest

from ivr.quality.trends import drifts, field_drifts, flips, full_runs, worst_first
from tests.ivr.quality.test_runs import run, score


def test_a_flip_is_against_the_last_run_that_played_the_call() -> None:
    earlier = [run(1, score("a"), score("b", decision="decline")), run(2, score("b"))]
    now = run(3, score("a", decision="review"), score("b"), score("new"))
    found, compared = flips(now, earlier)
    assert [(flip.name, flip.before, flip.now) for flip in found] == [("a", "approve", "review")]
    assert compared == 2


def test_drift_is_call_by_call_so_a_short_run_moves_nothing() -> None:
    bad = score("noisy", word_error=0.60)
    earlier = [run(n, score("a"), bad) for n in (1, 2, 3)]
    assert {each.state for each in drifts(run(4, score("a")), earlier)} == {"steady"}
    assert {each.state for each in drifts(run(4, bad), earlier)} == {"steady"}
    assert {each.state for each in drifts(run(1), [])} == {"new"}


@pytest.mark.parametrize(("error", "state"), [(0.05, "worse"), (0.03, "steady"), (0.0, "better")])
def test_two_points_of_words_count(error: float, state: str) -> None:
    earlier = [run(n, score(word_error=0.02)) for n in (1, 2, 3)]
    found = drifts(run(4, score(word_error=error)), earlier)[0]
    assert (found.name, found.state) == ("word_error", state)
    assert found.change == pytest.approx(error - 0.02)


def test_what_is_usual_is_the_median_of_the_last_five() -> None:
    slow_once = [run(n, score(answer_ms=5000.0 if n == 3 else 900.0)) for n in range(1, 7)]
    assert drifts(run(7, score(answer_ms=950.0)), slow_once)[3].change == pytest.approx(50.0)


def test_a_field_that_got_worse_is_named() -> None:
    earlier = [run(1), run(2)]
    now = run(3, score(fields={"amount": False, "purpose": True}))
    assert {each.name: (each.now, each.state) for each in field_drifts(now, earlier)} == {
        "amount": (1.0, "worse"),
        "purpose": (0.0, "steady"),
    }


def test_the_worst_call_comes_first() -> None:
    earlier = [run(1, score("flipped", decision="decline"), score("fine"))]
    wrong = score("wrong", ok=False, fields={"amount": False}, differences=(("amount", "1", "2"),))
    now = run(2, score("fine"), score("reasked", reasks=2), score("flipped"), wrong)
    ranked = worst_first(now, earlier)
    assert [each.call.name for each in ranked] == ["wrong", "flipped", "reasked", "fine"]
    assert ranked[1].flip is not None


def test_a_run_of_one_call_is_no_point_of_the_curve() -> None:
    whole = run(1, *(score(str(n)) for n in range(6)))
    assert full_runs([whole, run(2), whole]) == [whole, whole]
    assert full_runs([]) == []
