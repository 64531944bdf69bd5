"""The seam between a telephone line and a call: what comes in, what goes out, and who admits calls.

Twilio's words (Sid, TwiML, mark) stop in ``ivr.twilio``; ``ivr.replay`` joins the same seam without a network.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from core.applicant import PhoneNumber

__all__ = [
    "Admission",
    "AudioIn",
    "CallNote",
    "Form",
    "FormAnswer",
    "FormAsk",
    "FormPage",
    "Forms",
    "IncomingCall",
    "KeyIn",
    "Line",
    "LineEnded",
    "LineEvent",
    "MarkBack",
    "NextStep",
    "PersonDesk",
    "Runner",
    "Switchboard",
]


@dataclass(frozen=True, slots=True)
class AudioIn:
    """8 kHz mu-law of the caller. ``at_ms`` counts from the start of the stream; gaps are already filled."""

    at_ms: int
    mulaw: bytes


@dataclass(frozen=True, slots=True, repr=False)
class KeyIn:
    """One key. Its ``repr`` hides which: keys can be a secret."""

    digit: str

    def __repr__(self) -> str:
        return "KeyIn(•)"


@dataclass(frozen=True, slots=True)
class MarkBack:
    """Everything sent before this mark was played, or flushed by a ``clear`` (``flushed``)."""

    name: str
    flushed: bool = False


@dataclass(frozen=True, slots=True)
class LineEnded:
    why: str


LineEvent = AudioIn | KeyIn | MarkBack | LineEnded


class Line(Protocol):
    """The way out to one caller. No method waits for playback."""

    async def play(self, mulaw: bytes, mark: str) -> None:
        """Queue audio at the far end (in pieces of at least 100 ms), then a mark of that name."""
        ...

    async def clear(self) -> None:
        """Empty the far end's buffer; the marks it held come back as flushed."""
        ...

    async def close(self) -> None:
        """End the stream; what comes after it is asked with ``Switchboard.next_step``."""
        ...


@dataclass(frozen=True, slots=True)
class IncomingCall:
    """A ringing call. ``call_id`` is the carrier's own id; ``caller`` is ``None`` when the number is withheld."""

    call_id: str
    caller: PhoneNumber | None
    called: str
    attestation: str | None = None


class Admission(StrEnum):
    """``FORM``: a line is free but nothing that can hear; the call is taken as a form (see ``Forms``)."""

    WELCOME = "welcome"
    FORM = "form"
    FULL = "full"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class NextStep:
    """What the telephone network should do once the stream is over.

    ``kind`` is ``goodbye`` (hang up), ``person`` (give the call to a person), ``reconnect`` (stream again), ``form``
    (go on without a stream), ``wait`` (the node goes down: come back in a moment) or ``call_back`` (say that we call
    back, hang up).
    """

    kind: str
    reason: str = ""


class Runner(Protocol):
    """One call in progress. Events go in one at a time; ``handle`` returns when each is fully dealt with."""

    async def begin(self) -> None: ...

    async def handle(self, event: LineEvent) -> None: ...

    @property
    def over(self) -> bool: ...


class Switchboard(Protocol):
    """Admits calls and knows what becomes of them. All methods may be called twice with the same id."""

    async def ring(self, call: IncomingCall) -> Admission: ...

    async def connect(self, call_id: str, line: Line) -> Runner:
        """Join a stream to a call that rang. Raises ``NotFound``, or ``Conflict`` when it is joined already."""
        ...

    def next_step(self, call_id: str) -> NextStep: ...

    async def ended(self, call_id: str, why: str) -> None: ...


@dataclass(frozen=True, slots=True)
class FormAsk:
    """How one answer of a form is taken: by voice, through the telephone network's own recogniser, or by keys.

    ``digits`` keys end the answer, or the key ``finish``; with neither, a pause of ``patience_s``. ``hints`` are
    phrases to expect. Silence of ``pause_s`` ends what is spoken.
    """

    hints: tuple[str, ...]
    digits: int | None
    finish: str
    patience_s: int
    pause_s: int


@dataclass(frozen=True, slots=True, repr=False)
class FormPage:
    """One page of a form: what is said to its end, what may be spoken over, and how the answer is taken.

    Without ``ask`` the form is over, and ``step`` is what comes next. ``prompt_id`` names the question.
    """

    number: int
    whole: tuple[str, ...]
    open: tuple[str, ...]
    ask: FormAsk | None
    step: NextStep
    prompt_id: str = ""

    def __repr__(self) -> str:
        return f"FormPage({self.number}, {self.step.kind})"


@dataclass(frozen=True, slots=True, repr=False)
class FormAnswer:
    """What came back to page ``number``: keys, words (``confidence`` from 0 to 1 where one was given), or nothing."""

    number: int
    text: str = ""
    confidence: float | None = None
    keys: str = ""

    def __repr__(self) -> str:
        return f"FormAnswer({self.number})"


class Form(Protocol):
    """A call taken page by page, without a stream."""

    async def page(self) -> FormPage:
        """The page the caller is on; the first call opens the form. Raises ``LoanlineError`` when it cannot go on."""
        ...

    async def answer(self, given: FormAnswer) -> FormPage:
        """The page after this answer. An answer to another page than the open one changes nothing."""
        ...


class Forms(Protocol):
    async def form(self, call: IncomingCall) -> Form:
        """The form of this call, which goes on where its stream stopped.

        Raises ``Conflict`` when the call is over or no line is free, ``StorageError``.
        """
        ...


@dataclass(frozen=True, slots=True)
class CallNote:
    """What a person is told before they take a call: codes and counts, nothing of what the caller said."""

    case: str
    reason: str
    open_question: str
    answered: int
    questions: int
    owner_verified: bool


class PersonDesk(Protocol):
    """What the line knows about a call that a person takes or gives back."""

    def note(self, call_id: str) -> CallNote:
        """Raises ``NotFound``."""
        ...

    def with_person(self, call_id: str) -> None:
        """The call has left the line for a person: it takes no room, and it is not over. Raises ``NotFound``."""
        ...

    def is_with_person(self, call_id: str) -> bool:
        """Whether the call left the line for a person, has not come back, and is not over."""
        ...

    def comes_back(self, call_id: str) -> None:
        """The person has given the call back; the line expects it. Raises ``NotFound``."""
        ...

    def is_closed(self, call_id: str) -> bool:
        """Whether the call's case is closed, so that the line has nothing to go on with."""
        ...
