"""The files of a conversation: documents and datasets that are seen, searched and queried within it alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from sqlalchemy.exc import IntegrityError

from answerable.chat.messages.parts import FilePart
from answerable.chat.sessions import repository as sessions
from answerable.data.datasets import repository as dataset_rows
from answerable.data.datasets import service as datasets
from answerable.data.datasets import uploading
from answerable.data.datasets.review import service as review
from answerable.data.datasets.review.schemas import Choices
from answerable.data.datasets.review.service import Decided
from answerable.data.datasets.rules import service as rules
from answerable.data.datasets.rules.schemas import RulesChanged
from answerable.data.ingestion.rules.model import Rule
from answerable.identity.access import DeferredContext
from answerable.identity.conversations import enter, enter_deferred
from answerable.kit.db import Session
from answerable.kit.errors import FieldError, InvalidInput, NotFound
from answerable.kit.runtime import Runtime
from answerable.knowledge.documents import keeping as documents
from answerable.knowledge.documents import removal
from answerable.knowledge.documents import repository as document_rows
from answerable.knowledge.documents import service as document_uploads

_NO_SUCH_FILE = "The conversation has no such file. Name files that were uploaded to it."


async def upload_document(
    session: Session,
    runtime: Runtime,
    session_id: str,
    chunks: AsyncIterator[bytes],
    new: document_uploads.NewDocument,
) -> document_uploads.Accepted:
    """Take a document into a conversation, as the workspace takes one. Raises NotFound, also where the
    conversation is deleted meanwhile, and as the workspace's upload does."""
    await enter(session, session_id)
    try:
        return await document_uploads.upload(session, runtime, chunks, new)
    except IntegrityError as error:
        raise NotFound from error


async def upload_tables(
    session: Session,
    runtime: Runtime,
    session_id: str,
    chunks: AsyncIterator[bytes],
    new: uploading.NewTables,
) -> uploading.Accepted:
    """The same for a file of tables."""
    await enter(session, session_id)
    try:
        return await uploading.upload(session, runtime, chunks, new)
    except IntegrityError as error:
        raise NotFound from error


async def remove_document(session: Session, session_id: str, document_id: str) -> None:
    """Delete a document of a conversation. NotFound."""
    await enter(session, session_id)
    await documents.own(session, document_id)
    await removal.delete(session, document_id)


async def remove_dataset(session: Session, session_id: str, dataset_id: str) -> None:
    """Delete a dataset of a conversation. NotFound."""
    await enter(session, session_id)
    await datasets.own_dataset(session, dataset_id)
    await datasets.delete_dataset(session, dataset_id)


async def review_dataset(session: Session, session_id: str, dataset_id: str, wanted: Choices) -> Decided:
    """Decide how a dataset of a conversation is read. NotFound, also for one of the workspace, and as the
    workspace's review does."""
    await enter(session, session_id)
    await datasets.own_dataset(session, dataset_id)
    return await review.choose(session, dataset_id, wanted.choices, version=wanted.version)


async def keep_rules(
    context: DeferredContext,
    session_id: str,
    dataset_id: str,
    wanted: Sequence[Rule],
    *,
    if_match: str | None,
) -> RulesChanged:
    """Replace the rules of a dataset of a conversation. NotFound, also for one of the workspace, and as the
    workspace's rules do."""
    await enter_deferred(context, session_id)
    async with context.runtime.database.begin(context.principal) as session:
        await datasets.own_dataset(session, dataset_id)
    return await rules.replace(context.runtime, context.principal, dataset_id, wanted, if_match=if_match)


async def delete_all(session: Session, session_id: str) -> None:
    """Delete everything that belongs to a conversation, which the caller then deletes: it is held until then,
    so that nothing more comes. The locks come in the order of those who read files in the background."""
    await session.enter(session_id)
    await document_rows.take_turns(session)
    await dataset_rows.hold_names(session)
    await sessions.hold(session, session_id)
    await removal.leave_conversation(session)
    await datasets.leave_conversation(session)


async def parts_for(session: Session, session_id: str, file_ids: Sequence[str]) -> list[FilePart]:
    """The parts that show some of a conversation's documents and datasets, those of one table file together.
    InvalidInput for what is no file of it."""
    await session.enter(session_id)
    parts: dict[str, FilePart] = {}
    for position, file_id in enumerate(dict.fromkeys(file_ids)):
        try:
            if file_id.startswith("ds_"):
                name = await _table_file(session, file_id)
                part = parts.setdefault(name, FilePart(name=name))
                part.dataset_ids.append(file_id)
            else:
                name = (await documents.own(session, file_id)).file_name
                parts[file_id] = FilePart(name=name, document_id=file_id)
        except NotFound:
            raise InvalidInput(
                _NO_SUCH_FILE, errors=[FieldError(f"files.{position}", "not a file of the conversation")]
            ) from None
    return list(parts.values())


async def _table_file(session: Session, dataset_id: str) -> str:
    await datasets.own_dataset(session, dataset_id)
    return (await dataset_rows.versions(session, dataset_id))[-1].file_name
