"""Traces: OpenTelemetry spans with OpenInference attributes, for whatever backend reads OTLP.

Nothing is recorded until `record_spans` names a provider; until then a span costs about a
microsecond. What people and models write is an attribute only where the operator captures content.
Source of the attribute names: the OpenInference semantic conventions; of the header: W3C Trace Context.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeAlias

from openinference.semconv.trace import OpenInferenceMimeTypeValues as MimeType
from openinference.semconv.trace import OpenInferenceSpanKindValues as SpanKind
from openinference.semconv.trace import SpanAttributes
from opentelemetry import context as contexts
from opentelemetry import trace
from opentelemetry.trace import NoOpTracerProvider, Span, Status, StatusCode, Tracer, TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

__all__ = [
    "SpanAttributes",
    "SpanKind",
    "captures_content",
    "current_span",
    "current_trace_id",
    "describe_request",
    "outgoing_headers",
    "record_content",
    "record_spans",
    "recording",
    "server_span",
    "span",
    "start_span",
    "within",
]

Value: TypeAlias = str | bool | int | float | Sequence[str]

_TRACEPARENT = re.compile(r"^[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$")
_LONGEST_CONTENT = 32_000
_propagator = TraceContextTextMapPropagator()


@dataclass(slots=True)
class _Recording:
    tracer: Tracer
    provider: TracerProvider | None = None
    content: bool = False


_recording = _Recording(NoOpTracerProvider().get_tracer("answerable"))


def record_spans(provider: TracerProvider | None, *, content: bool = False) -> None:
    """From now on spans go to this provider, or nowhere. `content` lets texts into their attributes."""
    _recording.provider = provider
    _recording.tracer = (provider or NoOpTracerProvider()).get_tracer("answerable")
    _recording.content = content and provider is not None


def recording() -> bool:
    """Whether spans are kept, for whoever would compute attributes only for them."""
    return _recording.provider is not None


@contextmanager
def span(kind: SpanKind, name: str, attributes: Mapping[str, Value] | None = None) -> Iterator[Span]:
    """One step of the work as a span below the current one. An exception marks it as failed, by its type
    alone: messages may carry what people wrote."""
    if not recording():
        yield trace.INVALID_SPAN
        return
    kept = {SpanAttributes.OPENINFERENCE_SPAN_KIND: kind.value, **(attributes or {})}
    with _recording.tracer.start_as_current_span(
        name, attributes=kept, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield current
        except BaseException as error:
            current.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def start_span(kind: SpanKind, name: str) -> Span:
    """A span below the current one for work that ends elsewhere: whoever takes it calls `end()`."""
    return _recording.tracer.start_span(
        name, attributes={SpanAttributes.OPENINFERENCE_SPAN_KIND: kind.value}, record_exception=False
    )


@contextmanager
def within(current: Span) -> Iterator[None]:
    """While inside, new spans and outgoing requests are below this span; it goes on afterwards."""
    if not recording():
        yield
        return
    with trace.use_span(current, record_exception=False, set_status_on_exception=False):
        yield


@contextmanager
def server_span(method: str, headers: Mapping[bytes, bytes]) -> Iterator[Span]:
    """The span of one HTTP request, below the caller's own when the request carries a trace context."""
    if not recording():
        yield trace.INVALID_SPAN
        return
    carrier = {name: headers[name.encode()].decode("latin-1") for name in _FIELDS if name.encode() in headers}
    parent = _propagator.extract(carrier) if _TRACEPARENT.match(carrier.get("traceparent", "")) else None
    with _recording.tracer.start_as_current_span(
        method,
        context=parent or contexts.Context(),
        kind=trace.SpanKind.SERVER,
        attributes={
            SpanAttributes.OPENINFERENCE_SPAN_KIND: SpanKind.CHAIN.value,
            "http.request.method": method,
        },
        record_exception=False,
    ) as current:
        yield current


def describe_request(current: Span, method: str, route: str, status: int) -> None:
    """Name a request's span by its route's pattern, and say how it was answered."""
    current.update_name(f"{method} {route}")
    current.set_attributes({"http.route": route, "http.response.status_code": status})


def record_content(current: Span, *, given: object = None, gave: object = None) -> None:
    """The texts or JSON structures that a step was given and gave, where content is captured.

    Each is cut after 32,000 characters.
    """
    if not _recording.content or not current.is_recording():
        return
    for value, name, mime in (
        (given, SpanAttributes.INPUT_VALUE, SpanAttributes.INPUT_MIME_TYPE),
        (gave, SpanAttributes.OUTPUT_VALUE, SpanAttributes.OUTPUT_MIME_TYPE),
    ):
        if value is None:
            continue
        plain = isinstance(value, str)
        written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
        current.set_attribute(name, written[:_LONGEST_CONTENT])
        current.set_attribute(mime, (MimeType.TEXT if plain else MimeType.JSON).value)


def captures_content() -> bool:
    """Whether texts may become attributes."""
    return _recording.content


def current_span() -> Span:
    """The span of the step that is running; one that records nothing where there is none."""
    return trace.get_current_span()


def current_trace_id() -> str | None:
    """The trace that the running code belongs to, as 32 hexadecimal digits."""
    current = trace.get_current_span().get_span_context()
    return trace.format_trace_id(current.trace_id) if current.is_valid else None


def outgoing_headers() -> dict[str, str]:
    """The headers that carry the current trace to another service; none when spans are not recorded."""
    carrier: dict[str, str] = {}
    if recording():
        _propagator.inject(carrier)
    return carrier


_FIELDS = ("traceparent", "tracestate")
