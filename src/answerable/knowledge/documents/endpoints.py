"""`/documents`: files that people upload and ask about."""

from __future__ import annotations

from typing import Annotated

from fastapi import File, Form, Query, Response, UploadFile
from fastapi.responses import FileResponse

from answerable.identity.access import RequestContext, Scope, requires
from answerable.identity.conversations import requires_within
from answerable.kit.errors import NotFound
from answerable.kit.http import Router
from answerable.kit.http.uploads import chunks
from answerable.kit.paging import Page, make_page
from answerable.knowledge.documents import membership, service
from answerable.knowledge.documents.schemas import (
    Chunks,
    ChunksRequest,
    DocumentPatch,
    DocumentsRequest,
    DocumentText,
    DocumentView,
    TextRequest,
    UploadedDocument,
    parse_metadata,
    parse_tags,
)
from answerable.knowledge.documents.tables import DocumentRow

router = Router(prefix="/documents", tags=["documents"])

Reader = Annotated[RequestContext, requires(Scope.DOCUMENTS_READ)]
ReaderWithin = Annotated[RequestContext, requires_within(Scope.DOCUMENTS_READ)]
Writer = Annotated[RequestContext, requires(Scope.DOCUMENTS_WRITE)]
# A file that somebody uploaded is never run in our origin, whatever it claims to be.
_HARMLESS = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}


@router.post("", status_code=202, responses={200: {"model": UploadedDocument}})
async def upload(
    context: Writer,
    response: Response,
    file: Annotated[
        UploadFile, File(description="A file of any format that docs/reference/formats.md lists.")
    ],
    title: Annotated[
        str | None, Form(description="The document's own or the file's name when unset.")
    ] = None,
    source_id: Annotated[str | None, Form(description="The source that it belongs to.")] = None,
    metadata: Annotated[str | None, Form(description="A JSON object of your own.")] = None,
    tags: Annotated[list[str] | None, Form(description="One field a tag.")] = None,
) -> UploadedDocument:
    """Upload a document. A job reads it; the same bytes again answer 200 with the document that exists."""
    new = service.NewDocument(
        file.filename or "", title, source_id, parse_metadata(metadata), parse_tags(tags or [])
    )
    accepted = await service.upload(context.session, context.runtime, chunks(file), new)
    response.status_code = 202 if accepted.queued else 200
    containers = await membership.containers(context.session, [accepted.document])
    return UploadedDocument.of(accepted, containers)


@router.get("")
async def list_documents(context: Reader, wanted: Annotated[DocumentsRequest, Query()]) -> Page[DocumentView]:
    """The workspace's documents, newest first."""
    found = await service.list_documents(
        context.session,
        wanted,
        status=wanted.status,
        source_id=wanted.source_id,
        tag=wanted.tag,
        parent_id=wanted.parent_id,
    )
    containers = await membership.containers(context.session, found)
    return make_page(
        found, wanted, lambda row: DocumentView.of(row, containers), lambda row: (row.created_at, row.id)
    )


@router.get("/{document_id}")
async def read_document(context: ReaderWithin, document_id: str) -> DocumentView:
    """One document."""
    return await _view(context, await service.read(context.session, document_id))


@router.get("/{document_id}/text")
async def read_text(
    context: ReaderWithin, document_id: str, wanted: Annotated[TextRequest, Query()]
) -> DocumentText:
    """The text that quotes are taken from: `text[start:end]` of a quote is the quote. A long text comes in
    pieces; `next` is the offset of the following one."""
    return DocumentText.of(await service.read_text(context.session, document_id, wanted.offset, wanted.limit))


@router.get("/{document_id}/chunks")
async def read_chunks(
    context: ReaderWithin, document_id: str, wanted: Annotated[ChunksRequest, Query()]
) -> Chunks:
    """The passages that the document is searched by, in order."""
    found = await service.read_chunks(context.session, document_id, wanted.first, wanted.limit + 1)
    return Chunks.of(found, wanted.limit)


@router.get("/{document_id}/file", response_class=FileResponse)
async def read_file(context: ReaderWithin, document_id: str) -> FileResponse:
    """The file as it was uploaded."""
    document = await service.read(context.session, document_id)
    path = context.runtime.files.path(document.file_key)
    if not path.is_file():
        raise NotFound
    media_type = document.media_type or "application/octet-stream"
    return FileResponse(path, media_type=media_type, filename=document.file_name, headers=_HARMLESS)


@router.patch("/{document_id}")
async def change_document(context: Writer, document_id: str, wanted: DocumentPatch) -> DocumentView:
    """Change a document's title, tags or metadata; searches show and filter by the new ones at once."""
    return await _view(context, await service.change(context.session, document_id, wanted.change()))


@router.delete("/{document_id}", status_code=204)
async def delete_document(context: Writer, document_id: str) -> None:
    """Delete a document: its file, its text, its passages, and what only it holds. From now on nothing
    shows it."""
    await service.delete(context.session, document_id)


async def _view(context: RequestContext, document: DocumentRow) -> DocumentView:
    return DocumentView.of(document, await membership.containers(context.session, [document]))
