"""Texts to unit vectors: a BERT encoder in CTranslate2, mean pooling, L2 norm.

Pooling and norm as in Reimers & Gurevych, "Sentence-BERT" (2019), the way all-MiniLM-L6-v2 was trained.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import ctranslate2
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict
from tokenizers import Tokenizer

Vectors = NDArray[np.float32]

_MAX_TOKENS = 512
_TOKEN_BUDGET = 1024  # padded tokens in one forward pass: what stays in the cores' caches measured fastest


class ModelShape(BaseModel):
    """What the converter noted about a model."""

    model_config = ConfigDict(frozen=True)

    dimensions: int
    max_tokens: int


class Encoder:
    """A loaded encoder. Calls block and release the GIL while they compute; safe to call from threads."""

    def __init__(self, folder: Path, *, threads: int = 1, token_budget: int = _TOKEN_BUDGET) -> None:
        """Load the converted model in `folder`; `threads` is how many cores one call may use."""
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

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, float32 of shape (len(texts), dimensions), in the order of `texts`.

        Text beyond the model's window (512 word pieces) does not count.
        """
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        encodings = self._tokenizer.encode_batch_fast(list(texts))
        ids = [encoding.ids for encoding in encodings]
        for batch in _batches([len(row) for row in ids], self._token_budget):
            vectors[batch] = self._forward([ids[position] for position in batch])
        return vectors

    def _forward(self, ids: list[list[int]]) -> Vectors:
        hidden = np.asarray(self._model.forward_batch(ids).last_hidden_state)
        pooled = np.empty((len(ids), self.dimensions), dtype=np.float32)
        for row, tokens in enumerate(ids):
            pooled[row] = hidden[row, : len(tokens)].mean(axis=0)
        norms = np.linalg.norm(pooled, axis=1, keepdims=True)
        pooled /= np.maximum(norms, 1e-12)
        return pooled


def _batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Positions in groups of like length whose padded size stays within the budget, longest first."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lambda index: -lengths[index]):
        if batch and lengths[batch[0]] * (len(batch) + 1) > budget:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch
