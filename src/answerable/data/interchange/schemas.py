"""What HTTP carries of imports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from answerable.data.interchange.report import Remark
from answerable.data.interchange.service import Format, Imported, ImportRequest
from answerable.data.interchange.written import WrittenFile
from answerable.data.semantics.schemas import ChangeView

_Name = Annotated[str, Field(min_length=1, max_length=200)]


class ModelFile(BaseModel):
    """A file: its text, YAML or JSON, and its name for the report."""

    model_config = ConfigDict(extra="forbid")

    name: _Name
    content: Annotated[str, Field(min_length=1, max_length=5_000_000)]


class ImportBody(BaseModel):
    """A foreign model. `tables` says which dataset (name or id) a table of the files is, where its name does
    not; `dry_run` changes nothing."""

    model_config = ConfigDict(extra="forbid")

    files: Annotated[list[ModelFile], Field(min_length=1, max_length=50)]
    format: Format | None = None
    tables: Annotated[dict[_Name, _Name], Field(max_length=500)] = {}
    dry_run: bool = False

    def request(self, if_match: str | None) -> ImportRequest:
        """The same for the service."""
        files = [WrittenFile(file.name, file.content) for file in self.files]
        return ImportRequest(files, self.format, self.tables, self.dry_run, if_match)


class RemarkView(BaseModel):
    """What is said of one part of the files, with its place."""

    kind: str
    name: str
    reason: str
    file: str
    line: int

    @classmethod
    def of(cls, remarks: Sequence[Remark]) -> list[RemarkView]:
        """The views of remarks."""
        return [
            cls(kind=r.kind, name=r.name, reason=r.reason, file=r.place.file, line=r.place.line)
            for r in remarks
        ]


class ImportView(BaseModel):
    """What an import did, or with `dry_run` would do. `left_out` is not carried over; `notes` say what is
    carried over in another way."""

    id: str
    format: Format
    dry_run: bool
    previous_revision: str
    revision: str
    changes: list[ChangeView]
    left_out: list[RemarkView]
    notes: list[RemarkView]

    @classmethod
    def of(cls, done: Imported, *, dry_run: bool) -> ImportView:
        """The view of an import."""
        return cls(
            id=done.model_id,
            format=done.format,
            dry_run=dry_run,
            previous_revision=done.previous_revision,
            revision=done.revision,
            changes=ChangeView.of(done.changes),
            left_out=RemarkView.of(done.report.left_out),
            notes=RemarkView.of(done.report.notes),
        )
