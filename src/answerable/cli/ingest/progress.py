"""What an ingestion looks like in a terminal: two bars, then a table."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from answerable.cli.ingest.finding import Found
from answerable.cli.ingest.run import Ingestion, Outcome
from answerable.cli.wire import Job

_STYLE = {Outcome.READY: "green", Outcome.UNCHANGED: "green", Outcome.ACCEPTED: "cyan", Outcome.FAILED: "red"}


class Silence:
    """Tells nobody."""

    def uploading(self, file: Found) -> None:
        """Nothing."""

    def uploaded_bytes(self, count: int) -> None:
        """Nothing."""

    def working(self, ingestion: Ingestion, job: Job) -> None:
        """Nothing."""

    def ended(self, ingestion: Ingestion) -> None:
        """Nothing."""


class Bars:
    """Bytes sent and files ready, on standard error."""

    def __init__(self, files: Sequence[Found]) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[amount]}"),
            TimeElapsedColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._bytes = sum(file.size for file in files)
        self._count = len(files)
        self._sent = self._ended = 0
        self._upload = self._progress.add_task("Uploading", total=max(self._bytes, 1), amount="")
        self._work = self._progress.add_task("Reading", total=self._count, amount=f"0/{self._count}")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def uploading(self, file: Found) -> None:
        """Names the file."""
        self._progress.update(self._upload, description=f"Uploading {file.path.name}")

    def uploaded_bytes(self, count: int) -> None:
        """Moves the upper bar."""
        self._sent += count
        amount = f"{self._sent / 1e6:.1f}/{self._bytes / 1e6:.1f} MB"
        self._progress.update(self._upload, completed=self._sent, amount=amount)

    def working(self, ingestion: Ingestion, job: Job) -> None:
        """Names the file and how far it is."""
        share = ""
        if job.progress is not None and job.progress.total:
            share = f" {job.progress.done / job.progress.total:.0%}"
        self._progress.update(self._work, description=f"Reading {ingestion.file.path.name}{share}")

    def ended(self, ingestion: Ingestion) -> None:
        """Moves the lower bar."""
        del ingestion
        self._ended += 1
        amount = f"{self._ended}/{self._count}"
        self._progress.update(self._work, completed=self._ended, amount=amount)


def summary_table(ingestions: Sequence[Ingestion]) -> Table:
    """One line a file: what became of it."""
    table = Table("file", "as", "result", "", box=None, header_style="bold", pad_edge=False)
    for one in ingestions:
        table.add_row(
            Text(one.file.label),
            one.file.kind.value,
            Text(one.outcome.value, style=_STYLE[one.outcome]),
            Text(_remark(one), style="red" if one.outcome is Outcome.FAILED else "dim"),
        )
    return table


def _remark(one: Ingestion) -> str:
    if one.outcome is Outcome.FAILED:
        return one.detail
    if not one.rows:
        return ", ".join(one.names)
    return ", ".join(f"{name} ({rows:,} rows)" for name, rows in zip(one.names, one.rows, strict=True))
