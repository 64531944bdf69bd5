from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.applicant import Last4, PersonName, PhoneNumber
from core.catalogue import Purpose
from core.errors import InvalidFixture
from core.fraud import LinkKind, TraceKind, link_values
from core.identity.questions import PastLoan
from core.lending.loan import LoanState
from core.money import Money
from core.storage.opening import open_storage
from core.usecases.last_loan import last_loan
from ivr.dialogue.state import fold
from ivr.replay.channel import load_clip
from ivr.replay.history import write_history
from ivr.replay.manifest import read_fixture
from tests.antifraud.test_repeats import babble

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
TEXT = """
[caller]
number = "+14155550123"

[[turn]]
when = "amount.ask"
keys = "1200#"

[[history]]
hours_ago = 30
name = "Susan Parker"
born = 1968-11-30
last4 = "8604"
number = "+13035550155"
played = ["a.wav"]
looked_at_by = ["staff.42"]

[[history]]
hours_ago = 500
name = "Susan Parker"
born = 1968-11-30
last4 = "8604"
number = "+13035550155"
"""


class Standing:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0


def test_the_store_looks_as_after_those_calls(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", babble(4, 1), 8000)
    (tmp_path / "x.call.toml").write_text(TEXT, "utf-8")
    fixture = read_fixture(tmp_path / "x.call.toml")
    storage = open_storage(tmp_path / "data", tmp_path / "keyring.json", None, Standing())
    write_history(storage, Standing(), fixture, load_clip)
    with storage.begin() as work:
        old = fixture.history[0]
        work.records.open_call("CA1", "case_1", NOW, recording=False)
        work.links.note("case_1", link_values(None, old.born, Last4(old.last4), PhoneNumber(old.number)), NOW)
        seen = work.links.sharing("case_1", NOW - timedelta(days=90)).by_kind[LinkKind.NUMBER]
        assert [NOW - one.at for one in seen] == [timedelta(hours=500), timedelta(hours=30)]
        traces = work.traces.newest(TraceKind.SOUND, 9, NOW - timedelta(days=9), but_call="CA1")
        assert [trace.at for trace in traces] == [NOW - timedelta(hours=30)]
    storage.close()


def test_a_loan_of_the_past_was_decided_accepted_and_paid_back(tmp_path: Path) -> None:
    answers = '{ monthly_income = "3100.00", employment = "full_time", monthly_debt = "0.00" }'
    loan = '{ amount = "800.00", term_months = 6, purpose = "home" }'
    text = TEXT.replace('played = ["a.wav"]', f"answers = {answers}\nloan = {loan}")
    (tmp_path / "x.call.toml").write_text(text, "utf-8")
    fixture = read_fixture(tmp_path / "x.call.toml")
    storage = open_storage(tmp_path / "data", tmp_path / "keyring.json", None, Standing())
    write_history(storage, Standing(), fixture, load_clip)
    old = fixture.history[0]
    with storage.begin() as work:
        found = last_loan(work, PersonName(old.name), old.born, Last4(old.last4))
        assert found == PastLoan(Money.parse("800.00", "USD"), 6, Purpose.HOME)
        known = work.applicants.registered(PersonName(old.name), old.born, Last4(old.last4))
        assert known is not None
        assert known.phone == PhoneNumber(old.number)
        assert work.loans.in_state(LoanState.REPAID) == ["case_earlier_2"]
        assert list(work.owed_texts.due(NOW)) == []
    storage.close()


def test_an_unfinished_application_waits_to_be_taken_up(tmp_path: Path) -> None:
    text = TEXT.replace('played = ["a.wav"]', 'answers = { monthly_income = "3100.00" }\nunfinished = true')
    (tmp_path / "x.call.toml").write_text(text, "utf-8")
    fixture = read_fixture(tmp_path / "x.call.toml")
    storage = open_storage(tmp_path / "data", tmp_path / "keyring.json", None, Standing())
    write_history(storage, Standing(), fixture, load_clip)
    phone = PhoneNumber(fixture.history[0].number)
    with storage.begin() as work:
        found = work.journal.find_open(phone, NOW - timedelta(days=2))
        assert found is not None
        known = fold(found.entries, "USD")
        assert work.journal.find_decided(phone, NOW - timedelta(days=2)) is None
    assert (known.submitted, str(known.slots["monthly_income"].value)) == (False, "3100.00")
    storage.close()


@pytest.mark.parametrize(
    ("before", "after", "field"),
    [
        ("a.wav", "b.wav", "history.0.played"),
        ("8604", "86", "history.0"),
        ("hours_ago = 500", "hours_ago = 0", "hours"),
        ("played", 'loan = { amount = "800.00", term_months = 6, purpose = "home" }\nplayed', "history.0"),
    ],
)
def test_a_past_that_cannot_be_is_refused(tmp_path: Path, before: str, after: str, field: str) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(800, dtype=np.int16), 8000)
    (tmp_path / "x.call.toml").write_text(TEXT.replace(before, after), "utf-8")
    with pytest.raises(InvalidFixture, match=r"x\.call\.toml") as problem:
        read_fixture(tmp_path / "x.call.toml")
    assert field in str(problem.value)
