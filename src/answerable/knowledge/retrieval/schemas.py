"""What `POST /api/v1/search` carries."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from answerable.knowledge.documents.schemas import SectionSpan
from answerable.knowledge.retrieval.candidate import RankedPassage
from answerable.knowledge.retrieval.filters import Filters
from answerable.knowledge.retrieval.found import Found
from answerable.knowledge.retrieval.query import SearchMode
from answerable.knowledge.retrieval.stages import Stages, StageScore
from answerable.knowledge.tools.used import ToolUsed

_Ids = Annotated[list[str], Field(max_length=1000)]


class SearchRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    query: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
    limit: int | None = Field(
        None, ge=1, le=100, description="Results at most; by default the tool's number, or 10."
    )
    document_ids: _Ids | None = None
    source_ids: _Ids | None = None
    session_id: str | None = Field(
        None, description="A conversation of yours, whose own documents are searched too."
    )
    mode: SearchMode | None = Field(None, description="By default the tool's, or hybrid.")
    tool: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = Field(
        None, description="The tool to search by, its name or id; by default the workspace's, if it has one."
    )
    filters: Filters | None = Field(None, description="Facts that documents must have, beside the tool's.")
    rerank: bool | None = Field(
        None, description="Let the reranker order the best results anew; by default as the tool says, or not."
    )
    explain: bool = Field(False, description="Say how each result fared in each stage of the search.")


class StageScoreView(BaseModel):
    """A score, and the place among the search's candidates that it gives, from 1."""

    score: float
    rank: int

    @classmethod
    def of(cls, stage: StageScore | None) -> StageScoreView | None:
        """A stage's score as HTTP carries it."""
        return None if stage is None else cls(score=round(stage.score, 4), rank=stage.rank)


class StagesView(BaseModel):
    """A result's score in each stage, null where the search went without that stage: `dense` (cosine),
    `lexical` (BM25 as a share of the query's weight), `fused` (their sum, which chose the candidates),
    `sentences` (the second look, which ordered them), `reranked` (the reranker's, which did so anew)."""

    dense: StageScoreView | None
    lexical: StageScoreView | None
    fused: StageScoreView | None
    sentences: StageScoreView | None
    reranked: StageScoreView | None

    @classmethod
    def of(cls, stages: Stages | None) -> StagesView | None:
        """A passage's stages as HTTP carries them."""
        if stages is None:
            return None
        return cls(
            dense=StageScoreView.of(stages.dense),
            lexical=StageScoreView.of(stages.lexical),
            fused=StageScoreView.of(stages.fused),
            sentences=StageScoreView.of(stages.sentences),
            reranked=StageScoreView.of(stages.reranked),
        )


class SearchResult(BaseModel):
    """A passage: the document's text from `start` to `end` (characters) is `text`. `ordinal` is its place
    among the document's chunks, `section` the whole that it is a part of, `table_header` the row that names
    the columns, for one that begins inside a table. `stages` is null unless the search was to explain."""

    chunk_id: str
    document_id: str
    title: str
    text: str
    page: int | None
    heading_path: list[str]
    table_header: str | None
    ordinal: int
    section: SectionSpan | None
    start: int
    end: int
    score: float
    stages: StagesView | None = None

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
            table_header=found.table_header,
            ordinal=found.ordinal,
            section=None
            if found.section is None
            else SectionSpan(start=found.section[0], end=found.section[1]),
            start=found.start,
            end=found.end,
            score=round(passage.score, 4),
            stages=StagesView.of(passage.stages),
        )


class SearchResponse(BaseModel):
    """`mode` is how the search looked: lexical when there is no embedding model. `tool` is the one that it
    went by, null where it was none. `warnings` are sentences about what was asked for and not done."""

    results: list[SearchResult]
    mode: SearchMode
    tool: ToolUsed | None = None
    latency_ms: float
    warnings: list[str] = []

    @classmethod
    def of(cls, found: Found, tool: ToolUsed | None, latency_ms: float) -> SearchResponse:
        """What a search found as HTTP carries it."""
        return cls(
            results=[SearchResult.of(passage) for passage in found.passages],
            mode=found.mode,
            tool=tool,
            latency_ms=round(latency_ms, 2),
            warnings=list(found.warnings),
        )
