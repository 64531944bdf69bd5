"""Logs without personal data, and metrics.

An event name is static text; a value that could be personal goes under a ``pii`` key, which is dropped before
anything is written, and what looks like a number of a person is masked. Metrics carry static labels only.
"""

from __future__ import annotations

import logging
import sys
from typing import TextIO, cast

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from core.security.audit import Head
from core.security.redaction import redact_event
from ivr.foreign_log import listen_to_libraries

__all__ = ["Metrics", "configure_logging", "log_head"]


class _Stderr:
    """Standard error as it is at the moment of writing: whoever redirects it later is obeyed."""

    def write(self, text: str) -> int:
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def configure_logging(level: str = "info", stream: TextIO | None = None) -> None:
    """One JSON object a line on ``stream`` (stderr by default), for what libraries log too."""
    number = getattr(logging, level.upper(), logging.INFO)
    structlog.configure(
        processors=[
            structlog.stdlib.add_log_level,
            redact_event,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.EventRenamer("event"),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(stream or cast("TextIO", _Stderr())),
        cache_logger_on_first_use=False,
    )
    listen_to_libraries()


def log_head(head: Head) -> None:
    """A signed head of the audit log as a line of the log: wherever logs are sent, there is a copy of it, and
    ``loanline audit verify --heads`` reads it."""
    facts = {"size": head.size, "root": head.root.hex(), "at": head.at, "signature": head.signature.hex()}
    structlog.get_logger().info("audit_head", **facts)


class Metrics:
    """The meters of one node, in a registry of its own so that tests and nodes do not mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._count = Counter(
            "loanline_events", "Things that happened, by static name.", ["name", "why"], registry=self.registry
        )
        self._calls = Gauge("loanline_calls_active", "Calls on the line now.", registry=self.registry)
        self._ended = Counter("loanline_calls_ended", "Calls ended, by outcome.", ["outcome"], registry=self.registry)
        self._latency = Histogram(
            "loanline_turn_seconds",
            "Parts of a turn: hearing (end of speech to transcript), thinking, storing, speaking, judging.",
            ["part"],
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.8, 1.5, 3.0, 10.0),
            registry=self.registry,
        )

    def count(self, name: str, **labels: str) -> None:
        self._count.labels(name=name, why=labels.get("why", "")).inc()

    def calls_active(self, number: int) -> None:
        self._calls.set(number)

    def call_ended(self, outcome: str) -> None:
        self._ended.labels(outcome=outcome).inc()

    def turn(self, part: str, seconds: float) -> None:
        self._latency.labels(part=part).observe(seconds)

    def text(self) -> bytes:
        """The exposition format of Prometheus."""
        return generate_latest(self.registry)
