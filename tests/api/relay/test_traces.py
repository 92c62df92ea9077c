"""A call to a model is one trace, from the client over the gateway to the provider."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from answerable.telemetry import tracing
from answerable.telemetry.tracing import SpanAttributes
from tests.api.relay.gateway import Bed, chat
from tests.factories.upstream import Fail, Reply, Upstream

TRACE = "0af7651916cd43dd8448eb211c80319c"
HEADERS = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
Attributes = dict[str, object]


@pytest.fixture
def spans(request: pytest.FixtureRequest) -> Iterator[InMemorySpanExporter]:
    """Everything that is recorded; texts too where the test asks for it."""
    memory = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(memory))
    tracing.record_spans(provider, content=getattr(request, "param", False))
    yield memory
    tracing.record_spans(None)


def of_trace(spans: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    found = (span for span in spans.get_finished_spans() if f"{span.context.trace_id:032x}" == TRACE)
    return {span.name: span for span in found}


def attributes(span: ReadableSpan) -> Attributes:
    return dict(span.attributes or {})


@pytest.mark.parametrize("stream", [False, True])
async def test_a_call_is_a_step_between_the_clients_request_and_the_providers(
    bed: Bed, upstream: Upstream, spans: InMemorySpanExporter, stream: bool
) -> None:
    await bed.client.post("/v1/chat/completions", json=chat(stream=stream), headers=HEADERS)
    await bed.rows(1)
    steps = of_trace(spans)
    request, call = steps["POST /v1/chat/completions"], steps["chat.completions small"]
    assert call.parent == request.context
    assert upstream.seen[0].headers["traceparent"].split("-")[1:3] == [TRACE, f"{call.context.span_id:016x}"]
    noted = attributes(call)
    assert noted[SpanAttributes.OPENINFERENCE_SPAN_KIND] == "LLM"
    assert noted[SpanAttributes.LLM_MODEL_NAME] == "small"
    assert noted[SpanAttributes.LLM_TOKEN_COUNT_PROMPT] == 11
    assert noted[SpanAttributes.LLM_TOKEN_COUNT_COMPLETION] == 7
    assert not {SpanAttributes.INPUT_VALUE, SpanAttributes.OUTPUT_VALUE} & set(noted)
    assert attributes(request)["http.response.status_code"] == 200


@pytest.mark.parametrize("spans", [True], indirect=True)
@pytest.mark.parametrize("stream", [False, True])
async def test_words_are_kept_where_content_is_captured(
    bed: Bed, upstream: Upstream, spans: InMemorySpanExporter, stream: bool
) -> None:
    upstream.default = Reply(text="The red lamp.")
    await bed.client.post("/v1/chat/completions", json=chat(stream=stream), headers=HEADERS)
    await bed.rows(1)
    noted = attributes(of_trace(spans)["chat.completions small"])
    assert "messages" in str(noted[SpanAttributes.INPUT_VALUE])
    assert "The red lamp." in str(noted[SpanAttributes.OUTPUT_VALUE])
    assert "sk-test" not in str(noted)


async def test_a_failed_call_is_a_failed_step(
    bed: Bed, upstream: Upstream, spans: InMemorySpanExporter
) -> None:
    upstream.default = Fail(400)
    await bed.client.post("/v1/chat/completions", json=chat(), headers=HEADERS)
    await bed.rows(1)
    call = of_trace(spans)["chat.completions small"]
    assert call.status.status_code is StatusCode.ERROR
    assert attributes(call)["answerable.outcome"] == "failed"


async def test_nothing_of_the_trace_leaves_where_none_is_recorded(bed: Bed, upstream: Upstream) -> None:
    await bed.client.post("/v1/chat/completions", json=chat(), headers=HEADERS)
    assert "traceparent" not in upstream.seen[0].headers
