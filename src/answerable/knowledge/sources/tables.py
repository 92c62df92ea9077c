"""Sources, what they hold, and how each sync of them went."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from pydantic import JsonValue
from sqlalchemy import ARRAY, DateTime, Float, Integer, LargeBinary, Text, Uuid, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from answerable.kit.db import Base, TenantRow, created_at_column, id_column, reference
from answerable.kit.db.columns import PrefixedId

UPLOAD = "upload"
"""The kind of the one source of a workspace that people upload to; no connector reads it."""


class SourceStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    REMOVING = "removing"


class RunStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN_RUN = (RunStatus.QUEUED.value, RunStatus.RUNNING.value, RunStatus.PAUSED.value)


class RunReason(StrEnum):
    MANUAL = "manual"
    SCHEDULE = "schedule"
    CHANGE = "change"


class ItemStatus(StrEnum):
    SYNCED = "synced"
    FAILED = "failed"


def _moment() -> Mapped[datetime | None]:
    return mapped_column(DateTime(timezone=True))


class SourceRow(TenantRow, Base):
    """Where documents come from; each workspace has one of the kind `upload`.

    `sealed` holds the configuration's secrets, whose names are shown. `cursor` is the position that
    the last sync reached.
    """

    __tablename__ = "sources"

    id: Mapped[str] = id_column("src")
    kind: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    config: Mapped[dict[str, JsonValue]] = mapped_column(JSONB, default=dict)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    secret_names: Mapped[list[str]] = mapped_column(ARRAY(Text), default=list)
    schedule: Mapped[str | None] = mapped_column(Text)
    chunking: Mapped[dict[str, JsonValue] | None] = mapped_column(JSONB)
    status: Mapped[str] = mapped_column(Text, default=SourceStatus.ACTIVE.value)
    cursor: Mapped[str | None] = mapped_column(Text)
    synced_at: Mapped[datetime | None] = _moment()
    next_sync_at: Mapped[datetime | None] = _moment()
    created_by: Mapped[str | None] = mapped_column(PrefixedId("usr"))
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class SyncRunRow(TenantRow, Base):
    """One sync. `portion` counts the jobs that worked on it: only the latest may write.

    `cursor` is the position up to which everything is committed; `held_cursor`, when `holds`, the one
    before the first item that shall be tried again by the next sync.
    """

    __tablename__ = "sync_runs"

    id: Mapped[str] = id_column("sync")
    source_id: Mapped[str] = reference("src", "sources.id", index=False)
    reason: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    portion: Mapped[int] = mapped_column(Integer, default=1)
    job_id: Mapped[str | None] = mapped_column(PrefixedId("job"))
    cursor: Mapped[str | None] = mapped_column(Text)
    held_cursor: Mapped[str | None] = mapped_column(Text)
    holds: Mapped[bool] = mapped_column(default=False)
    total: Mapped[int | None] = mapped_column(Integer)
    seen: Mapped[int] = mapped_column(Integer, default=0)
    added: Mapped[int] = mapped_column(Integer, default=0)
    changed: Mapped[int] = mapped_column(Integer, default=0)
    unchanged: Mapped[int] = mapped_column(Integer, default=0)
    deleted: Mapped[int] = mapped_column(Integer, default=0)
    failed: Mapped[int] = mapped_column(Integer, default=0)
    working_seconds: Mapped[float] = mapped_column(Float, default=0.0)
    error_code: Mapped[str | None] = mapped_column(Text)
    error_detail: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[str | None] = mapped_column(PrefixedId("usr"))
    created_at: Mapped[datetime] = created_at_column()
    started_at: Mapped[datetime | None] = _moment()
    finished_at: Mapped[datetime | None] = _moment()


class SourceItemRow(TenantRow, Base):
    """One thing of a source and the document that it became; `key` is the SHA-256 of its id there.

    `superseded_id` is the document of its bytes before, which answers until the new one is read.
    """

    __tablename__ = "source_items"

    id: Mapped[str] = id_column("item")
    source_id: Mapped[str] = reference("src", "sources.id", index=False)
    external_id: Mapped[str] = mapped_column(Text)
    key: Mapped[bytes] = mapped_column(LargeBinary)
    title: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    version: Mapped[str | None] = mapped_column(Text)
    sha256: Mapped[str | None] = mapped_column(Text)
    modified_at: Mapped[datetime | None] = _moment()
    document_id: Mapped[str | None] = reference("doc", "documents.id", ondelete="SET NULL")
    superseded_id: Mapped[str | None] = reference("doc", "documents.id", ondelete="SET NULL")
    seen_run_id: Mapped[str | None] = mapped_column(PrefixedId("sync"))
    error_code: Mapped[str | None] = mapped_column(Text)
    error_detail: Mapped[str | None] = mapped_column(Text)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    created_at: Mapped[datetime] = created_at_column()
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class SyncErrorRow(TenantRow, Base):
    """One item that a sync could not take in."""

    __tablename__ = "sync_errors"

    id: Mapped[str] = id_column("err")
    run_id: Mapped[str] = reference("sync", "sync_runs.id", index=False)
    external_id: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = created_at_column()


class SourceAlarmRow(Base):
    """When a source wants to be looked at. Outside the tenant wall: ids and a time alone."""

    __tablename__ = "source_alarms"

    source_id: Mapped[str] = mapped_column(PrefixedId("src"), primary_key=True)
    tenant: Mapped[uuid.UUID] = mapped_column(Uuid)
    rings_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class SourceWatchRow(Base):
    """A source whose folder is watched for changes. Outside the tenant wall: ids and a time alone."""

    __tablename__ = "source_watches"

    source_id: Mapped[str] = mapped_column(PrefixedId("src"), primary_key=True)
    tenant: Mapped[uuid.UUID] = mapped_column(Uuid)
    changed_at: Mapped[datetime] = created_at_column()
