"""What a trace shows of a call: OpenInference's attributes of a language model, embedding or speech call."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from openinference.semconv.trace import SpanAttributes
from opentelemetry.trace import INVALID_SPAN, Span, Status, StatusCode

from answerable.inference.chat import TextDelta
from answerable.inference.failures import UpstreamFailure
from answerable.inference.operation import Operation
from answerable.inference.providers.adapter import EventReader
from answerable.inference.providers.anthropic.adapter import AnthropicAdapter
from answerable.inference.providers.openai.adapter import OpenAIAdapter
from answerable.inference.usage.record import Outcome, UsageRecord
from answerable.telemetry.tracing import SpanKind, captures_content, record_content, recording, start_span

_KEPT_BYTES = 64_000
_FAILED = frozenset({Outcome.FAILED, Outcome.REFUSED, Outcome.INTERRUPTED})
_READERS: Mapping[Operation, Callable[[], EventReader]] = {
    Operation.CHAT: OpenAIAdapter().chat_events,
    Operation.MESSAGES: AnthropicAdapter().chat_events,
}


class CallSpan:
    """The span of one call, from before its admission to its row. Free of cost where nothing is recorded."""

    __slots__ = ("_gave", "_kept", "_operation", "_words", "span")

    def __init__(self, operation: Operation, model: str) -> None:
        self._operation = operation
        self._kept = 0
        self._words = False
        self._gave: list[bytes] = []
        self.span: Span = INVALID_SPAN
        if recording():
            kind = SpanKind.EMBEDDING if operation is Operation.EMBEDDINGS else SpanKind.LLM
            self.span = start_span(kind, f"{operation.value} {model}")

    def given(self, request: bytes | str) -> None:
        """What is asked, kept where content is captured."""
        if captures_content():
            words = request if isinstance(request, str) else request.decode(errors="replace")
            record_content(self.span, given=words)

    def gave(self, answer: bytes | str) -> None:
        """A whole answer, kept where content is captured."""
        if captures_content():
            words = answer if isinstance(answer, str) else answer.decode(errors="replace")
            record_content(self.span, gave=words)

    def streamed(self, data: bytes | str) -> None:
        """A piece of a streamed answer, its words or bytes in the client's protocol; some 64 kB are kept."""
        if captures_content() and self._kept < _KEPT_BYTES:
            self._words |= isinstance(data, str)
            self._gave.append(data.encode() if isinstance(data, str) else data)
            self._kept += len(data)

    def end(self, record: UsageRecord) -> None:
        """The call is over: its figures become attributes."""
        span = self.span
        if not span.is_recording():
            return
        if self._gave:
            whole = b"".join(self._gave)
            words = whole.decode(errors="replace") if self._words else _spoken(self._operation, whole)
            record_content(span, gave=words)
        tokens = record.tokens
        embedding = record.operation is Operation.EMBEDDINGS
        name = SpanAttributes.EMBEDDING_MODEL_NAME if embedding else SpanAttributes.LLM_MODEL_NAME
        span.set_attributes(
            {
                name: record.model or record.requested_model,
                SpanAttributes.LLM_PROVIDER: record.provider or "",
                SpanAttributes.LLM_TOKEN_COUNT_PROMPT: tokens.input,
                SpanAttributes.LLM_TOKEN_COUNT_COMPLETION: tokens.output,
                SpanAttributes.LLM_TOKEN_COUNT_TOTAL: tokens.input + tokens.output,
                SpanAttributes.LLM_TOKEN_COUNT_PROMPT_DETAILS_CACHE_READ: tokens.cached_input,
                SpanAttributes.LLM_TOKEN_COUNT_COMPLETION_DETAILS_REASONING: tokens.reasoning,
                SpanAttributes.LLM_COST_TOTAL: float(record.cost_usd),
                "answerable.call_id": record.id,
                "answerable.outcome": record.outcome.value,
                "answerable.attempts": record.attempts,
            }
        )
        if record.cache is not None:
            span.set_attribute("answerable.cache", record.cache.value)
        if record.outcome in _FAILED:
            span.set_status(Status(StatusCode.ERROR, record.error_code or record.outcome.value))
        span.end()


def _spoken(operation: Operation, data: bytes) -> str:
    """The words of a streamed answer; its frames as they are where they cannot be read."""
    make = _READERS.get(operation)
    if make is None:
        return data.decode(errors="replace")
    try:
        return "".join(event.text for event in make().feed(data) if isinstance(event, TextDelta))
    except UpstreamFailure:
        return data.decode(errors="replace")
