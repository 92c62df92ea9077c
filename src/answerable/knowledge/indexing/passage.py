"""What the index holds: passages of a document, and the sketch of each passage's sentences."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from answerable.knowledge.indexing.facts import DocumentFacts

_HEADER = struct.Struct("<HHI")  # sentences, (unused), words in all
_QUANTUM = 127
_HEADINGS = 2
"""Innermost headings that are embedded with a passage."""


def context_of(heading_path: Sequence[str], table_header: str | None, text: str) -> str:
    """The lines that a passage of these headings needs to be understood."""
    above = [*heading_path[-_HEADINGS:], *([] if table_header is None else [table_header])]
    return "".join(f"{line}\n" for line in above if line not in text)


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as the indexer takes it. Offsets are characters of the document's text, and
    `text` is `document_text[start:end]`. `table_header` is the row of column names of the table that it
    begins in; `section` the span that it is a part of."""

    ordinal: int
    start: int
    end: int
    text: str
    page: int | None = None
    heading_path: tuple[str, ...] = ()
    token_count: int = 0
    table_header: str | None = None
    section: tuple[int, int] | None = None

    @property
    def context(self) -> str:
        """What goes before the text when it is embedded: a line for each of the nearest headings, and for
        the names of the columns, that it does not repeat. Something such as "within 30 days" means little
        without them."""
        return context_of(self.heading_path, self.table_header, self.text)


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """The document that passages belong to, as far as searches show it or filter by it; `session_id` is the
    conversation within which alone it is found."""

    id: str
    title: str
    source_id: str | None = None
    facts: DocumentFacts = field(default_factory=DocumentFacts)
    session_id: str | None = None


@dataclass(frozen=True, slots=True)
class SentenceSketch:
    """The sentences of a passage in numbers, read when the passage is a candidate for an answer. Their
    vectors are kept beside the passage's, because each encoder has its own.

    `spans` is int32 of shape (sentences, 2), relative to the passage; `words` holds the term ids of all
    sentences one after the other and `word_counts` (int32) how many each has; `vectors` is float32 of shape
    (sentences, dimensions), dimensions 0 where no encoder was there.
    """

    spans: NDArray[np.int32]
    word_counts: NDArray[np.int32]
    words: NDArray[np.int32]
    vectors: NDArray[np.float32]

    def pack(self) -> bytes:
        """The sketch as bytes, without its vectors."""
        return b"".join(
            (
                _HEADER.pack(len(self.spans), 0, len(self.words)),
                self.spans.astype("<i4").tobytes(),
                self.word_counts.astype("<i4").tobytes(),
                self.words.astype("<i4").tobytes(),
            )
        )

    @classmethod
    def unpack(cls, packed: bytes, vectors: bytes | None = None) -> SentenceSketch:
        """The sketch that `pack` and `pack_vectors` wrote; without vectors they have no dimensions. What
        former versions wrote behind the words is left."""
        sentences, _, total = _HEADER.unpack_from(packed)
        numbers = np.frombuffer(packed, "<i4", 3 * sentences + total, _HEADER.size)
        return cls(
            spans=numbers[: 2 * sentences].reshape(sentences, 2),
            word_counts=numbers[2 * sentences : 3 * sentences],
            words=numbers[3 * sentences :],
            vectors=_unpack_vectors(vectors or b"", sentences),
        )


def pack_vectors(vectors: NDArray[np.float32]) -> bytes:
    """The vectors of a passage's sentences as bytes, 8 bits a component."""
    scale = np.abs(vectors).max(axis=1, initial=0).astype(np.float32)
    steps = np.where(scale > 0, scale, 1)[:, None] / _QUANTUM
    quantised = np.rint(vectors / steps).astype(np.int8)
    return b"".join((scale.astype("<f4").tobytes(), quantised.tobytes()))


def _unpack_vectors(packed: bytes, sentences: int) -> NDArray[np.float32]:
    if not packed or not sentences:
        return np.zeros((sentences, 0), dtype=np.float32)
    scale = np.frombuffer(packed, "<f4", sentences)
    quantised = np.frombuffer(packed, np.int8, -1, scale.nbytes).reshape(sentences, -1)
    unpacked: NDArray[np.float32] = (quantised * (scale / np.float32(_QUANTUM)).reshape(-1, 1)).astype(
        np.float32
    )
    return unpacked
