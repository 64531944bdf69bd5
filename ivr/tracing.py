"""Traces of calls for OpenTelemetry: how long each part of each turn took, and nothing about anybody.

A span has a name out of six and at most one attribute of two (``ATTRIBUTES``), whose value is a word that was known
before any call: a question, a prompt, an errand, an outcome. Any other value is written as ``other``. Which call a
trace belongs to stands in our own log only (``call_traced``).
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

import structlog

from core.errors import EnvironmentProblem

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

__all__ = ["ATTRIBUTES", "TURN_PARTS", "UNTRACED", "OpenTelemetryTraces", "Traces", "traces_to"]

#: All that a span may carry beside its name and its times.
ABOUT, OUTCOME = "loanline.about", "loanline.outcome"
ATTRIBUTES = frozenset({ABOUT, OUTCOME})
#: How calls end, beside the names of the goodbyes.
_OUTCOMES = frozenset({"handed_over", "dropped", "let_go", "form", "silent", "closed"})
#: What a turn is made of.
TURN_PARTS = ("hearing", "thinking", "storing", "speaking", "judging")
_OTHER = "other"
_SECONDS = 2.0
_log = structlog.get_logger()


class Traces(Protocol):
    """Where the parts of a call's turns are told. None of it raises."""

    def began(self, call_id: str) -> None:
        """A call, or its next stream, is on the line."""
        ...

    def part(self, call_id: str, name: str, seconds: float, about: str = "") -> None:
        """A part of a turn took so long and is over now. ``about``: the static id of a question, prompt or errand."""
        ...

    def ended(self, call_id: str, outcome: str) -> None: ...

    def close(self) -> None:
        """Send what is not sent, if the collector takes it in time."""
        ...


class _Untraced:
    def began(self, call_id: str) -> None: ...

    def part(self, call_id: str, name: str, seconds: float, about: str = "") -> None: ...

    def ended(self, call_id: str, outcome: str) -> None: ...

    def close(self) -> None: ...


UNTRACED: Traces = _Untraced()


class OpenTelemetryTraces:
    """``Traces`` as spans of ``provider``. ``words`` are all the values that an attribute may have."""

    def __init__(self, provider: TracerProvider, words: Iterable[str]) -> None:
        self._provider, self._tracer = provider, provider.get_tracer("loanline")
        self._words = frozenset(words) | _OUTCOMES
        self._calls: dict[str, Span] = {}

    def began(self, call_id: str) -> None:
        if call_id not in self._calls:
            span = self._calls[call_id] = self._tracer.start_span("call")
            _log.info("call_traced", call=call_id, trace=f"{span.get_span_context().trace_id:032x}")

    def part(self, call_id: str, name: str, seconds: float, about: str = "") -> None:
        call = self._calls.get(call_id)
        if call is None:
            return
        from opentelemetry.trace import set_span_in_context  # noqa: PLC0415 - an optional part

        now = time.time_ns()
        attributes = {ABOUT: self._known(about)} if about else {}
        span = self._tracer.start_span(
            self._known(name), set_span_in_context(call), attributes=attributes, start_time=now - int(seconds * 1e9)
        )
        span.end(now)

    def ended(self, call_id: str, outcome: str) -> None:
        call = self._calls.pop(call_id, None)
        if call is not None:
            call.set_attribute(OUTCOME, self._known(outcome))
            call.end()

    def close(self) -> None:
        for call_id in list(self._calls):
            self.ended(call_id, "let_go")
        self._provider.shutdown()

    def _known(self, word: str) -> str:
        return word if word in self._words else _OTHER


def traces_to(url: str, words: Iterable[str], seconds: float = _SECONDS) -> Traces:
    """Traces sent to ``url`` by OTLP over HTTP, in the background and a few at a time; none for an empty address. A
    collector has so many ``seconds`` to take them. ``words`` as for ``OpenTelemetryTraces``. Raises
    ``EnvironmentProblem`` when OpenTelemetry is not installed."""
    if not url:
        return UNTRACED
    try:
        from opentelemetry.exporter.otlp.proto.http import trace_exporter  # noqa: PLC0415 - an optional part
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 - as above
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 - as above
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - as above
    except ModuleNotFoundError:
        raise EnvironmentProblem("Traces need OpenTelemetry; install loanline with the extra traces.") from None
    # Not Resource.create: that would add whatever stands in the environment.
    provider = TracerProvider(resource=Resource({"service.name": "loanline"}), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(trace_exporter.OTLPSpanExporter(url, timeout=seconds)))
    return OpenTelemetryTraces(provider, words)
