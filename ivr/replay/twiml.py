"""The part of TwiML a replayed call follows: which verbs, in which order, with which addresses.

Source: the TwiML pages of the carrier's documentation for ``<Connect>``, ``<Stream>``, ``<Redirect>``, ``<Dial>``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

from core.errors import MalformedMessage

__all__ = ["GatherVerb", "Step", "StreamVerb", "read_twiml"]


@dataclass(frozen=True, slots=True)
class StreamVerb:
    """``<Connect action><Stream url statusCallback name><Parameter>``."""

    url: str
    action: str | None = None
    status_callback: str | None = None
    name: str = ""
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GatherVerb:
    """``<Gather action numDigits finishOnKey input actionOnEmptyResult>``; ``finish`` may be empty: no key ends it."""

    action: str
    digits: int | None
    finish: str
    speech: bool
    on_empty: bool

    @property
    def prompt_id(self) -> str:
        """What is asked: the name in the action's query, else the last part of its path."""
        parts = urlsplit(self.action)
        return parse_qs(parts.query).get("prompt", [parts.path.rpartition("/")[2]])[0]


@dataclass(frozen=True, slots=True)
class Step:
    """One verb. ``stream`` is set on ``Connect``, ``gather`` on ``Gather``, ``url`` on ``Redirect``, ``text`` on those
    that speak and on ``Dial``, and the seconds of a ``Pause``."""

    verb: str
    url: str = ""
    text: str = ""
    stream: StreamVerb | None = None
    gather: GatherVerb | None = None


def _stream(connect: ElementTree.Element) -> StreamVerb:
    stream = connect.find("Stream")
    url = "" if stream is None else stream.get("url", "")
    if stream is None or not url:
        raise MalformedMessage("The TwiML's Connect holds no Stream with a url: give one.")
    given = {item.get("name", ""): item.get("value", "") for item in stream.findall("Parameter")}
    return StreamVerb(url, connect.get("action"), stream.get("statusCallback"), stream.get("name", ""), given)


def _gather(verb: ElementTree.Element) -> GatherVerb:
    count = verb.get("numDigits", "")
    return GatherVerb(
        verb.get("action", ""),
        int(count) if count.isascii() and count.isdigit() else None,
        verb.get("finishOnKey", "#"),
        "speech" in verb.get("input", "dtmf").split(),
        verb.get("actionOnEmptyResult", "false") == "true",
    )


def read_twiml(body: str) -> list[Step]:
    """The verbs in order. Raises ``MalformedMessage`` when the body is no TwiML document."""
    try:
        # The text comes from the server under test, and current expat refuses entity bombs by itself.
        root = ElementTree.fromstring(body)  # noqa: S314  # see the line above
    except ElementTree.ParseError:
        raise MalformedMessage("The answer is not XML: answer webhooks with TwiML.") from None
    if root.tag != "Response":
        raise MalformedMessage("The TwiML does not begin with Response: answer webhooks with TwiML.")
    steps = []
    for element in root:
        text = " ".join("".join(element.itertext()).split())
        if element.tag == "Connect":
            steps.append(Step("Connect", stream=_stream(element)))
        elif element.tag == "Gather":
            steps.append(Step("Gather", text=text, gather=_gather(element)))
        elif element.tag == "Pause":
            steps.append(Step("Pause", text=element.get("length", "1")))
        elif element.tag == "Redirect":
            steps.append(Step("Redirect", url=text))
        else:
            steps.append(Step(element.tag, text=text))
    return steps
