"""What a trace shows of a search."""

from __future__ import annotations

from collections.abc import Sequence

from openinference.semconv.trace import DocumentAttributes, SpanAttributes
from opentelemetry.trace import Span

from answerable.knowledge.retrieval.candidate import RankedPassage
from answerable.knowledge.retrieval.query import SearchMode
from answerable.telemetry.tracing import captures_content, record_content


def record_found(current: Span, query: str, passages: Sequence[RankedPassage], mode: SearchMode) -> None:
    """The passages with their scores; their words and the query only where content is captured."""
    if not current.is_recording():
        return
    current.set_attribute("answerable.search.mode", mode.value)
    for number, passage in enumerate(passages):
        name = f"{SpanAttributes.RETRIEVAL_DOCUMENTS}.{number}"
        current.set_attribute(f"{name}.{DocumentAttributes.DOCUMENT_ID}", passage.candidate.document_id)
        current.set_attribute(f"{name}.{DocumentAttributes.DOCUMENT_SCORE}", float(passage.score))
        if captures_content():
            current.set_attribute(f"{name}.{DocumentAttributes.DOCUMENT_CONTENT}", passage.candidate.text)
    record_content(current, given=query)
