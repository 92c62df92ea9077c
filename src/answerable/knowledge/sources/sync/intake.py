"""What becomes of an item: looked at, fetched if need be, taken in or forgotten.

Fetching happens outside any transaction; taking in and forgetting within the batch's.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

import structlog
from pydantic import JsonValue

from answerable.kit.db import Session
from answerable.kit.errors import AnswerableError, Conflict, NotFound, StorageFull
from answerable.kit.outbound import FailedStage, OutboundFailure
from answerable.kit.runtime import Runtime
from answerable.kit.storage import StoredFile
from answerable.knowledge.documents import files, removal
from answerable.knowledge.documents import service as documents
from answerable.knowledge.documents.tables import DocumentStatus
from answerable.knowledge.sources.errors import SourceUnreachable, outbound_problem
from answerable.knowledge.sources.sync import repository
from answerable.knowledge.sources.tables import ItemStatus, SourceItemRow
from answerable.plugins.connectors import ConnectorFailure, Content, Item, ItemGone

_TRIES = 3
_FIRST_PAUSE = 0.2
_LONGEST_ID = 2_000
_SHOWN_OF_BAD_ID = 100
# A delta that names a broken item over and over again would never move on.
RETRIED_RUNS = 5

_EXPECTED = (ConnectorFailure, ItemGone, OutboundFailure)

log = structlog.get_logger(__name__)


class Verdict(StrEnum):
    """What a run counts an item as."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found out about an item before the transaction. `stored` is set for new bytes."""

    item: Item
    verdict: Verdict
    stored: StoredFile | None = None
    file_name: str = ""
    version: str | None = None
    error: ConnectorFailure | None = None


def checked(item: Item) -> Item:
    """The item, or one in its place that says what is wrong with its id."""
    if 0 < len(item.id) <= _LONGEST_ID and "\0" not in item.id:
        return item
    digest = hashlib.sha256(item.id.encode("utf-8", "replace")).hexdigest()
    name = f"{item.id[:_SHOWN_OF_BAD_ID]} … {digest}".replace("\0", "")
    return Item(name, item.title, fetch=_refuse_id, cursor=item.cursor)


async def _refuse_id(_known: str | None) -> Content | None:
    raise ConnectorFailure("bad_id", f"The item's id is empty, or longer than {_LONGEST_ID:,} characters.")


async def examine(
    runtime: Runtime, workspace_id: str, item: Item, known: SourceItemRow | None, max_bytes: int
) -> Outcome:
    """Find out what to do with an item, fetching its bytes when they may be new.

    Errors of the item are its outcome; StorageFull, and what is no error of the item, pass through.
    """
    if item.deleted:
        return Outcome(item, Verdict.DELETED)
    whole = known is not None and known.status == ItemStatus.SYNCED
    if known is not None and whole and item.version is not None and known.version == item.version:
        return Outcome(item, Verdict.UNCHANGED, version=item.version)
    try:
        return await _fetch(runtime, workspace_id, item, known if whole else None, max_bytes)
    except ItemGone:
        return Outcome(item, Verdict.DELETED)
    except ConnectorFailure as failure:
        return _failed(item, failure)


async def _fetch(
    runtime: Runtime, workspace_id: str, item: Item, known: SourceItemRow | None, max_bytes: int
) -> Outcome:
    for attempt in range(1, _TRIES + 1):
        try:
            content = await _content(item, known)
            if content is None:
                version = known.version if known is not None else item.version
                return Outcome(item, Verdict.UNCHANGED, version=version)
            stored = await files.keep(runtime, workspace_id, _guarded(content.chunks), max_bytes=max_bytes)
        except StorageFull:
            raise
        except AnswerableError as error:  # too large, or empty
            return _failed(item, ConnectorFailure(error.code, error.detail))
        except OutboundFailure as failure:
            if failure.stage is FailedStage.ADDRESS or attempt == _TRIES:
                return _failed(item, outbound_problem(failure))
        except ConnectorFailure as failure:
            if not failure.retryable or attempt == _TRIES:
                raise
        else:
            return await _compare(runtime, item, content, stored, known)
        await asyncio.sleep(_FIRST_PAUSE * 2 ** (attempt - 1))
    raise AssertionError("the last try returns or raises")


async def _content(item: Item, known: SourceItemRow | None) -> Content | None:
    try:
        return await item.fetch(known.version if known is not None else None)
    except _EXPECTED:
        raise
    except Exception as error:
        raise _broken(error) from error


