"""A file of documents, one message after the other, as a reader gave them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from answerable.kit.sandbox import JsonObject, messages


@dataclass(frozen=True, slots=True)
class Entry:
    """A document of a reader. `id` names it for ever."""

    id: str
    title: str | None
    text: str
    metadata: JsonObject


@dataclass(frozen=True, slots=True)
class Placed:
    """An entry and where in the spool it begins, in bytes."""

    offset: int
    entry: Entry


def write_entry(spool: BinaryIO, entry: Entry) -> None:
    """Append an entry."""
    spool.write(
        messages.encode(
            {"id": entry.id, "title": entry.title, "text": entry.text, "metadata": entry.metadata}
        )
    )


def entries(path: Path) -> Iterator[Placed]:
    """The entries of a spool, in the order they were written."""
    with path.open("rb") as spool:
        while True:
            offset = spool.tell()
            entry = _next(spool)
            if entry is None:
                return
            yield Placed(offset, entry)


def entry_at(path: Path, offset: int) -> Entry | None:
    """The entry that begins there; None at the end."""
    with path.open("rb") as spool:
        spool.seek(offset)
        return _next(spool)


def _next(spool: BinaryIO) -> Entry | None:
    header = spool.read(messages.HEADER_BYTES)
    if not header:
        return None
    body = messages.decode(spool.read(messages.body_length(header)))
    return Entry(body["id"], body["title"], body["text"], body["metadata"])
