"""Spans for OpenTelemetry: what is in them, and that they arrive."""

import asyncio
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
from doubles import Client
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from servers import started

from mockserver.instruments import traces
from mockserver.instruments.gate import Seen

KEY = {"Authorization": "Bearer sk_rsv_demo_alpha"}
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture
def exporter(monkeypatch):
    kept = InMemorySpanExporter()
    monkeypatch.setattr(traces, "OTLPSpanExporter", lambda: kept)
    return kept


def spans_of(app, exporter, *asked):
    """Those of requests, each as path and headers, once the server has ended."""
    client = Client(app, base="/reservekit/v1", headers=KEY)
    for path, headers in asked:
        client.get(path, headers=headers)

    async def end():
        messages = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

        async def receive():
            return next(messages)

        async def send(_):
            pass

        await app.asgi({"type": "lifespan"}, receive, send)

    asyncio.run(end())
    return exporter.get_finished_spans()


def test_a_request_is_a_span_under_that_of_whoever_asked(build, exporter):
    app = build(traces=True)

    (span,) = spans_of(
        app, exporter, ("/bookings/789", {"traceparent": f"00-{TRACE}-{PARENT}-01", "X-Sandbox": "mine"})
    )

    assert (span.name, span.kind) == ("getBooking", SpanKind.SERVER)
    assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == (TRACE, PARENT)
    known = dict(span.attributes)
    assert known.pop("doublebook.request_id")
    assert known == {
        "http.request.method": "GET",
        "http.response.status_code": 200,
        "doublebook.api": "reservekit",
        "doublebook.operation": "getBooking",
        "doublebook.sandbox": "mine",
    }
    assert span.start_time < span.end_time
    assert span.status.status_code is StatusCode.UNSET
    assert span.resource.attributes["service.name"] == "doublebook"


def test_without_a_parent_it_begins_a_trace_and_a_refusal_is_named(build, exporter):
    first, second = spans_of(
        build(traces=True), exporter, ("/bookings/1", {}), ("/nowhere", {"traceparent": "nonsense"})
    )

    assert first.parent is second.parent is None
    assert first.context.trace_id != second.context.trace_id
    assert first.attributes["doublebook.refusal"] == "not_found"
    assert second.name == "GET"
    assert "doublebook.operation" not in second.attributes


@pytest.mark.parametrize(("status", "code"), [(500, "ERROR"), (503, "ERROR"), (0, "ERROR"), (429, "UNSET")])
def test_what_is_nobody_elses_fault_is_an_error(exporter, status, code):
    seen = Seen("bardge", "listSpas", "a", "GET", status, "", "1", {}, 1_000, 2_000)

    telling = traces.Traces()
    telling.see(seen)
    asyncio.run(telling.stop())

    (span,) = exporter.get_finished_spans()
    assert span.status.status_code is StatusCode[code]
    assert (span.start_time, span.end_time) == (1_000, 3_000)


def test_the_environment_names_the_service_and_says_how_many(build, exporter, monkeypatch):
    monkeypatch.setenv("OTEL_SERVICE_NAME", "bookings")
    (span,) = spans_of(build(traces=True), exporter, ("/bookings/789", {}))
    assert span.resource.attributes["service.name"] == "bookings"

    exporter._stopped = False
    exporter.clear()
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "always_off")
    assert spans_of(build(traces=True), exporter, ("/bookings/789", {})) == ()


def test_who_does_not_take_spans_holds_up_the_end_for_a_bounded_time(monkeypatch):
    asked, released = threading.Event(), threading.Event()

    class Stuck(InMemorySpanExporter):
        def shutdown(self):
            asked.set()
            released.wait(60)

    monkeypatch.setattr(traces, "_LAST_SECONDS", 0.01)
    try:
        asyncio.run(traces.Traces(Stuck()).stop())
        assert asked.wait(20)
    finally:
        released.set()


def test_spans_arrive_at_a_collector():
    taken = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self):
            assert self.path == "/v1/traces"
            taken.append(ExportTraceServiceRequest.FromString(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    collector = HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=collector.serve_forever, daemon=True).start()
    where = f"http://127.0.0.1:{collector.server_port}"
    try:
        with started(
            "reservekit", "--traces", OTEL_EXPORTER_OTLP_ENDPOINT=where, OTEL_EXPORTER_OTLP_COMPRESSION="none"
        ) as server:
            httpx.get(f"{server.url}/v1/bookings/789", headers=KEY)
            server.stop()
    finally:
        collector.shutdown()
        collector.server_close()

    names = [
        span.name for sent in taken for each in sent.resource_spans for part in each.scope_spans for span in part.spans
    ]
    assert names.count("getBooking") == 1
