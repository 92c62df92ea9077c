"""`/chat/sessions/{session_id}/documents` and `…/datasets`: files that belong to a conversation."""

from __future__ import annotations

from typing import Annotated

from fastapi import File, Form, Header, Query, Response, UploadFile

from answerable.chat.files import service
from answerable.data.datasets import keeping as kept_datasets
from answerable.data.datasets import service as datasets
from answerable.data.datasets.review.schemas import Choices, Reviewed
from answerable.data.datasets.rules.schemas import RulesChange, RulesChanged
from answerable.data.datasets.schemas import DatasetSummary, Uploaded
from answerable.data.datasets.uploading import NewTables
from answerable.data.semantics.endpoints import expected_revision
from answerable.identity.access import DeferredContext, RequestContext, Scope, requires, requires_deferred
from answerable.identity.conversations import enter
from answerable.kit.http import Router
from answerable.kit.http.uploads import chunks
from answerable.kit.paging import Page, PageRequest, make_page
from answerable.knowledge.documents import keeping as kept_documents
from answerable.knowledge.documents import membership
from answerable.knowledge.documents import service as documents
from answerable.knowledge.documents.schemas import (
    DocumentView,
    UploadedDocument,
    parse_metadata,
    parse_tags,
)

router = Router(prefix="/chat/sessions/{session_id}", tags=["chat"])

Reader = Annotated[RequestContext, requires(Scope.CHAT_READ)]
Writer = Annotated[RequestContext, requires(Scope.CHAT_WRITE)]
DeferredWriter = Annotated[DeferredContext, requires_deferred(Scope.CHAT_WRITE)]
DocumentKeeper = Annotated[RequestContext, requires(Scope.DOCUMENTS_WRITE)]
DataKeeper = Annotated[RequestContext, requires(Scope.DATA_WRITE)]


@router.post("/documents", status_code=202, responses={200: {"model": UploadedDocument}})
async def upload_document(
    context: Writer,
    response: Response,
    session_id: str,
    file: Annotated[
        UploadFile, File(description="A file of any format that docs/reference/formats.md lists.")
    ],
    title: Annotated[
        str | None, Form(description="The document's own or the file's name when unset.")
    ] = None,
    metadata: Annotated[str | None, Form(description="A JSON object of your own.")] = None,
    tags: Annotated[list[str] | None, Form(description="One field a tag.")] = None,
) -> UploadedDocument:
    """Upload a document into the conversation: it is seen and searched there alone. A job reads it; the same
    bytes again answer 200 with the document that the conversation has."""
    new = documents.NewDocument(
        file.filename or "", title, None, parse_metadata(metadata), parse_tags(tags or [])
    )
    accepted = await service.upload_document(context.session, context.runtime, session_id, chunks(file), new)
    response.status_code = 202 if accepted.queued else 200
    return UploadedDocument.of(accepted, await membership.containers(context.session, [accepted.document]))


@router.get("/documents")
async def list_documents(
    context: Reader, session_id: str, wanted: Annotated[PageRequest, Query()]
) -> Page[DocumentView]:
    """The documents that belong to the conversation, newest first."""
    await enter(context.session, session_id)
    found = await documents.list_documents(context.session, wanted, status=None, source_id=None)
    containers = await membership.containers(context.session, found)
    return make_page(
        found, wanted, lambda row: DocumentView.of(row, containers), lambda row: (row.created_at, row.id)
    )


@router.delete("/documents/{document_id}", status_code=204)
async def remove_document(context: Writer, session_id: str, document_id: str) -> None:
    """Delete a document of the conversation, with the answers that quote it."""
    await service.remove_document(context.session, session_id, document_id)


@router.post("/documents/{document_id}/keep")
async def keep_document(context: DocumentKeeper, session_id: str, document_id: str) -> DocumentView:
    """Give a document of the conversation to the whole workspace, with the files that it holds."""
    await enter(context.session, session_id)
    document = await kept_documents.keep(context.session, document_id)
    return DocumentView.of(document, await membership.containers(context.session, [document]))


@router.post("/datasets", status_code=202, responses={200: {"model": Uploaded}})
async def upload_tables(
    context: Writer,
    response: Response,
    session_id: str,
    file: Annotated[UploadFile, File(description="CSV, TSV, XLSX, XLS, ODS, Parquet or JSON lines.")],
    name: Annotated[str | None, Form(description="What to call the table; the file's name if unset.")] = None,
    dataset_id: Annotated[
        str | None, Form(description="Upload as a new version of this dataset of the conversation.")
    ] = None,
) -> Uploaded:
    """Upload a file of tables into the conversation: they are seen and asked about there alone. A job finds
    them; the same bytes under the same name again answer 200 with the datasets that the conversation has."""
    new = NewTables(file.filename or "table", name, dataset_id)
    accepted = await service.upload_tables(context.session, context.runtime, session_id, chunks(file), new)
    response.status_code = 202 if accepted.queued else 200
    return Uploaded.of(accepted.datasets, accepted.job_id)


@router.get("/datasets")
async def list_datasets(
    context: Reader, session_id: str, wanted: Annotated[PageRequest, Query()]
) -> Page[DatasetSummary]:
    """The datasets that belong to the conversation, newest first."""
    await enter(context.session, session_id)
    found = await datasets.list_datasets(context.session, wanted)
    return make_page(found, wanted, DatasetSummary.of, lambda row: (row.created_at, row.id))


@router.delete("/datasets/{dataset_id}", status_code=204)
async def remove_dataset(context: Writer, session_id: str, dataset_id: str) -> None:
    """Delete a dataset of the conversation, with the answers from it."""
    await service.remove_dataset(context.session, session_id, dataset_id)


@router.post("/datasets/{dataset_id}/review", status_code=202, responses={200: {"model": Reviewed}})
async def review_dataset(
    context: Writer, response: Response, session_id: str, dataset_id: str, body: Choices
) -> Reviewed:
    """Decide how a table of the conversation is read, as `POST /datasets/{dataset_id}/review` does for one of
    the workspace. `GET /datasets/{dataset_id}/review?session_id=…` shows what there is to decide."""
    decided = await service.review_dataset(context.session, session_id, dataset_id, body)
    response.status_code = 200 if decided.job_id is None else 202
    return decided.told()


@router.put("/datasets/{dataset_id}/rules", status_code=202, responses={200: {"model": RulesChanged}})
async def keep_rules(
    context: DeferredWriter,
    response: Response,
    session_id: str,
    dataset_id: str,
    body: RulesChange,
    if_match: Annotated[str | None, Header()] = None,
) -> RulesChanged:
    """Replace the rules of a table of the conversation, as `PUT /datasets/{dataset_id}/rules` does for one of
    the workspace."""
    expected = expected_revision(if_match)
    changed = await service.keep_rules(context, session_id, dataset_id, body.rules, if_match=expected)
    response.status_code = 200 if changed.job is None else 202
    return changed


@router.post("/datasets/{dataset_id}/keep")
async def keep_dataset(context: DataKeeper, session_id: str, dataset_id: str) -> DatasetSummary:
    """Give a dataset of the conversation to the whole workspace, with its versions and what it means."""
    await enter(context.session, session_id)
    return DatasetSummary.of(await kept_datasets.keep(context.session, dataset_id))
