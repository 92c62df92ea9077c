"""What the index holds: passages of a document, and the sketch of each passage's sentences."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from answerable.knowledge.indexing.facts import DocumentFacts

_HEADER = struct.Struct("<HHI")  # sentences, dimensions, words in all
_QUANTUM = 127


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk as the indexer takes it. Offsets are characters of the document's text, and
    `text` is `document_text[start:end]`."""

    ordinal: int
    start: int
    end: int
    text: str
    page: int | None = None
    heading_path: tuple[str, ...] = ()
    token_count: int = 0


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """The document that passages belong to, as far as searches show it or filter by it."""

    id: str
    title: str
    source_id: str | None = None
    facts: DocumentFacts = field(default_factory=DocumentFacts)


@dataclass(frozen=True, slots=True)
class SentenceSketch:
    """The sentences of a passage in numbers, read when the passage is a candidate for an answer.

    `spans` is int32 of shape (sentences, 2), relative to the passage; `words` holds the term ids of all
    sentences one after the other and `word_counts` (int32) how many each has; `vectors` is float32 of shape
    (sentences, dimensions), dimensions 0 where no encoder was there.
    """

    spans: NDArray[np.int32]
    word_counts: NDArray[np.int32]
    words: NDArray[np.int32]
    vectors: NDArray[np.float32]

    def pack(self) -> bytes:
        """The sketch as bytes; vectors keep 8 bits a component."""
        sentences, dimensions = self.vectors.shape
        scale = np.abs(self.vectors).max(axis=1, initial=0).astype(np.float32)
        steps = np.where(scale > 0, scale, 1)[:, None] / _QUANTUM
        quantised = np.rint(self.vectors / steps).astype(np.int8)
        return b"".join(
            (
                _HEADER.pack(sentences, dimensions, len(self.words)),
                self.spans.astype("<i4").tobytes(),
                self.word_counts.astype("<i4").tobytes(),
                self.words.astype("<i4").tobytes(),
                scale.astype("<f4").tobytes(),
                quantised.tobytes(),
            )
        )

    @classmethod
    def unpack(cls, packed: bytes) -> SentenceSketch:
        """The sketch that `pack` wrote."""
        sentences, dimensions, total = _HEADER.unpack_from(packed)
        numbers = np.frombuffer(packed, "<i4", 3 * sentences + total, _HEADER.size)
        offset = _HEADER.size + numbers.nbytes
        scale = np.frombuffer(packed, "<f4", sentences, offset)
        quantised = np.frombuffer(packed, np.int8, sentences * dimensions, offset + scale.nbytes)
        steps = (scale / np.float32(_QUANTUM)).reshape(-1, 1)
        vectors = (quantised.reshape(sentences, dimensions) * steps).astype(np.float32)
        return cls(
            spans=numbers[: 2 * sentences].reshape(sentences, 2),
            word_counts=numbers[2 * sentences : 3 * sentences],
            words=numbers[3 * sentences :],
            vectors=vectors,
        )
