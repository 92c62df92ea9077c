"""What HTTP carries of datasets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from answerable.data.datasets.tables import (
    DatasetEngine,
    DatasetRow,
    DatasetStatus,
    DatasetVersionRow,
    VersionOrigin,
)
from answerable.data.ingestion.quality import QualityReport
from answerable.data.ingestion.request import Mode
from answerable.data.ingestion.versions import ColumnChanges, RowChanges, VersionChanges
from answerable.data.semantics.model import Dataset, ModelField
from answerable.data.semantics.result import Cell, Column

# Who queued a job, by the job's id.
Creators = Mapping[str, str | None]


class Reason(BaseModel):
    """Why something failed, and what to do."""

    code: str
    detail: str


class JobReference(BaseModel):
    id: str


class VersionView(BaseModel):
    """One state of the data: made of a file, of the rows of `base` and a file, or, by a review, of the
    files of `base` again. `changes` are against the version before; they, the counts and the size are told to
    those alone who see all of the dataset. `job` makes or made it, for `created_by`, null once that is no
    longer known."""

    version: int
    status: DatasetStatus
    origin: VersionOrigin
    mode: Mode
    key: list[str]
    base: int | None
    file_name: str
    file_bytes: int | None
    row_count: int | None
    changes: VersionChanges | None
    error: Reason | None
    job: JobReference | None
    created_by: str | None
    created_at: datetime
    ready_at: datetime | None

    @classmethod
    def of(cls, row: DatasetVersionRow, creators: Creators, *, whole: bool = True) -> VersionView:
        """The view of a version; `whole` for whoever sees all of the dataset."""
        return cls(
            version=row.number,
            status=DatasetStatus(row.status),
            origin=VersionOrigin(row.origin),
            mode=row.mode,
            key=row.key_columns if whole else [],
            base=row.base,
            file_name=row.file_name,
            file_bytes=row.file_bytes if whole else None,
            row_count=row.row_count if whole else None,
            changes=VersionChanges.model_validate(row.changes) if row.changes is not None and whole else None,
            error=_reason(row.error_code, row.error_detail),
            job=JobReference(id=row.job_id) if row.job_id is not None else None,
            created_by=creators.get(row.job_id or ""),
            created_at=row.created_at,
            ready_at=row.ready_at,
        )


class DatasetSummary(BaseModel):
    """A dataset in a list. `name` is what queries call it, `label` what people do. `session_id` is the
    conversation that it belongs to: null for the workspace's own. `engine` answers questions about it: null
    where its rows stay in a connected database."""

    id: str
    name: str
    label: str
    status: DatasetStatus
    engine: DatasetEngine | None
    version: int | None
    row_count: int | None
    session_id: str | None
    error: Reason | None
    created_at: datetime

    @classmethod
    def of(cls, row: DatasetRow, *, whole: bool = True) -> DatasetSummary:
        """The summary of a dataset; `whole` for whoever sees all of it."""
        return cls(
            id=row.id,
            name=row.name,
            label=row.label,
            status=DatasetStatus(row.status),
            engine=DatasetEngine(row.engine) if row.connection_id is None else None,
            version=row.version,
            row_count=row.row_count if whole else None,
            session_id=row.session_id,
            error=_reason(row.error_code, row.error_detail),
            created_at=row.created_at,
        )


class DatasetChange(BaseModel):
    """What a dataset shall remember: whether files with other columns are taken, and which versions stay,
    the newest so many and all that are younger. Null: as the server is set."""

    model_config = ConfigDict(extra="forbid")

    schema_changes: Literal["accept", "refuse"] | None = None
    keep_versions: Annotated[int, Field(ge=1, le=10_000)] | None = None
    keep_days: Annotated[int, Field(ge=0, le=36_500)] | None = None


class FieldView(ModelField):
    """A field of the semantic model, with what the newest version's data says about it."""

    null_count: int | None = None
    minimum: str | None = None
    maximum: str | None = None


