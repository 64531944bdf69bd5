"""A call told from its facts, in parts with versions."""

from __future__ import annotations

from typing import Any

from ivr.console.story import Story
from ivr.live_board import BoardFact


class Teller:
    def __init__(self) -> None:
        self.story, self.version, self.now = Story("CA1", 0.0), 0, 0.0

    def tell(self, kind: str, at_ms: int = 0, **fields: Any) -> Story:
        self.version += 1
        self.story.take(BoardFact(self.version, "CA1", kind, at_ms, fields), self.version, self.now)
        return self.story

    def prompt(self, name: str, text: str = "What?", at_ms: int = 0) -> Story:
        return self.tell("prompt", at_ms, id=name, text=text, render_ms=5.0, think_ms=3.0)

    def heard(self, question: str, text: str, *, hidden: bool = False, confidence: float = 0.9) -> Story:
        words = [] if hidden else [[word, confidence] for word in text.split()]
        facts = {"from_ms": 1000, "waited_ms": 700, "decode_ms": 100.0, "words": words}
        return self.tell(
            "heard", 2000, question=question, text="" if hidden else text, hidden=hidden, confidence=confidence, **facts
        )

    def slot(self, name: str, value: object, source: str = "speech") -> Story:
        facts = {"confidence": 0.9, "source": source, "read_back": "none", "stored_ms": 1.0}
        return self.tell("slot", 2100, name=name, value=value, **facts)


def test_a_prompt_is_spoken_and_then_final_or_cut() -> None:
    teller = Teller()
    teller.tell("began", caller="+1•••••••23", attestation="A", resuming=False)
    story = teller.prompt("consent.ask")
    assert story.lines[-1].status == "speaking"
    teller.tell("played", 4000, id="consent.ask", heard=True)
    teller.prompt("full_name.ask")
    teller.tell("played", 5000, id="full_name.ask", heard=False)
    assert [(line.about, line.status) for line in story.lines] == [
        ("began", "final"),
        ("consent.ask", "final"),
        ("full_name.ask", "cut"),
    ]
    assert story.focus == "full_name"


def test_a_turn_gathers_its_times() -> None:
    teller = Teller()
    teller.heard("consent", "yes")
    story = teller.prompt("full_name.ask")
    turn = story.turns[0]
    assert (turn.wait_ms, turn.hear_ms, turn.think_ms, turn.speak_ms, turn.total_ms) == (700, 100.0, 3.0, 5.0, 808.0)


def test_a_field_knows_the_phrase_it_came_from_and_how_often_it_changed() -> None:
    teller = Teller()
    teller.heard("amount", "two thousand dollars")
    teller.slot("amount", "2000.00")
    teller.heard("summary", "no three thousand")
    story = teller.slot("amount", "3000.00")
    row = story.slots["amount"]
    assert (row.value, row.heard, row.from_ms, row.changes) == ("3000.00", "no three thousand", 1000, 1)
    teller.tell("confirmed", names=["amount", "nothing"], how="explicit")
    assert row.read_back == "explicit"
    assert teller.slot("phone", "+14155550123", source="carrier").slots["phone"].heard == ""


def test_only_the_parts_that_changed_have_a_new_version() -> None:
    teller = Teller()
    teller.heard("amount", "two thousand")
    teller.slot("amount", "2000.00")
    seen = teller.version
    story = teller.prompt("term_months.ask")
    assert [line.about for line in story.lines if line.version > seen] == ["term_months.ask"]
    assert [row.name for row in story.slots.values() if row.version > seen] == []


def test_keys_run_together_and_show_nothing_but_their_number() -> None:
    teller = Teller()
    for _ in range(4):
        teller.tell("key", 3000, hidden=False)
    teller.prompt("amount.ask")
    story = teller.tell("key", 4000, hidden=True)
    assert [(line.who, line.count, line.text) for line in story.lines if line.who == "keys"] == [
        ("keys", 4, ""),
        ("keys", 1, ""),
    ]


def test_risk_decision_person_and_end() -> None:
    teller = Teller()
    assert teller.story.band is None
    signal = {"name": "line.quality", "assessed": True, "text": "good", "value": 0.7, "unit": "0..1"}
    teller.tell("signals", 1, band="hold", level=3, complete=True, signals=[signal], reasons=["X"])
    story = teller.tell("staff", 2, act="join", who="m.reyes")
    assert (story.level, story.band, story.quality, story.person) == (3, "hold", 0.7, "m.reyes")
    teller.tell("staff", 3, act="leave", who="m.reyes")
    teller.tell("decision", 4, outcome="approve", reasons=[])
    teller.tell("offer", 5, number=0, principal="2000.00")
    teller.tell("answered", 6, accepted=True)
    teller.tell("end", 7, outcome="accepted")
    assert (story.person, story.over, story.outcome, len(story.offers)) == (None, True, "accepted", 1)
    assert [line.about for line in story.lines] == ["staff_join", "staff_leave", "decided", "accepted", "ended"]


def test_asking_again_is_trouble_until_the_next_question() -> None:
    teller = Teller()
    teller.prompt("amount.ask")
    teller.prompt("amount.retry")
    assert teller.prompt("amount.example").troubles == 2
    assert teller.prompt("term_months.ask").troubles == 0


def test_lost_facts_leave_a_mark_and_unknown_ones_nothing() -> None:
    teller = Teller()
    teller.tell("something_new", what=1)
    assert teller.story.lines == []
    teller.story.gap(7, 2)
    assert (teller.story.lines[0].who, teller.story.lines[0].count) == ("gap", 7)


def test_words_half_said_give_way_to_the_line_that_follows() -> None:
    teller = Teller()
    teller.prompt("full_name.ask")
    story = teller.tell("partial", 1500, question="full_name", text="my name", from_ms=1000)
    assert story.partial is not None
    assert (story.partial.number, story.partial.status, story.partial.version) == (2, "partial", 2)
    teller.tell("partial", 1900, question="full_name", text="my name is", from_ms=1000)
    assert (story.partial.number, story.partial.text) == (2, "my name is")
    teller.heard("full_name", "my name is ann")
    assert story.partial is None
    assert [line.number for line in story.lines] == [1, 2]
