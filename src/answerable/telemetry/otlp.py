"""The way out for traces: batches to any OTLP collector over HTTP, from a thread of their own.

Imported only where traces are exported: the SDK costs memory that others need not pay.
"""

from __future__ import annotations

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased

import answerable


def provider(
    endpoint: str, headers: dict[str, str], *, service: str, project: str | None, sample_ratio: float
) -> TracerProvider:
    """A provider that sends spans to `endpoint` (the full address, `…/v1/traces`).

    `project` is what Phoenix groups traces by. A collector that is away costs spans, never an answer.
    """
    attributes = {"service.name": service, "service.version": answerable.__version__}
    if project is not None:
        attributes["openinference.project.name"] = project
    made = TracerProvider(
        resource=Resource.create(attributes),
        sampler=ParentBased(TraceIdRatioBased(sample_ratio)),
        shutdown_on_exit=False,
    )
    made.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, headers=headers)))
    return made