async def _guarded(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    try:
        async for chunk in chunks:
            yield chunk
    except _EXPECTED:
        raise
    except Exception as error:
        raise _broken(error) from error


def _broken(error: Exception) -> ConnectorFailure:
    """What a connector's own mistake costs: the item, not the sync."""
    log.warning("connector_broken", exc_info=error)
    return ConnectorFailure(
        "connector_broken",
        f"The connector failed at this item ({type(error).__name__}). The server's log says more.",
    )


async def _compare(
    runtime: Runtime, item: Item, content: Content, stored: StoredFile, known: SourceItemRow | None
) -> Outcome:
    version = content.version or item.version
    if known is not None and known.sha256 == stored.sha256:
        await files.discard(runtime, stored.key)
        return Outcome(item, Verdict.UNCHANGED, version=version)
    verdict = Verdict.ADDED if known is None else Verdict.CHANGED
    return Outcome(item, verdict, stored, content.file_name, version)


def _failed(item: Item, failure: ConnectorFailure) -> Outcome:
    log.info("source_item_failed", item=item.id[:200], code=failure.code)
    return Outcome(item, Verdict.FAILED, error=failure)


async def apply(
    session: Session, runtime: Runtime, source_id: str, run_id: str, outcome: Outcome, leaving: set[str]
) -> Verdict:
    """Make the outcome true within the batch's transaction. Returns what it counts as; documents that its
    item has no more come to `leaving`, for `release` at the batch's end."""
    item = outcome.item
    known = (await repository.items_by_id(session, source_id, [item.id])).get(item.id)
    if outcome.verdict is Verdict.DELETED:
        if known is None:
            return Verdict.UNCHANGED
        leaving |= await _forget(session, known)
        return Verdict.DELETED
    seen: dict[str, object] = {"seen_run_id": run_id, "title": item.title, "modified_at": item.modified}
    if outcome.verdict is Verdict.FAILED and outcome.error is not None:
        await repository.add_error(session, run_id, item.id, outcome.error.code, outcome.error.detail)
        failures = (known.failures if known is not None else 0) + 1
        error = {"error_code": outcome.error.code, "error_detail": outcome.error.detail}
        values = {**seen, **error, "status": ItemStatus.FAILED.value, "failures": failures}
        await repository.put_item(session, source_id, item.id, values)
        return Verdict.FAILED
    fine = {"status": ItemStatus.SYNCED.value, "error_code": None, "error_detail": None, "failures": 0}
    values = {**seen, **fine, "version": outcome.version}
    if outcome.stored is None:
        await repository.put_item(session, source_id, item.id, values)
        return Verdict.UNCHANGED
    return await _take(session, runtime, source_id, outcome, (known, values), leaving)


async def _take(
    session: Session,
    runtime: Runtime,
    source_id: str,
    outcome: Outcome,
    state: tuple[SourceItemRow | None, dict[str, object]],
    leaving: set[str],
) -> Verdict:
    known, values = state
    item, stored = outcome.item, outcome.stored
    assert stored is not None
    if known is not None and known.sha256 == stored.sha256 and known.document_id is not None:
        await repository.put_item(session, source_id, item.id, values)
        await files.discard(runtime, stored.key)
        return Verdict.UNCHANGED
    details: dict[str, JsonValue] = {**item.metadata, documents.SOURCE_ITEM: item.id}
    new = documents.NewDocument(outcome.file_name, item.title, source_id, details, modified_at=item.modified)
    try:
        document = (await documents.take(session, runtime, stored, new)).document
    except Conflict as error:  # its twin was deleted this very moment: the whole batch tries again
        raise SourceUnreachable(error.detail) from error
    former = known.document_id if known is not None else None
    if former == document.id:
        former = None
    replaced = document.status == DocumentStatus.READY
    waiting = known.superseded_id if known is not None else None
    superseded = None if replaced else waiting or former
    values = {
        **values,
        "sha256": stored.sha256,
        "document_id": document.id,
        "superseded_id": superseded if superseded != document.id else None,
    }
    await repository.put_item(session, source_id, item.id, values)
    leaving |= {each for each in (former, waiting) if each not in (None, superseded, document.id)}
    return Verdict.ADDED if known is None or known.sha256 is None else Verdict.CHANGED


async def forget(session: Session, source_id: str, rows: Sequence[SourceItemRow]) -> None:
    """Drop items, and their documents unless they are somebody else's too."""
    leaving: set[str] = set()
    for row in rows:
        leaving |= await _forget(session, row)
    await release(session, source_id, leaving)


async def _forget(session: Session, row: SourceItemRow) -> set[str]:
    await repository.remove_item(session, row.id)
    return {each for each in (row.document_id, row.superseded_id) if each is not None}


async def release(session: Session, source_id: str, document_ids: Collection[str]) -> None:
    """Delete those of the documents that the source does not hold any more: all at once, at the end of the
    transaction, because no row of a document may be waited for once the index was written. One that another
    source's item became goes over to that source; one that a person uploaded stays."""
    going = []
    for document_id in sorted(document_ids):
        other = await repository.another_owner(session, document_id)
        try:
            document = await documents.read(session, document_id)
        except NotFound:
            continue
        if document.source_id != source_id:
            continue
        if other is None:
            going.append(document_id)
        elif other != source_id:
            await documents.move(session, document_id, other)
    await removal.let_go(session, going)


async def release_superseded(session: Session, source_id: str, most: int) -> int:
    """Delete former documents whose new ones have been read; how many items there were."""
    rows = await repository.superseded(session, source_id, most)
    leaving = {row.superseded_id for row in rows if row.superseded_id is not None}
    for row in rows:
        await repository.clear_superseded(session, row.id)
    await release(session, source_id, leaving)
    return len(rows)
