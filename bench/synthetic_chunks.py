"""Chunks by the million: words by Zipf's law with topics, vectors clustered by the same topics.

They are written by PostgreSQL's binary COPY, because the text forms of a million vectors take longer to
print than to store.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from answerable.kit import ids
from answerable.knowledge.indexing.passage import SentenceSketch, pack_vectors
from answerable.knowledge.lexical.bm25 import text_weights
from answerable.knowledge.lexical.term_ids import DIMENSIONS, TermIds
from answerable.knowledge.lexical.words import words
from bench.natural_text import NaturalText

COLUMNS = (
    "public_id, workspace_id, document_id, ordinal, start_offset, end_offset, token_count, heading_path,"
    " text, terms, weights, embedding, sentences"
)
STAGED = "CREATE UNLOGGED TABLE staged (LIKE chunks INCLUDING GENERATED INCLUDING IDENTITY)"
_SKETCH = """
    8 + 4 * (3 * (get_byte(s.sentences, 0) + 256 * get_byte(s.sentences, 1))
             + get_byte(s.sentences, 4) + 256 * get_byte(s.sentences, 5))
"""
UNSTAGED = (
    f"""
    INSERT INTO chunks (public_id, workspace_id, document_id, ordinal, start_offset, end_offset, token_count,
                        heading_path, text, terms, weights, sentences)
    SELECT public_id, workspace_id, document_id, ordinal, start_offset, end_offset, token_count, heading_path,
           text, terms, weights, substr(s.sentences, 1, {_SKETCH})
    FROM staged s
    """,
    f"""
    INSERT INTO chunk_vectors (generation, chunk_id, workspace_id, document_id, embedding, sentences)
    SELECT 1, c.id, c.workspace_id, c.document_id, s.embedding, substr(s.sentences, 1 + {_SKETCH})
    FROM staged s JOIN chunks c ON c.public_id = s.public_id
    """,
    "DROP TABLE staged",
)
"""From the rows as they are copied to chunks and their vectors."""
COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_END = struct.pack(">h", -1)
DIMENSION = 384
PER_DOCUMENT = 20
WORDS = 110
_SENTENCES = 4
_TOPICS = 400
_BATCH = 1000
_SPREAD = 1.1
_INT4, _TEXT = 23, 25


class SyntheticChunks:
    """The chunks of one workspace, the same ones for the same seed, as rows of `STAGED`: the vectors of a
    chunk's sentences follow its sketch."""

    def __init__(self, workspace_id: str, size: int) -> None:
        self.workspace_id = workspace_id
        self._size = size
        self._text, stems = _vocabulary()
        self._random = np.random.default_rng((11, size))
        self._centres = np.random.default_rng(12).normal(size=(_TOPICS, DIMENSION)).astype(np.float32)
        self._terms = np.array(TermIds(workspace_id).of(stems))
        self._workspace = _field((ids.decode("ws", workspace_id) or ids.NIL).bytes)

    def copied(self) -> Iterator[bytes]:
        """The rows for `COPY staged (COLUMNS) FROM STDIN (FORMAT binary)`, in batches."""
        yield COPY_HEADER
        for start in range(0, self._size, _BATCH):
            yield b"".join(self._batch(start, min(_BATCH, self._size - start)))
        yield COPY_END

    def _batch(self, start: int, count: int) -> Iterator[bytes]:
        topics = self._random.integers(_TOPICS, size=count)
        vectors = self._near(self._centres[topics], _SPREAD)
        noise = 0.03 * self._random.standard_normal((count, _SENTENCES, DIMENSION), dtype=np.float32)
        sentences = vectors[:, None, :] + noise
        document = uuid.uuid4()
        for row, topic in enumerate(topics):
            number = start + row
            if number % PER_DOCUMENT == 0:
                document = uuid.uuid4()
            drawn = self._text.word_numbers(int(topic), WORDS)
            yield self._row(number % PER_DOCUMENT, document, drawn, vectors[row], sentences[row])

    def _near(self, vectors: np.ndarray, spread: float) -> np.ndarray:
        moved = vectors + spread * self._random.standard_normal(vectors.shape, dtype=np.float32)
        near: np.ndarray = moved / np.linalg.norm(moved, axis=1, keepdims=True)
        return near

    def _row(
        self,
        ordinal: int,
        document: uuid.UUID,
        drawn: np.ndarray,
        vector: np.ndarray,
        sentences: np.ndarray,
    ) -> bytes:
        content = self._text.text(drawn).encode()
        terms = self._terms[drawn]
        cuts = np.linspace(0, len(content), _SENTENCES + 1).astype(np.int32)
        sketch = SentenceSketch(
            spans=np.stack([cuts[:-1], cuts[1:]], axis=1),
            word_counts=np.array([len(part) for part in np.array_split(terms, _SENTENCES)], dtype=np.int32),
            words=terms.astype(np.int32),
            vectors=sentences,
        )
        weights = sorted(text_weights(terms.tolist()).items())
        fields = (
            _field(uuid.uuid4().bytes), self._workspace, _field(document.bytes), _integer(ordinal),
            _integer(0), _integer(len(content)), _integer(WORDS), _field(struct.pack(">iii", 0, 0, _TEXT)),
            _field(content), _field(_integers([term for term, _ in weights])), _field(_sparse(weights)),
            _field(_half(vector)), _field(sketch.pack() + pack_vectors(sentences)),
        )  # fmt: skip
        return struct.pack(">h", len(fields)) + b"".join(fields)


@cache
def _vocabulary() -> tuple[NaturalText, list[str]]:
    """The words, and what search makes of each."""
    text = NaturalText(seed=11)
    return text, [words(word)[0] for word in text.words_of(np.arange(len(text)))]


def _field(content: bytes) -> bytes:
    return struct.pack(">i", len(content)) + content


def _integer(value: int) -> bytes:
    return struct.pack(">ii", 4, value)


def _integers(values: Sequence[int]) -> bytes:
    """A one-dimensional int4[]: each element with its length."""
    elements = np.empty((len(values), 2), dtype=">i4")
    elements[:, 0], elements[:, 1] = 4, values
    return struct.pack(">iiiii", 1, 0, _INT4, len(values), 1) + elements.tobytes()


def _sparse(weights: Sequence[tuple[int, float]]) -> bytes:
    """pgvector's binary sparsevec; its indices count from 0."""
    terms = np.array([term - 1 for term, _ in weights], dtype=">i4")
    values = np.array([weight for _, weight in weights], dtype=">f4")
    return struct.pack(">iii", DIMENSIONS, len(weights), 0) + terms.tobytes() + values.tobytes()


def _half(vector: np.ndarray) -> bytes:
    """pgvector's binary halfvec."""
    return struct.pack(">HH", len(vector), 0) + vector.astype(">f2").tobytes()
