"""What one call tells the live board, the metrics, the traces and the log. Only the board may see words."""

from __future__ import annotations

import time
from typing import Any

import structlog

from antifraud.typologies import fitting
from core.codec import to_plain
from core.decision.model import Decision, Terms
from core.risk import RiskReport
from ivr.dialogue.effects import Effect, Journal, Respond, Say
from ivr.dialogue.events import AnswerHeard, CallBegan, CallEvent, CodeSent, DecisionMade
from ivr.live_board import LiveBoard
from ivr.telemetry import Metrics
from ivr.tracing import UNTRACED, Traces

__all__ = ["CallReporter"]

_log = structlog.get_logger()


class CallReporter:
    """One call's reporter."""

    def __init__(
        self, board: LiveBoard, metrics: Metrics, call_id: str, record: str, traces: Traces = UNTRACED
    ) -> None:
        """``record`` says where the call's sealed record lies."""
        self._traces = traces
        self._board, self._metrics, self._call_id, self._record = board, metrics, call_id, record
        self._understood_at: float | None = None

    def _took(self, part: str, seconds: float, about: str = "") -> None:
        self._metrics.turn(part, seconds)
        self._traces.part(self._call_id, part, seconds, about)

    def _tell(self, kind: str, at_ms: int, **fields: Any) -> None:
        self._board.publish(self._call_id, kind, at_ms, **fields)

    def began(self, event: CallBegan) -> None:
        self._traces.began(self._call_id)
        _log.info("call_began", call=self._call_id, resuming=bool(event.left_behind))
        caller = event.caller.masked() if event.caller else "withheld"
        self._tell("began", 0, caller=caller, attestation=event.attestation, resuming=bool(event.left_behind))

    def said(self, say: Say, at_ms: int, seconds: float) -> None:
        self._took("speaking", seconds, say.prompt_id)
        think_ms = None
        if self._understood_at is not None:
            think_ms = round((time.perf_counter() - self._understood_at) * 1000, 1)
            self._understood_at = None
        self._tell(
            "prompt",
            at_ms,
            id=say.prompt_id,
            text=say.words,
            leads=say.leads,
            render_ms=round(seconds * 1000, 1),
            think_ms=think_ms,
        )

    def played(self, say: Say, at_ms: int, *, heard: bool) -> None:
        self._tell("played", at_ms, id=say.prompt_id, heard=heard)

    def heard(self, question: str, fact: AnswerHeard, at_ms: int, *, secret: bool) -> None:
        self._took("hearing", fact.latency_ms / 1000, question)
        self._understood_at = time.perf_counter()
        self._tell(
            "heard",
            fact.end_ms,
            question=question,
            text="" if secret else fact.transcript.text,
            hidden=secret,
            confidence=round(fact.transcript.confidence, 3),
            words=[] if secret else [[w.text, round(w.conf, 2)] for w in fact.transcript.words],
            from_ms=fact.start_ms,
            waited_ms=at_ms - fact.end_ms,
            decode_ms=round(fact.latency_ms, 1),
        )

    @property
    def followed(self) -> bool:
        """Whether somebody reads along: then words half said are told too."""
        return self._board.followed(self._call_id)

    def half_said(self, question: str, words: str, from_ms: int, at_ms: int) -> None:
        """What the caller seems to be saying; it may still change."""
        self._tell("partial", at_ms, question=question, text=words, from_ms=from_ms)

    def key(self, at_ms: int, *, secret: bool) -> None:
        self._tell("key", at_ms, hidden=secret)

    def thought(self, seconds: float) -> None:
        self._took("thinking", seconds)

    def errand(self, effect: Effect, answer: CallEvent | None, at_ms: int, seconds: float) -> None:
        self._took("storing", seconds, type(effect).__name__)
        match effect:
            case Journal(kind="slot"):
                evidence = effect.data["evidence"]
                self._tell(
                    "slot",
                    at_ms,
                    name=effect.data["name"],
                    value=effect.data["value"],
                    confidence=evidence["confidence"],
                    p_error=evidence["p_error"],
                    source=evidence["source"],
                    read_back=evidence["read_back"],
                    from_ms=evidence["start_ms"],
                    to_ms=evidence["end_ms"],
                    heard=evidence["text"],
                    prompt=evidence["prompt_id"],
                    stored_ms=round(seconds * 1000, 1),
                )
            case Journal(kind="confirmed"):
                self._tell("confirmed", at_ms, names=effect.data["names"], how=effect.data["how"])
            case Journal():
                self._tell("journal", at_ms, entry=effect.kind)
            case Respond():
                self._tell("answered", at_ms, accepted=effect.offer is not None)
        match answer:
            case CodeSent():
                self._tell("code_sent", at_ms, ok=answer.ok)
            case DecisionMade():
                self._decided(answer.decision, at_ms, seconds)

    def _decided(self, decision: Decision, at_ms: int, seconds: float) -> None:
        self._metrics.count("decision", why=decision.outcome.value)
        reasons = [{"code": reason.code, "text": reason.text} for reason in decision.reasons]
        self._tell(
            "decision",
            at_ms,
            outcome=decision.outcome.value,
            reasons=reasons,
            decided_ms=round(seconds * 1000, 1),
            versions=to_plain(decision.versions),
            inputs_hash=decision.inputs_hash,
        )
        for number, terms in enumerate(decision.offers):
            self._tell("offer", at_ms, number=number, **_offer(terms))

    def risk(self, at_ms: int, report: RiskReport, seconds: float) -> None:
        """``seconds``: how long the report took, with the audio that it had to hear first."""
        self._took("judging", seconds)
        signals = [
            {"name": s.name, "assessed": s.assessed, "text": s.text, "value": s.value, "unit": s.unit}
            for s in report.signals
        ]
        self._tell(
            "signals",
            at_ms,
            band=report.band.value,
            level=int(report.level),
            took_ms=round(seconds * 1000, 1),
            complete=report.complete,
            signals=signals,
            reasons=list(report.reasons),
            typologies=[{"name": each.name, "title": each.title, "ask": each.ask} for each in fitting(report)],
        )

    def staff(self, act: str, who: str, at_ms: int) -> None:
        self._metrics.count("staff_act", why=act)
        self._tell("staff", at_ms, act=act, who=who)

    def ended(self, outcome: str, at_ms: int) -> None:
        self._metrics.call_ended(outcome)
        self._traces.ended(self._call_id, outcome)
        _log.info("call_ended", call=self._call_id, outcome=outcome)
        self._tell("record", at_ms, path=self._record)
        self._tell("end", at_ms, outcome=outcome)


def _offer(terms: Terms) -> dict[str, Any]:
    return {
        "principal": str(terms.principal),
        "apr": str(terms.apr),
        "rate": str(terms.rate),
        "payment": str(terms.payment),
        "last_payment": str(terms.last_payment),
        "count": len(terms.instalments),
        "total": str(terms.total),
    }
