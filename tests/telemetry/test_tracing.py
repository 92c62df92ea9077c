"""Traces: spans with OpenInference attributes, W3C trace context in and out, content only when asked for."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from pydantic import SecretStr

from answerable.kit.settings import TracingSettings
from answerable.telemetry import tracing
from answerable.telemetry.exporting import exported_traces
from answerable.telemetry.tracing import SpanAttributes, SpanKind
from tests.factories.callers import Caller
from tests.factories.collector import Collector
from tests.factories.uploads import RETURNS_POLICY, upload_document

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"


@pytest.fixture
def provider() -> Iterator[TracerProvider]:
    yield TracerProvider(shutdown_on_exit=False)
    tracing.record_spans(None)


@pytest.fixture
def spans(provider: TracerProvider) -> InMemorySpanExporter:
    memory = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    tracing.record_spans(provider)
    return memory


def _named(spans: InMemorySpanExporter, name: str) -> ReadableSpan:
    return next(span for span in spans.get_finished_spans() if span.name == name)


async def test_a_request_goes_on_with_its_callers_trace(
    client: httpx.AsyncClient, spans: InMemorySpanExporter
) -> None:
    await client.get("/health/live", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
    await client.get("/api/v1/jobs/job_1")
    assert dict(_named(spans, "GET /api/v1/jobs/{job_id}").attributes or {})["http.route"] == (
        "/api/v1/jobs/{job_id}"
    )
    span = _named(spans, "GET /health/live")
    assert f"{span.context.trace_id:032x}" == TRACE
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == PARENT
    assert span.attributes is not None
    assert span.attributes["http.response.status_code"] == 200


@pytest.mark.parametrize(
    "header", ["", "00", f"00-{'0' * 32}-{PARENT}-01", f"00-{TRACE}-{'0' * 16}-01", "nonsense" * 100]
)
async def test_a_trace_context_that_is_none_starts_a_new_trace(
    client: httpx.AsyncClient, spans: InMemorySpanExporter, header: str
) -> None:
    answer = await client.get("/health/live", headers={"traceparent": header})
    assert answer.status_code == 200
    assert _named(spans, "GET /health/live").parent is None


def test_steps_nest_and_are_handed_on(spans: InMemorySpanExporter) -> None:
    with tracing.span(SpanKind.CHAIN, "outer") as outer, tracing.span(SpanKind.TOOL, "inner") as inner:
        assert tracing.current_trace_id() == f"{outer.get_span_context().trace_id:032x}"
        sent = tracing.outgoing_headers()["traceparent"]
        assert sent.split("-")[2] == f"{inner.get_span_context().span_id:016x}"
    assert _named(spans, "inner").parent == _named(spans, "outer").context
    assert (_named(spans, "inner").attributes or {})[SpanAttributes.OPENINFERENCE_SPAN_KIND] == "TOOL"


def test_a_step_that_fails_says_how_and_not_what(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="salary"), tracing.span(SpanKind.TOOL, "broken"):
        raise ValueError("salary of Jane Doe")
    broken = _named(spans, "broken")
    assert broken.status.status_code is StatusCode.ERROR
    assert broken.status.description == "ValueError"
    assert broken.events == ()


def test_content_stays_out_unless_captured(provider: TracerProvider, spans: InMemorySpanExporter) -> None:
    for content in (False, True):
        tracing.record_spans(provider, content=content)
        with tracing.span(SpanKind.CHAIN, f"content {content}") as span:
            tracing.record_content(span, given="who?", gave={"text": "Grace"})
    assert SpanAttributes.INPUT_VALUE not in (_named(spans, "content False").attributes or {})
    kept = _named(spans, "content True").attributes or {}
    assert kept[SpanAttributes.INPUT_VALUE] == "who?"
    assert kept[SpanAttributes.OUTPUT_VALUE] == '{"text": "Grace"}'
    assert kept[SpanAttributes.OUTPUT_MIME_TYPE] == "application/json"


def test_nothing_is_recorded_and_sent_on_by_default() -> None:
    with tracing.span(SpanKind.CHAIN, "unseen") as span:
        assert not span.is_recording()
        assert tracing.outgoing_headers() == {}


def test_spans_arrive_at_a_collector(collector: Collector) -> None:
    settings = TracingSettings(
        endpoint=collector.url, headers={"authorization": SecretStr("Bearer abc")}, project="sales"
    )
    with exported_traces(settings, "answerable-web"), tracing.span(SpanKind.CHAIN, "sent"):
        pass
    assert not tracing.recording()
    (request,) = collector.requests
    assert request.headers["authorization"] == "Bearer abc"
    received = ExportTraceServiceRequest.FromString(request.body).resource_spans[0]
    resource = {item.key: item.value.string_value for item in received.resource.attributes}
    assert resource["service.name"] == "answerable-web"
    assert resource["openinference.project.name"] == "sales"
    assert [span.name for span in received.scope_spans[0].spans] == ["sent"]


async def test_a_question_is_one_trace_from_the_request_to_its_parts(
    editor: Caller, worker: None, spans: InMemorySpanExporter
) -> None:
    await upload_document(editor, "policy.md", RETURNS_POLICY)
    spans.clear()
    answer = await editor.post(
        "/api/v1/ask",
        json={"question": "Within how many days may customers return unused goods?"},
        headers={"traceparent": f"00-{TRACE}-{PARENT}-01"},
    )
    assert answer.json()["trace_id"] == TRACE
    steps = {
        span.name: span for span in spans.get_finished_spans() if f"{span.context.trace_id:032x}" == TRACE
    }
    assert {"POST /api/v1/ask", "ask", "search", "embed"} <= set(steps)
    assert steps["ask"].parent == steps["POST /api/v1/ask"].context
    assert steps["search"].parent == steps["ask"].context
    found = steps["search"].attributes or {}
    assert found[SpanAttributes.OPENINFERENCE_SPAN_KIND] == "RETRIEVER"
    assert found["retrieval.documents.0.document.score"] > 0  # type: ignore[operator]
    assert not any("content" in name or "value" in name for name in found)