class DatasetView(DatasetSummary):
    """A dataset with its fields, the quality report of its newest version, and all versions. `whole` is false
    for whoever sees a part of its rows or fields alone: nothing that counts all rows is told them."""

    whole: bool = True
    row_noun: str = "row"
    default_time: str | None = None
    fields: list[FieldView] = []
    quality: QualityReport | None = None
    settings: DatasetChange = DatasetChange()
    versions: list[VersionView] = []

    @classmethod
    def assemble(
        cls,
        row: DatasetRow,
        versions: list[DatasetVersionRow],
        dataset: Dataset | None,
        creators: Creators,
        *,
        whole: bool = True,
    ) -> DatasetView:
        """The view of a dataset with its versions (newest first) and its part of the model."""
        current = next((v for v in versions if v.number == row.version), None)
        facts = {c["name"]: c for c in current.columns or []} if current is not None and whole else {}
        kept = ("null_count", "minimum", "maximum")
        fields = [
            FieldView.model_validate(
                field.model_dump() | {k: v for k, v in facts.get(field.name, {}).items() if k in kept}
            )
            for field in (dataset.fields if dataset is not None else ())
        ]
        return cls(
            **DatasetSummary.of(row, whole=whole).model_dump(),
            whole=whole,
            row_noun=dataset.row_noun if dataset is not None else "row",
            default_time=dataset.default_time if dataset is not None else None,
            fields=fields,
            quality=(
                QualityReport.model_validate(current.quality)
                if current and current.quality and whole
                else None
            ),
            settings=DatasetChange.model_validate(
                {k: v for k, v in row.settings.items() if k in DatasetChange.model_fields}
            ),
            versions=[VersionView.of(v, creators, whole=whole) for v in versions],
        )


class Uploaded(BaseModel):
    """What an upload started: the first dataset, and the job that finds its tables. Further tables
    of the file become datasets of their own when the job is done. Of a file that is there already,
    all its datasets; `job` is null when it had been read before."""

    datasets: list[DatasetSummary]
    job: JobReference | None

    @classmethod
    def of(cls, datasets: Sequence[DatasetRow], job_id: str | None) -> Uploaded:
        """What an upload answers."""
        job = JobReference(id=job_id) if job_id is not None else None
        return cls(datasets=[DatasetSummary.of(dataset) for dataset in datasets], job=job)


class RowsRequest(BaseModel):
    """Which rows to show."""

    version: Annotated[
        int | None,
        Query(ge=1, le=2**31 - 1, description="A version's number; the newest ready one if unset."),
    ] = None
    limit: Annotated[int, Query(ge=1, le=10_000, description="How many rows at most.")] = 50
    format: Annotated[Literal["json", "csv"], Query(description="JSON, or CSV that is safe to open.")] = (
        "json"
    )


class DatasetRows(BaseModel):
    """The first rows of a version, as stored. `row_count` counts all of the version's rows; for whoever sees
    a part of them alone, and for tables of connected databases, those that are shown."""

    columns: list[Column]
    rows: list[list[Cell]] = Field(description="Cells in the order of `columns`.")
    row_count: int
    version: int


class DifferencesRequest(BaseModel):
    """Which version to compare with which, and how many rows to show."""

    version: Annotated[
        int | None,
        Query(ge=1, le=2**31 - 1, description="The number of a version; the one that holds if unset."),
    ] = None
    since: Annotated[
        int | None,
        Query(ge=1, le=2**31 - 1, description="The version to compare with; the one before if unset."),
    ] = None
    limit: Annotated[int, Query(ge=0, le=200, description="How many rows of each kind at most.")] = 20


class RowDifference(BaseModel):
    """A row that one version has and the other has not, or has otherwise."""

    kind: Literal["added", "changed", "removed"]
    before: list[Cell] | None = None
    after: list[Cell] | None = None


class VersionDifferences(BaseModel):
    """What `version` has otherwise than `since`. Rows are compared by the columns that both have (`shown`, in
    the order of the cells of `examples`), told apart by `rows.key`. Without one a changed row is told as one
    that was removed and one that was added."""

    dataset_id: str
    version: int
    since: int
    columns: ColumnChanges
    rows: RowChanges
    shown: list[str]
    examples: list[RowDifference]


def _reason(code: str | None, detail: str | None) -> Reason | None:
    return None if code is None else Reason(code=code, detail=detail or "")
