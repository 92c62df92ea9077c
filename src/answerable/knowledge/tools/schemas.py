"""What `/tools` carries."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from answerable.knowledge.answering.notes import sentence
from answerable.knowledge.answering.service import DocumentAnswer
from answerable.knowledge.retrieval import SearchMode
from answerable.knowledge.retrieval.schemas import SearchResult
from answerable.knowledge.tools.configuration import ToolConfiguration, ToolKind
from answerable.knowledge.tools.repository import Defaults, ToolState
from answerable.knowledge.tools.service import NewTool
from answerable.knowledge.tools.tables import ToolVersionRow
from answerable.knowledge.tools.trial import Trial

_Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")]
_Description = Annotated[str, Field(max_length=1000)]
_Reference = Annotated[str, Field(min_length=1, max_length=100)]


class ToolIn(BaseModel):
    """A tool to make. Its name and kind stay."""

    model_config = ConfigDict(extra="forbid")

    name: _Name
    kind: ToolKind = ToolKind.RETRIEVAL
    description: _Description = ""
    configuration: ToolConfiguration = ToolConfiguration()

    def new(self) -> NewTool:
        """As the service takes it."""
        return NewTool(self.name, self.kind, self.description, self.configuration)


class ToolChange(BaseModel):
    """What the next version sets, whole: what is left out of the configuration is as without a tool."""

    model_config = ConfigDict(extra="forbid")

    description: _Description = ""
    configuration: ToolConfiguration


class RollbackIn(BaseModel):
    """The version to go back to."""

    model_config = ConfigDict(extra="forbid")

    version: int = Field(ge=1)


class TrialIn(BaseModel):
    """A question to try a tool on: as it is, in an old `version`, or with a `configuration` that is not
    saved yet."""

    model_config = ConfigDict(extra="forbid")

    query: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4000)]
    version: int | None = Field(None, ge=1)
    configuration: ToolConfiguration | None = None


class DefaultsIn(BaseModel):
    """Tools by name or id, null for none: what searches and questions go by that name none."""

    model_config = ConfigDict(extra="forbid")

    search: _Reference | None = None
    ask: _Reference | None = None


class DefaultsView(BaseModel):
    """The ids of the workspace's tools for searches and questions that name none."""

    search: str | None
    ask: str | None

    @classmethod
    def of(cls, defaults: Defaults) -> DefaultsView:
        """Defaults as HTTP carries them."""
        return cls(search=defaults.search, ask=defaults.ask)


class ToolView(BaseModel):
    """A tool as the version that holds sets it."""

    id: str
    name: str
    kind: ToolKind
    version: int
    description: str
    configuration: ToolConfiguration
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, state: ToolState) -> ToolView:
        """A tool as HTTP carries it."""
        return cls(
            id=state.tool.id,
            name=state.tool.name,
            kind=ToolKind(state.tool.kind),
            version=state.version.number,
            description=state.version.description,
            configuration=ToolConfiguration.model_validate(state.version.configuration),
            created_at=state.tool.created_at,
            updated_at=state.tool.updated_at,
        )


class VersionView(BaseModel):
    """What a tool set at one time. `restored_from` is the version that this one is a copy of."""

    id: str
    version: int
    description: str
    configuration: ToolConfiguration
    restored_from: int | None
    created_by: str | None
    created_at: datetime

    @classmethod
    def of(cls, row: ToolVersionRow) -> VersionView:
        """A version as HTTP carries it."""
        return cls(
            id=row.id,
            version=row.number,
            description=row.description,
            configuration=ToolConfiguration.model_validate(row.configuration),
            restored_from=row.restored_from,
            created_by=row.created_by,
            created_at=row.created_at,
        )


class TriedResult(SearchResult):
    """A passage with its score in each stage; `kept` is whether the threshold leaves it."""

    kept: bool


class TriedQuote(BaseModel):
    """A quotation as it would be evidence; `score` is how sure it is, 0 to 1."""

    document_id: str
    title: str
    page: int | None
    quote: str
    start: int
    end: int
    score: float


class TriedAnswer(BaseModel):
    """What stage 0 answers. Quotes are none when the confidence lies below `least_confidence`."""

    abstained: bool
    confidence: float
    least_confidence: float
    quotes: list[TriedQuote]
    notes: list[str]

    @classmethod
    def of(cls, answer: DocumentAnswer, least_confidence: float) -> TriedAnswer:
        """An answer as a trial shows it."""
        return cls(
            abstained=answer.abstained,
            confidence=round(answer.confidence, 4),
            least_confidence=least_confidence,
            quotes=[
                TriedQuote(
                    document_id=quote.document_id,
                    title=quote.title,
                    page=quote.page,
                    quote=quote.text,
                    start=quote.start,
                    end=quote.end,
                    score=round(quote.score, 4),
                )
                for quote in answer.quotes
            ],
            notes=[sentence(note) for note in answer.notes],
        )


class TrialView(BaseModel):
    """What a tool does with a question. `version` is null for a configuration that is not saved; `mode` is
    how the search looked; `answer` is null for a retrieval tool."""

    version: int | None
    configuration: ToolConfiguration
    mode: SearchMode
    results: list[TriedResult]
    answer: TriedAnswer | None
    search_ms: float
    answer_ms: float

    @classmethod
    def of(cls, trial: Trial, configuration: ToolConfiguration, version: int | None) -> TrialView:
        """A trial as HTTP carries it."""
        kept = {passage.candidate.chunk_id for passage in trial.kept}
        answer = trial.answer
        return cls(
            version=version,
            configuration=configuration,
            mode=trial.found.mode,
            results=[
                TriedResult(**dict(SearchResult.of(passage)), kept=passage.candidate.chunk_id in kept)
                for passage in trial.found.passages
            ],
            answer=None if answer is None else TriedAnswer.of(answer, configuration.least_confidence),
            search_ms=round(trial.search_ms, 2),
            answer_ms=round(trial.answer_ms, 2),
        )
