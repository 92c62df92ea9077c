"""Events of a whole stream, and how events are written."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from answerable.inference.cache.canonical import Document
from answerable.inference.chat import Json
from answerable.inference.failures import UpstreamFailure
from answerable.inference.providers.frames import FrameSplitter

DONE = b"[DONE]"


def event_documents(stream: bytes) -> Iterator[Document]:
    """The JSON objects of a stream's events, up to its end mark. ValueError for anything else."""
    splitter = FrameSplitter()
    try:
        pieces = [*splitter.feed(stream), *splitter.close()]
    except UpstreamFailure as failure:
        raise ValueError(failure.detail) from failure
    for data in pieces:
        if data.strip() == DONE:
            return
        document = msgspec.json.decode(data)
        if not isinstance(document, dict):
            raise ValueError("an event is no object")  # noqa: TRY004 (the stream is wrong, not the caller)
        yield document


def data_event(document: Document) -> bytes:
    """An event without a name."""
    return b"data: %b\n\n" % msgspec.json.encode(document)


def named_event(document: Document) -> bytes:
    """An event that is named by its type."""
    return b"event: %b\ndata: %b\n\n" % (str(document["type"]).encode(), msgspec.json.encode(document))


def objects(value: Json) -> list[Document]:
    """A list's objects; empty for anything else."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def words(value: Json) -> str:
    """A text; empty for anything else."""
    return value if isinstance(value, str) else ""
