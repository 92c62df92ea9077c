"""All SQL of documents."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, any_, case, delete, false, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.paging import PageRequest, after_cursor
from answerable.knowledge.chunking import ChunkSettings
from answerable.knowledge.documents.tables import DocumentMemberRow, DocumentRow, DocumentStatus
from answerable.knowledge.parsing.document import ParsedDocument
from answerable.knowledge.sources.tables import UPLOAD, SourceRow, SourceStatus

_OPEN = (DocumentStatus.QUEUED.value, DocumentStatus.PROCESSING.value)
# A member is at home where an outermost container of it is: in its own source if one of them is there.
_REHOME = """
    WITH RECURSIVE up (member, container) AS (
        SELECT document_id, container_id FROM document_members WHERE document_id = ANY (%(members)s::uuid[])
        UNION
        SELECT up.member, m.container_id FROM up JOIN document_members m ON m.document_id = up.container
    ), home AS (
        SELECT DISTINCT ON (up.member) up.member, root.id AS root_id, root.source_id
        FROM up JOIN documents root ON root.id = up.container AND NOT root.is_member
        JOIN documents own ON own.id = up.member
        ORDER BY up.member, root.source_id <> own.source_id, root.id
    ), before AS MATERIALIZED (
        SELECT d.id, d.source_id FROM documents d JOIN home ON home.member = d.id
        WHERE d.is_member AND (d.source_id <> home.source_id OR d.root_id IS DISTINCT FROM home.root_id)
        ORDER BY d.sha256 FOR UPDATE OF d
    )
    UPDATE documents d SET source_id = home.source_id, root_id = home.root_id, updated_at = now()
    FROM home JOIN before ON before.id = home.member WHERE d.id = home.member
    RETURNING d.id, CASE WHEN before.source_id <> d.source_id THEN d.source_id END
"""
_BELOW = """
    WITH RECURSIVE below (id) AS (
        SELECT unnest(%(documents)s::uuid[])
        UNION
        SELECT m.document_id FROM below JOIN document_members m ON m.container_id = below.id
        JOIN documents d ON d.id = m.document_id AND d.is_member
    )
    SELECT id FROM below
"""


async def get(session: Session, document_id: str) -> DocumentRow | None:
    """One document."""
    return await session.scalar(select(DocumentRow).where(DocumentRow.id == document_id))


async def there(session: Session, document_ids: Collection[str]) -> set[str]:
    """Those of the ids that are documents still."""
    statement = select(DocumentRow.id).where(DocumentRow.id.in_(document_ids))
    return set((await session.scalars(statement)).all())


async def titles(session: Session, document_ids: Collection[str]) -> dict[str, str]:
    """The titles of those of the ids that are documents."""
    statement = select(DocumentRow.id, DocumentRow.title).where(DocumentRow.id.in_(document_ids))
    return {document_id: title for document_id, title in await session.execute(statement)}


async def lock(session: Session, document_id: str) -> DocumentRow | None:
    """One document, held until the transaction ends."""
    statement = select(DocumentRow).where(DocumentRow.id == document_id).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def take_turns(session: Session) -> None:
    """Let the workspace's transactions that change several documents, or what holds which, come one after the
    other, until this one ends: who lets a document go must see who else holds it."""
    key = f"sources {session.workspace_id}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


def own_of(session: Session) -> ColumnElement[bool]:
    """That a document belongs to the conversation within which the session acts; without one, to the
    workspace. What a workspace job sees of conversations is none of its business."""
    conversation = session.principal.conversation_id
    return (
        DocumentRow.session_id.is_(None) if conversation is None else DocumentRow.session_id == conversation
    )


async def page(
    session: Session,
    request: PageRequest,
    *,
    status: DocumentStatus | None,
    source_id: str | None,
    tag: str | None,
    parent_id: str | None,
) -> Sequence[DocumentRow]:
    """The conversation's documents, or the workspace's, newest first, one more than the page holds."""
    statement = select(DocumentRow).where(own_of(session))
    if status is not None:
        statement = statement.where(DocumentRow.status == status.value)
    if source_id is not None:
        statement = statement.where(DocumentRow.source_id == source_id)
    if tag is not None:
        statement = statement.where(literal(tag) == any_(DocumentRow.tags))
    if parent_id is not None:
        held = select(DocumentMemberRow.document_id).where(DocumentMemberRow.container_id == parent_id)
        statement = statement.where(DocumentRow.id.in_(held))
    ordered = after_cursor(statement, request, DocumentRow.created_at, DocumentRow.id)
    return (await session.scalars(ordered)).all()


async def upload_source(session: Session) -> str:
    """The id of the workspace's source of uploads, made when it is not there."""
    new = {"id": ids.new_id("src"), "workspace_id": session.workspace_id, "kind": UPLOAD}
    await session.execute(insert(SourceRow).values(**new, name="Uploads").on_conflict_do_nothing())
    found = await session.scalar(select(SourceRow.id).where(SourceRow.kind == UPLOAD))
    if found is None:
        raise LookupError("the workspace has no source of uploads")
    return found


