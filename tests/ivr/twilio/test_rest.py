"""twilio's own client against a local server that looks at every request."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
from xml.etree import ElementTree as ET

import pytest

from core.applicant import PhoneNumber
from core.errors import EnvironmentProblem, ProviderError, ProviderTimeout
from core.ports import CallBack
from ivr.twilio.rest import CallControl, TwilioApi, TwilioSms
from ivr.twilio.twiml import WEBHOOK_LIMITS, Documents, Place
from tests.ivr.form_house import START
from tests.ivr.twilio.fakes_line import FakeMeter
from tests.ivr.twilio.rest_server import ACCOUNT, SECRET, Twilio, serving

ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"
CALLER, STAFF = PhoneNumber("+14155550123"), PhoneNumber("+14155550199")
CALL = "CA" + "2" * 32


@pytest.fixture
def twilio() -> Iterator[Twilio]:
    with serving() as server:
        yield server


@pytest.fixture
def meter() -> FakeMeter:
    return FakeMeter()


@pytest.fixture
def api(twilio: Twilio, meter: FakeMeter) -> TwilioApi:
    return TwilioApi(ACCOUNT, SECRET, meter, twilio.url, timeout_s=0.5)


@pytest.fixture
def control(api: TwilioApi) -> CallControl:
    return CallControl(api, Documents("https://line.example.org", STAFF))


async def test_a_text_message(twilio: Twilio, api: TwilioApi) -> None:
    assert await TwilioSms(api, "+14155550100").send(CALLER, "Your code is 007341 & más") == "XX123"
    form = {"To": "+14155550123", "From": "+14155550100", "Body": "Your code is 007341 & más"}
    assert twilio.seen == [("POST", f"{ROOT}/Messages.json", form)]


async def test_a_text_message_through_a_messaging_service(twilio: Twilio, api: TwilioApi) -> None:
    await TwilioSms(api, "MG" + "4" * 32).send(CALLER, "Hello")
    assert twilio.seen[0][2] == {"To": "+14155550123", "MessagingServiceSid": "MG" + "4" * 32, "Body": "Hello"}


async def test_hang_up(twilio: Twilio, control: CallControl) -> None:
    await control.hang_up(CALL)
    assert twilio.seen == [("POST", f"{ROOT}/Calls/{CALL}.json", {"Status": "completed"})]


async def test_hang_up_of_a_call_that_is_over_is_no_error(twilio: Twilio, control: CallControl) -> None:
    twilio.answer = (400, json.dumps({"code": 21220, "message": "Call is not in-progress.", "status": 400}))
    await control.hang_up(CALL)
    with pytest.raises(ProviderError):
        await control.hand_back(CALL)
    twilio.answer = (404, json.dumps({"code": 20404, "message": "not found", "status": 404}))
    with pytest.raises(ProviderError, match="20404"):
        await control.hang_up(CALL)


async def test_through_a_conference_and_back(twilio: Twilio, control: CallControl) -> None:
    await control.to_conference(CALL, "room-1")
    assert await control.invite(STAFF, "+14155550100", "A caller wants to repay.") == "XX123"
    await control.hand_back(CALL)
    (_, path, wait), (_, inviting, invitation), (_, _, back) = twilio.seen
    assert path == f"{ROOT}/Calls/{CALL}.json"
    waiting = ET.fromstring(wait["Twiml"]).find("Dial/Conference")
    assert waiting is not None
    assert (waiting.text, waiting.attrib["startConferenceOnEnter"]) == ("room-1", "true")
    assert inviting == f"{ROOT}/Calls.json"
    assert set(invitation) == {"To", "From", "Twiml", "Timeout", "StatusCallback"}
    assert (invitation["To"], invitation["From"], invitation["Timeout"]) == (STAFF.value, "+14155550100", "25")
    assert invitation["StatusCallback"] == f"https://line.example.org/voice/staff-status{WEBHOOK_LIMITS}"
    assert ET.fromstring(invitation["Twiml"]).findtext("Gather/Say") == "A caller wants to repay."
    assert back == {"Url": f"https://line.example.org/voice/resume{WEBHOOK_LIMITS}", "Method": "POST"}


async def test_into_the_row_of_those_who_wait(twilio: Twilio, control: CallControl) -> None:
    await control.to_hold(CALL, Place(1))
    ((method, path, form),) = twilio.seen
    assert (method, path, set(form)) == ("POST", f"{ROOT}/Calls/{CALL}.json", {"Twiml"})
    assert ET.fromstring(form["Twiml"]).find("Gather/Play") is not None


async def test_a_waiting_caller_is_told_that_nobody_is_free(twilio: Twilio, control: CallControl) -> None:
    await control.nobody(CALL, go_on=True)
    ((method, path, form),) = twilio.seen
    assert (method, path, set(form)) == ("POST", f"{ROOT}/Calls/{CALL}.json", {"Twiml"})
    assert ET.fromstring(form["Twiml"]).find("Gather") is not None


async def test_a_text_message_whose_delivery_is_reported(twilio: Twilio, api: TwilioApi) -> None:
    await TwilioSms(api, "+14155550100", "https://line.example.org/voice/sms-status").send(CALLER, "Hello")
    assert twilio.seen[0][2] == {
        "To": "+14155550123",
        "From": "+14155550100",
        "Body": "Hello",
        "StatusCallback": "https://line.example.org/voice/sms-status",
    }


FAILURES = [
    (429, json.dumps({"code": 20429, "message": "Too many for +14155550123", "status": 429}), "too_many", "a minute"),
    (500, "<html>oops +14155550123</html>", "provider", "status page"),
    (503, json.dumps({"code": 20503, "message": "down", "status": 503}), "provider", "status page"),
    (400, json.dumps({"code": 21211, "message": "'To' +14155550123 is wrong", "status": 400}), "refused", "21211"),
    (400, "", "refused", "400"),
    (
        400,
        json.dumps({"type": "https://x", "title": "+14155550123", "status": 400, "code": 60200}),
        "refused",
        "60200",
    ),
    (201, "not json", "unreachable", "network"),
]


@pytest.mark.parametrize(("status", "text", "why", "hint"), FAILURES)
async def test_failures_are_typed_counted_and_without_personal_data(
    status: int, text: str, why: str, hint: str, twilio: Twilio, api: TwilioApi, meter: FakeMeter
) -> None:
    twilio.answer = (status, text)
    with pytest.raises(ProviderError, match=hint) as caught:
        await TwilioSms(api, "+14155550100").send(CALLER, "Hello")
    assert "5550123" not in str(caught.value)
    assert caught.value.__suppress_context__
    assert meter["twilio_api_failed", why] == 1
    assert len(twilio.seen) == 1


WISH = CallBack(CALL, "case_00ab12", CALLER, "asked", START, START)
#: Everything the product asks of a call or a message; codes are in ``test_verify.py``.
ASKED: dict[str, Callable[[TwilioApi, CallControl], Awaitable[object]]] = {
    "text": lambda api, _: TwilioSms(api, "+14155550100").send(CALLER, "Hello"),
    "hang_up": lambda _, control: control.hang_up(CALL),
    "to_conference": lambda _, control: control.to_conference(CALL, "room-1"),
    "to_hold": lambda _, control: control.to_hold(CALL, Place(2, 7, call_back=True, go_on=True)),
    "nobody": lambda _, control: control.nobody(CALL, go_on=True),
    "invite": lambda _, control: control.invite(STAFF, "+14155550100", "They asked for a person."),
    "ring_to_call_back": lambda _, control: control.ring_to_call_back(STAFF, "+14155550100", WISH),
    "hand_back": lambda _, control: control.hand_back(CALL),
}


def test_nothing_is_asked_that_is_not_tried_here() -> None:
    asks = {name for name in vars(CallControl) if not name.startswith("_")}
    assert asks == set(ASKED) - {"text"}


@pytest.mark.parametrize("name", ASKED)
async def test_every_request_fits_the_documents_and_fails_typed_and_once(
    name: str, twilio: Twilio, api: TwilioApi, control: CallControl, meter: FakeMeter
) -> None:
    await ASKED[name](api, control)
    for status, why in ((429, "too_many"), (503, "provider"), (400, "refused")):
        twilio.answer = (status, json.dumps({"code": 20000 + status, "message": f"{CALLER.value}", "status": status}))
        with pytest.raises(ProviderError) as caught:
            await ASKED[name](api, control)
        assert "5550123" not in str(caught.value)
        assert meter["twilio_api_failed", why] == 1
    assert len(twilio.seen) == 4
    assert twilio.misfits == []


async def test_a_wrong_token_is_refused(twilio: Twilio, meter: FakeMeter) -> None:
    api = TwilioApi(ACCOUNT, "another", meter, twilio.url)
    with pytest.raises(ProviderError, match="20003"):
        await TwilioSms(api, "+14155550100").send(CALLER, "Hello")


async def test_no_answer_in_time(twilio: Twilio, api: TwilioApi, meter: FakeMeter) -> None:
    twilio.delay = 0.9
    with pytest.raises(ProviderTimeout):
        await TwilioSms(api, "+14155550100").send(CALLER, "Hello")
    assert meter["twilio_api_failed", "timeout"] == 1


async def test_nobody_there(meter: FakeMeter) -> None:
    api = TwilioApi(ACCOUNT, SECRET, meter, "http://127.0.0.1:9", timeout_s=0.5)
    with pytest.raises(ProviderError, match="network"):
        await TwilioSms(api, "+14155550100").send(CALLER, "Hello")


def test_without_account_or_sender_there_is_no_client(meter: FakeMeter, api: TwilioApi) -> None:
    for account, secret in (("", SECRET), (ACCOUNT, "")):
        with pytest.raises(EnvironmentProblem):
            TwilioApi(account, secret, meter)
    with pytest.raises(EnvironmentProblem):
        TwilioSms(api, "")
