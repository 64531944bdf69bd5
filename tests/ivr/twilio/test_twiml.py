from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from core.applicant import PhoneNumber
from core.errors import EnvironmentProblem
from ivr.line import NextStep
from ivr.twilio.twiml import WEBHOOK_LIMITS, Documents, Spoken

BASE = "https://line.example.org"
STAFF = PhoneNumber("+14155550199")


def verbs(text: str) -> list[str]:
    return [verb.tag for verb in ET.fromstring(text)]


def one(text: str, path: str) -> ET.Element:
    found = ET.fromstring(text).findall(path)
    assert len(found) == 1
    return found[0]


def test_incoming_gives_notice_then_the_stream_then_another_verb() -> None:
    text = Documents(BASE).incoming("tok-1")
    assert verbs(text) == ["Say", "Connect", "Redirect"]
    assert "automated" in (one(text, "Say").text or "")
    assert one(text, "Connect").attrib == {"action": f"{BASE}/voice/after-stream{WEBHOOK_LIMITS}", "method": "POST"}
    stream = one(text, "Connect/Stream")
    assert stream.attrib == {
        "url": "wss://line.example.org/voice/media",
        "statusCallback": f"{BASE}/voice/stream-status{WEBHOOK_LIMITS}",
        "statusCallbackMethod": "POST",
    }
    assert one(text, "Connect/Stream/Parameter").attrib == {"name": "call_token", "value": "tok-1"}
    assert one(text, "Redirect").text == f"{BASE}/voice/fallback{WEBHOOK_LIMITS}"


def test_the_stream_url_has_no_query_and_no_token() -> None:
    url = one(Documents(BASE).incoming("tok-1"), "Connect/Stream").attrib["url"]
    assert "?" not in url
    assert "tok-1" not in url


def test_a_local_line_streams_without_tls() -> None:
    text = Documents("http://127.0.0.1:8080").reconnect("t")
    assert verbs(text) == ["Connect", "Redirect"]
    assert one(text, "Connect/Stream").attrib["url"] == "ws://127.0.0.1:8080/voice/media"


def test_full_promises_a_call_back_only_when_somebody_keeps_it() -> None:
    assert verbs(Documents(BASE).full()) == ["Say", "Say", "Hangup"]
    text = Documents(BASE, call_backs=True).full()
    assert verbs(text) == ["Say", "Gather", "Say", "Hangup"]
    gather = one(text, "Gather")
    assert gather.attrib["action"] == f"{BASE}/voice/call-back{WEBHOOK_LIMITS}"
    assert gather.attrib["actionOnEmptyResult"] == "false"


def test_person_dials_staff_or_says_that_nobody_is_there() -> None:
    text = Documents(BASE, STAFF).person()
    assert verbs(text) == ["Say", "Dial"]
    assert one(text, "Dial/Number").text == STAFF.value
    assert one(text, "Dial").attrib["action"] == f"{BASE}/voice/after-dial{WEBHOOK_LIMITS}"
    assert verbs(Documents(BASE).person()) == ["Say", "Say", "Hangup"]


def test_the_fallback_form_works_without_a_stream() -> None:
    text = Documents(BASE, call_backs=True).fallback()
    assert verbs(text) == ["Say", "Gather", "Say", "Hangup"]
    assert [say.text for say in one(text, "Gather")] == [Spoken().offer_call_back, Spoken().form]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("goodbye", ["Hangup"]),
        ("person", ["Say", "Dial"]),
        ("reconnect", ["Connect", "Redirect"]),
        ("call_back", ["Say", "Hangup"]),
        ("something new", ["Say", "Gather", "Say", "Hangup"]),
    ],
)
def test_after_the_stream(kind: str, expected: list[str]) -> None:
    assert verbs(Documents(BASE, STAFF).after_stream(NextStep(kind), "t")) == expected


def test_words_are_escaped_and_carry_their_language() -> None:
    text = Documents(BASE, spoken=Spoken(language="es-US", goodbye="Adiós & <gracias>")).goodbye()
    say = one(text, "Say")
    assert say.text == "Adiós & <gracias>"
    assert say.attrib == {"language": "es-US"}


def test_every_document_ends_the_call_or_goes_on_by_itself() -> None:
    documents = Documents(BASE, STAFF, call_backs=True)
    made = [documents.incoming("t"), documents.reconnect("t"), documents.full(), documents.closed()]
    made += [documents.fallback(), documents.person(), documents.nobody(), documents.call_back_promised()]
    made += [documents.goodbye(), documents.hang_up(), documents.conference("r"), documents.join_conference("r", "Hi")]
    assert {verbs(text)[-1] for text in made} == {"Hangup", "Redirect", "Dial"}


def test_a_line_without_an_address_cannot_be_built() -> None:
    with pytest.raises(EnvironmentProblem):
        Documents("")