async def source_exists(session: Session, source_id: str) -> bool:
    """Whether the workspace has that source, and it is not on its way out."""
    statement = select(SourceRow.id).where(
        SourceRow.id == source_id, SourceRow.status != SourceStatus.REMOVING.value
    )
    return await session.scalar(statement) is not None


async def of_source(session: Session, source_id: str, most: int) -> dict[str, bool]:
    """At most that many documents of a source, and whether each is there for its containers alone; those that
    are come last."""
    statement = select(DocumentRow.id, DocumentRow.is_member).where(DocumentRow.source_id == source_id)
    rows = await session.execute(statement.order_by(DocumentRow.is_member, DocumentRow.id).limit(most))
    return {document_id: is_member for document_id, is_member in rows}


async def insert_unless_known(session: Session, row: DocumentRow) -> bool:
    """Insert a document, into the conversation within which the session acts; False when that, or the
    workspace, has one of the same bytes, also one that another transaction is about to commit."""
    values = {
        "id": row.id,
        "workspace_id": session.workspace_id,
        "source_id": row.source_id,
        "title": row.title,
        "title_given": row.title_given,
        "file_name": row.file_name,
        "file_key": row.file_key,
        "sha256": row.sha256,
        "size_bytes": row.size_bytes,
        "status": DocumentStatus.QUEUED.value,
        "attempt": 0,
        "warnings": [],
        "details": row.details,
        "tags": row.tags,
        "modified_at": row.modified_at,
        "created_by": row.created_by,
        "session_id": session.principal.conversation_id,
        "is_member": row.is_member or False,
        "root_id": row.root_id,
        "depth": row.depth or 0,
    }
    statement = insert(DocumentRow).values(values).on_conflict_do_nothing()
    return await session.scalar(statement.returning(DocumentRow.id)) is not None


async def lock_by_bytes(session: Session, sha256: str) -> DocumentRow | None:
    """The document of these bytes, held until the transaction ends."""
    statement = select(DocumentRow).where(DocumentRow.sha256 == sha256, own_of(session)).with_for_update()
    return await session.scalar(statement.execution_options(populate_existing=True))


async def change(session: Session, document_id: str, values: Mapping[str, object]) -> None:
    """Give a document other values in these columns."""
    statement = update(DocumentRow).where(DocumentRow.id == document_id)
    await session.execute(statement.values({**values, "updated_at": func.now()}))


async def set_job(session: Session, document_id: str, job_id: str) -> None:
    """Note the job that reads the document."""
    await session.execute(update(DocumentRow).where(DocumentRow.id == document_id).values(job_id=job_id))


async def requeue(session: Session, document_id: str) -> None:
    """Put a failed document back to the start."""
    statement = update(DocumentRow).where(
        DocumentRow.id == document_id, DocumentRow.status == DocumentStatus.FAILED.value
    )
    await session.execute(
        statement.values(
            status=DocumentStatus.QUEUED.value, error_code=None, error_detail=None, updated_at=func.now()
        )
    )


async def begin_attempt(session: Session, document_id: str) -> DocumentRow | None:
    """Count a new attempt and mark the document as being processed. None when it is gone or ended."""
    statement = (
        update(DocumentRow)
        .where(DocumentRow.id == document_id, DocumentRow.status.in_(_OPEN))
        .values(
            status=DocumentStatus.PROCESSING.value, attempt=DocumentRow.attempt + 1, updated_at=func.now()
        )
        .returning(DocumentRow)
        .execution_options(populate_existing=True)
    )
    return await session.scalar(statement)


async def finish_attempt(
    session: Session, document_id: str, attempt: int, parsed: ParsedDocument, values: Mapping[str, object]
) -> bool:
    """Mark the document ready, with what its chunks are, if this attempt is still its latest; False changes
    nothing. `title` counts unless one was given."""
    statement = (
        update(DocumentRow)
        .where(
            DocumentRow.id == document_id,
            DocumentRow.attempt == attempt,
            DocumentRow.status == DocumentStatus.PROCESSING.value,
        )
        .values(
            status=DocumentStatus.READY.value,
            title=case((DocumentRow.title_given, DocumentRow.title), else_=values["title"]),
            media_type=parsed.media_type,
            language=parsed.language,
            page_count=len(parsed.pages) or None,
            chunk_count=values["chunk_count"],
            cut_by=values["cut_by"],
            warnings=list(parsed.warnings),
            error_code=None,
            error_detail=None,
            updated_at=func.now(),
        )
        .returning(DocumentRow.id)
    )
    return await session.scalar(statement) is not None


