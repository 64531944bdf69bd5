"""Thousands of random callers: each call comes to a legal end within its budgets, and nothing unconfirmed is submitted.

``LOANLINE_RANDOM_CALLERS`` sets how many (``make fuzz`` runs 10,000).
"""

from __future__ import annotations

import os
import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.catalogue import Purpose
from core.evidence import ReadBack
from core.identity.questions import PastLoan
from core.money import Money
from core.risk import RiskLevel, RiskReport
from ivr.dialogue.effects import Effect, EndCall, Finish, HandOver, Listen, Respond, Say, Submit
from ivr.dialogue.keys import name_to_keys
from tests.ivr.dialogue.text_caller import CODE, HAPPY, HOUSE, TextCall, approve, by_question, decline, several

CALLERS = int(os.environ.get("LOANLINE_RANDOM_CALLERS", "400"))
MOST_PROMPTS = HOUSE.script.limits.prompts_per_call + HOUSE.script.limits.troubles_per_call + 20

RIGHT_KEYS = {
    "menu": "1",
    "consent": "1", "full_name": name_to_keys("ann lee"), "national_id_last4": "0073", "date_of_birth": "03031985",
    "monthly_income": "3200#", "employment": "1", "monthly_debt": "0#", "amount": "2500#", "term_months": "12#",
    "purpose": "3", "summary": "1", "code": CODE, "offer": "1", "known": CODE, "as_before": "1",
    "phone": "4155550123", "resume": CODE,
    "last_amount": "2500#", "last_term": "12#", "last_purpose": "3", "last_paid": "07",
}  # fmt: skip
NONSENSE = [
    "purple monkey", "what", "uh", "hmm yes no", "seven", "twelve", "three fifty", "zero", "one million dollars",
    "minus five", "i was", "the third", "march", "yes but change the amount", "no", "yes", "no wait",
    "no twelve hundred", "i meant march", "change my income", "change my name to bob smith", "i said no",
    "nineteen eighty five", "nine nine nine nine nine nine nine nine nine nine", "x" * 400, "start again",
    "another", "a lower payment", "the first one", "longer", "no report", "my balance", "two",
    "it should be june ninth nineteen seventy nine", "the first", "birth date", "the phone", "months",
]  # fmt: skip
COMMANDS = ["hold on", "repeat", "slower", "help", "go back", "i don't know"]
LAST_WORDS = ["agent", "stop", "i did not ask for this loan"]


class RandomCaller:
    """Mostly cooperative, as clumsy as ``clumsiness`` says; may hang up at any moment."""

    def __init__(self, seed: int, clumsiness: float) -> None:
        self.random, self.clumsiness, self.hung_up = random.Random(seed), clumsiness, False

    def __call__(self, prompt_id: str, _heard: int) -> str | None:
        question = prompt_id.partition(".")[0]
        pick = self.random.random
        if pick() < self.clumsiness:
            return self._clumsy()
        if prompt_id.endswith((".confirm", ".which_of", ".which_period")):
            return "yes" if pick() < 0.7 else self.random.choice(["no", "keys:2", "keys:1", "the first"])
        if pick() < 0.3 and question in RIGHT_KEYS:
            return "keys:" + RIGHT_KEYS[question]
        if question in {"known", "as_before"}:
            return self.random.choice(["keys:" + RIGHT_KEYS[question], "start again" if question == "known" else "no"])
        return HAPPY.get(question, "four one five five five five zero one two three")

    def _clumsy(self) -> str | None:
        kind = self.random.randrange(20)
        if kind < 4:
            return None
        if kind < 8:
            return "keys:" + "".join(self.random.choice("0123456789*#") for _ in range(self.random.randrange(1, 12)))
        if kind < 11:
            return self.random.choice(COMMANDS)
        if kind == 11:
            return self.random.choice(LAST_WORDS)
        return self.random.choice(NONSENSE)

    def confidence(self, _text: str) -> float:
        return self.random.choice([0.95, 0.95, 0.9, 0.6, 0.2]) if self.random.random() < self.clumsiness else 0.99


