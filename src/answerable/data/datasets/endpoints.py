"""`/datasets`: tables that people upload."""

from __future__ import annotations

from typing import Annotated

from fastapi import File, Form, Query, Response, UploadFile

from answerable.data.datasets import changing, comparing, rows, service, uploading
from answerable.data.datasets.schemas import (
    DatasetChange,
    DatasetRows,
    DatasetSummary,
    DatasetView,
    DifferencesRequest,
    RowsRequest,
    Uploaded,
    VersionDifferences,
    VersionView,
)
from answerable.data.datasets.tables import DatasetEngine
from answerable.data.ingestion.request import Mode
from answerable.data.semantics.service import reach_into, require_all_of
from answerable.identity.access import DeferredContext, RequestContext, Scope, requires
from answerable.identity.conversations import requires_deferred_within, requires_within
from answerable.jobs import creators_of
from answerable.kit.http import Router
from answerable.kit.http.uploads import chunks
from answerable.kit.paging import Page, PageRequest, make_page

router = Router(prefix="/datasets", tags=["datasets"])

Reader = Annotated[RequestContext, requires(Scope.DATA_READ)]
ReaderWithin = Annotated[RequestContext, requires_within(Scope.DATA_READ)]
Writer = Annotated[RequestContext, requires(Scope.DATA_WRITE)]


@router.post("", status_code=202, responses={200: {"model": Uploaded}})
async def upload(  # noqa: PLR0913, PLR0917 - each is a field of the form
    context: Writer,
    response: Response,
    file: Annotated[UploadFile, File(description="CSV, TSV, XLSX, XLS, ODS, Parquet or JSON lines.")],
    name: Annotated[str | None, Form(description="What to call the table; the file's name if unset.")] = None,
    dataset_id: Annotated[str | None, Form(description="Upload as a new version of this dataset.")] = None,
    mode: Annotated[Mode, Form(description="What becomes of the dataset's rows.")] = "replace",
    key: Annotated[list[str] | None, Form(description="Columns that tell rows apart; for upsert.")] = None,
    engine: Annotated[
        DatasetEngine | None,
        Form(
            description="Where a new dataset's rows are asked: `parquet`, or `postgresql`, the warehouse. As "
            "the server is set up where it is left out."
        ),
    ] = None,
) -> Uploaded:
    """Upload a file of tables. A job finds them; each becomes a dataset. The same bytes under the same
    name again answer 200 with the datasets that exist."""
    if dataset_id is not None:
        await require_all_of(context.session, dataset_id)
    new = uploading.NewTables(file.filename or "table", name, dataset_id, mode, tuple(key or ()), engine)
    accepted = await uploading.upload(context.session, context.runtime, chunks(file), new)
    response.status_code = 202 if accepted.queued else 200
    return Uploaded.of(accepted.datasets, accepted.job_id)


@router.get("")
async def list_datasets(context: Reader, wanted: Annotated[PageRequest, Query()]) -> Page[DatasetSummary]:
    """The workspace's datasets, newest first."""
    found = await service.list_datasets(context.session, wanted)
    seen = await reach_into(context.session)
    return make_page(
        found,
        wanted,
        lambda row: DatasetSummary.of(row, whole=seen.is_whole_of(row.id)),
        lambda row: (row.created_at, row.id),
    )


@router.get("/{dataset_id}")
async def read_dataset(context: ReaderWithin, dataset_id: str) -> DatasetView:
    """One dataset: its fields, its quality report, its versions."""
    row, versions = await service.read_dataset(context.session, dataset_id)
    seen = await reach_into(context.session)
    dataset = next((d for d in seen.model.datasets if d.id == row.id), None)
    creators = await creators_of(context.session, [v.job_id for v in versions if v.job_id is not None])
    return DatasetView.assemble(row, versions, dataset, creators, whole=seen.is_whole_of(row.id))


@router.patch("/{dataset_id}")
async def change_dataset(context: Writer, dataset_id: str, body: DatasetChange) -> DatasetSummary:
    """Say whether files with other columns are taken, and which versions are kept."""
    await require_all_of(context.session, dataset_id)
    changed = await changing.change_dataset(context.session, context.runtime, dataset_id, body)
    return DatasetSummary.of(changed)


@router.get("/{dataset_id}/versions")
async def list_versions(
    context: ReaderWithin, dataset_id: str, wanted: Annotated[PageRequest, Query()]
) -> Page[VersionView]:
    """The dataset's versions, newest first, each with what it changed."""
    found = await service.list_versions(context.session, dataset_id, wanted)
    whole = (await reach_into(context.session)).is_whole_of(dataset_id)
    creators = await creators_of(context.session, [row.job_id for row in found if row.job_id is not None])
    return make_page(
        found,
        wanted,
        lambda row: VersionView.of(row, creators, whole=whole),
        lambda row: (row.created_at, row.id),
    )


@router.get("/{dataset_id}/differences")
async def compare_versions(
    context: Annotated[DeferredContext, requires_deferred_within(Scope.DATA_READ)],
    dataset_id: str,
    wanted: Annotated[DifferencesRequest, Query()],
) -> VersionDifferences:
    """What a version has otherwise than another: columns, how many rows, and some rows side by side."""
    return await comparing.compare(
        context.runtime,
        context.principal,
        dataset_id,
        version=wanted.version,
        since=wanted.since,
        limit=wanted.limit,
    )


@router.get("/{dataset_id}/rows", response_model=DatasetRows)
async def read_rows(
    context: Annotated[DeferredContext, requires_deferred_within(Scope.DATA_READ)],
    dataset_id: str,
    wanted: Annotated[RowsRequest, Query()],
) -> DatasetRows | Response:
    """The first rows of a version, as JSON or as CSV that is safe to open in a spreadsheet program."""
    found = await rows.read_rows(
        context.runtime, context.principal, dataset_id, version=wanted.version, limit=wanted.limit
    )
    if wanted.format == "json":
        return found
    return Response(
        rows.as_csv([column.label for column in found.columns], found.rows),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{dataset_id}.csv"'},
    )


@router.delete("/{dataset_id}", status_code=204)
async def delete_dataset(context: Writer, dataset_id: str) -> None:
    """Delete a dataset: its file, its versions, its part of the model, the answers from it."""
    await require_all_of(context.session, dataset_id)
    await service.delete_dataset(context.session, dataset_id)
