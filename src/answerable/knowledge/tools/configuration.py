"""What a tool sets. The same structure travels over HTTP and lies in a version's row."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from answerable.knowledge.answering.confidence import LINE
from answerable.knowledge.retrieval import Filters, SearchMode

_Ids = Annotated[list[str], Field(max_length=1000)]


class ToolKind(StrEnum):
    """retrieval: finds passages · rag: answers from the passages that it finds."""

    RETRIEVAL = "retrieval"
    RAG = "rag"


class ToolConfiguration(BaseModel):
    """How a tool looks, and for a RAG tool how it answers. What is left out is as without a tool."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source_ids: _Ids | None = Field(None, description="Look in these sources alone.")
    document_ids: _Ids | None = Field(None, description="Look in these documents alone.")
    filters: Filters | None = Field(None, description="Look in documents that have these facts alone.")
    mode: SearchMode = SearchMode.HYBRID
    rerank: bool = Field(False, description="Let the reranker order what is found.")
    k: Annotated[int, Field(ge=1, le=100)] = Field(10, description="Passages at most.")
    threshold: Annotated[float, Field(ge=0, le=1)] = Field(
        0.0, description="Passages that score lower are left out."
    )
    least_confidence: Annotated[float, Field(ge=0, le=1)] = Field(
        LINE, description="RAG: below this confidence nothing is quoted, and the answer is an abstention."
    )
    model: Annotated[str, Field(min_length=1, max_length=200)] | None = Field(
        None,
        description="RAG: the model or alias that writes the answer. Left out: sentences are quoted.",
    )
    prompt: Annotated[str, Field(min_length=1, max_length=4000)] | None = Field(
        None, description="RAG: what the model is told beside the rules of citing: tone, length, language."
    )


RAG_ONLY = ("least_confidence", "model", "prompt")
"""The fields that mean something to RAG tools alone."""
