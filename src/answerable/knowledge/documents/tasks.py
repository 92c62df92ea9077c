"""Reading a document in the background: file → text → chunks → passages with vectors, in one piece."""

from __future__ import annotations

import asyncio
import tempfile
from datetime import datetime
from pathlib import Path

import structlog

from answerable.jobs import JobContext, JobError, periodic, task
from answerable.kit.db import Session
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.kit.sandbox import JsonObject
from answerable.knowledge import indexing
from answerable.knowledge.chunking import ChunkSettings, chunk
from answerable.knowledge.documents import files, membership, removal, repository, service
from answerable.knowledge.documents.errors import DocumentUnreadable
from answerable.knowledge.documents.tables import DocumentRow, DocumentTextRow
from answerable.knowledge.embedding import EncoderAway, has_encoder
from answerable.knowledge.indexing import IndexedDocument, Passage, PreparedDocument, prepare_document
from answerable.knowledge.indexing import add_missing_vectors as embed_passages
from answerable.knowledge.parsing.document import Heading, Page, ParsedDocument, Table
from answerable.knowledge.parsing.failures import ParseFailed
from answerable.knowledge.parsing.members import NO_MEMBERS
from answerable.knowledge.parsing.parser import MembersWanted, ReaderProcesses, parse

log = structlog.get_logger(__name__)

_VECTOR_BATCH = 64
_VECTOR_BATCHES = 20
"""Of passages of one workspace in one go; the rest waits for the next."""
_FACTS_BATCH = 200
_RENEWED_AT_ONCE = 200
_CUT_AT_ONCE = 50


@task(service.INGEST, retries=3)
async def ingest(job: JobContext, *, document_id: str) -> None:
    """Make a document ready, or fail with the reason. All effects commit with the job's end."""
    async with job.begin() as session:
        document = await service.begin_attempt(session, document_id)
        if document is None:
            return
        limits = await membership.limits(session, job.runtime, document)
        settings = await repository.chunk_settings(session, document.source_id)
    with tempfile.TemporaryDirectory(prefix="answerable-members-") as folder:
        parsed = await _parse(job, document, MembersWanted(Path(folder), limits or NO_MEMBERS))
        prepared = await _prepare(job, document, parsed, settings)
        kept = await membership.keep(job.runtime, document.workspace_id, Path(folder), parsed.members)
    try:
        async with job.complete() as session:
            found = service.ReadDocument(parsed, prepared, settings.fingerprint, kept)
            await service.finish(session, job.runtime, document, found)
            kept = []  # theirs now
    except BaseException:
        await membership.discard(job.runtime, kept)
        raise


@ingest.on_failed
async def ingest_failed(session: Session, error: JobError, *, document_id: str) -> None:
    """The reason goes to the row that a person sees."""
    await service.fail(session, document_id, error.code, error.detail)


@ingest.on_cancelled
async def ingest_cancelled(session: Session, *, document_id: str) -> None:
    """Nothing of it was stored; the document says why it has no text."""
    await service.fail(session, document_id, "cancelled", "Reading was cancelled. Upload the file again.")


async def _parse(job: JobContext, document: DocumentRow, members: MembersWanted) -> ParsedDocument:
    def note(progress: JsonObject) -> None:
        job.note_progress(int(progress["done"]), int(progress["total"]), str(progress["unit"]))

    try:
        return await parse(
            job.runtime.files.path(document.file_key),
            document.file_name,
            settings=job.runtime.settings.parsing,
            on_progress=note,
            processes=job.runtime.get(ReaderProcesses),
            members=members,
        )
    except ParseFailed as failure:
        raise DocumentUnreadable(failure) from failure


async def _prepare(
    job: JobContext, document: DocumentRow, parsed: ParsedDocument, settings: ChunkSettings
) -> PreparedDocument:
    title = document.title if document.title_given else (parsed.title or document.title)
    passages = await asyncio.to_thread(_passages, parsed, settings)

    async def report(done: int, total: int) -> None:
        await job.progress(done, total, "passages")

    return await prepare_document(
        job.runtime,
        document.workspace_id,
        IndexedDocument(document.id, title, document.source_id),
        passages,
        report,
    )


