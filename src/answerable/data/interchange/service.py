"""Taking in and giving out semantic models in the formats of other tools."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from answerable.data.interchange.applying import apply_draft
from answerable.data.interchange.dbt_metrics import is_dbt, read_dbt
from answerable.data.interchange.dbt_writing import write_dbt
from answerable.data.interchange.draft import Draft
from answerable.data.interchange.errors import UnreadableFile
from answerable.data.interchange.ossie_reading import is_ossie, read_ossie
from answerable.data.interchange.ossie_writing import write_ossie
from answerable.data.interchange.report import Report
from answerable.data.interchange.written import Node, WrittenFile, read_files
from answerable.data.semantics import service as semantics
from answerable.data.semantics import yaml_text
from answerable.data.semantics.changing import replace_model
from answerable.data.semantics.differences import Change, differences
from answerable.data.semantics.model import SemanticModel
from answerable.data.semantics.repository import StoredModel
from answerable.kit.db import Session
from answerable.kit.errors import FieldError

Format = Literal["ossie", "dbt"]


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do. `revision` is that of the model afterwards."""

    format: str
    model_id: str
    previous_revision: str
    revision: str
    changes: list[Change]
    report: Report


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """Files of one format (found out where it is not said), and which dataset a table of theirs is where
    names do not tell."""

    files: Sequence[WrittenFile]
    format: Format | None = None
    tables: Mapping[str, str] | None = None
    dry_run: bool = False
    if_match: str | None = None


async def import_model(session: Session, model_id: str, request: ImportRequest) -> Imported:
    """Merge a foreign model into the workspace's, as one revision; a dry run only says what it would do.

    Raises NotFound, StaleModel, DataHidden, UnreadableFile and UnknownTable."""
    stored = await semantics.read_model(session, model_id)
    # In a thread: large files would hold up everybody else's requests.
    draft, wanted = await asyncio.to_thread(merged, request, stored.model)
    expected = request.if_match or stored.revision
    made = await replace_model(session, model_id, wanted, if_match=expected, dry_run=request.dry_run)
    changes = differences(stored.model, made.model)
    return Imported(draft.format, stored.id, stored.revision, made.revision, changes, draft.report)


async def export_model(session: Session, model_id: str, wanted: Format) -> str:
    """The model, as far as the session's principal sees it, as YAML of the format; what the format cannot
    hold stands in comments above. NotFound."""
    stored = await semantics.read_seen(session, model_id)
    return await asyncio.to_thread(written, stored, wanted)


def written(stored: StoredModel, wanted: Format) -> str:
    """The YAML of a model, with comments that say what is left out."""
    report = Report()
    model = stored.model
    if model.policies or model.hidden_fields:
        reason = "who sees which rows and fields stays in this workspace"
        report.leave_out("model", "policies and hidden fields", reason)
    document = write_ossie(model, "answerable", report) if wanted == "ossie" else write_dbt(model, report)
    return _comments(stored, report) + yaml_text.dump(document)


def _comments(stored: StoredModel, report: Report) -> str:
    lines = [f"Semantic model {stored.id}, revision {stored.revision}."]
    for title, remarks in (("Left out", report.left_out), ("Note", report.notes)):
        lines += [f"{title}: {each.kind} {each.name}: {each.reason}." for each in remarks]
    # A name or a reason may hold a line break, which would end the comment.
    return "".join(f"# {' '.join(line.split())}\n" for line in lines)


def merged(request: ImportRequest, model: SemanticModel) -> tuple[Draft, SemanticModel]:
    """The draft of a request's files, with its report, and the model with the draft merged in. Raises
    UnreadableFile and UnknownTable."""
    documents = read_files(request.files)
    found = request.format or _format(documents)
    read = read_ossie if found == "ossie" else read_dbt
    draft = read(documents, model, request.tables or {})
    return draft, apply_draft(draft, model)


def _format(documents: Sequence[Node]) -> Format:
    if any(is_ossie(document) for document in documents):
        return "ossie"
    if any(is_dbt(document) for document in documents):
        return "dbt"
    message = (
        "has neither 'semantic_model' (Ossie) nor 'semantic_models' or 'metrics' (dbt); "
        "semantic models inside dbt's 'models' are not read"
    )
    errors = [FieldError(f"files.{i}.content", message) for i in range(len(documents))]
    raise UnreadableFile("The files are of no format that is read.", errors=errors)
