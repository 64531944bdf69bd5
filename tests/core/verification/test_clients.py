"""The clients against the sandbox over real HTTP: every way a bureau answers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta

import httpx
import pytest

from core.applicant import Last4, PersonName, PhoneNumber
from core.errors import Forbidden, ProviderError, ProviderTimeout
from core.money import Money
from core.verification.clients import (
    HttpCreditBureau,
    HttpNegativeList,
    HttpPayeeNames,
    HttpPhoneOwners,
    HttpWorkRegister,
)
from core.verification.model import CreditFile, FileStatus, NameMatch, Snapshot, Subject
from core.verification.permission import Permission, Purpose
from core.verification.ports import NegativeList, PayeeNames, PhoneOwners, WorkRegister
from core.verification.provider import Patience, Provider
from ivr.sandbox.people import LIST_SECRET, LISTED
from tests.ivr.sandbox.serving import FixedClock, sandbox

NAME = PersonName("Daniel Brooks")
NOW = FixedClock().now()
CREDIT = Permission(Purpose.CREDIT_APPLICATION, "consent_1", NOW)
PAYMENT = Permission(Purpose.PAYMENT, "consent_2", NOW)


def somebody(last4: str) -> Subject:
    return Subject(NAME, date(1985, 3, 12), Last4(last4))


@asynccontextmanager
async def provider(patience: Patience | None = None) -> AsyncIterator[Provider]:
    async with sandbox() as (url, _), httpx.AsyncClient() as http:
        yield Provider("credit bureau", url, http, clock=FixedClock(), random=lambda: 0.0, patience=patience)


async def file_of(last4: str, patience: Patience | None = None) -> Snapshot[CreditFile]:
    async with provider(patience) as bureau:
        return await HttpCreditBureau(bureau).report(somebody(last4), CREDIT)


async def test_an_ordinary_file_is_read_and_kept_as_proof() -> None:
    snapshot = await file_of("7341")
    file = snapshot.value
    assert file.status is FileStatus.HIT
    assert 3 <= len(file.lines) <= 6
    assert file.monthly_payments >= Money.parse("75.00", "USD")
    assert (snapshot.provider, snapshot.consent_id, snapshot.fetched_at) == ("credit bureau", "consent_1", NOW)
    assert len(snapshot.sha256) == 64
    assert snapshot.sha256 == (await file_of("7341")).sha256
    assert snapshot.sha256 != (await file_of("7342")).sha256
    assert "Brooks" not in repr(snapshot) + repr(somebody("7341")) + repr(file)


@pytest.mark.parametrize(
    ("last4", "status", "lines"),
    [("9001", FileStatus.NO_HIT, 0), ("9002", FileStatus.THIN, 1), ("9003", FileStatus.FROZEN, 0)],
)
async def test_no_file_a_thin_one_and_a_frozen_one(last4: str, status: FileStatus, lines: int) -> None:
    file = (await file_of(last4)).value
    assert (file.status, len(file.lines)) == (status, lines)
    assert file.worst_days_late == 0 or lines


async def test_a_disputed_line_is_not_held_against_anybody_but_is_paid() -> None:
    file = (await file_of("9004")).value
    assert file.lines[0].disputed
    assert file.lines[0].worst_days_late_24m == 90
    assert file.worst_days_late < 90
    paid = Money.zero("USD")
    for line in file.lines:
        paid = paid + line.monthly_payment
    assert file.monthly_payments == paid


async def test_a_fraud_alert_comes_through() -> None:
    assert (await file_of("9005")).value.alerts == ("fraud_alert",)


async def test_a_busy_bureau_answers_the_third_try() -> None:
    assert (await file_of("9008")).value.status is FileStatus.HIT


@pytest.mark.parametrize(
    ("last4", "why"), [("9007", "answered 500"), ("9009", "unreadable"), ("9010", "another shape")]
)
async def test_a_broken_bureau_is_an_error(last4: str, why: str) -> None:
    with pytest.raises(ProviderError, match=why):
        await file_of(last4)


async def test_a_slow_bureau_is_a_timeout() -> None:
    with pytest.raises(ProviderTimeout):
        await file_of("9006", Patience(deadline=0.2, attempt=1))


async def test_an_old_report_shows_its_date_and_a_snapshot_its_age() -> None:
    snapshot = await file_of("9011")
    assert snapshot.value.as_of < NOW.date() - timedelta(days=365)
    assert snapshot.fresh(NOW + timedelta(days=30), timedelta(days=30))
    assert not snapshot.fresh(NOW + timedelta(days=31), timedelta(days=30))
    assert not snapshot.fresh(NOW - timedelta(seconds=1), timedelta(days=30)), "from the future"


async def test_work_phone_payee_and_list() -> None:
    async with provider() as each:
        register: WorkRegister = HttpWorkRegister(each)
        work = (await register.work(somebody("7341"), CREDIT)).value
        assert work.known
        assert work.monthly_wage is not None
        assert (await register.work(somebody("9001"), CREDIT)).value.known is False

        owners: PhoneOwners = HttpPhoneOwners(each)
        phones = {
            number[-2:]: (await owners.owner(PhoneNumber(number), NAME, CREDIT)).value
            for number in ("+14155550123", "+14155550191", "+14155550192", "+14155550193")
        }
        assert phones["23"].owner_match is True
        assert phones["91"].owner_match is False
        assert phones["92"].days_since_port == 3
        assert (phones["23"].carrier, phones["92"].carrier) == ("Northline Mobile", "Plains Wireless")
        assert phones["93"] == replace(phones["93"], known=False, owner_match=None, days_since_port=None)

        payees: PayeeNames = HttpPayeeNames(each)
        answers = [(await payees.match(account, NAME, PAYMENT)).value for account in ("US1234", "US1000", "US1001")]
        assert answers == [NameMatch.MATCH, NameMatch.NO_MATCH, NameMatch.UNKNOWN]

        negative: NegativeList = HttpNegativeList(each, LIST_SECRET)
        assert (await negative.listed(["+14155550123", LISTED[0]], CREDIT)).value == (False, True)
        assert (await HttpNegativeList(each, b"other").listed([LISTED[0]], CREDIT)).value == (False,)


async def test_a_permission_for_something_else_sends_nothing() -> None:
    sent: list[httpx.Request] = []

    def refuse(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(500)

    http = httpx.AsyncClient(transport=httpx.MockTransport(refuse))
    each = Provider("bureau", "https://b.example.org", http, clock=FixedClock(), random=lambda: 0.0)
    with pytest.raises(Forbidden):
        await HttpCreditBureau(each).report(somebody("7341"), PAYMENT)
    with pytest.raises(Forbidden):
        await HttpWorkRegister(each).work(somebody("7341"), PAYMENT)
    with pytest.raises(Forbidden):
        await HttpPhoneOwners(each).owner(PhoneNumber("+14155550123"), NAME, PAYMENT)
    with pytest.raises(Forbidden):
        await HttpPayeeNames(each).match("US123", NAME, CREDIT)
    with pytest.raises(Forbidden):
        await HttpNegativeList(each, b"s").listed(["+14155550123"], PAYMENT)
    assert sent == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"inquiries_6m": True},
        {"inquiries_6m": -1},
        {"status": "great"},
        {"as_of": "yesterday"},
        {"currency": "ZZZ"},
        {"alerts": [7]},
        {"lines": [{"kind": "card"}]},
        {"lines": [7]},
    ],
)
async def test_a_file_of_another_shape_is_refused(wrong: dict[str, object]) -> None:
    good = {"report_id": "r", "status": "hit", "as_of": "2026-10-01", "currency": "USD", "lines": [], "inquiries_6m": 0}
    good["alerts"] = []

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=good | wrong)

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    each = Provider("bureau", "https://b.example.org", http, clock=FixedClock(), random=lambda: 0.0)
    with pytest.raises(ProviderError, match="another shape"):
        await HttpCreditBureau(each).report(somebody("7341"), CREDIT)


async def test_a_list_that_answers_about_others_is_refused() -> None:
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _r: httpx.Response(200, json={"listed": ["x"]})))
    each = Provider("list", "https://l.example.org", http, clock=FixedClock(), random=lambda: 0.0)
    with pytest.raises(ProviderError, match="another shape"):
        await HttpNegativeList(each, b"s").listed(["+14155550123"], CREDIT)
