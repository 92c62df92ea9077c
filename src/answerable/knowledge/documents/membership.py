"""Documents out of containers: attachments of e-mails, files of archives.

A member is a document like any other. It knows the containers that hold it, and goes with the last of them
unless somebody wants it of their own accord (`is_member` is false then). It belongs to the source of one of
its outermost containers. Who changes what holds which takes the workspace's turn first.
"""

from __future__ import annotations

import os
import stat
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from answerable.jobs import Subject, enqueue_many
from answerable.kit import ids
from answerable.kit.db import Session
from answerable.kit.runtime import Runtime
from answerable.kit.storage import StoredFile
from answerable.knowledge import indexing
from answerable.knowledge.documents import files, repository
from answerable.knowledge.documents.names import display_name, one_line, title_of
from answerable.knowledge.documents.repository import Container
from answerable.knowledge.documents.tables import DocumentRow
from answerable.knowledge.parsing.document import Member
from answerable.knowledge.parsing.members import MemberLimits

INGEST = "documents.ingest"
SOURCE_ITEM = "source_item"
"""The key of the metadata where a sync keeps the id of the item that became the document."""
_BLOCK = 1 << 20
_PATH_MARK = " › "
_MAX_PATH = 1_000


@dataclass(frozen=True, slots=True)
class KeptMember:
    """A member whose bytes are in the store."""

    stored: StoredFile
    name: str


async def limits(session: Session, runtime: Runtime, document: DocumentRow) -> MemberLimits | None:
    """What the container may still bring: the bounds hold for all levels below the outermost one together.
    None when it lies too deep for its members to be taken."""
    bounds = runtime.settings.parsing
    if document.depth >= bounds.members_depth:
        return None
    count, size = await repository.extent_below(session, document.root_id or document.id)
    return MemberLimits(
        count=max(0, bounds.members - count),
        bytes_each=runtime.settings.uploads.max_bytes,
        bytes_together=max(0, bounds.members_bytes - size),
    )


async def keep(
    runtime: Runtime, workspace_id: str, folder: Path, members: Sequence[Member]
) -> list[KeptMember]:
    """Store the files that a reader wrote, each of the same bytes once."""
    kept: dict[str, KeptMember] = {}
    try:
        for member in members:
            async with aclosing(_chunks(folder / member.file)) as chunks:
                stored = await files.keep(runtime, workspace_id, chunks)
            if stored.sha256 in kept:
                await files.discard(runtime, stored.key)
            else:
                kept[stored.sha256] = KeptMember(stored, member.name)
    except BaseException:
        await discard(runtime, list(kept.values()))
        raise
    return list(kept.values())


async def discard(runtime: Runtime, kept: Sequence[KeptMember]) -> None:
    """Remove files that no document came to have."""
    for member in kept:
        await files.discard(runtime, member.stored.key)


async def _chunks(path: Path) -> AsyncGenerator[bytes, None]:
    """A file out of the sandbox's folder: a plain one, never what it may link to."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("a member is no plain file")
        while block := file.read(_BLOCK):
            yield block


async def take(
    session: Session, runtime: Runtime, container: DocumentRow, kept: Sequence[KeptMember]
) -> None:
    """Make documents of a container's members, within what its root may still bring, and queue their
    reading. A member that exists as a document already gets one more container. The workspace's turn must be
    the transaction's, and the container's row its own."""
    if not kept:
        return
    allowed = await limits(session, runtime, container)
    above = {container.id, *await repository.above(session, container.id)}
    path = (await repository.paths_of(session, [container.id]))[container.id]
    new: list[str] = []
    total = 0
    for member in sorted(kept, key=lambda item: item.stored.sha256):
        total += member.stored.size
        fits = allowed is not None and len(new) < allowed.count and total <= allowed.bytes_together
        row = _row(container, member)
        is_new = fits and await repository.insert_unless_known(session, row)
        if not is_new:
            await files.discard(runtime, member.stored.key)
        found = await repository.by_bytes(session, member.stored.sha256)
        if found is None or found in above:  # over the bounds; or an archive that holds itself
            continue
        name = _joined(path, one_line(member.name) or row.file_name)
        await repository.add_membership(session, container.id, found, name)
        if is_new:
            new.append(found)
    subjects: list[tuple[Subject, dict[str, JsonValue]]] = [
        (Subject("document", each), {"document_id": each}) for each in new
    ]
    jobs = await enqueue_many(session, INGEST, subjects)
    for document_id, job_id in zip(new, jobs, strict=True):
        await repository.set_job(session, document_id, job_id)


def _joined(path: str, name: str) -> str:
    return f"{path}{_PATH_MARK}{name}"[-_MAX_PATH:]


def _row(container: DocumentRow, member: KeptMember) -> DocumentRow:
    name = display_name(member.name)
    details = {key: value for key, value in container.details.items() if key != SOURCE_ITEM}
    return DocumentRow(
        id=ids.new_id("doc"),
        source_id=container.source_id,
        title=title_of(name),
        title_given=False,
        file_name=name,
        file_key=member.stored.key,
        sha256=member.stored.sha256,
        size_bytes=member.stored.size,
        details=details,
        tags=list(container.tags),
        modified_at=container.modified_at,
        created_by=container.created_by,
        is_member=True,
        root_id=container.root_id or container.id,
        depth=container.depth + 1,
    )


async def family(session: Session, document_ids: Sequence[str]) -> list[str]:
    """The documents and all that goes with them: members, and theirs, that nothing else holds or wants."""
    going = dict.fromkeys(document_ids)
    layer = list(going)
    while layer:
        held = await repository.members_of(session, layer)
        layer = [
            member
            for member, containers in held.items()
            if member not in going and all(container in going for container in containers)
        ]
        going |= dict.fromkeys(layer)
    return list(going)


async def held_by(session: Session, document_id: str) -> list[str]:
    """The document and all that lies in it, at any distance, whoever else holds or wants it."""
    found = {document_id: None}
    layer: Sequence[str] = [document_id]
    while layer:
        held = [row.document_id for row in await repository.names_in(session, layer)]
        layer = [each for each in dict.fromkeys(held) if each not in found]
        found |= dict.fromkeys(layer)
    return list(found)


async def settle(session: Session, document_ids: Sequence[str]) -> None:
    """Put documents, of which a container went or changed, and what they hold right: the source that they
    belong to, their root, and the paths of names that lead to them. The workspace's turn must be the
    transaction's."""
    below = await repository.below(session, document_ids)
    for source_id, moved in (await repository.rehome(session, below)).items():
        await indexing.move_documents(session, moved, source_id)
    layer: Sequence[str] = list(document_ids)
    seen: set[str] = set()
    while layer := [each for each in layer if each not in seen]:
        seen.update(layer)
        layer = await _rename_members(session, layer)


async def _rename_members(session: Session, container_ids: Sequence[str]) -> list[str]:
    """Begin the paths of what the containers hold with their own path of today; whose paths changed."""
    held = await repository.names_in(session, container_ids)
    if not held:
        return []
    paths = await repository.paths_of(session, container_ids)
    changed = []
    for row in held:
        name = _joined(paths[row.container_id], row.name.rpartition(_PATH_MARK)[2])
        if name != row.name:
            await repository.add_membership(session, row.container_id, row.document_id, name)
            changed.append(row.document_id)
    return changed


async def containers(session: Session, rows: Sequence[DocumentRow]) -> Mapping[str, Sequence[Container]]:
    """The containers of each of the documents that has any."""
    return await repository.containers_of(session, [row.id for row in rows])
