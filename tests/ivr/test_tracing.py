"""Traces of a whole call, as a collector gets them over HTTP: times and static words, and nothing of the caller."""

from __future__ import annotations

import gzip
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from core.errors import EnvironmentProblem
from ivr.exchange import static_words
from ivr.tracing import ATTRIBUTES, TURN_PARTS, UNTRACED, Traces, traces_to
from tests.ivr.console.office import keyed_to_the_end
from tests.ivr.small_line import CALL, SmallLine

WORDS = static_words("en-US")
#: Of the caller of ``keyed_to_the_end``, and of one who never lived.
CANARIES = (b"4155550123", b"415", b"CA1", b"case_", b"0073", b"1985", b"2500", b"4200", b"Quattlebaum", b"Marmaduke")


class Collector(HTTPServer):
    """Keeps what an OTLP exporter sends."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Take)
        self.bodies: list[bytes] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/traces"

    def spans(self) -> list[Any]:
        found = []
        for body in self.bodies:
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                assert [(each.key, each.value.string_value) for each in resource.resource.attributes] == [
                    ("service.name", "loanline")
                ]
                found += [span for scope in resource.scope_spans for span in scope.spans]
        return found


class _Take(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.bodies.append(gzip.decompress(body) if self.headers["content-encoding"] == "gzip" else body)
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "host.name=secret-host")
    server = Collector()
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield server
    server.shutdown()
    serving.join()
    server.server_close()


async def test_a_whole_call_reaches_a_collector_without_a_word_of_the_caller(
    tmp_path: Path, collector: Collector
) -> None:
    traces = traces_to(collector.url, WORDS, seconds=60)
    line = SmallLine(tmp_path, traces=traces)
    await keyed_to_the_end(line)
    traces.close()
    line.house.storage.close()
    spans = collector.spans()
    (call,) = [span for span in spans if span.name == "call"]
    parts = [span for span in spans if span is not call]
    assert {span.name for span in parts} == set(TURN_PARTS) - {"hearing"}, "nothing was spoken in this call"
    assert {span.parent_span_id for span in parts} == {call.span_id}
    assert all(span.start_time_unix_nano <= span.end_time_unix_nano for span in spans)
    said = [(each.key, each.value.string_value) for span in spans for each in span.attributes]
    assert {name for name, _ in said} == ATTRIBUTES
    assert ("loanline.outcome", "accepted") in said
    assert ("loanline.about", "Submit") in said
    assert ("loanline.about", "summary.ask") in said
    assert "other" not in {value for _, value in said}, "every word of an ordinary call is a known one"
    assert CALL.caller is not None
    sent = b"".join(collector.bodies)
    assert not [each for each in (*CANARIES, CALL.caller.value.encode(), b"secret-host") if each in sent]


def test_what_is_not_a_known_word_is_written_as_other(collector: Collector) -> None:
    traces = traces_to(collector.url, WORDS, seconds=60)
    traces.began("CA1 Zebulon")
    traces.part("CA1 Zebulon", "Zebulon Quattlebaum", 0.1, "call me on +14155550199")
    traces.part("CA1 Zebulon", "hearing", 0.1, "Marmaduke")
    traces.part("CA2", "hearing", 0.1, "amount")
    traces.ended("CA1 Zebulon", "Zebulon Quattlebaum")
    traces.ended("CA2", "accepted")
    traces.began("CA3")
    traces.close()
    spans = collector.spans()
    assert [span.name for span in spans] == ["other", "hearing", "call", "call"]
    values = [each.value.string_value for span in spans for each in span.attributes]
    assert values == ["other", "other", "other", "let_go"]
    sent = b"".join(collector.bodies)
    assert not [each for each in (*CANARIES, b"Zebulon") if each in sent]


def test_without_an_address_nothing_is_traced() -> None:
    silent: Traces = traces_to("", WORDS)
    assert silent is UNTRACED
    silent.began("CA1")
    silent.part("CA1", "hearing", 0.1, "amount")
    silent.ended("CA1", "accepted")
    silent.close()


def test_an_address_without_the_packages_is_said_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http", None)
    with pytest.raises(EnvironmentProblem, match="extra traces"):
        traces_to("http://collector.example:4318/v1/traces", WORDS)
