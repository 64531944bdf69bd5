"""TwiML is read as the carrier reads it."""

import pytest

from core.errors import MalformedMessage
from ivr.replay.twiml import GatherVerb, Step, StreamVerb, read_twiml


def test_a_stream_with_its_parameters_and_what_follows() -> None:
    steps = read_twiml(
        '<?xml version="1.0"?><Response><Say>Hello\n there</Say>'
        '<Connect action="https://h/after"><Stream url="wss://h/m" statusCallback="/s" name="n">'
        '<Parameter name="token" value="t&amp;1"/></Stream></Connect><Redirect method="POST"> /fallback </Redirect>'
        "<Dial><Conference>room</Conference></Dial><Hangup/></Response>"
    )
    assert [step.verb for step in steps] == ["Say", "Connect", "Redirect", "Dial", "Hangup"]
    assert steps[0].text == "Hello there"
    assert steps[1].stream == StreamVerb("wss://h/m", "https://h/after", "/s", "n", {"token": "t&1"})
    assert steps[2] == Step("Redirect", url="/fallback")


def test_a_form_of_keys_and_words() -> None:
    (form, menu) = read_twiml(
        '<Response><Gather action="/voice/form?page=3&amp;prompt=amount.ask#x" input="dtmf speech" numDigits="4" '
        'finishOnKey="" actionOnEmptyResult="true"><Say>How much?</Say></Gather>'
        '<Gather action="/voice/call-back"/></Response>'
    )
    assert form.gather == GatherVerb("/voice/form?page=3&prompt=amount.ask#x", 4, "", speech=True, on_empty=True)
    assert (form.text, form.gather.prompt_id) == ("How much?", "amount.ask")
    assert menu.gather == GatherVerb("/voice/call-back", None, "#", speech=False, on_empty=False)
    assert menu.gather.prompt_id == "call-back"


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<Response>",
        "<html/>",
        "<Response><Connect/></Response>",
        "<Response><Connect><Stream/></Connect></Response>",
    ],
)
def test_what_is_no_twiml_is_refused(body: str) -> None:
    with pytest.raises(MalformedMessage):
        read_twiml(body)
