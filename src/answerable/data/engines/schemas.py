"""What HTTP carries of a query and its result."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from answerable.data.engines.rows import JsonCell, plain_rows
from answerable.data.engines.service import ExecutedQuery
from answerable.data.questions.notes import sentence
from answerable.data.semantics.query import SemanticQuery
from answerable.data.semantics.result import Column, Estimate


class QueryRequest(SemanticQuery):
    """A semantic query; with `dry_run` it is checked, compiled and estimated, but not run. With `versions`
    (a version by dataset id) and `model_revision`, both as an answer carries them, it is run again on the
    data and the model of then; with `session_id`, tables of that conversation of yours are there too."""

    dry_run: bool = False
    versions: dict[str, Annotated[int, Field(ge=1, le=2**31 - 1)]] = Field(
        default_factory=dict, max_length=100
    )
    model_revision: Annotated[str, Field(max_length=64)] | None = None
    session_id: str | None = None

    def semantic_query(self) -> SemanticQuery:
        """The query itself."""
        return SemanticQuery(**{name: getattr(self, name) for name in SemanticQuery.model_fields})


class QueryAnswer(BaseModel):
    """The rows with their columns, and what answers for them."""

    columns: list[Column]
    rows: list[list[JsonCell]]
    row_count: int
    truncated: bool
    sql: str
    words: str = Field(description="The query in words.")
    sentence: str = Field(description="The result in words; empty after a dry run.")
    chart: dict[str, Any] | None = Field(description="A Vega-Lite v5 specification, or null.")
    estimate: Estimate | None
    model_revision: str
    warnings: list[str] = Field(description="What nobody has decided about the data that was read.")
    data_versions: dict[str, int] = Field(description="The version of each dataset read, by its id.")
    cached: bool
    latency_ms: float

    @classmethod
    def of(cls, executed: ExecutedQuery) -> QueryAnswer:
        """The answer for an executed query."""
        result = executed.result
        return cls(
            columns=result.columns,
            rows=plain_rows(result),
            row_count=result.row_count,
            truncated=result.truncated,
            sql=executed.sql,
            words=executed.words,
            sentence=executed.sentence,
            chart=executed.chart,
            estimate=result.estimate,
            model_revision=executed.model_revision,
            warnings=[sentence(note) for note in executed.notes],
            data_versions=executed.data_versions,
            cached=executed.cached,
            latency_ms=result.latency_ms,
        )