def _passages(parsed: ParsedDocument, settings: ChunkSettings) -> list[Passage]:
    cut = chunk(parsed, target_tokens=settings.target_tokens, overlap_tokens=settings.overlap_tokens)
    return [
        Passage(
            ordinal=item.ordinal,
            start=item.start,
            end=item.end,
            text=parsed.text[item.start : item.end],
            page=item.page,
            heading_path=item.heading_path,
            token_count=item.token_count,
            table_header=item.table_header,
            section=item.section,
        )
        for item in cut
    ]


@task(removal.DISCARD)
async def discard(job: JobContext, *, file_key: str) -> None:
    """Remove the file of a document that was deleted."""
    await files.discard(job.runtime, file_key)


@periodic("documents.describe_undescribed", "*/5 * * * *")
async def describe_undescribed(runtime: Runtime, _period: datetime) -> None:
    """Let filters find what was indexed before there were any."""
    for workspace_id in await files.workspaces(runtime):
        count = _FACTS_BATCH
        while count == _FACTS_BATCH:
            async with runtime.database.begin(Principal.system(workspace_id)) as session:
                count = await service.describe_undescribed(session, _FACTS_BATCH)


@periodic("documents.cut_anew", "* * * * *")
async def cut_anew(runtime: Runtime, _period: datetime) -> None:
    """Cut documents anew whose source wants other chunks, a bounded part each time; the chunks before answer
    until then."""
    for workspace_id in await files.workspaces(runtime):
        principal = Principal.system(workspace_id)
        async with runtime.database.begin(principal) as session:
            found = [
                (document, await repository.chunk_settings(session, document.source_id))
                for document in await repository.cut_otherwise(session, _CUT_AT_ONCE)
            ]
        for document, settings in found:
            try:
                await _cut(runtime, document, settings)
            except EncoderAway as away:
                log.warning("encoder_away", detail=str(away))
                return


async def _cut(runtime: Runtime, document: DocumentRow, settings: ChunkSettings) -> None:
    principal = Principal.system(document.workspace_id)
    async with runtime.database.begin(principal) as session:
        text = await repository.text(session, document.id)
    if text is None:
        return
    passages = await asyncio.to_thread(_passages, parsed_of(document, text), settings)
    described = IndexedDocument(document.id, document.title, document.source_id)
    prepared = await prepare_document(runtime, document.workspace_id, described, passages)
    async with runtime.database.begin(principal) as session:
        await service.cut_anew(session, document, prepared, settings.fingerprint)


def parsed_of(document: DocumentRow, text: DocumentTextRow) -> ParsedDocument:
    """A document as it was read, from what is kept of it."""
    return ParsedDocument(
        text=text.text,
        pages=tuple(Page(*page) for page in text.pages),
        headings=tuple(
            Heading(int(str(level)), str(title), int(str(start)), int(str(end)))
            for level, title, start, end in text.headings
        ),
        title=document.title,
        media_type=document.media_type or "",
        tables=tuple(Table(*table) for table in text.tables),
    )


@periodic("documents.renew_words", "* * * * *")
async def renew_words(runtime: Runtime, _period: datetime) -> None:
    """Index what a former version did by the words of this one, a bounded part each time."""
    for workspace_id in await files.workspaces(runtime):
        async with runtime.database.begin(Principal.system(workspace_id)) as session:
            found = await indexing.with_older_words(session, _RENEWED_AT_ONCE)
        for document_id in found:
            async with runtime.database.begin(Principal.system(workspace_id)) as session:
                await service.tell_language(session, document_id)
            await indexing.renew_words(runtime, workspace_id, document_id)


@periodic("documents.add_missing_vectors", "*/5 * * * *")
async def add_missing_vectors(runtime: Runtime, _period: datetime) -> None:
    """Embed what was read while there was no encoder, a bounded part each time."""
    if not has_encoder(runtime):
        return
    for workspace_id in await files.workspaces(runtime):
        for _ in range(_VECTOR_BATCHES):
            try:
                if await embed_passages(runtime, workspace_id, _VECTOR_BATCH) < _VECTOR_BATCH:
                    break
            except EncoderAway as away:
                log.warning("encoder_away", detail=str(away))
                return
