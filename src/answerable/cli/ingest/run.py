"""Uploads files one after another, then follows their jobs to the end. A bad file stops no other."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from answerable.cli.client import Client
from answerable.cli.failure import CommandFailed, ServerUnusable
from answerable.cli.ingest.finding import Found, Kind
from answerable.cli.wire import Dataset, Datasets, Document, Job, UploadedDocument, UploadedTables

_POLL_SECONDS = 0.25
# Jobs end roughly in the order in which they came, so the oldest few are worth asking about.
_WATCHED = 8


class Outcome(StrEnum):
    """How a file ended; `accepted` when nobody waited for its end."""

    READY = "ready"
    UNCHANGED = "unchanged"
    ACCEPTED = "accepted"
    FAILED = "failed"


@dataclass
class Ingestion:
    """One file on its way.

    `names` are the document's title or the tables' labels, `rows` the tables' rows; `detail` says why the
    file failed.
    """

    file: Found
    outcome: Outcome = Outcome.ACCEPTED
    detail: str = ""
    job_id: str | None = None
    ids: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)

    def fail(self, detail: str) -> None:
        """Ends the file with the reason."""
        self.outcome, self.detail, self.job_id = Outcome.FAILED, " ".join(detail.split()), None


class Watcher(Protocol):
    """Hears of progress; the terminal's bars are one, silence is another."""

    def uploading(self, file: Found) -> None:
        """An upload begins."""

    def uploaded_bytes(self, count: int) -> None:
        """So many more bytes went out."""

    def working(self, ingestion: Ingestion, job: Job) -> None:
        """The server works on the file."""

    def ended(self, ingestion: Ingestion) -> None:
        """The file is ready or failed."""


def ingest_files(
    client: Client,
    files: Sequence[Found],
    watcher: Watcher,
    *,
    wait: bool = True,
    fields: Mapping[str, str] | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> list[Ingestion]:
    """Uploads all files and, unless told otherwise, waits for the end of each; one result a file, in order.

    `fields` go with each table, as `POST /datasets` has them.
    ServerUnusable when no upload can succeed.
    """
    ingestions = [Ingestion(file) for file in files]
    for ingestion in ingestions:
        watcher.uploading(ingestion.file)
        _upload(client, ingestion, watcher, fields or {})
        if ingestion.job_id is None:
            watcher.ended(ingestion)
    if wait:
        _follow(client, deque(one for one in ingestions if one.job_id is not None), watcher, pause)
    return ingestions


def _upload(client: Client, ingestion: Ingestion, watcher: Watcher, fields: Mapping[str, str]) -> None:
    file = ingestion.file
    try:
        if file.kind is Kind.TABLE:
            tables = client.upload(
                "/api/v1/datasets", UploadedTables, file.path, watcher.uploaded_bytes, fields
            )
            _note_tables(ingestion, tables)
        else:
            document = client.upload("/api/v1/documents", UploadedDocument, file.path, watcher.uploaded_bytes)
            _note_document(ingestion, document)
    except ServerUnusable:
        raise
    except CommandFailed as error:
        ingestion.fail(str(error))
    except OSError as error:
        ingestion.fail(f"the file cannot be read: {error.strerror or error}")


def _note_document(ingestion: Ingestion, uploaded: UploadedDocument) -> None:
    document = uploaded.document
    ingestion.ids, ingestion.names = [document.id], [document.title]
    if document.status == "ready":
        ingestion.outcome = Outcome.UNCHANGED
    elif document.status == "failed":
        ingestion.fail(document.error.detail if document.error else "the server could not read it")
    elif uploaded.job is not None:
        ingestion.job_id = uploaded.job.id


def _note_tables(ingestion: Ingestion, uploaded: UploadedTables) -> None:
    ingestion.ids = [dataset.id for dataset in uploaded.datasets]
    ingestion.names = [dataset.label for dataset in uploaded.datasets]
    if uploaded.job is not None:
        ingestion.job_id = uploaded.job.id
    else:
        ingestion.outcome = Outcome.UNCHANGED


def _follow(
    client: Client, waiting: deque[Ingestion], watcher: Watcher, pause: Callable[[float], None]
) -> None:
    tables = _Tables(client, {one.ids[0] for one in waiting if one.file.kind is Kind.TABLE})
    while waiting:
        for ingestion in list(waiting)[:_WATCHED]:
            job = client.get(f"/api/v1/jobs/{ingestion.job_id}", Job)
            if job.is_over:
                waiting.remove(ingestion)
                _finish(client, ingestion, job, tables)
                watcher.ended(ingestion)
            elif job.status == "running":
                watcher.working(ingestion, job)
        if waiting:
            pause(_POLL_SECONDS)


def _finish(client: Client, ingestion: Ingestion, job: Job, tables: _Tables) -> None:
    ingestion.job_id = None
    if job.status != "succeeded":
        ingestion.fail(job.error.detail if job.error else f"the job was {job.status}")
        return
    ingestion.outcome = Outcome.READY
    try:
        if ingestion.file.kind is Kind.TABLE:
            tables.read(ingestion)
        else:
            _read_document(client, ingestion)
    except CommandFailed as error:
        ingestion.fail(str(error))


def _read_document(client: Client, ingestion: Ingestion) -> None:
    document = client.get(f"/api/v1/documents/{ingestion.ids[0]}", Document)
    ingestion.names = [document.title]
    if document.status == "failed":
        ingestion.fail(document.error.detail if document.error else "the server could not read it")


class _Tables:
    """Finds the datasets that came out of each file; `_taken` are those that belong to one already."""

    def __init__(self, client: Client, taken: set[str]) -> None:
        self._client = client
        self._taken = taken

    def read(self, ingestion: Ingestion) -> None:
        """Notes the file's tables, or why one of them failed."""
        first = self._client.get(f"/api/v1/datasets/{ingestion.ids[0]}", Dataset)
        found = [first, *self._further(first, ingestion.file.path.name)]
        ingestion.ids = [dataset.id for dataset in found]
        ingestion.names = [dataset.label for dataset in found]
        ingestion.rows = [dataset.row_count or 0 for dataset in found]
        failed = next((dataset for dataset in found if dataset.status == "failed"), None)
        if failed is not None:
            ingestion.fail(failed.error.detail if failed.error else "a table could not be read")

    def _further(self, first: Dataset, file_name: str) -> list[Dataset]:
        """The datasets of the file besides its first, which came into being no earlier."""
        newest = self._client.get("/api/v1/datasets", Datasets, limit=200).items
        further = []
        for entry in reversed(newest):
            if entry.id in self._taken or entry.created_at < first.created_at:
                continue
            dataset = self._client.get(f"/api/v1/datasets/{entry.id}", Dataset)
            if dataset.versions and dataset.versions[-1].file_name == file_name:
                self._taken.add(dataset.id)
                further.append(dataset)
        return further
