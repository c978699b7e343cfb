"""Traces for OpenTelemetry: one span a request, under that of whoever asked.

Where they go, how many, under which name: the `OTEL_*` variables of the environment say so, as everywhere; their library reads them.
"""

import asyncio
import threading

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagate import extract
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import SpanKind, Status, StatusCode

from mockserver import __version__
from mockserver.instruments.gate import Seen

__all__ = ["Traces"]

_FIRST_BROKEN = 500
_LAST_SECONDS = 3.0
"""So long what was seen last may take to be sent when the process ends."""
_UNNAMED = "unknown_service"


class Traces:
    """
    Args:
        exporter: Where spans go; None is where the environment says.
    """

    def __init__(self, exporter: SpanExporter | None = None) -> None:
        resource = Resource.create()
        if str(resource.attributes[SERVICE_NAME]).startswith(_UNNAMED):
            resource = resource.merge(Resource({SERVICE_NAME: "doublebook"}))
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter or OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("doublebook", __version__)

    async def start(self) -> None:
        """Nothing to do: it has a thread of its own."""

    async def stop(self) -> None:
        """What was seen is sent, if somebody takes it in time."""
        sending = threading.Thread(target=self._provider.shutdown, daemon=True)
        sending.start()
        await asyncio.to_thread(sending.join, _LAST_SECONDS)

    def see(self, seen: Seen) -> None:
        known: dict[str, str | int] = {
            "http.request.method": seen.method,
            "http.response.status_code": seen.status,
            "doublebook.api": seen.api,
            "doublebook.operation": seen.operation,
            "doublebook.sandbox": seen.sandbox,
            "doublebook.refusal": seen.refusal,
            "doublebook.request_id": seen.request_id,
        }
        carrier = {name.decode("latin-1"): value.decode("latin-1") for name, value in seen.headers.items()}
        span = self._tracer.start_span(
            seen.operation or seen.method,
            extract(carrier),
            SpanKind.SERVER,
            {name: value for name, value in known.items() if value not in ("", 0)},
            start_time=seen.began_ns,
        )
        if seen.status == 0 or seen.status >= _FIRST_BROKEN:
            span.set_status(Status(StatusCode.ERROR))
        span.end(seen.began_ns + seen.took_ns)
