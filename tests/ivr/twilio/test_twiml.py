from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from core.applicant import PhoneNumber
from core.errors import EnvironmentProblem, InvalidInput
from ivr.line import FormAsk, FormPage, NextStep
from ivr.twilio.twiml import WEBHOOK_LIMITS, Documents, Place, Spoken

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


PAGE = FormPage(
    7,
    ("This call is automated.",),
    ("How much?",),
    FormAsk(("yes", "two, three"), 4, "", 8, 2),
    NextStep("form"),
    "amount.ask",
)


def test_a_page_of_the_form_says_what_must_be_heard_before_it_listens() -> None:
    text = Documents(BASE).form_page(PAGE)
    assert verbs(text) == ["Say", "Gather", "Redirect"]
    gather = one(text, "Gather")
    assert [say.text for say in gather] == ["How much?"]
    assert gather.attrib == {
        "input": "dtmf speech",
        "action": f"{BASE}/voice/form?page=7&prompt=amount.ask{WEBHOOK_LIMITS}",
        "method": "POST",
        "timeout": "8",
        "speechTimeout": "2",
        "numDigits": "4",
        "finishOnKey": "",
        "hints": "yes,two, three",
        "language": "en-US",
        "profanityFilter": "false",
        "actionOnEmptyResult": "true",
    }
    assert one(text, "Redirect").text == f"{BASE}/voice/fallback{WEBHOOK_LIMITS}"


def test_a_page_without_a_fixed_number_of_keys_or_hints() -> None:
    ask = FormAsk((), None, "#", 8, 2)
    gather = one(Documents(BASE).form_page(replace(PAGE, ask=ask)), "Gather")
    assert {"numDigits", "hints"}.isdisjoint(gather.attrib)
    assert gather.attrib["finishOnKey"] == "#"


def test_a_page_that_asks_nothing_is_no_gather() -> None:
    with pytest.raises(InvalidInput):
        Documents(BASE).form_page(replace(PAGE, ask=None))


def test_waiting_for_a_person() -> None:
    documents = Documents(BASE, STAFF, call_backs=True)
    first = documents.please_hold(Place(0), ("One moment.",))
    assert verbs(first) == ["Say", "Say", "Gather", "Redirect"]
    assert one(first, "Gather").attrib["action"] == f"{BASE}/voice/call-back{WEBHOOK_LIMITS}"
    assert one(first, "Gather/Play").text == f"{BASE}/voice/hold-music.wav"
    assert one(first, "Redirect").text == f"{BASE}/voice/hold{WEBHOOK_LIMITS}"
    assert "next in line" in first
    assert "press" not in first
    later = documents.hold(Place(2, 7, call_back=True, go_on=True))
    for words in ("2 callers before you", "about 7 minutes", "press 1", "press 2"):
        assert words in later
    assert "one caller before you" in documents.hold(Place(1, 1))
    assert "about a minute" in documents.hold(Place(1, 1))
    assert "press 1" not in Documents(BASE).hold(Place(1, call_back=True))


def test_both_ends_meet_without_twilios_own_music() -> None:
    dial = one(Documents(BASE).conference("room_1"), "Dial/Conference")
    assert dial.text == "room_1"
    assert dial.attrib == {
        "beep": "false",
        "startConferenceOnEnter": "true",
        "endConferenceOnExit": "true",
        "waitUrl": "",
    }


def test_a_person_takes_the_call_with_a_key_and_leaves_it_with_the_star() -> None:
    documents = Documents(BASE, STAFF)
    invitation = documents.invitation("They asked for a person.")
    assert verbs(invitation) == ["Gather", "Hangup"]
    assert one(invitation, "Gather").attrib["action"] == f"{BASE}/voice/staff-join{WEBHOOK_LIMITS}"
    dial = one(documents.join_conference("room_1"), "Dial")
    assert dial.attrib["hangupOnStar"] == "true"
    assert dial.attrib["action"] == f"{BASE}/voice/staff-left{WEBHOOK_LIMITS}"


def test_what_else_there_is_when_nobody_is_free() -> None:
    assert verbs(Documents(BASE).nobody()) == ["Say", "Say", "Hangup"]
    text = Documents(BASE, call_backs=True).nobody(go_on=True)
    assert [say.text for say in one(text, "Gather")] == [Spoken().offer_call_back, Spoken().go_on]
    assert [say.text for say in one(Documents(BASE).person_left(), "Gather")] == [Spoken().go_on]


def test_words_are_escaped_and_carry_their_language() -> None:
    text = Documents(BASE, spoken=Spoken(language="es-US", goodbye="Adiós & <gracias>")).goodbye()
    say = one(text, "Say")
    assert say.text == "Adiós & <gracias>"
    assert say.attrib == {"language": "es-US"}


def test_every_document_ends_the_call_or_goes_on_by_itself() -> None:
    documents = Documents(BASE, STAFF, call_backs=True)
    made = [documents.incoming("t"), documents.reconnect("t"), documents.full(), documents.closed()]
    made += [documents.fallback(), documents.person(), documents.nobody(), documents.call_back_promised()]
    made += [documents.goodbye(), documents.hang_up(), documents.conference("r"), documents.join_conference("r")]
    made += [
        documents.form_page(PAGE),
        documents.hold(Place(1)),
        documents.caller_gone(),
        documents.invitation("Hi"),
        documents.person_left(),
    ]
    made += [documents.link_sent(), documents.call_later()]
    assert {verbs(text)[-1] for text in made} == {"Hangup", "Redirect", "Dial"}


def test_a_line_without_an_address_cannot_be_built() -> None:
    with pytest.raises(EnvironmentProblem):
        Documents("")
