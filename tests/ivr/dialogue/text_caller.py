"""A caller made of text: drives ``CallSession`` with words and keys, answers its effects, and remembers all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal

from core.applicant import PhoneNumber
from core.catalogue import Purpose
from core.decision.model import Decision, Instalment, Outcome, Reason, Terms, Versions
from core.events import JournalEntry
from core.identity.questions import Topic
from core.jurisdiction.library import packaged
from core.money import Money
from core.risk import RiskLevel, RiskReport
from ivr.call_session import CallSession
from ivr.dialogue.effects import (
    AssessRisk,
    AwaitKeys,
    CheckCode,
    DrawDigits,
    DrawQuestions,
    Effect,
    EndCall,
    HandOver,
    Journal,
    Listen,
    NewCase,
    Say,
    SendCode,
    Submit,
)
from ivr.dialogue.events import (
    AnswerHeard,
    CallBegan,
    CallEvent,
    CodeChecked,
    CodeSent,
    DecisionMade,
    DigitsDrawn,
    KeyPressed,
    PromptDone,
    QuestionsDrawn,
    RiskAssessed,
    RiskUpdated,
    Silence,
)
from ivr.dialogue.prompts import load_catalogue
from ivr.dialogue.script import load_script
from ivr.dialogue.state import House
from speech.recognizer import Transcript, Word

CLEAR = RiskReport(RiskLevel.NONE, complete=True, version="test")
NOW = datetime(2026, 11, 21, 15, 0, tzinfo=UTC)
CALLER = PhoneNumber("+14155550123")
CODE = "417205"
PACK = packaged("us")
HOUSE = House(
    load_script(),
    load_catalogue("en-US"),
    disclosures={text.disclosure_id: text.text for text in PACK.disclosures},
    disclosure_version="US:test",
    cooling_off=PACK.cooling_off_hours,
)


def transcript(text: str, confidence: float = 0.99) -> Transcript:
    words = tuple(Word(word, 100 * number, 100 * number + 90, confidence) for number, word in enumerate(text.split()))
    return Transcript(text, words, confidence if words else 0.0)


def approve(principal: str = "2500.00", months: int = 12) -> Decision:
    amount = Money.parse(principal, "USD")
    payment = Money.rounded(amount.major * (100 + months) / 100 / months, "USD")
    rows = tuple(
        Instalment(n, date(2027, 1, 1), payment, payment, payment - payment, amount) for n in range(1, months + 1)
    )
    terms = Terms(
        amount, Decimal("17.90"), Decimal("17.90"), "us_app_j", months, "equal_instalment",
        date(2026, 11, 21), Money.zero("USD"), rows,
    )  # fmt: skip
    return Decision(Outcome.APPROVE, (), (terms,), None, Versions("p", "none", "us", "c"), "hash")


def several(*terms: tuple[str, int]) -> Decision:
    """An approval with these offers: amount and months of each."""
    made = [approve(principal, months).offers[0] for principal, months in terms]
    return replace(approve(), offers=tuple(made))


def decline() -> Decision:
    reason = Reason("DEBT_SERVICE", "Your payments are too high for your income.", "your payments are too high.")
    return Decision(Outcome.DECLINE, (reason,), (), None, Versions("p", "none", "us", "c"), "hash")


HAPPY: dict[str, str] = {
    "menu": "one",
    "consent": "yes",
    "full_name": "john carter",
    "national_id_last4": "zero zero seven three",
    "date_of_birth": "march third nineteen eighty five",
    "monthly_income": "three thousand two hundred dollars",
    "employment": "full time",
    "monthly_debt": "two hundred dollars",
    "amount": "two thousand five hundred dollars",
    "term_months": "twelve months",
    "purpose": "car repair",
    "summary": "yes",
    "code": " ".join(CODE),
    "offer": "yes",
}
for _digit, _word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]):
    HAPPY["code"] = HAPPY["code"].replace(str(_digit), _word)

#: Given the prompt id and how often it was heard, what the caller does: words, ``keys:1234``, or ``None`` for silence.
Replies = Callable[[str, int], str | None]


def by_question(answers: Mapping[str, str | Sequence[str | None] | None]) -> Replies:
    """Replies by question id or exact prompt id; a list is used up one by one, its last item stays."""
    used: dict[str, int] = {}

    def reply(prompt_id: str, _heard: int) -> str | None:
        key = prompt_id if prompt_id in answers else prompt_id.partition(".")[0]
        if prompt_id.endswith(".confirm") and prompt_id not in answers:
            return "yes"
        found = answers.get(key)
        if found is not None and not isinstance(found, str):
            number = used.get(key, 0)
            used[key] = number + 1
            return found[min(number, len(found) - 1)]
        return found

    return reply


@dataclass
class TextCall:
    """One simulated call. ``run`` returns when the line closes the call or the caller gives up."""

    replies: Replies
    decision: Decision = field(default_factory=approve)
    caller: PhoneNumber | None = CALLER
    left_behind: tuple[JournalEntry, ...] = ()
    earlier: tuple[JournalEntry, ...] = ()
    confidence: Callable[[str], float] = lambda _text: 0.99
    sms_works: bool = True
    known_elsewhere: bool = False
    known_days: int | None = None
    session: CallSession = field(default_factory=lambda: CallSession(HOUSE))
    effects: list[Effect] = field(default_factory=list)
    journal: list[JournalEntry] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    ended: EndCall | HandOver | None = None
    steps: int = 0
    risk: RiskReport = CLEAR
    handed_in: RiskReport | None = None
    drawn: int = 0
    last_loan: Mapping[Topic, Money | int | Purpose] = field(default_factory=dict)
    flush: set[str] = field(default_factory=set)
    over_prompt: dict[str, str] = field(default_factory=dict)
    played_at: dict[str, tuple[int, int]] = field(default_factory=dict)
    check: Callable[[str], str] = lambda code: "ok" if code == CODE else "wrong"

    def run(self, limit: int = 400) -> TextCall:
        self._feed(CallBegan("CA1", "case_1", self.caller, None, self.left_behind, earlier=self.earlier))
        while self.ended is None and self.steps < limit:
            self.steps += 1
            waiting = self.session.state.listening
            if waiting is None:
                break
            self._turn(waiting)
        return self

    def _turn(self, listen_id: int) -> None:
        prompt_id = self.prompts[-1]
        reply = self.replies(prompt_id, self.prompts.count(prompt_id))
        if reply is None:
            self._feed(Silence(listen_id))
        elif reply.startswith("keys:"):
            for digit in reply.removeprefix("keys:"):
                self._feed(KeyPressed(digit))
            if isinstance(self.effects[-1], AwaitKeys) and self.ended is None:
                self._feed(Silence(self.effects[-1].listen_id))
        else:
            self._feed(AnswerHeard(listen_id, transcript(reply, self.confidence(reply)), 1000, 2000))

    def _feed(self, event: CallEvent) -> None:
        queue: list[CallEvent] = [event]
        while queue:
            for effect in self.session.handle(queue.pop(0), NOW):
                self.effects.append(effect)
                queue.extend(self._answer(effect))

    def _answer(self, effect: Effect) -> list[CallEvent]:
        match effect:
            case Say():
                self.prompts.append(effect.prompt_id)
                self.said.append(effect.text)
                pressed = self.over_prompt.pop(effect.prompt_id, None)
                if pressed is not None:
                    self._feed(KeyPressed(pressed))
                heard = effect.prompt_id not in self.flush
                self.flush.discard(effect.prompt_id)
                return [PromptDone(effect.say_id, heard, *self.played_at.get(effect.prompt_id, ()))]
            case Journal():
                self.journal.append(JournalEntry(effect.kind, NOW, "CA1", effect.data))
            case NewCase():
                self.journal.append(JournalEntry("new_case", NOW, "CA1"))
            case SendCode():
                return [CodeSent(self.sms_works, self.known_elsewhere, self.known_days)]
            case CheckCode():
                return [CodeChecked(self.check(effect.code))]
            case AssessRisk():
                return [RiskAssessed(self.risk)]
            case DrawDigits():
                self.drawn += 1
                return [DigitsDrawn("12345678"[self.drawn : self.drawn + effect.count])]
            case DrawQuestions():
                known = [(topic.value, truth) for topic, truth in self.last_loan.items() if topic in effect.topics]
                return [QuestionsDrawn(tuple(known[: effect.count]))]
            case Submit():
                self.session.handle(RiskUpdated(self.risk), NOW)  # the runner looks once more
                self.handed_in = self.session.state.risk
                self.journal.append(JournalEntry("submitted", NOW, "CA1", {"outcome": self.decision.outcome.value}))
                return [DecisionMade(self.decision)]
            case EndCall() | HandOver():
                self.ended = effect
            case Listen():
                pass
            case _:
                pass
        return []

    @property
    def asked(self) -> list[str]:
        """The prompts that ask or end; without the first part of one whose second part follows by itself."""
        return [say.prompt_id for say in self.effects if isinstance(say, Say) and not say.leads]

    def value(self, slot: str) -> object:
        return self.session.state.slots[slot].value
