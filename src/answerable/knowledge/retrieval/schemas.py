"""What `POST /api/v1/search` carries."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from answerable.knowledge.retrieval.candidate import RankedPassage
from answerable.knowledge.retrieval.query import SearchMode

_Ids = Annotated[list[str], Field(max_length=1000)]


class SearchRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    query: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
    limit: int = Field(10, ge=1, le=100)
    document_ids: _Ids | None = None
    source_ids: _Ids | None = None
    mode: SearchMode = SearchMode.HYBRID


class SearchResult(BaseModel):
    """A passage: the document's text from `start` to `end` (characters) is `text`."""

    chunk_id: str
    document_id: str
    title: str
    text: str
    page: int | None
    heading_path: list[str]
    start: int
    end: int
    score: float

    @classmethod
    def of(cls, passage: RankedPassage) -> SearchResult:
        """A ranked passage as HTTP carries it."""
        found = passage.candidate
        return cls(
            chunk_id=found.chunk_id,
            document_id=found.document_id,
            title=found.title,
            text=found.text,
            page=found.page,
            heading_path=list(found.heading_path),
            start=found.start,
            end=found.end,
            score=round(passage.score, 4),
        )


class SearchResponse(BaseModel):
    """`mode` is how the search looked: lexical when there is no embedding model."""

    results: list[SearchResult]
    mode: SearchMode
    latency_ms: float
