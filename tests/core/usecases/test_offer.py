"""The borrower's answer: once, legal, with the exact terms and the hearing it rests on."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.application import Status
from core.decision.model import Outcome
from core.errors import IdempotencyMismatch, IllegalTransition, InvalidInput, NotFound
from core.ports import OfferAnswer
from core.storage.store import SqlStorage
from core.usecases.intake import submit
from core.usecases.offer import accept, refuse
from tests.core.decision.builders import US
from tests.core.storage.people import START, HandClock, application, decision, heard, opened, risk, terms

pytestmark = pytest.mark.usefixtures("either_database")

CLOCK = HandClock()


@pytest.fixture
def storage(tmp_path: Path) -> SqlStorage:
    storage = opened(tmp_path)
    submit(storage, CLOCK, application(), risk(), lambda *_: decision())
    return storage


def test_a_yes_is_kept_with_its_terms_and_hearing(storage: SqlStorage) -> None:
    assert accept(storage, CLOCK, US, "case_1", 1, heard("yes please")) == terms("119.87")
    with storage.begin() as work:
        assert work.applications.answer("case_1") == OfferAnswer(1, terms("119.87"), heard("yes please"), START)
        assert work.applications.get("case_1").status is Status.ACCEPTED
    assert storage.prove("2")["row"]["action"] == "offer.accepted"


def test_a_second_yes_changes_nothing_and_another_offer_is_a_mismatch(storage: SqlStorage) -> None:
    accept(storage, CLOCK, US, "case_1", 0, heard("yes"))
    assert accept(storage, CLOCK, US, "case_1", 0, heard("yes yes")) == terms()
    with pytest.raises(IdempotencyMismatch):
        accept(storage, CLOCK, US, "case_1", 1, heard("the other one"))
    with pytest.raises(IllegalTransition):
        refuse(storage, CLOCK, "case_1", heard("no"))
    assert storage.verify_audit().rows == 2


def test_a_no_is_kept_and_final(storage: SqlStorage) -> None:
    refuse(storage, CLOCK, "case_1", heard("no thanks"))
    refuse(storage, CLOCK, "case_1", heard("no thanks"))
    with storage.begin() as work:
        assert work.applications.answer("case_1") == OfferAnswer(None, None, heard("no thanks"), START)
    with pytest.raises(IllegalTransition):
        accept(storage, CLOCK, US, "case_1", 0, heard("yes after all"))
    with storage.begin() as work:
        assert work.applications.get("case_1").status is Status.REFUSED
    assert storage.verify_audit().rows == 2


@pytest.mark.parametrize("index", [-1, 2, True, "0"])
def test_only_offers_that_were_made(storage: SqlStorage, index: int) -> None:
    with pytest.raises(InvalidInput):
        accept(storage, CLOCK, US, "case_1", index, heard("yes"))
    with storage.begin() as work:
        assert work.applications.get("case_1").status is Status.APPROVED


@pytest.mark.parametrize("outcome", [Outcome.DECLINE, Outcome.REVIEW, Outcome.INCOMPLETE])
def test_what_was_not_approved_cannot_be_accepted(storage: SqlStorage, outcome: Outcome) -> None:
    submit(storage, CLOCK, application("case_2", "CA2"), risk(), lambda *_: decision(outcome))
    with pytest.raises((InvalidInput, IllegalTransition)):
        accept(storage, CLOCK, US, "case_2", 0, heard("yes"))
    with pytest.raises(IllegalTransition):
        refuse(storage, CLOCK, "case_2", heard("no"))
    with pytest.raises(NotFound):
        accept(storage, CLOCK, US, "case_404", 0, heard("yes"))
