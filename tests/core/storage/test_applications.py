"""Applications: one a case, one a call, legal moves only, and the borrower's answer with its terms."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.application import Status
from core.errors import Conflict, IllegalTransition, NotFound
from core.ports import OfferAnswer
from core.storage.applications import SqlApplications
from core.storage.store import SqlStorage
from tests.core.storage.people import START, application, decision, heard, opened, risk, terms

pytestmark = pytest.mark.usefixtures("either_database")


@pytest.fixture
def storage(tmp_path: Path) -> SqlStorage:
    storage = opened(tmp_path)
    with storage.begin() as work:
        work.applications.add(application(), decision(), risk(), Status.APPROVED)
        work.commit()
    return storage


def test_what_was_added_comes_back_exactly(storage: SqlStorage) -> None:
    with storage.begin() as work:
        assert isinstance(work.applications, SqlApplications)
        stored = work.applications.get("case_1")
        assert (stored.application, stored.decision, stored.risk) == (application(), decision(), risk())
        assert stored.status is Status.APPROVED
        assert work.applications.of_call("CA1") == "case_1"
        assert work.applications.of_call("CA2") is None


@pytest.mark.parametrize(("case", "call"), [("case_1", "CA2"), ("case_2", "CA1"), ("case_1", "CA1")])
def test_a_case_and_a_call_have_one_application(storage: SqlStorage, case: str, call: str) -> None:
    with storage.begin() as work, pytest.raises(Conflict, match="already"):
        work.applications.add(application(case, call), decision(), risk(), Status.APPROVED)


def test_cases_without_a_call_do_not_clash(storage: SqlStorage) -> None:
    with storage.begin() as work:
        for case in ("case_2", "case_3"):
            work.applications.add(application(case, None), decision(), risk(), Status.REVIEW)
        work.commit()


def test_only_legal_moves(storage: SqlStorage) -> None:
    with storage.begin() as work:
        with pytest.raises(IllegalTransition):
            work.applications.set_status("case_1", Status.DECLINED)
        work.applications.set_status("case_1", Status.ACCEPTED)
        with pytest.raises(IllegalTransition):
            work.applications.set_status("case_1", Status.REFUSED)
        with pytest.raises(NotFound):
            work.applications.set_status("nobody", Status.ACCEPTED)
        with pytest.raises(NotFound):
            work.applications.get("nobody")


def test_the_answer_is_kept_once_with_its_terms(storage: SqlStorage) -> None:
    answer = OfferAnswer(1, terms("119.87"), heard("yes please"), START)
    with storage.begin() as work:
        assert work.applications.answer("case_1") is None
        work.applications.keep_answer("case_1", answer)
        assert work.applications.answer("case_1") == answer
        with pytest.raises(Conflict):
            work.applications.keep_answer("case_1", answer)
