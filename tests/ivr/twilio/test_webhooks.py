"""The routes: signatures, bounds, documents, and the same end whatever the order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.applicant import PhoneNumber
from core.errors import InvalidInput
from ivr.line import Admission, FormAnswer, NextStep
from ivr.twilio.forms import Form, incoming_call, read_form
from ivr.twilio.webhooks import router
from tests.ivr.twilio.line_app import CALL, LineApp

BASE = "https://line.example.org"
ROUTES = [
    "incoming",
    "fallback",
    "form",
    "fallback-key",
    "call-back",
    "after-stream",
    "after-dial",
    "resume",
    "status",
    "stream-status",
]


@pytest.fixture
def line() -> LineApp:
    return LineApp(BASE)


async def post(
    line: LineApp, route: str, query: str = "", *, headers: dict[str, str] | None = None, **changes: str
) -> httpx.Response:
    """A signed webhook; ``headers`` replace the signature."""
    fields = line.form(**changes)
    url = f"{BASE}/voice/{route}{query}"
    transport = httpx.ASGITransport(line.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://inside:8080") as client:
        return await client.post(
            f"/voice/{route}{query}", data=fields, headers=line.sign(url, fields) if headers is None else headers
        )


def verbs(response: httpx.Response) -> list[str]:
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/xml")
    return [verb.tag for verb in ET.fromstring(response.content)]


def told(line: LineApp) -> tuple[object, ...]:
    assert line.call_backs is not None
    return (dict(line.house.rung), list(line.house.ends), dict(line.call_backs.asked), line.calls.is_gone(CALL))


def test_the_list_of_routes_is_whole_and_not_published(line: LineApp) -> None:
    documents = router(line.house, line.calls, line.verifier, line.tokens, line.documents, line.meter, line.helpers)
    assert {getattr(route, "path", "") for route in documents.routes} == {f"/voice/{name}" for name in ROUTES}
    assert line.app.openapi()["paths"] == {}


@pytest.mark.parametrize("route", ROUTES)
async def test_unsigned_or_altered_is_403_and_stores_nothing(route: str, line: LineApp) -> None:
    before = told(line)
    good = line.sign(f"{BASE}/voice/{route}", line.form(Digits="1", CallStatus="completed"))
    assert (await post(line, route, headers={})).status_code == 403
    for field in line.form():
        changes = {"Digits": "1", "CallStatus": "completed"}
        changes[field] = line.form(**changes)[field] + "x"
        assert (await post(line, route, headers=good, **changes)).status_code == 403, field
    for other in ("http://inside:8080", "https://evil.example.net"):
        headers = line.sign(f"{other}/voice/{route}", line.form())
        headers |= {"X-Forwarded-Host": other.split("//")[1], "X-Forwarded-Proto": "https"}
        assert (await post(line, route, headers=headers)).status_code == 403
    assert told(line) == before
    assert line.meter["twilio_refused", "signature"] == 3 + len(line.form())


@pytest.mark.parametrize("route", ROUTES)
async def test_get_and_a_form_without_a_call_are_refused(route: str, line: LineApp) -> None:
    transport = httpx.ASGITransport(line.app)
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        assert (await client.get(f"/voice/{route}")).status_code == 405
    for bad in ("", "../../etc", "x" * 65):
        response = await post(line, route, CallSid=bad)
        assert response.status_code == 400
        assert response.text.startswith("CallSid: ")
    assert line.house.rung == {}
    assert line.house.ends == []


async def test_a_call_rings_and_gets_a_stream_with_its_own_token(line: LineApp) -> None:
    response = await post(line, "incoming")
    assert verbs(response) == ["Say", "Connect", "Redirect"]
    parameter = ET.fromstring(response.content).find("Connect/Stream/Parameter")
    assert parameter is not None
    line.tokens.redeem(parameter.attrib["value"], CALL)
    call = line.house.rung[CALL]
    assert (call.caller, call.called) == (PhoneNumber("+14155550123"), "+14155550100")
    assert call.attestation == "TN-Validation-Passed-A"


@pytest.mark.parametrize("number", ["", "anonymous", "+266696687", "+7378742833", "client:bob", "Restricted", "4155"])
async def test_a_withheld_or_odd_number_is_no_error(number: str, line: LineApp) -> None:
    assert verbs(await post(line, "incoming", From=number, StirVerstat="")) == ["Say", "Connect", "Redirect"]
    assert line.house.rung[CALL].caller is None
    assert line.house.rung[CALL].attestation is None


async def test_full_and_closed(line: LineApp) -> None:
    line.house.admission = Admission.FULL
    assert verbs(await post(line, "incoming")) == ["Say", "Gather", "Say", "Hangup"]
    line.house.admission = Admission.CLOSED
    assert verbs(await post(line, "incoming")) == ["Say", "Gather", "Say", "Hangup"]


async def test_a_house_that_cannot_store_apologises_with_a_way_on(line: LineApp) -> None:
    line.house.failing = True
    assert verbs(await post(line, "incoming")) == ["Say", "Gather", "Say", "Hangup"]
    assert line.meter["twilio_webhook_failed", "storage_error"] == 1
    assert (await post(line, "status", CallStatus="completed")).status_code == 503


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("goodbye", ["Hangup"]), ("person", ["Say", "Dial"]), ("reconnect", ["Connect", "Redirect"])],
)
async def test_after_the_stream(kind: str, expected: list[str], line: LineApp) -> None:
    await post(line, "incoming")
    line.house.step = NextStep(kind)
    assert verbs(await post(line, "after-stream", CallStatus="in-progress")) == expected


async def test_a_call_from_before_a_restart_is_taken_up_again(line: LineApp) -> None:
    assert verbs(await post(line, "after-stream", CallStatus="in-progress")) == ["Connect", "Redirect"]
    assert list(line.house.rung) == [CALL]


FORM = ["Say", "Gather", "Redirect"]


async def test_after_a_stream_that_cannot_be_had_comes_the_form(line: LineApp) -> None:
    assert line.forms is not None
    await post(line, "incoming")
    for kind in ("form", "something new"):
        line.house.step = NextStep(kind)
        assert verbs(await post(line, "after-stream", CallStatus="in-progress")) == FORM
    assert list(line.forms.open) == [CALL]


async def test_no_recogniser_is_no_reason_to_send_a_caller_away(line: LineApp) -> None:
    line.house.admission = Admission.FORM
    assert verbs(await post(line, "incoming")) == FORM


async def test_the_form_page_by_page(line: LineApp) -> None:
    assert line.forms is not None
    assert verbs(await post(line, "fallback")) == FORM
    await post(line, "form", "?page=1", SpeechResult="Yes.", Confidence="0.87")
    again = await post(line, "form", "?page=1", SpeechResult="Yes.", Confidence="0.87")
    assert "Question 2?" in again.text
    await post(line, "form", "?page=2", Digits="1", SpeechResult="noise", Confidence="nonsense")
    assert verbs(await post(line, "form", "?page=3")) == ["Say", "Hangup"]
    assert verbs(await post(line, "form", "?page=3")) == ["Say", "Hangup"]
    given = line.forms.open[CALL].given
    assert given == [FormAnswer(1, "Yes.", 0.87), FormAnswer(2, "", None, "1"), FormAnswer(3)]


@pytest.mark.parametrize("query", ["", "?page=", "?page=x", "?page=99999999", "?page=-1", "?page=2"])
async def test_an_answer_to_another_page_changes_nothing(query: str, line: LineApp) -> None:
    assert line.forms is not None
    assert "Question 1?" in (await post(line, "form", query, Digits="1")).text
    assert line.forms.open[CALL].given == []


async def test_the_page_number_is_signed_too(line: LineApp) -> None:
    fields = line.form(Digits="1")
    headers = line.sign(f"{BASE}/voice/form?page=2", fields)
    assert (await post(line, "form", "?page=1", headers=headers, Digits="1")).status_code == 403


async def test_a_form_that_ends_with_a_person(line: LineApp) -> None:
    assert line.forms is not None
    await post(line, "fallback")
    line.forms.open[CALL].number = 4
    line.forms.open[CALL].step = NextStep("person", "asked_for_person")
    assert verbs(await post(line, "fallback")) == ["Say", "Say", "Dial"]
    assert line.desk.taken == [CALL]


async def test_a_form_that_fails_leads_to_a_call_back_or_a_text(line: LineApp) -> None:
    assert line.forms is not None
    line.forms.failing = True
    for route in ("fallback", "form"):
        assert verbs(await post(line, route)) == ["Say", "Gather", "Say", "Hangup"]
    assert line.meter["twilio_webhook_failed", "storage_error"] == 2
    assert verbs(await post(line, "fallback-key", Digits="3")) == ["Say", "Hangup"]
    assert line.links.sent == [CALL]
    assert "on its way" not in (await post(line, "fallback-key", Digits="3", From="anonymous")).text
    assert line.links.sent == [CALL]


async def test_a_call_that_is_gone_gets_no_form(line: LineApp) -> None:
    assert line.forms is not None
    await post(line, "status", CallStatus="completed")
    for route in ("fallback", "form", "after-stream"):
        assert verbs(await post(line, route)) == ["Hangup"]
    assert line.forms.open == {}


async def test_the_line_promises_a_call_back_only_when_it_is_on_the_list(line: LineApp) -> None:
    assert line.call_backs is not None
    await post(line, "incoming")
    line.house.step = NextStep("call_back", "line_trouble")
    for _ in range(2):
        assert "call you back" in (await post(line, "after-stream", CallStatus="in-progress")).text
    assert line.call_backs.reasons == ["line_trouble"]
    line.call_backs.failing = True
    refused = await post(line, "after-stream", CallStatus="in-progress")
    assert "call you back" not in refused.text
    assert verbs(refused) == ["Say", "Hangup"]
    withheld = await post(line, "after-stream", CallStatus="in-progress", From="anonymous")
    assert "call you back" not in withheld.text


@pytest.mark.parametrize("route", ["after-stream", "status"])
@pytest.mark.parametrize(("reason", "kept"), [("review", 1), ("incomplete", 1), ("accepted", 0), ("declined", 0)])
async def test_a_call_back_that_the_dialogue_promised_is_on_the_list(
    route: str, reason: str, kept: int, line: LineApp
) -> None:
    assert line.call_backs is not None
    await post(line, "incoming")
    line.house.step = NextStep("goodbye", reason)
    for _ in range(2):
        await post(line, route, CallStatus="completed")
    assert len(line.call_backs.asked) == kept


async def test_a_caller_who_hung_up_is_over(line: LineApp) -> None:
    await post(line, "incoming")
    assert verbs(await post(line, "after-stream", CallStatus="completed")) == ["Hangup"]
    assert line.house.ends == [(CALL, "completed")]


async def test_the_ways_on_by_keys_where_there_is_no_form() -> None:
    line = LineApp(BASE, forms=False)
    assert line.call_backs is not None
    assert verbs(await post(line, "fallback", ErrorCode="11200")) == ["Say", "Gather", "Say", "Hangup"]
    assert verbs(await post(line, "fallback-key", Digits="0")) == ["Say", "Dial"]
    assert verbs(await post(line, "fallback-key", Digits="2")) == ["Connect", "Redirect"]
    assert line.call_backs.asked == {}
    for _ in range(2):
        assert verbs(await post(line, "fallback-key", Digits="1")) == ["Say", "Hangup"]
    assert list(line.call_backs.asked) == [CALL]


@pytest.mark.parametrize(("key", "number"), [("9", "+14155550123"), ("", "+14155550123"), ("1", "anonymous")])
async def test_no_call_back_without_key_or_number(key: str, number: str, line: LineApp) -> None:
    assert line.call_backs is not None
    await post(line, "call-back", Digits=key, From=number)
    assert line.call_backs.asked == {}


async def test_no_call_back_is_promised_when_nobody_takes_them() -> None:
    line = LineApp(BASE, call_backs=False)
    response = await post(line, "call-back", Digits="1")
    assert "call you back" not in response.text


async def test_after_a_person_the_line_can_go_on(line: LineApp) -> None:
    assert verbs(await post(line, "after-dial", DialCallStatus="completed")) == ["Gather", "Say", "Hangup"]
    nobody = await post(line, "after-dial", DialCallStatus="no-answer")
    assert verbs(nobody) == ["Say", "Gather", "Say", "Hangup"]
    assert "press 2" in nobody.text
    assert verbs(await post(line, "call-back", Digits="2")) == ["Connect", "Redirect"]
    line.desk.closed.add(CALL)
    assert verbs(await post(line, "after-dial", DialCallStatus="completed")) == ["Hangup"]
    assert "press 2" not in (await post(line, "after-dial", DialCallStatus="no-answer")).text
    assert verbs(await post(line, "resume")) == ["Say", "Hangup"]


async def test_status_reports_only_ends(line: LineApp) -> None:
    await post(line, "incoming")
    for status in ("initiated", "ringing", "in-progress", "news to us", ""):
        assert (await post(line, "status", CallStatus=status)).status_code == 204
    assert line.house.ends == []
    for status in ("completed", "completed", "no-answer"):
        assert (await post(line, "status", CallStatus=status)).status_code == 204
    assert line.house.ends == [(CALL, "completed")]


async def test_stream_errors_are_counted_and_end_no_call(line: LineApp) -> None:
    await post(line, "incoming")
    for event in ("stream-started", "stream-error", "stream-stopped", "other"):
        assert (await post(line, "stream-status", StreamEvent=event, StreamSid="MZ1")).status_code == 204
    assert line.meter["twilio_caller_trouble", "stream_error"] == 1
    assert line.house.ends == []


async def test_a_late_ring_does_not_bring_a_call_back(line: LineApp) -> None:
    await post(line, "status", CallStatus="completed")
    for route in ("incoming", "resume"):
        assert verbs(await post(line, route)) == ["Hangup"]
    assert line.house.rung == {}


async def test_a_ring_repeated_after_the_line_has_done_its_part_goes_on_from_there(line: LineApp) -> None:
    await post(line, "incoming")
    line.calls.stream_began(CALL, "MZ1", lambda _why: None)
    await line.calls.stream_over(CALL, "MZ1", "finished")
    line.house.step = NextStep("person")
    assert verbs(await post(line, "incoming")) == ["Say", "Dial"]
    assert line.house.rings == 1
    assert verbs(await post(line, "resume")) == ["Connect", "Redirect"]
    assert not line.calls.is_told(CALL)


STEPS = [
    ("incoming", {}),
    ("stream-status", {"StreamEvent": "stream-started", "StreamSid": "MZ1"}),
    ("stream-status", {"StreamEvent": "stream-stopped", "StreamSid": "MZ1"}),
    ("after-stream", {"CallStatus": "in-progress"}),
    ("status", {"CallStatus": "in-progress"}),
    ("status", {"CallStatus": "completed"}),
]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(1, 3), min_size=6, max_size=6), st.randoms(use_true_random=False))
def test_repeated_and_shuffled_webhooks_leave_the_same_state(times: list[int], random: object) -> None:
    sequence = [step for step, count in zip(STEPS, times, strict=True) for _ in range(count)]
    random.shuffle(sequence)  # type: ignore[attr-defined]  # Hypothesis's own random.Random

    async def run() -> LineApp:
        line = LineApp(BASE)
        for route, changes in sequence:
            assert (await post(line, route, **changes)).status_code in {200, 204}
        return line

    line = asyncio.run(run())
    assert line.house.ends == [(CALL, "completed")]
    assert line.calls.is_gone(CALL)
    assert line.calls.joined == 0


async def test_bodies_are_bounded(line: LineApp) -> None:
    transport = httpx.ASGITransport(line.app)
    many = urlencode([(f"F{number}", "") for number in range(301)])
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        for body, status in ((b"x" * 65_537, 413), (b"\xff\xfe=1", 400), (b"A=%FF", 400), (many.encode(), 400)):
            assert (await client.post("/voice/incoming", content=body)).status_code == status
    assert line.meter["twilio_refused", "too_large"] == 1
    assert line.meter["twilio_refused", "invalid_input"] == 3


async def test_a_body_that_trickles_is_cut() -> None:
    class Trickle:
        async def stream(self) -> AsyncIterator[bytes]:
            while True:
                yield b"a"
                await asyncio.sleep(0.005)

    with pytest.raises(InvalidInput, match="at once"):
        await read_form(Trickle(), seconds=0.03)  # type: ignore[arg-type]  # all that read_form uses of a request


def test_attestation_is_kept_only_when_it_looks_like_one() -> None:
    line = LineApp(BASE)
    assert incoming_call(Form(line.form(StirVerstat="No-TN-Validation"))).attestation == "No-TN-Validation"
    assert incoming_call(Form(line.form(StirVerstat="<b>"))).attestation is None
