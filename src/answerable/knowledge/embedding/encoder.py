"""Texts to unit vectors: a BERT encoder in CTranslate2, pooling, L2 norm.

Pooling and norm as in Reimers & Gurevych, "Sentence-BERT" (2019): the mean of all tokens, the way
all-MiniLM-L6-v2 was trained, or the first one, as with BGE.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import ctranslate2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from tokenizers import Tokenizer

from answerable.knowledge.embedding.pooling import Pooling

Vectors = NDArray[np.float32]

_MAX_TOKENS = 512
_TOKEN_BUDGET = 1024  # padded tokens in one forward pass: what stays in the cores' caches measured fastest


class ModelShape(BaseModel):
    """What the converter noted about a model."""

    model_config = ConfigDict(frozen=True)

    dimensions: int
    max_tokens: int
    pooling: Pooling = Pooling.MEAN


class Encoder:
    """A loaded encoder. Calls block and release the GIL while they compute; safe to call from threads."""

    def __init__(
        self,
        folder: Path,
        *,
        threads: int = 1,
        token_budget: int = _TOKEN_BUDGET,
        query_prefix: str = "",
        document_prefix: str = "",
    ) -> None:
        """Load the converted model in `folder`; `threads` is how many cores one call may use, the prefixes
        stand before what is embedded."""
        self._query_prefix, self._document_prefix = query_prefix, document_prefix
        self._shape = ModelShape.model_validate_json((folder / "shape.json").read_bytes())
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(min(_MAX_TOKENS, self._shape.max_tokens))
        self._model = ctranslate2.Encoder(
            str(folder), device="cpu", compute_type="int8", inter_threads=1, intra_threads=threads
        )
        self._token_budget = token_budget

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        return self._shape.dimensions

    def knows(self, word: str) -> bool:
        """Whether a lower-case word is one of the model's own pieces: then it is a word, and no slip."""
        return any(self._tokenizer.token_to_id(piece) is not None for piece in (word, f"▁{word}"))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, float32 of shape (len(texts), dimensions), in the order of `texts`.

        Text beyond the model's window (512 word pieces) does not count.
        """
        return self._encode([self._document_prefix + text for text in texts])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The same for queries."""
        return self._encode([self._query_prefix + text for text in texts])

    def _encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        encodings = self._tokenizer.encode_batch_fast(list(texts))
        ids = [encoding.ids for encoding in encodings]
        for batch in batches([len(row) for row in ids], self._token_budget):
            vectors[batch] = self._forward([ids[position] for position in batch])
        return vectors

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[Vectors, list[Vectors]]:
        """Unit vectors of texts and, at no further forward pass, of spans (start, end) within each.

        Returns the texts' vectors as `encode` does, and for each text a float32 array of shape
        (its spans, dimensions). A span's vector is the mean of its tokens as the model sees them within
        the whole text ("late chunking", Günther et al. 2024); zeros for a span beyond the window. Where
        the first token alone was trained to stand for a text, each span is embedded by itself instead.
        """
        if self._shape.pooling is Pooling.FIRST:
            return self._encode_apart(texts, spans)
        shift = len(self._document_prefix)
        texts = [self._document_prefix + text for text in texts]
        spans = [[(start + shift, end + shift) for start, end in found] for found in spans]
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        inner = [np.zeros((len(found), self.dimensions), dtype=np.float32) for found in spans]
        encodings = self._tokenizer.encode_batch(list(texts))
        for batch in batches([len(encoding.ids) for encoding in encodings], self._token_budget):
            hidden = self._hidden([encodings[position].ids for position in batch])
            for row, position in enumerate(batch):
                encoding = encodings[position]
                vectors[position] = hidden[row, : len(encoding.ids)].mean(axis=0)
                for number, (first, last) in enumerate(_token_ranges(encoding.offsets, spans[position])):
                    if first < last:
                        inner[position][number] = hidden[row, first:last].mean(axis=0)
        return unit(vectors), [unit(found) for found in inner]

    def _encode_apart(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[Vectors, list[Vectors]]:
        inner = [text[start:end] for text, found in zip(texts, spans, strict=True) for start, end in found]
        vectors = self.encode([*texts, *inner])
        ends = np.cumsum([len(texts), *(len(found) for found in spans)]).tolist()
        return vectors[: len(texts)], [vectors[start:end] for start, end in pairwise(ends)]

    def close(self) -> None:
        """Nothing is held beyond memory."""

    def _forward(self, ids: list[list[int]]) -> Vectors:
        hidden = self._hidden(ids)
        pooled = np.empty((len(ids), self.dimensions), dtype=np.float32)
        if self._shape.pooling is Pooling.FIRST:
            return unit(hidden[:, 0].copy())
        for row, tokens in enumerate(ids):
            pooled[row] = hidden[row, : len(tokens)].mean(axis=0)
        return unit(pooled)

    def _hidden(self, ids: list[list[int]]) -> Vectors:
        hidden: Vectors = np.asarray(self._model.forward_batch(ids).last_hidden_state)
        return hidden


def unit(vectors: Vectors) -> Vectors:
    """The vectors at length 1, in place; zeros stay."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.maximum(norms, 1e-12)
    return vectors


def _token_ranges(
    offsets: Sequence[tuple[int, int]], spans: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """For each span (ascending) the half-open range of tokens that end in it (one of XLM-RoBERTa's may begin
    with the blank before); special tokens have empty offsets and belong to none."""
    last_token = len(offsets) - 1
    ends = [end for _, end in offsets[1:last_token]]
    for start, end in spans:
        yield bisect_right(ends, start) + 1, bisect_right(ends, end) + 1


def batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Positions in groups of like length whose padded size stays within the budget, longest first."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        if batch and lengths[batch[0]] * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch
