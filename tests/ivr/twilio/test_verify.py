"""Twilio Verify behind the port of one-time codes, over HTTP: what is asked, what it means, what is not believed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.applicant import PhoneNumber
from core.errors import EnvironmentProblem, ProviderError
from core.identity.codes import CODES_A_NUMBER
from core.storage.opening import open_storage
from ivr.bootstrap import build
from ivr.settings import load_settings
from ivr.twilio.rest import TwilioApi
from ivr.twilio.verify import VerifyCodes
from tests.ivr.form_house import CALL as FORM_CALL
from tests.ivr.form_house import FormHouse, StepClock
from tests.ivr.twilio.fakes_line import FakeMeter
from tests.ivr.twilio.rest_server import ACCOUNT, SECRET, SERVICE, Twilio, misfit, serving

CALLER = PhoneNumber("+14155550123")
ROOT = f"/v2/Services/{SERVICE}"
SENT = (201, json.dumps({"sid": "VE" + "6" * 32, "status": "pending"}))


class Line:
    def __init__(self, twilio: Twilio, folder: Path) -> None:
        self.twilio, self.clock = twilio, StepClock()
        self.storage = open_storage(folder / "data", folder / "keyring.json", None, self.clock)
        self.codes = self.anew()

    def anew(self) -> VerifyCodes:
        api = TwilioApi(ACCOUNT, SECRET, FakeMeter(), self.twilio.url, timeout_s=0.5)
        return VerifyCodes(api, SERVICE, self.storage, self.clock)

    async def issue(self, answer: tuple[int, str] = SENT, case_id: str = "case_1") -> bool:
        self.twilio.answer = answer
        return await self.codes.issue(case_id, "apply", "apply|case_1|2500|+1", CALLER, "apply")

    async def check(self, status: str | int, code: str = "417205", binding: str = "apply|case_1|2500|+1") -> str:
        if isinstance(status, int):
            number = {404: 20404, 429: 60202, 500: 20500}[status]
            self.twilio.answer = (status, json.dumps({"code": number, "message": "no", "status": status}))
        else:
            self.twilio.answer = (201, json.dumps({"sid": "VE1", "status": status}))
        return await self.codes.check("case_1", "apply", binding, code)


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    with serving() as twilio:
        made = Line(twilio, tmp_path)
        yield made
        made.storage.close()


async def test_what_is_asked(line: Line) -> None:
    assert await line.issue()
    assert await line.check("approved") == "ok"
    assert line.twilio.seen == [
        ("POST", f"{ROOT}/Verifications", {"To": CALLER.value, "Channel": "sms"}),
        ("POST", f"{ROOT}/VerificationCheck", {"Code": "417205", "VerificationSid": "VE" + "6" * 32}),
    ]
    assert line.storage.verify_audit().rows == 2


async def test_a_right_code_is_good_once(line: Line) -> None:
    await line.issue()
    assert await line.check("approved") == "ok"
    assert await line.check("approved") == "expired"
    assert len(line.twilio.seen) == 2


async def test_wrong_codes_are_counted_and_the_sixth_is_not_asked(line: Line) -> None:
    await line.issue()
    assert [await line.check("pending") for _ in range(6)] == ["wrong"] * 4 + ["exhausted"] * 2
    assert len(line.twilio.seen) == 1 + 5


@pytest.mark.parametrize(("status", "result"), [(404, "expired"), (429, "exhausted")])
async def test_twilio_knows_better(status: int, result: str, line: Line) -> None:
    await line.issue()
    assert await line.check(status) == result


async def test_a_code_for_something_else_or_too_late_is_none(line: Line) -> None:
    await line.issue()
    assert await line.check("approved", binding="apply|case_1|9000|+1") == "expired"
    line.clock.forward(minutes=5)
    assert await line.check("approved") == "expired"
    assert len(line.twilio.seen) == 1


@pytest.mark.parametrize(
    "answer",
    [
        (429, json.dumps({"code": 60203, "message": "Max send attempts reached", "status": 429})),
        (500, "oops"),
        (201, "no json"),
    ],
)
async def test_a_code_that_was_not_sent_cannot_be_checked(answer: tuple[int, str], line: Line) -> None:
    assert await line.issue()
    assert not await line.issue(answer)
    assert await line.check("approved") == "expired"


@pytest.mark.parametrize(
    ("status", "result"),
    [("max_attempts_reached", "exhausted"), ("expired", "expired"), ("canceled", "expired"), ("deleted", "expired")],
)
async def test_a_verification_that_ended_is_no_wrong_code(status: str, result: str, line: Line) -> None:
    await line.issue()
    assert await line.check(status) == result


async def test_the_sixth_code_for_one_purpose_is_not_sent(line: Line) -> None:
    assert [await line.issue() for _ in range(6)] == [True] * 5 + [False]
    assert len(line.twilio.seen) == 5
    assert await line.check("approved") == "expired"


async def test_a_number_gets_ten_codes_a_day_whoever_asks_and_after_a_restart_too(line: Line) -> None:
    sent = [await line.issue(case_id=f"case_{call}") for call in range(CODES_A_NUMBER)]
    line.codes = line.anew()
    sent.append(await line.issue(case_id="case_99"))
    assert sent == [True] * CODES_A_NUMBER + [False]
    assert len(line.twilio.seen) == CODES_A_NUMBER
    row = line.storage.prove(str(CODES_A_NUMBER + 1))["row"]
    assert (row["action"], row["subject"]) == ("code.refused", "case_99")
    line.clock.forward(days=1)
    assert await line.issue(case_id="case_99")


async def test_no_answer_approves_nothing(line: Line) -> None:
    await line.issue()
    with pytest.raises(ProviderError):
        await line.check(500)


async def test_a_whole_application_with_a_code_that_twilio_sent(tmp_path: Path) -> None:
    with serving() as twilio:
        house = FormHouse(tmp_path)
        house.codes = VerifyCodes(
            TwilioApi(ACCOUNT, SECRET, FakeMeter(), twilio.url), SERVICE, house.storage, house.clock
        )
        tried = iter(["000000", "111111", "417205"])
        house.read_code = lambda: next(tried)
        last = await house.talk(await house.switchboard.form(FORM_CALL))
        assert last.step.reason == "review"
        case = house.record().case_id
        with house.storage.begin() as work:
            assert work.applications.get(case).application.owner_verified
        house.storage.close()
    asked = [path.rpartition("/")[2] for _, path, _ in twilio.seen]
    assert asked == ["Verifications", *["VerificationCheck"] * 3]
    assert twilio.seen[0][2]["To"] == CALLER.value
    assert house.texts.sent == []


async def test_the_setting_joins_verify_to_the_line(tmp_path: Path) -> None:
    with serving() as twilio:
        settings = load_settings(
            data_dir=tmp_path,
            twilio_account_sid=ACCOUNT,
            twilio_auth_token=SECRET,
            twilio_from_number="+14155550100",
            twilio_verify_service=SERVICE,
            twilio_api_url=twilio.url,
            recognizer_workers=1,
        )
        house = build(settings, 8080)
        codes = house.codes
        assert isinstance(codes, VerifyCodes)
        assert await codes.issue("case_1", "apply", "apply|case_1", CALLER, "apply")
        assert await codes.check("case_1", "apply", "apply|case_1", "417205") == "ok"
        house.storage.close()
    assert build(load_settings(data_dir=tmp_path / "demo", demo=True), 8080).codes is None


def test_the_server_of_these_tests_takes_only_documented_requests() -> None:
    to = {"To": CALLER.value}
    assert misfit("POST", f"{ROOT}/Verifications", {**to, "Channel": "sms"}) == ""
    for method, path, form in (
        ("GET", f"{ROOT}/Verifications", {**to, "Channel": "sms"}),
        ("POST", f"{ROOT}/Verification", {**to, "Channel": "sms"}),
        ("POST", f"{ROOT}/Verifications", to),
        ("POST", f"{ROOT}/Verifications", {**to, "Channel": "pigeon"}),
        ("POST", f"{ROOT}/Verifications", {"To": "4155550123", "Channel": "sms"}),
        ("POST", f"{ROOT}/Verifications", {**to, "Channel": "sms", "Amount": "2500"}),
    ):
        assert misfit(method, path, form)


def test_without_a_service_there_are_no_codes(line: Line) -> None:
    with pytest.raises(EnvironmentProblem):
        VerifyCodes(TwilioApi(ACCOUNT, SECRET, FakeMeter()), "", line.storage, line.clock)