async def fail(session: Session, document_id: str, code: str, detail: str) -> None:
    """Mark a document that has not ended as failed, with the reason that people see."""
    statement = update(DocumentRow).where(DocumentRow.id == document_id, DocumentRow.status.in_(_OPEN))
    await session.execute(
        statement.values(
            status=DocumentStatus.FAILED.value, error_code=code, error_detail=detail, updated_at=func.now()
        )
    )


async def chunk_settings(session: Session, source_id: str) -> ChunkSettings:
    """How the documents of a source are cut."""
    found = await session.scalar(select(SourceRow.chunking).where(SourceRow.id == source_id))
    return ChunkSettings.model_validate(found or {})


async def cut_otherwise(session: Session, most: int) -> Sequence[DocumentRow]:
    """At most that many documents that are ready and not cut as their source wants it."""
    wanted: dict[str, list[str]] = {}
    for source_id, given in await session.execute(select(SourceRow.id, SourceRow.chunking)):
        wanted.setdefault(ChunkSettings.model_validate(given or {}).fingerprint, []).append(source_id)
    other = [
        and_(DocumentRow.source_id.in_(sources), DocumentRow.cut_by.is_distinct_from(fingerprint))
        for fingerprint, sources in wanted.items()
    ]
    statement = select(DocumentRow).where(
        DocumentRow.status == DocumentStatus.READY.value, or_(false(), *other)
    )
    return (await session.scalars(statement.order_by(DocumentRow.id).limit(most))).all()


async def remove(session: Session, document_ids: Sequence[str]) -> None:
    """Delete documents' rows; their texts go with them."""
    statement = delete(DocumentRow).where(DocumentRow.id.in_(document_ids))
    await session.execute(statement.execution_options(synchronize_session=False))


@dataclass(frozen=True, slots=True)
class Container:
    """A document that holds another one; `name` is the path to that, the outermost container first."""

    id: str
    name: str


async def lock_going(session: Session, document_ids: Sequence[str]) -> dict[str, DocumentRow]:
    """Those of the documents that are there, by their ids, held until the transaction ends; so are those that
    remember one of them as their root, because they change when it goes."""
    which = or_(DocumentRow.id.in_(document_ids), DocumentRow.root_id.in_(document_ids))
    statement = select(DocumentRow).where(which).order_by(DocumentRow.sha256)
    rows = await session.scalars(statement.with_for_update().execution_options(populate_existing=True))
    found = {row.id: row for row in rows}
    return {each: found[each] for each in document_ids if each in found}


async def below(session: Session, document_ids: Sequence[str]) -> list[str]:
    """These documents and all that are there for containers alone and lie in them, at any distance."""
    given = [ids.decode("doc", each) for each in document_ids]
    return [ids.encode("doc", row[0]) for row in await session.fetch(_BELOW, {"documents": given})]


async def rehome(session: Session, document_ids: Sequence[str]) -> dict[str, list[str]]:
    """Let those of the documents that are there for containers alone belong to the source of an outermost
    container, and remember that as their root; who came to another source, by source."""
    given = [ids.decode("doc", each) for each in document_ids]
    moved: dict[str, list[str]] = {}
    for document_id, source_id in await session.fetch(_REHOME, {"members": given}):
        if source_id is not None:
            moved.setdefault(ids.encode("src", source_id), []).append(ids.encode("doc", document_id))
    return moved


async def names_in(session: Session, container_ids: Sequence[str]) -> Sequence[DocumentMemberRow]:
    """What these containers hold, with the paths of names."""
    statement = select(DocumentMemberRow).where(DocumentMemberRow.container_id.in_(container_ids))
    return (await session.scalars(statement.execution_options(populate_existing=True))).all()


async def add_membership(session: Session, container_id: str, document_id: str, name: str) -> None:
    """Note that a container holds a document, and the path of names that leads there."""
    row = {"container_id": container_id, "document_id": document_id, "workspace_id": session.workspace_id}
    statement = insert(DocumentMemberRow).values({**row, "name": name})
    key = ["container_id", "document_id"]
    await session.execute(statement.on_conflict_do_update(index_elements=key, set_={"name": name}))


async def remove_memberships(session: Session, container_ids: Sequence[str]) -> None:
    """Forget what these containers hold."""
    statement = delete(DocumentMemberRow).where(DocumentMemberRow.container_id.in_(container_ids))
    await session.execute(statement.execution_options(synchronize_session=False))


