"""What a call may ask the world to do, as frozen data. Only ``ivr.call_runner`` performs them, in order.

A ``Journal`` stands before the ``Say`` that confirms it: the caller never hears a thing confirmed that a crash
could lose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from core.evidence import Evidence
from speech.answers.model import Kind
from speech.recognizer import HearingSpec

__all__ = [
    "AllowRecording",
    "AssessRisk",
    "AwaitKeys",
    "BindPhone",
    "CheckCode",
    "DrawDigits",
    "DrawQuestions",
    "Effect",
    "EndCall",
    "Finish",
    "HandOver",
    "Journal",
    "Listen",
    "NewCase",
    "Respond",
    "Say",
    "SendCode",
    "SendTerms",
    "StopListening",
    "StopPlayback",
    "Submit",
]


_PAUSE = re.compile(r"<pause [0-9]+>")


@dataclass(frozen=True, slots=True)
class Say:
    """Speak ``text``. ``prompt_id`` is the prompt's name in the catalogue; its mark is ``prompt_id:say_id``.

    ``may_interrupt`` is False for disclosures. ``keep`` is False when the text holds personal data and must not be
    cached on disk. ``rate`` is the speed in words a minute, 0 for the voice's own. ``leads`` marks the first part of a
    prompt whose second part follows by itself.
    """

    say_id: int
    prompt_id: str
    text: str
    may_interrupt: bool = True
    keep: bool = False
    rate: int = 0
    leads: bool = False

    @property
    def words(self) -> str:
        """The text without its pauses, as a transcript shows it."""
        return " ".join(_PAUSE.sub(" ", self.text).split())


@dataclass(frozen=True, slots=True)
class Listen:
    """Hear one answer. Counting starts when the prompt has played (or at once when nothing plays).

    ``hangover_ms`` of silence end the answer; ``max_ms`` cut it; ``no_input_ms`` without speech give ``Silence``.
    Where ``kind`` is given, an answer that is whole (``length`` figures, a full date) may end sooner.
    ``secret`` answers are neither recorded nor written to the transcript.
    """

    listen_id: int
    question_id: str
    spec: HearingSpec
    hangover_ms: int
    max_ms: int
    no_input_ms: int
    secret: bool = False
    kind: Kind | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True)
class StopListening:
    """Forget the answer in progress: keys have taken over."""


@dataclass(frozen=True, slots=True)
class AwaitKeys:
    """Give ``Silence`` for ``listen_id`` when no further key comes within ``timeout_ms``. A later one replaces it."""

    listen_id: int
    timeout_ms: int


@dataclass(frozen=True, slots=True)
class NewCase:
    """Leave the unfinished case alone and go on under a fresh case id."""


@dataclass(frozen=True, slots=True)
class StopPlayback:
    """Empty the far end's buffer."""


@dataclass(frozen=True, slots=True, repr=False)
class Journal:
    kind: str
    data: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Journal({self.kind})"


@dataclass(frozen=True, slots=True)
class BindPhone:
    """Make the case findable by the caller's number."""


@dataclass(frozen=True, slots=True)
class AllowRecording:
    """The caller agreed: audio may be kept from now on."""


@dataclass(frozen=True, slots=True)
class SendCode:
    """Send a one-time code to the number of the case; answers with ``CodeSent``. ``binding`` is what it approves."""

    purpose: str
    binding: str


@dataclass(frozen=True, slots=True, repr=False)
class CheckCode:
    """Answers with ``CodeChecked``."""

    purpose: str
    binding: str
    code: str


@dataclass(frozen=True, slots=True)
class AssessRisk:
    """Look at how plausible the call is by now; answers with ``RiskAssessed``."""


@dataclass(frozen=True, slots=True)
class DrawDigits:
    """Draw so many fresh random digits; answers with ``DigitsDrawn``."""

    count: int


@dataclass(frozen=True, slots=True)
class DrawQuestions:
    """Draw so many of these topics, of those that this person's last loan has an answer to; answers with
    ``QuestionsDrawn``."""

    topics: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Submit:
    """Make the application of the journalled answers and decide it; answers with ``DecisionMade``."""


@dataclass(frozen=True, slots=True)
class Respond:
    """The caller's answer to the offer: accept offer number ``offer`` or refuse all (``None``), with its evidence."""

    offer: int | None
    assent: Evidence


@dataclass(frozen=True, slots=True)
class SendTerms:
    """Send the agreed terms in writing to the number of the case. A message that fails is noted for a person."""

    offer: int


@dataclass(frozen=True, slots=True)
class Finish:
    """The case is over and will not be resumed."""

    how: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """Give the call to a person once the prompt before it has played."""

    reason: str


@dataclass(frozen=True, slots=True)
class EndCall:
    """Hang up once the prompt before it has played. ``outcome`` is a static name."""

    outcome: str


Effect = (
    Say
    | Listen
    | StopListening
    | AwaitKeys
    | NewCase
    | StopPlayback
    | Journal
    | BindPhone
    | AllowRecording
    | SendCode
    | SendTerms
    | AssessRisk
    | DrawDigits
    | DrawQuestions
    | CheckCode
    | Submit
    | Respond
    | Finish
    | HandOver
    | EndCall
)
