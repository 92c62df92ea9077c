"""Reading a document in the background: file → text → chunks → passages with vectors, in one piece where the
text is short enough to be held, else batch by batch."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from contextlib import closing
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
from answerable.knowledge.documents import files, membership, removal, repository, service, texts
from answerable.knowledge.documents.errors import DocumentUnreadable
from answerable.knowledge.documents.tables import DocumentRow, DocumentStatus
from answerable.knowledge.embedding import EncoderAway, has_encoder
from answerable.knowledge.indexing import (
    IndexedDocument,
    Passage,
    PreparedDocument,
    StagedDocument,
    prepare_document,
    stage_document,
)
from answerable.knowledge.indexing import add_missing_vectors as embed_passages
from answerable.knowledge.parsing.document import ParsedDocument
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
    with _folder() as members, _folder() as text:
        parsed = await _parse(job, document, MembersWanted(Path(members), limits or NO_MEMBERS), Path(text))
        with closing(parsed):
            prepared = await _prepare(job, document, parsed, settings)
            kept = await membership.keep(job.runtime, document.workspace_id, Path(members), parsed.members)
            try:
                async with job.complete() as session:
                    found = service.ReadDocument(parsed, prepared, settings.fingerprint, kept)
                    await service.finish(session, job.runtime, document, found)
                    kept = []  # theirs now
            except BaseException:
                await membership.discard(job.runtime, kept)
                raise


def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="answerable-reading-")


@ingest.on_failed
async def ingest_failed(session: Session, error: JobError, *, document_id: str) -> None:
    """The reason goes to the row that a person sees."""
    await service.fail(session, document_id, error.code, error.detail)


@ingest.on_cancelled
async def ingest_cancelled(session: Session, *, document_id: str) -> None:
    """Nothing of it was stored; the document says why it has no text."""
    await service.fail(session, document_id, "cancelled", "Reading was cancelled. Upload the file again.")


async def _parse(
    job: JobContext, document: DocumentRow, members: MembersWanted, text_folder: Path
) -> ParsedDocument:
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
            text_folder=text_folder,
        )
    except ParseFailed as failure:
        raise DocumentUnreadable(failure) from failure


async def _prepare(
    job: JobContext, document: DocumentRow, parsed: ParsedDocument, settings: ChunkSettings
) -> PreparedDocument | StagedDocument:
    title = document.title if document.title_given else (parsed.title or document.title)
    indexed = IndexedDocument(document.id, title, document.source_id, session_id=document.session_id)
    if parsed.long is not None:
        return await _stage(job, indexed, _passages(parsed, settings), len(parsed.long))
    passages = await asyncio.to_thread(lambda: list(_passages(parsed, settings)))

    async def report(done: int, total: int) -> None:
        await job.progress(done, total, "passages")

    return await prepare_document(job.runtime, document.workspace_id, indexed, passages, report)


async def _stage(
    job: JobContext, indexed: IndexedDocument, passages: Iterator[Passage], length: int
) -> StagedDocument:
    staged = await stage_document(job, indexed, passages, length)
    # Moving them takes minutes, in the job's last transaction.
    await job.enter(staged.count, None, "passages on their way into the index")
    return staged


def _passages(parsed: ParsedDocument, settings: ChunkSettings) -> Iterator[Passage]:
    text = parsed.whole
    for item in chunk(parsed, target_tokens=settings.target_tokens, overlap_tokens=settings.overlap_tokens):
        yield Passage(
            ordinal=item.ordinal,
            start=item.start,
            end=item.end,
            text=text[item.start : item.end],
            page=item.page,
            heading_path=item.heading_path,
            token_count=item.token_count,
            table_header=item.table_header,
            section=item.section,
        )


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
    """Cut a document anew; a long one by a job of its own."""
    principal, part = Principal.system(document.workspace_id), runtime.settings.parsing.part_characters
    async with runtime.database.begin(principal) as session:
        if await texts.is_long(session, document.id, part):
            await service.queue_cutting(session, document)
            return
        with _folder() as folder:
            parsed = await texts.load(session, document, Path(folder), part)
    if parsed is None:
        return
    passages = await asyncio.to_thread(lambda: list(_passages(parsed, settings)))
    described = IndexedDocument(document.id, document.title, document.source_id)
    prepared = await prepare_document(runtime, document.workspace_id, described, passages)
    async with runtime.database.begin(principal) as session:
        await service.cut_anew(session, document, prepared, settings.fingerprint)


@task(service.CUT, retries=3)
async def cut_long(job: JobContext, *, document_id: str) -> None:
    """Cut a long document anew. All effects commit with the job's end; what was embedded before the job was
    killed is not embedded again."""
    part = job.runtime.settings.parsing.part_characters
    with _folder() as folder:
        async with job.begin() as session:
            document = await repository.get(session, document_id)
            if document is None or document.status != DocumentStatus.READY:
                return
            settings = await repository.chunk_settings(session, document.source_id)
            parsed = await texts.load(session, document, Path(folder), part)
        if parsed is None:
            return
        with closing(parsed):
            indexed = IndexedDocument(
                document.id, document.title, document.source_id, session_id=document.session_id
            )
            passages = _passages(parsed, settings)
            staged = await _stage(job, indexed, passages, len(parsed.whole))
        async with job.complete() as session:
            await service.cut_anew(session, document, staged, settings.fingerprint)


@cut_long.on_failed
async def cut_failed(session: Session, _error: JobError, *, document_id: str) -> None:
    """The passages of before stay; nothing is left of the others."""
    await indexing.drop_staged(session, document_id)


@cut_long.on_cancelled
async def cut_cancelled(session: Session, *, document_id: str) -> None:
    """The same."""
    await indexing.drop_staged(session, document_id)


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