async def by_bytes(session: Session, sha256: str) -> str | None:
    """The id of the document of these bytes."""
    return await session.scalar(select(DocumentRow.id).where(DocumentRow.sha256 == sha256, own_of(session)))


async def extent_below(session: Session, root_id: str) -> tuple[int, int]:
    """How many documents came out of an outermost container, and their bytes."""
    statement = select(func.count(), func.coalesce(func.sum(DocumentRow.size_bytes), 0))
    count, size = (await session.execute(statement.where(DocumentRow.root_id == root_id))).one()
    return int(count), int(size)


async def containers_of(session: Session, document_ids: Sequence[str]) -> dict[str, list[Container]]:
    """The containers of each of these documents that has any, the first one first."""
    row = DocumentMemberRow
    statement = select(row.document_id, row.container_id, row.name).where(row.document_id.in_(document_ids))
    found: dict[str, list[Container]] = {}
    for document_id, container_id, name in await session.execute(statement.order_by(row.container_id)):
        found.setdefault(document_id, []).append(Container(container_id, name))
    return found


async def paths_of(session: Session, document_ids: Sequence[str]) -> dict[str, str]:
    """The names that lead to each of these documents, the outermost container's first."""
    statement = select(DocumentRow.id, DocumentRow.file_name, DocumentRow.is_member)
    rows = await session.execute(statement.where(DocumentRow.id.in_(document_ids)))
    held = await containers_of(session, document_ids)
    return {
        each: held[each][0].name if is_member and each in held else file_name
        for each, file_name, is_member in rows
    }


async def members_of(session: Session, container_ids: Sequence[str]) -> dict[str, list[str]]:
    """The documents that are there for containers alone and lie in one of these, each with all of its
    containers."""
    row = DocumentMemberRow
    held = select(row.document_id).where(row.container_id.in_(container_ids))
    statement = (
        select(row.document_id, row.container_id)
        .join(DocumentRow, DocumentRow.id == row.document_id)
        .where(row.document_id.in_(held), DocumentRow.is_member)
    )
    found: dict[str, list[str]] = {}
    for document_id, container_id in await session.execute(statement):
        found.setdefault(document_id, []).append(container_id)
    return found


async def above(session: Session, document_id: str) -> set[str]:
    """All documents that hold this one, at any distance."""
    row = DocumentMemberRow
    found: set[str] = set()
    layer = [document_id]
    while layer:
        containers = await session.scalars(select(row.container_id).where(row.document_id.in_(layer)))
        layer = [each for each in containers if each not in found]
        found.update(layer)
    return found


async def open_jobs_of(session: Session, document_ids: Sequence[str]) -> Sequence[str]:
    """The jobs that read these documents or will."""
    statement = select(DocumentRow.job_id).where(
        DocumentRow.id.in_(document_ids), DocumentRow.status.in_(_OPEN), DocumentRow.job_id.is_not(None)
    )
    return [each for each in await session.scalars(statement) if each]


async def of_conversation(session: Session) -> Sequence[str]:
    """The ids of all documents of the conversation within which the session acts."""
    return (await session.scalars(select(DocumentRow.id).where(own_of(session)))).all()


async def in_workspace(session: Session, digests: Sequence[str]) -> dict[str, str]:
    """The documents of the workspace, not of a conversation, that have these bytes, by their digests."""
    row = DocumentRow
    statement = select(row.sha256, row.id).where(row.sha256.in_(digests), row.session_id.is_(None))
    return {sha256: document_id for sha256, document_id in await session.execute(statement)}


async def give_to_workspace(session: Session, document_ids: Sequence[str]) -> None:
    """Let documents of a conversation belong to the workspace, and forget which other files hold them."""
    held = DocumentMemberRow
    strange = held.document_id.in_(document_ids), held.container_id.not_in(document_ids)
    await session.execute(delete(held).where(*strange).execution_options(synchronize_session=False))
    statement = update(DocumentRow).where(DocumentRow.id.in_(document_ids))
    await session.execute(
        statement.values(session_id=None, updated_at=func.now()).execution_options(synchronize_session=False)
    )


async def hold_instead(session: Session, container_ids: Sequence[str], former: str, document_id: str) -> None:
    """Let those of the containers that hold one document hold another one in its place."""
    row = DocumentMemberRow
    held = row.container_id.in_(container_ids), row.document_id == former
    for container, name in (await session.execute(select(row.container_id, row.name).where(*held))).all():
        await add_membership(session, container, document_id, name)
    await session.execute(delete(row).where(*held).execution_options(synchronize_session=False))


async def known_keys(session: Session, keys: Iterable[str]) -> set[str]:
    """Those of the keys that a document has."""
    statement = select(DocumentRow.file_key).where(DocumentRow.file_key.in_(list(keys)))
    return set((await session.scalars(statement)).all())
