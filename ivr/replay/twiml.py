"""The part of TwiML a replayed call follows: which verbs, in which order, with which addresses.

Source: the TwiML pages of the carrier's documentation for ``<Connect>``, ``<Stream>``, ``<Redirect>``, ``<Dial>``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from xml.etree import ElementTree

from core.errors import MalformedMessage

__all__ = ["Step", "StreamVerb", "read_twiml"]


@dataclass(frozen=True, slots=True)
class StreamVerb:
    """``<Connect action><Stream url statusCallback name><Parameter>``."""

    url: str
    action: str | None = None
    status_callback: str | None = None
    name: str = ""
    parameters: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One verb. ``stream`` is set on ``Connect``, ``url`` on ``Redirect``, ``text`` on ``Say`` and ``Dial``."""

    verb: str
    url: str = ""
    text: str = ""
    stream: StreamVerb | None = None


def _stream(connect: ElementTree.Element) -> StreamVerb:
    stream = connect.find("Stream")
    url = "" if stream is None else stream.get("url", "")
    if stream is None or not url:
        raise MalformedMessage("The TwiML's Connect holds no Stream with a url: give one.")
    given = {item.get("name", ""): item.get("value", "") for item in stream.findall("Parameter")}
    return StreamVerb(url, connect.get("action"), stream.get("statusCallback"), stream.get("name", ""), given)


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
        elif element.tag == "Redirect":
            steps.append(Step("Redirect", url=text))
        else:
            steps.append(Step(element.tag, text=text))
    return steps
