"""What `/sources` carries. Secrets go in and never come out."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field, JsonValue

from answerable.kit.paging import PageRequest
from answerable.knowledge.chunking import ChunkSettings
from answerable.knowledge.sources.service import NewSource, SourceState
from answerable.knowledge.sources.sync.repository import ItemState
from answerable.knowledge.sources.sync.service import RunReport
from answerable.knowledge.sources.tables import (
    ItemStatus,
    RunReason,
    RunStatus,
    SourceStatus,
    SyncRunRow,
)
from answerable.plugins.connectors import Connector

Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")]


_CLEARED = ("schedule", "chunking")
"""Fields that null empties."""


class SourceIn(BaseModel):
    """A source to add. `config` is as its kind wants it; see `GET /source-kinds`."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    name: Name
    config: dict[str, JsonValue] = {}
    schedule: str | None = Field(
        None, max_length=100, description="`every 15m`, `every 2h`, `every 1d`, or a cron line (UTC)."
    )

    chunking: ChunkSettings | None = Field(None, description="How its documents are cut; null: as usual.")

    def new(self) -> NewSource:
        """As the service takes it."""
        chunking = None if self.chunking is None else self.chunking.model_dump()
        return NewSource(self.kind, self.name, self.config, self.schedule, chunking)


class SourcePatch(BaseModel):
    """What is given changes. A configuration replaces the whole one, its secrets included."""

    model_config = ConfigDict(extra="forbid")

    name: Name | None = None
    config: dict[str, JsonValue] | None = None
    schedule: str | None = Field(None, max_length=100, description="null: on demand only.")
    chunking: ChunkSettings | None = Field(
        None, description="How its documents are cut; null: as usual. They are cut anew in the background."
    )

    def given(self) -> dict[str, JsonValue]:
        """The fields that were sent; a name or configuration of null changes nothing."""
        sent = self.model_dump(exclude_unset=True)
        return {name: value for name, value in sent.items() if value is not None or name in _CLEARED}


class SourceCheckIn(BaseModel):
    """A configuration to try before a source is made of it."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    config: dict[str, JsonValue] = {}


class Reason(BaseModel):
    """Why something failed; `detail` says what to do."""

    code: str
    detail: str


class Counts(BaseModel):
    """Items of a run, each counted once."""

    seen: int
    added: int
    changed: int
    unchanged: int
    deleted: int
    failed: int


class RunView(BaseModel):
    """A sync. `rate_per_second` counts items while it works; `remaining_seconds` is null where the
    number of items is not known beforehand."""

    id: str
    source_id: str
    status: RunStatus
    reason: RunReason
    job_id: str | None
    counts: Counts
    total: int | None
    rate_per_second: float | None
    remaining_seconds: float | None
    error: Reason | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @classmethod
    def of(cls, row: SyncRunRow) -> RunView:
        """A run as HTTP carries it."""
        rate = row.seen / row.working_seconds if row.working_seconds > 0 and row.seen else None
        remaining = None
        if rate and row.total is not None and row.total >= row.seen and row.finished_at is None:
            remaining = round((row.total - row.seen) / rate, 1)
        error = None
        if row.error_code is not None:
            error = Reason(code=row.error_code, detail=row.error_detail or "")
        return cls(
            id=row.id,
            source_id=row.source_id,
            status=RunStatus(row.status),
            reason=RunReason(row.reason),
            job_id=row.job_id,
            counts=Counts.model_validate(row, from_attributes=True),
            total=row.total,
            rate_per_second=None if rate is None else round(rate, 2),
            remaining_seconds=remaining,
            error=error,
            created_at=row.created_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
        )


class ItemError(BaseModel):
    """One item that a sync could not take in."""

    item_id: str
    code: str
    detail: str
    created_at: datetime


class RunDetails(RunView):
    """A sync with the latest of its errors, a hundred at most."""

    errors: list[ItemError] = []

    @classmethod
    def with_errors(cls, report: RunReport) -> RunDetails:
        """A run as HTTP carries it."""
        errors = [
            ItemError(
                item_id=each.external_id, code=each.code, detail=each.detail, created_at=each.created_at
            )
            for each in report.errors
        ]
        return cls(**RunView.of(report.run).model_dump(), errors=errors)


class SourceView(BaseModel):
    """A source. `secrets` names the fields of its configuration that are kept and not shown; `run` is the
    sync under way."""

    id: str
    kind: str
    name: str
    status: SourceStatus
    config: dict[str, JsonValue]
    secrets: list[str]
    schedule: str | None
    chunking: ChunkSettings
    next_sync_at: datetime | None
    synced_at: datetime | None
    document_count: int
    run: RunView | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, state: SourceState) -> SourceView:
        """A source as HTTP carries it."""
        row = state.source
        return cls(
            id=row.id,
            kind=row.kind,
            name=row.name,
            status=SourceStatus(row.status),
            config=row.config,
            secrets=row.secret_names,
            schedule=row.schedule,
            chunking=ChunkSettings.model_validate(row.chunking or {}),
            next_sync_at=row.next_sync_at,
            synced_at=row.synced_at,
            document_count=state.document_count,
            run=None if state.run is None else RunView.of(state.run),
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class ItemsRequest(PageRequest):
    """A page of items; with `failed` those alone that could not be fetched or read."""

    failed: Annotated[bool, Query(description="Only items that could not be fetched or read.")] = False


class ItemView(BaseModel):
    """One thing of a source. `document_status` is its document's; null: it has none."""

    id: str
    item_id: str
    title: str | None
    status: ItemStatus
    error: Reason | None
    document_id: str | None
    document_status: str | None
    modified_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, state: ItemState) -> ItemView:
        """An item as HTTP carries it; an error of its document counts where it has none of its own."""
        row, error = state.row, None
        if row.error_code is not None:
            error = Reason(code=row.error_code, detail=row.error_detail or "")
        elif state.document_error is not None:
            error = Reason(code=state.document_error[0], detail=state.document_error[1])
        return cls(
            id=row.id,
            item_id=row.external_id,
            title=row.title,
            status=ItemStatus(row.status),
            error=error,
            document_id=row.document_id,
            document_status=state.document_status,
            modified_at=row.modified_at,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


class RemovalView(BaseModel):
    """The job that removes a source."""

    id: str


class SourceRemoved(BaseModel):
    """A source that is being removed."""

    job: RemovalView


class KindView(BaseModel):
    """A kind of source with the JSON schema of its configuration."""

    kind: str
    summary: str
    config_schema: dict[str, JsonValue]

    @classmethod
    def of(cls, connector: Connector) -> KindView:
        """A connector as HTTP shows it."""
        schema = connector.config.model_json_schema()
        return cls(kind=connector.kind, summary=connector.summary, config_schema=schema)


class Kinds(BaseModel):
    """All kinds of sources."""

    items: list[KindView]
