"""Review: two different people for large sums, nobody on one's own call, and no offer that the rules forbid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.application import Channel, Status
from core.catalogue import Purpose
from core.decision.model import Outcome
from core.decision.receipt import Verdict as ReplayVerdict
from core.decision.receipt import replay
from core.errors import Conflict, Forbidden, IllegalTransition, InvalidInput
from core.lending.owing import REASONS
from core.risk import RiskLevel
from core.storage.store import SqlStorage
from core.usecases.decisions import Rulebook
from core.usecases.intake import submit
from core.usecases.offer import accept
from core.usecases.review import Reviewed, Verdict, queue, say
from tests.core.decision.builders import POLICY, US
from tests.core.storage.people import HandClock, answer, application, heard, opened, risk, usd

pytestmark = pytest.mark.usefixtures("either_database")

RULES = Rulebook(US, POLICY)
WHY = "Called back on the registered number; all is in order."


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[SqlStorage]:
    made = opened(tmp_path)
    yield made
    made.close()


def hand_in(storage: SqlStorage, case: str = "case_1", amount: str = "2517.00", **changes: Any) -> None:
    asked = application(case, f"CA_{case}", amount=answer(usd(amount)), jurisdiction="US", **changes)
    made = submit(storage, HandClock(), asked, risk(RiskLevel.HOLD), RULES.decider(HandClock()))
    assert made.outcome is Outcome.REVIEW


def reviewed(storage: SqlStorage, who: str = "m.reyes", verdict: Verdict = Verdict.APPROVE, **more: Any) -> Reviewed:
    return say(storage, HandClock(), RULES, "case_1", who, verdict, WHY, **more)


def status(storage: SqlStorage) -> Status:
    with storage.begin() as work:
        return work.applications.get("case_1").status


def test_the_queue_says_why_and_who_agreed(storage: SqlStorage) -> None:
    hand_in(storage, amount="6000.00", monthly_income=answer(usd("9000.00")))
    hand_in(storage, "case_2")
    reviewed(storage)
    first, second = queue(storage)
    assert (first.case_id, first.approved_by, first.amount) == ("case_1", ("m.reyes",), usd("6000.00"))
    assert (second.case_id, second.approved_by) == ("case_2", ())
    assert [one.code for one in first.reasons] == ["check_by_person"]


def test_a_small_sum_needs_one_person_and_can_then_be_accepted(storage: SqlStorage) -> None:
    hand_in(storage)
    made = reviewed(storage)
    assert (made.settled, made.status, made.decision.outcome) == (True, Status.APPROVED, Outcome.APPROVE)
    assert made.decision.reasons[-1].code == "approved_by_person"
    assert accept(storage, HandClock(), US, "case_1", 0, heard()) == made.decision.offers[0]
    assert queue(storage) == []
    assert storage.verify_audit().rows == 4


def test_what_a_person_settled_can_be_made_again(storage: SqlStorage) -> None:
    hand_in(storage)
    reviewed(storage)
    with storage.begin() as work:
        first, second = work.receipts.of("case_1")
    assert (first.kind, second.kind) == ("decided", "settled")
    for kept, outcome in ((first, Outcome.REVIEW), (second, Outcome.APPROVE)):
        made = replay(kept.bundle)
        assert (made.verdict, made.identical, made.decision.outcome) == (ReplayVerdict.SAME, True, outcome)


def test_a_large_sum_needs_a_second_and_another_person(storage: SqlStorage) -> None:
    hand_in(storage, amount="6000.00", monthly_income=answer(usd("9000.00")))
    first = reviewed(storage)
    assert (first.settled, first.status, status(storage)) == (False, Status.REVIEW, Status.REVIEW)
    with pytest.raises(IllegalTransition):
        accept_any(storage)
    with pytest.raises(Forbidden, match="second person"):
        reviewed(storage)
    assert status(storage) is Status.REVIEW
    second = reviewed(storage, "a.stone")
    assert (second.settled, status(storage)) == (True, Status.APPROVED)


def accept_any(storage: SqlStorage) -> None:
    with storage.begin() as work:
        work.applications.set_status("case_1", Status.ACCEPTED)


def test_a_no_in_between_takes_the_first_yes_back(storage: SqlStorage) -> None:
    hand_in(storage, amount="6000.00", monthly_income=answer(usd("9000.00")))
    reviewed(storage)
    made = reviewed(storage, "a.stone", Verdict.DECLINE, codes=("identity_doubtful",))
    assert (made.status, [one.code for one in made.decision.reasons]) == (Status.DECLINED, ["identity_doubtful"])
    assert made.decision.offers == ()
    with pytest.raises(Conflict):
        reviewed(storage, "k.ito")


def test_who_took_part_in_the_call_does_not_review_it(storage: SqlStorage) -> None:
    hand_in(storage)
    with pytest.raises(Forbidden, match="took part"):
        reviewed(storage, hands=("m.reyes",))
    assert status(storage) is Status.REVIEW


@pytest.mark.parametrize(
    "changes",
    [
        {"monthly_debt": answer(usd("4000.00"))},
        {"purpose": answer(Purpose.REPAY_DEBT)},
        {"owner_verified": False},
    ],
)
def test_no_person_lifts_a_rule(storage: SqlStorage, changes: dict[str, Any]) -> None:
    hand_in(storage)
    with storage.begin() as work:
        stored = work.applications.get("case_1")
        changed = replace(stored.application, **changes)
    other = submit(
        storage, HandClock(), replace(changed, case_id="case_2", call_id="CA2"), risk(),
        lambda *_: replace(stored.decision),
    )  # fmt: skip
    assert other.outcome is Outcome.REVIEW
    with pytest.raises(Conflict, match="cannot lift"):
        say(storage, HandClock(), RULES, "case_2", "m.reyes", Verdict.APPROVE, WHY)
    with storage.begin() as work:
        assert work.applications.get("case_2").status is Status.REVIEW
        assert work.reviews.of("case_2") == []


@pytest.mark.parametrize(
    ("verdict", "codes", "why", "field"),
    [
        (Verdict.APPROVE, (), "fine", "why"),
        (Verdict.APPROVE, ("payments_late",), WHY, "codes"),
        (Verdict.DECLINE, (), WHY, "codes"),
        (Verdict.DECLINE, ("internal_policy",), WHY, "codes"),
        (Verdict.DECLINE, ("underage",), WHY, "codes"),
        (Verdict.INCOMPLETE, (), WHY, "codes"),
    ],
)
def test_a_verdict_needs_its_reasons(
    storage: SqlStorage, verdict: Verdict, codes: tuple[str, ...], why: str, field: str
) -> None:
    hand_in(storage)
    with pytest.raises(InvalidInput) as caught:
        say(storage, HandClock(), RULES, "case_1", "m.reyes", verdict, why, codes=codes)
    assert caught.value.field == field
    assert status(storage) is Status.REVIEW


@pytest.mark.parametrize(
    ("channel", "verdict", "owed"),
    [
        (Channel.PHONE, Verdict.DECLINE, [(REASONS, "case_1")]),
        (Channel.PHONE, Verdict.INCOMPLETE, []),
        (Channel.PHONE, Verdict.APPROVE, []),
        (Channel.API, Verdict.DECLINE, []),
    ],
)
def test_a_caller_who_is_declined_later_is_owed_the_reasons_in_writing(
    storage: SqlStorage, channel: Channel, verdict: Verdict, owed: list[tuple[str, str]]
) -> None:
    hand_in(storage, channel=channel)
    reviewed(storage, verdict=verdict, codes=() if verdict is Verdict.APPROVE else ("identity_doubtful",))
    with storage.begin() as work:
        assert [(one.what, one.case_id) for one in work.owed_texts.due(HandClock().now())] == owed


def test_the_reason_in_words_is_sealed(storage: SqlStorage, tmp_path: Path) -> None:
    hand_in(storage)
    reviewed(storage)
    with storage.begin() as work:
        assert [note.reason for note in work.reviews.of("case_1")] == [WHY]
    assert all(
        b"registered number" not in path.read_bytes() for path in (tmp_path / "data").iterdir() if path.is_file()
    )
