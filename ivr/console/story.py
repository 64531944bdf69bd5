"""One call as the console tells it: a fold of the board's facts, in numbered parts. Pure.

Every part carries the version at which it changed last, so that a screen which has seen version ``n`` is sent exactly
the parts above ``n``, however long it was away. Nothing is masked here: see ``ivr.console.masking``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ivr.live_board import BoardFact

__all__ = ["Line", "Point", "SlotRow", "Story", "Turn"]

_MOST_LINES, _MOST_POINTS = 2000, 1000


@dataclass(slots=True, repr=False)
class Line:
    """One utterance, key run or event. ``who`` is ``line``, ``caller``, ``keys``, ``event`` or ``gap``; ``status`` is
    ``speaking``, ``partial``, ``final``, ``cut`` or ``hidden``; ``about`` is a prompt id, a question, or an event."""

    number: int
    who: str
    about: str
    start_ms: int
    end_ms: int
    status: str
    version: int
    text: str = ""
    confidence: float | None = None
    words: list[tuple[str, float]] = field(default_factory=list)
    count: int = 0


@dataclass(slots=True, repr=False)
class SlotRow:
    """A field as it stands, with the phrase it came from."""

    name: str
    value: Any
    confidence: float | None
    source: str
    read_back: str
    version: int
    heard: str = ""
    from_ms: int | None = None
    to_ms: int | None = None
    changes: int = 0


@dataclass(slots=True)
class Point:
    """The risk at one moment."""

    number: int
    at_ms: int
    level: int
    band: str
    version: int


@dataclass(slots=True)
class Turn:
    """Where the time of one turn went, in milliseconds: waiting for the answer's end, hearing, thinking, speaking."""

    number: int
    question: str
    version: int
    wait_ms: float
    hear_ms: float
    think_ms: float | None = None
    speak_ms: float | None = None

    @property
    def total_ms(self) -> float:
        return self.wait_ms + self.hear_ms + (self.think_ms or 0.0) + (self.speak_ms or 0.0)