def _submitted_state_is_confirmed(call: TextCall, effects: list[Effect]) -> None:
    """Checked at the moment of the ``Submit``, not afterwards."""
    if Submit() not in effects:
        return
    state = call.session.state
    assert state.owner_verified
    for question in HOUSE.script.slots:
        answer = state.slots[question.id]
        assert answer.confirmed, question.id
        if question.critical:
            assert answer.evidence[-1].read_back is ReadBack.EXPLICIT, question.id


def _assent_is_to_what_was_told(call: TextCall) -> None:
    """A yes is to an offer whose disclosure was heard to its end, the last one told."""
    told = [entry.data["offer"] for entry in call.journal if entry.kind == "disclosed" and "offer" in entry.data]
    assert len(set(told)) <= 1 + HOUSE.script.limits.more_offers
    for effect in call.effects:
        if isinstance(effect, Respond) and effect.offer is not None:
            assert told[-1] == effect.offer


#: What the desk decides: a plain yes, several offers, another loan than asked for, a no.
DECISIONS = {
    "approved": approve(),
    "choice": several(("2500.00", 12), ("2500.00", 6), ("2500.00", 18), ("2500.00", 24)),
    "counter": several(("1000.00", 12), ("2500.00", 36)),
    "declined": decline(),
}


LAST_LOAN = PastLoan(Money.parse("2500.00", "USD"), 12, Purpose.CAR, paid_month=7).truths
#: What the same number told in an earlier, decided application.
EARLIER = tuple(TextCall(by_question(HAPPY)).run().journal)


@given(
    seed=st.integers(0, 2**32),
    clumsiness=st.sampled_from([0.0, 0.05, 0.2, 0.5, 0.9, 1.0]),
    outcome=st.sampled_from(sorted(DECISIONS)),
    known=st.booleans(),
    level=st.sampled_from([RiskLevel.NONE, RiskLevel.NONE, RiskLevel.STEP_UP, RiskLevel.HOLD]),
)
@settings(max_examples=CALLERS, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_call_comes_to_a_legal_end(
    seed: int, clumsiness: float, outcome: str, known: bool, level: RiskLevel
) -> None:
    caller = RandomCaller(seed, clumsiness)
    call = TextCall(caller, confidence=caller.confidence, decision=DECISIONS[outcome])
    call.risk = RiskReport(level, complete=True, version="test")
    call.earlier = EARLIER if known else ()
    call.last_loan = LAST_LOAN if known else {}
    handle = call.session.handle

    def watched(event: object, now: object) -> list[Effect]:
        effects = handle(event, now)  # type: ignore[arg-type]  # passes on what the harness gives
        _submitted_state_is_confirmed(call, effects)
        return effects

    call.session.handle = watched  # type: ignore[method-assign]  # the harness looks over the session's shoulder
    call.run(limit=600)

    assert isinstance(call.ended, EndCall | HandOver), call.prompts[-8:]
    assert len(call.prompts) <= MOST_PROMPTS
    assert sum(isinstance(effect, Submit) for effect in call.effects) <= 1
    assert sum(isinstance(effect, Respond) for effect in call.effects) <= 1
    last_listen = max((i for i, e in enumerate(call.effects) if isinstance(e, Listen)), default=-1)
    ends = [effect for effect in call.effects if not isinstance(effect, Finish)]
    assert isinstance(ends[-1], EndCall | HandOver)
    assert sum(isinstance(effect, Finish) for effect in call.effects) <= 1, "a case closes once"
    assert any(isinstance(effect, Say) for effect in call.effects[last_listen + 1 :]), "the caller is told how it ends"
    _assent_is_to_what_was_told(call)
    if clumsiness == 0.0 and outcome != "declined":
        assert call.ended == EndCall("accepted")
