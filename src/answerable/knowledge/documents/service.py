"""The life of a document: taken, read, shown; `removal` has its end and the order in which rows are taken."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import JsonValue

from answerable.inference.cache.forgetting import forget
from answerable.inference.cache.tags import DOCUMENTS, document_tag
from answerable.jobs import Subject, enqueue, get_job
from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.errors import Conflict, FieldError, InvalidInput, NotFound
from answerable.kit.paging import PageRequest
from answerable.kit.runtime import Runtime
from answerable.kit.storage import StoredFile
from answerable.knowledge import indexing
from answerable.knowledge.documents import files, membership, removal, repository, texts
from answerable.knowledge.documents.errors import DocumentChanged, DocumentNotReady
from answerable.knowledge.documents.names import display_name, one_line, title_of
from answerable.knowledge.documents.tables import DocumentRow, DocumentStatus
from answerable.knowledge.documents.texts import TextRange
from answerable.knowledge.parsing.document import ParsedDocument
from answerable.knowledge.parsing.language import SAMPLE, language_of

INGEST = membership.INGEST
CUT = "documents.cut"
MAX_METADATA_CHARACTERS = 16_384
SOURCE_ITEM = membership.SOURCE_ITEM


@dataclass(frozen=True, slots=True)
class NewDocument:
    """What comes with an upload besides its bytes."""

    file_name: str
    title: str | None = None
    source_id: str | None = None
    details: dict[str, JsonValue] | None = None
    tags: Sequence[str] = ()
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DocumentChange:
    """What is to be different of a document; None stays. A key of `metadata` whose value is None goes."""

    title: str | None = None
    tags: list[str] | None = None
    metadata: Mapping[str, JsonValue] | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """A document that was taken, and whether reading it was queued now."""

    document: DocumentRow
    queued: bool


async def upload(
    session: Session, runtime: Runtime, chunks: AsyncIterator[bytes], new: NewDocument
) -> Accepted:
    """Keep a file and queue the job that reads it.

    The same bytes again give the document that exists; one that failed is tried once more. Raises
    InvalidInput for an empty file or an unknown source, TooLarge and StorageFull; then nothing is kept.
    """
    if new.source_id is not None and not await repository.source_exists(session, new.source_id):
        raise InvalidInput(
            "There is no such source. Leave source_id out to upload without one.",
            errors=[FieldError("source_id", "not a source of this workspace")],
        )
    stored = await files.keep(runtime, session.workspace_id, chunks)
    accepted = await take(session, runtime, stored, new)
    if not accepted.queued and new.source_id is None:
        # Somebody wants it of their own accord now: it no longer goes when its source forgets it.
        await move(session, accepted.document.id, await repository.upload_source(session))
        await session.refresh(accepted.document)
    return accepted


async def take(session: Session, runtime: Runtime, stored: StoredFile, new: NewDocument) -> Accepted:
    """The same for a file that `files.keep` has stored already; it is discarded when it is not needed."""
    try:
        document, is_new = await _row_for(session, stored, new)
        if not is_new:
            await files.discard(runtime, stored.key)
        if document.is_member:
            # Somebody wants it of their own accord now: it stays when its containers go.
            await repository.change(session, document.id, {"is_member": False, "root_id": None, "depth": 0})
            await move(session, document.id, new.source_id or await repository.upload_source(session))
            await session.refresh(document)
        queued = is_new or document.status == DocumentStatus.FAILED
        if queued:
            await _queue(session, document)
            await session.refresh(document)
    except BaseException:
        await files.discard(runtime, stored.key)
        raise
    return Accepted(document, queued)


async def _row_for(session: Session, stored: StoredFile, new: NewDocument) -> tuple[DocumentRow, bool]:
    name = display_name(new.file_name)
    given = one_line(new.title or "")
    row = DocumentRow(
        id=ids.new_id("doc"),
        source_id=new.source_id or await repository.upload_source(session),
        title=given or title_of(name),
        title_given=bool(given),
        file_name=name,
        file_key=stored.key,
        sha256=stored.sha256,
        size_bytes=stored.size,
        details=new.details or {},
        tags=list(new.tags),
        modified_at=new.modified_at,
        created_by=session.principal.user_id,
    )
    is_new = await repository.insert_unless_known(session, row)
    if not is_new:  # it may be a member, or hold some
        await repository.take_turns(session)
    found = await repository.lock_by_bytes(session, stored.sha256)
    if found is None:
        raise Conflict("The same file was deleted this very moment. Upload it again.", reason="just_deleted")
    return found, is_new


async def _queue(session: Session, document: DocumentRow) -> None:
    await repository.requeue(session, document.id)
    subject = Subject("document", document.id)
    job_id = await enqueue(session, INGEST, subject=subject, document_id=document.id)
    await repository.set_job(session, document.id, job_id)


async def list_documents(
    session: Session,
    request: PageRequest,
    *,
    status: DocumentStatus | None,
    source_id: str | None,
    tag: str | None = None,
    parent_id: str | None = None,
) -> Sequence[DocumentRow]:
    """Documents, newest first, one more than the page holds."""
    return await repository.page(
        session, request, status=status, source_id=source_id, tag=tag, parent_id=parent_id
    )


async def read(session: Session, document_id: str) -> DocumentRow:
    """One document. NotFound."""
    document = await repository.get(session, document_id)
    if document is None:
        raise NotFound
    return document


async def titles(session: Session, document_ids: Collection[str]) -> dict[str, str]:
    """The titles of those of the ids that are documents that the session sees."""
    return await repository.titles(session, document_ids)


async def have_gone(session: Session, document_ids: Collection[str]) -> bool:
    """Whether one of the documents was deleted, or a new version has taken its place."""
    return len(await repository.there(session, document_ids)) < len(set(document_ids))


async def read_chunks(
    session: Session, document_id: str, first: int, most: int
) -> Sequence[indexing.ChunkRow]:
    """At most that many chunks of a document in order, from an ordinal on. NotFound."""
    await read(session, document_id)
    return await indexing.chunks(session, document_id, first, most)


async def read_text(session: Session, document_id: str, start: int = 0, most: int | None = None) -> TextRange:
    """A document's text, or at most that many of its characters from an offset on. NotFound, or
    DocumentNotReady while there is none."""
    document = await read(session, document_id)
    if document.status != DocumentStatus.READY:
        raise DocumentNotReady(_why_not_ready(document))
    text = await texts.read(session, document_id, start, most)
    if text is None:
        raise DocumentNotReady(_why_not_ready(document))
    return text


async def change(session: Session, document_id: str, wanted: DocumentChange) -> DocumentRow:
    """Change a document's title, tags or metadata, also in the index. NotFound; InvalidInput for metadata
    that names what a sync keeps there."""
    document = await repository.lock(session, document_id)
    if document is None:
        raise NotFound
    values: dict[str, object] = {}
    if wanted.title is not None:
        values |= {"title": wanted.title, "title_given": True}
    if wanted.tags is not None:
        values["tags"] = wanted.tags
    if wanted.metadata is not None:
        values["details"] = _merged(document.details, wanted.metadata)
    if values:
        await repository.change(session, document_id, values)
        await session.refresh(document)
        await indexing.describe_document(session, _described(document))
        await forget(session, [document_tag(document_id), DOCUMENTS])
    return document


def _merged(present: Mapping[str, JsonValue], wanted: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    if SOURCE_ITEM in wanted:
        raise InvalidInput(
            f"Leave {SOURCE_ITEM} out: the source that the document comes from keeps its item's id there.",
            errors=[FieldError(f"metadata.{SOURCE_ITEM}", "kept by the source")],
        )
    together = {**present, **wanted}
    merged = {key: value for key, value in together.items() if key not in wanted or value is not None}
    if len(json.dumps(merged)) > MAX_METADATA_CHARACTERS:
        raise InvalidInput(
            f"Remove some keys by null: all metadata together has {MAX_METADATA_CHARACTERS:,} characters.",
            errors=[FieldError("metadata", "too large")],
        )
    return merged


def _described(document: DocumentRow) -> indexing.IndexedDocument:
    facts = indexing.DocumentFacts(
        media_type=document.media_type,
        language=document.language,
        tags=tuple(document.tags),
        created_at=document.created_at,
        modified_at=document.modified_at,
        metadata=document.details,
    )
    return indexing.IndexedDocument(
        document.id, document.title, document.source_id, facts, document.session_id
    )


async def describe_undescribed(session: Session, most: int) -> int:
    """Tell the index what filters need of at most that many documents that a former version indexed; how
    many there were."""
    found = await indexing.without_facts(session, most)
    for document_id in found:
        await indexing.describe_document(session, _described(await read(session, document_id)))
    return len(found)


async def tell_language(session: Session, document_id: str) -> None:
    """Find out the language of a document that a former version read; nothing happens when it is gone."""
    document = await repository.lock(session, document_id)
    if document is None or document.language is not None:
        return
    beginning = await texts.read(session, document_id, 0, SAMPLE)
    if beginning is None:
        return
    sample = beginning.text
    if beginning.end < beginning.total:
        middle = await texts.read(session, document_id, beginning.total // 2, SAMPLE // 2)
        sample = sample[: SAMPLE // 2] + (middle.text if middle is not None else "")
    await repository.change(session, document_id, {"language": language_of(sample)})
    await session.refresh(document)
    await indexing.describe_document(session, _described(document))


def _why_not_ready(document: DocumentRow) -> str:
    if document.status == DocumentStatus.FAILED:
        return f"The document could not be read. {document.error_detail or 'Upload it again.'}"
    return f"The document is {document.status}. Wait until its job has ended."


async def delete(session: Session, document_id: str) -> None:
    """Delete a document with all that was made of it and the members that nothing else holds; stop what still
    reads it. NotFound."""
    await removal.delete(session, document_id)


async def move(session: Session, document_id: str, source_id: str) -> None:
    """Let a document, with the members that are there for it alone, belong to another source, also in the
    filters of searches. The workspace's turn must be the transaction's."""
    await repository.change(session, document_id, {"source_id": source_id})
    await indexing.move_documents(session, [document_id], source_id)
    await membership.settle(session, [document_id])


async def begin_attempt(session: Session, document_id: str) -> DocumentRow | None:
    """Start reading: the document with the number of this attempt; None when there is nothing to do."""
    return await repository.begin_attempt(session, document_id)


@dataclass(frozen=True, slots=True)
class ReadDocument:
    """What reading a document gave: its text, its passages and which settings made them, and the files that
    it holds."""

    parsed: ParsedDocument
    prepared: indexing.PreparedDocument | indexing.StagedDocument
    cut_by: str
    members: Sequence[membership.KeptMember] = ()


async def finish(session: Session, runtime: Runtime, document: DocumentRow, found: ReadDocument) -> None:
    """Make the document ready with its text and passages, and its members documents, if its attempt is still
    the latest. Raises DocumentChanged when that was found out too late to let the transaction commit."""
    if isinstance(found.prepared, indexing.StagedDocument):
        # First, because it takes long: what a deletion waits for is taken after it.
        await indexing.move_staged(session, found.prepared)
    if found.members:
        await repository.take_turns(session)
    current = await repository.finish_attempt(
        session,
        document.id,
        document.attempt,
        found.parsed,
        {
            "title": found.prepared.document.title,
            "chunk_count": found.prepared.count,
            "cut_by": found.cut_by,
        },
    )
    if not current:
        if isinstance(found.prepared, indexing.StagedDocument):
            raise DocumentChanged
        await membership.discard(runtime, found.members)
        return
    now = await repository.lock(session, document.id)  # it may have been changed or moved meanwhile
    if now is None:
        raise NotFound
    if isinstance(found.prepared, indexing.StagedDocument) and now.session_id != document.session_id:
        raise DocumentChanged  # the passages were moved to where it was before
    await texts.put(session, document.id, found.parsed, runtime.settings.parsing.part_characters)
    # Members before the index: it is what every other document of the workspace waits for.
    await session.enter(now.session_id)
    await membership.take(session, runtime, now, found.members)
    await indexing.store_document(session, replace(found.prepared, document=_described(now)))
    await forget(session, [document_tag(document.id), DOCUMENTS])


async def cut_anew(
    session: Session,
    document: DocumentRow,
    prepared: indexing.PreparedDocument | indexing.StagedDocument,
    cut_by: str,
) -> None:
    """Put other passages of the same text into the index, unless the document was read anew, or is gone."""
    now = await repository.lock(session, document.id)
    if now is None or now.status != DocumentStatus.READY or now.attempt != document.attempt:
        return
    prepared = replace(prepared, document=_described(now))
    if isinstance(prepared, indexing.StagedDocument):
        await indexing.move_staged(session, prepared)
    await repository.change(session, document.id, {"chunk_count": prepared.count, "cut_by": cut_by})
    await indexing.store_document(session, prepared)
    await forget(session, [document_tag(document.id), DOCUMENTS])


async def queue_cutting(session: Session, document: DocumentRow) -> None:
    """Let a job cut a document anew, unless one is on its way."""
    if document.job_id is not None:
        try:
            job = await get_job(session, document.job_id)
        except NotFound:
            pass
        else:
            if not job.status.ended:
                return
    job_id = await enqueue(session, CUT, subject=Subject("document", document.id), document_id=document.id)
    await repository.set_job(session, document.id, job_id)


async def fail(session: Session, document_id: str, code: str, detail: str) -> None:
    """Put the reason on the document; nothing happens to one that has ended."""
    await repository.fail(session, document_id, code, detail)
    await indexing.drop_staged(session, document_id)