class Story:
    """The call so far. ``take`` one fact after the other; ``now`` is the desk's monotonic clock."""

    def __init__(self, call_id: str, now: float) -> None:
        self.call_id = call_id
        self.caller, self.attestation, self.resuming = "", None, False
        self.began, self.moved, self.ended_at = now, now, 0.0
        self.last_ms = 0
        self.focus = "menu"
        self.lines: list[Line] = []
        #: What the caller is saying now. It has the number of the next line, which takes its place.
        self.partial: Line | None = None
        self.slots: dict[str, SlotRow] = {}
        self.points: list[Point] = []
        self.turns: list[Turn] = []
        self.signals: list[dict[str, Any]] = []
        self.reasons: list[str] = []
        self.complete = False
        self.confidence: float | None = None
        self.decision: dict[str, Any] | None = None
        self.offers: list[dict[str, Any]] = []
        self.outcome: str | None = None
        self.troubles = 0
        self.person: str | None = None
        #: The person has the caller on a telephone, not in this stream.
        self.by_phone = False
        self.flags = 0
        self.held = False
        self.head_version = self.signals_version = 0
        self._count = 0
        self._open_turn: Turn | None = None

    # -- what it looks like now -----------------------------------------------------------------------------------

    @property
    def over(self) -> bool:
        return self.outcome is not None

    @property
    def level(self) -> int:
        return self.points[-1].level if self.points else 0

    @property
    def band(self) -> str | None:
        """``None`` before the first report."""
        return self.points[-1].band if self.points else None

    @property
    def quality(self) -> float | None:
        """Quality of the line from 0 to 1, as antifraud measures it."""
        for signal in self.signals:
            if signal["name"] == "line.quality" and signal["assessed"]:
                return float(signal["value"])
        return None

    def last_line(self) -> Line | None:
        return next((line for line in reversed(self.lines) if line.who in {"line", "caller"}), None)

    # -- fold -----------------------------------------------------------------------------------------------------

    def take(self, fact: BoardFact, version: int, now: float) -> None:
        """Facts of kinds that it does not know change nothing."""
        self.last_ms = max(self.last_ms, fact.at_ms)
        deal: Callable[[BoardFact, int, float], None] | None = getattr(self, f"_on_{fact.kind}", None)
        if deal is not None:
            deal(fact, version, now)

    def gap(self, lost: int, version: int) -> None:
        """Facts were lost before they came here; the reader is told."""
        self._line(version, "gap", "gap", self.last_ms, count=lost)

    def touch(self, version: int) -> None:
        """The head changed for a reason outside of the call, such as a new watcher."""
        self.head_version = version

    def _line(self, version: int, who: str, about: str, start_ms: int, **more: Any) -> Line:
        self._count += 1
        self.partial = None
        more.setdefault("end_ms", start_ms)
        more.setdefault("status", "final")
        line = Line(self._count, who, about, start_ms, version=version, **more)
        self.lines.append(line)
        del self.lines[:-_MOST_LINES]
        self.head_version = version
        return line

    def _event(self, fact: BoardFact, version: int, name: str) -> None:
        self._line(version, "event", name, fact.at_ms)

    def _on_began(self, fact: BoardFact, version: int, now: float) -> None:
        given = fact.fields
        again = bool(self.lines)
        self.caller, self.attestation, self.resuming = given["caller"], given["attestation"], given["resuming"]
        self.outcome, self.moved = None, now
        self._event(fact, version, "joined_again" if again else "began")

    def _on_prompt(self, fact: BoardFact, version: int, now: float) -> None:
        given = fact.fields
        prompt = str(given["id"])
        focus, _, variant = prompt.partition(".")
        if focus != self.focus and focus not in {"line", "staff", "reassure"}:
            self.focus, self.moved, self.troubles = focus, now, 0
        elif variant in {"retry", "example", "keys"}:
            self.troubles += 1
        self._line(version, "line", prompt, fact.at_ms, text=given["text"], status="speaking")
        turn, self._open_turn = self._open_turn, None
        if turn is not None:
            turn.think_ms, turn.speak_ms, turn.version = given.get("think_ms") or 0.0, given["render_ms"], version

    def _on_played(self, fact: BoardFact, version: int, _now: float) -> None:
        for line in self.lines:
            if line.status == "speaking" and line.about == fact.fields["id"]:
                line.status = "final" if fact.fields["heard"] else "cut"
                line.end_ms, line.version = fact.at_ms, version
                self.head_version = version
                return

    def _on_partial(self, fact: BoardFact, version: int, _now: float) -> None:
        given = fact.fields
        self.partial = Line(
            self._count + 1,
            "caller",
            given["question"],
            given["from_ms"],
            fact.at_ms,
            "partial",
            version,
            given["text"],
        )

    def _on_heard(self, fact: BoardFact, version: int, _now: float) -> None:
        given = fact.fields
        self.confidence = given["confidence"]
        self._line(
            version,
            "caller",
            given["question"],
            given["from_ms"],
            end_ms=fact.at_ms,
            text=given["text"],
            status="hidden" if given["hidden"] else "final",
            confidence=given["confidence"],
            words=[(str(word), float(sure)) for word, sure in given["words"]],
        )
        turn = Turn(len(self.turns) + 1, given["question"], version, given["waited_ms"], given["decode_ms"])
        self.turns.append(turn)
        self._open_turn = turn

    def _on_key(self, fact: BoardFact, version: int, _now: float) -> None:
        last = self.lines[-1] if self.lines else None
        if last is not None and last.who == "keys":
            last.count, last.end_ms, last.version = last.count + 1, fact.at_ms, version
            return
        self._line(version, "keys", self.focus, fact.at_ms, count=1, status="hidden")

    def _on_slot(self, fact: BoardFact, version: int, now: float) -> None:
        given = fact.fields
        name = given["name"]
        before = self.slots.get(name)
        row = SlotRow(
            name,
            given["value"],
            given["confidence"],
            given["source"],
            given["read_back"],
            version,
            changes=before.changes + 1 if before is not None else 0,
        )
        if given["source"] == "speech":
            row.heard, row.from_ms, row.to_ms = given.get("heard", ""), given.get("from_ms"), given.get("to_ms")
            said = next((line for line in reversed(self.lines) if line.who == "caller"), None)
            if row.from_ms is None and said is not None:
                row.heard, row.from_ms, row.to_ms = said.text, said.start_ms, said.end_ms
        self.slots[name] = row
        self.moved, self.head_version = now, version

    def _on_confirmed(self, fact: BoardFact, version: int, now: float) -> None:
        for name in fact.fields["names"]:
            if name in self.slots:
                self.slots[name].read_back, self.slots[name].version = fact.fields["how"], version
        self.moved = now

    def _on_signals(self, fact: BoardFact, version: int, _now: float) -> None:
        given = fact.fields
        self.signals, self.reasons, self.complete = given["signals"], given["reasons"], given["complete"]
        self.points.append(Point(len(self.points) + 1, fact.at_ms, given["level"], given["band"], version))
        del self.points[:-_MOST_POINTS]
        self.signals_version = self.head_version = version

    def _on_journal(self, fact: BoardFact, version: int, now: float) -> None:
        self.moved = now
        if fact.fields["entry"] != "staff":  # its own fact says more
            self._event(fact, version, str(fact.fields["entry"]))

    def _on_code_sent(self, fact: BoardFact, version: int, now: float) -> None:
        self.moved = now
        self._event(fact, version, "code_sent" if fact.fields["ok"] else "code_unsent")

    def _on_decision(self, fact: BoardFact, version: int, now: float) -> None:
        self.decision, self.moved = fact.fields, now
        self._event(fact, version, "decided")

    def _on_offer(self, fact: BoardFact, version: int, _now: float) -> None:
        self.offers.append(fact.fields)
        self.head_version = version

    def _on_answered(self, fact: BoardFact, version: int, _now: float) -> None:
        self._event(fact, version, "accepted" if fact.fields["accepted"] else "refused")

    def _on_staff(self, fact: BoardFact, version: int, now: float) -> None:
        what = str(fact.fields["act"])
        if what in {"join", "join_phone", "leave"}:
            self.person = None if what == "leave" else str(fact.fields["who"])
            self.by_phone = what == "join_phone"
        self.flags += what == "flag"
        self.held = self.held or what == "hold"
        self.moved = now
        self._event(fact, version, f"staff_{what}")

    def _on_end(self, fact: BoardFact, version: int, now: float) -> None:
        self.outcome, self.ended_at, self.person, self.by_phone = str(fact.fields["outcome"]), now, None, False
        self._event(fact, version, "ended")
