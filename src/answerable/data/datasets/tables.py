"""Datasets and their versions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Computed, DateTime, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from answerable.data.ingestion.request import Mode
from answerable.kit.db import Base, TenantRow, created_at_column, id_column, reference
from answerable.kit.db.columns import PrefixedId

# Any: what JSON carries; the service validates it into ColumnProfile and QualityReport.
_Json = dict[str, Any]


class DatasetStatus(StrEnum):
    """What becomes of an upload. A dataset is `ready` while one of its versions is. The data of an
    `expired` version is gone, by policy; only versions expire."""

    QUEUED = "queued"
    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"


class VersionOrigin(StrEnum):
    """Where a version's rows come from."""

    UPLOAD = "upload"
    REVIEW = "review"


class DatasetEngine(StrEnum):
    """What answers questions about a dataset: DuckDB over the Parquet files of its versions, or the
    warehouse, which has a table of each besides."""

    PARQUET = "parquet"
    POSTGRESQL = "postgresql"


class DatasetRow(TenantRow, Base):
    """One table. `version` is the number of the newest ready version, `settings` what is remembered for
    the next ones (`DatasetSettings`). One that is read through a connection has no versions: `physical` is
    its table there (`PhysicalTable`), `version` counts how often its columns were imported. `session_id` is
    the conversation that it belongs to, with its versions, None for the workspace's own."""

    __tablename__ = "datasets"

    id: Mapped[str] = id_column("ds")
    name: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    version: Mapped[int | None] = mapped_column(Integer)
    row_count: Mapped[int | None] = mapped_column(BigInteger)
    error_code: Mapped[str | None] = mapped_column(Text)
    error_detail: Mapped[str | None] = mapped_column(Text)
    settings: Mapped[_Json] = mapped_column(JSONB, default=dict)
    engine: Mapped[str] = mapped_column(Text, default=DatasetEngine.PARQUET)
    connection_id: Mapped[str | None] = reference("con", "connections.id")
    physical: Mapped[_Json | None] = mapped_column(JSONB)
    session_id: Mapped[str | None] = mapped_column(PrefixedId("chat"))
    created_at: Mapped[datetime] = created_at_column()

    __table_args__ = (UniqueConstraint("workspace_id", "name"),)


class DatasetVersionPinRow(TenantRow, Base):
    """A version that `holder`, the id of whatever it is, needs."""

    __tablename__ = "dataset_version_pins"

    id: Mapped[str] = id_column("pin")
    dataset_id: Mapped[str] = reference("ds", "datasets.id", index=False)
    number: Mapped[int] = mapped_column(Integer)
    holder: Mapped[str] = mapped_column(Text)

    __table_args__ = (UniqueConstraint("dataset_id", "number", "holder"),)


class DatasetVersionRow(TenantRow, Base):
    """One state of a table's data. `attempt` is the job's attempt that works on it: only that one
    may change the row. Tables of one upload share `upload_id`, the id of its first version.
    `opened_as` is the name of the upload on the version that opened a dataset: the same bytes under
    the same name open no other. A version of the `origin` review reads the file of an earlier one anew;
    `settings` are those that it is read by, `open_questions` what they leave to people.

    `mode` says what becomes of the rows of `base`, the version that this one was made from: they are
    replaced, added to, or replaced where `key_columns` are equal. `parts` are the files that the version
    is made of (`Part`), `changes` what it changed (`VersionChanges`). `table_path` is its Parquet file,
    `relation` its table in the warehouse, None where its dataset's engine is Parquet."""

    __tablename__ = "dataset_versions"

    id: Mapped[str] = id_column("dsv")
    dataset_id: Mapped[str] = reference("ds", "datasets.id")
    number: Mapped[int] = mapped_column(Integer)
    upload_id: Mapped[str] = mapped_column(Text)
    job_id: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    file_name: Mapped[str] = mapped_column(Text)
    file_key: Mapped[str] = mapped_column(Text)
    file_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(Text, Computed("right(file_key, 64)", persisted=True))
    opened_as: Mapped[str | None] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text, default=VersionOrigin.UPLOAD)
    settings: Mapped[_Json] = mapped_column(JSONB, default=dict)
    open_questions: Mapped[list[_Json] | None] = mapped_column(JSONB)
    mode: Mapped[Mode] = mapped_column(Text, default="replace")
    key_columns: Mapped[list[str]] = mapped_column(JSONB, default=list)
    base: Mapped[int | None] = mapped_column(Integer)
    parts: Mapped[list[_Json] | None] = mapped_column(JSONB)
    changes: Mapped[_Json | None] = mapped_column(JSONB)
    table_label: Mapped[str | None] = mapped_column(Text)
    table_path: Mapped[str | None] = mapped_column(Text)
    relation: Mapped[str | None] = mapped_column(Text)
    table_bytes: Mapped[int | None] = mapped_column(BigInteger)
    row_count: Mapped[int | None] = mapped_column(BigInteger)
    columns: Mapped[list[_Json] | None] = mapped_column(JSONB)
    quality: Mapped[_Json | None] = mapped_column(JSONB)
    error_code: Mapped[str | None] = mapped_column(Text)
    error_detail: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = created_at_column()
    ready_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    session_id: Mapped[str | None] = mapped_column(PrefixedId("chat"))

    __table_args__ = (
        UniqueConstraint("dataset_id", "number"),
        Index(
            "uq_dataset_versions_opened_as",
            "workspace_id",
            "sha256",
            "opened_as",
            unique=True,
            postgresql_where=text("opened_as IS NOT NULL AND session_id IS NULL"),
        ),
    )
