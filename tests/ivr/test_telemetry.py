"""Logs drop what is personal; metrics are static."""

from __future__ import annotations

import io
import json

import structlog

from ivr.system import SystemClock, SystemIds
from ivr.telemetry import Metrics, configure_logging


def test_personal_keys_are_dropped_before_anything_is_written() -> None:
    out = io.StringIO()
    configure_logging("info", out)
    try:
        structlog.get_logger().info("call_began", call="CA1", **{"pii.name": "John Carter"})
        structlog.get_logger().debug("not_shown")
    finally:
        structlog.reset_defaults()
    row = json.loads(out.getvalue())
    assert row["event"] == "call_began"
    assert row["call"] == "CA1"
    assert "John" not in out.getvalue()


def test_metrics_text() -> None:
    metrics = Metrics()
    metrics.count("twilio_refused", why="token")
    metrics.calls_active(3)
    metrics.call_ended("accepted")
    metrics.turn("hearing", 0.2)
    text = metrics.text().decode()
    assert 'loanline_events_total{name="twilio_refused",why="token"} 1.0' in text
    assert "loanline_calls_active 3.0" in text
    assert 'loanline_calls_ended_total{outcome="accepted"} 1.0' in text
    assert 'loanline_turn_seconds_count{part="hearing"} 1.0' in text


def test_ids_and_clock() -> None:
    ids, clock = SystemIds(), SystemClock()
    assert ids.new("case").startswith("case_")
    assert len({ids.token() for _ in range(50)}) == 50
    assert len(ids.digits(6)) == 6
    assert ids.digits(6).isdigit()
    assert clock.now().utcoffset() is not None
    assert clock.monotonic() <= clock.monotonic()
