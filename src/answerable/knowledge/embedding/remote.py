"""An encoder behind HTTP: Text Embeddings Inference's `/embed`, or OpenAI's `/v1/embeddings`, which Ollama,
vLLM and others speak too."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import httpx
import msgspec
import numpy as np

from answerable.kit.settings import EncoderSettings
from answerable.knowledge.embedding.encoder import Vectors, unit
from answerable.knowledge.embedding.errors import EncoderAway
from answerable.knowledge.embedding.spec import EncoderSpec

_BATCH = 32
_TIMES = httpx.Timeout(60, connect=5)


class _Embedding(msgspec.Struct):
    index: int
    embedding: list[float]


class _Embeddings(msgspec.Struct):
    data: list[_Embedding]


class RemoteEncoder:
    """Asks the server that the operator named. Calls block; safe to call from threads."""

    def __init__(self, spec: EncoderSpec, settings: EncoderSettings) -> None:
        """Find out the vectors' length by asking once. Raises EncoderAway."""
        headers = {}
        if settings.key is not None and settings.url == spec.place:
            headers["authorization"] = f"Bearer {settings.key.get_secret_value()}"
        self._spec = spec
        self._client = httpx.Client(headers=headers, timeout=_TIMES)
        self._dimensions: int = self._ask(["length"]).shape[1]

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        return self._dimensions

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, float32 of shape (len(texts), dimensions). Raises EncoderAway."""
        return self._encode([self._spec.document_prefix + text for text in texts])

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The same for queries."""
        return self._encode([self._spec.query_prefix + text for text in texts])

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[Vectors, list[Vectors]]:
        """Unit vectors of texts and of spans (start, end) within each, each span embedded by itself."""
        inner = [text[start:end] for text, found in zip(texts, spans, strict=True) for start, end in found]
        vectors = self.encode([*texts, *inner])
        ends = np.cumsum([len(texts), *(len(found) for found in spans)]).tolist()
        return vectors[: len(texts)], [vectors[start:end] for start, end in pairwise(ends)]

    def _encode(self, texts: list[str]) -> Vectors:
        parts = [self._ask(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)]
        if any(part.shape[1] != self._dimensions for part in parts):
            raise EncoderAway(f"{self._spec.place} gives vectors of another length than before.")
        empty = np.empty((0, self._dimensions), dtype=np.float32)
        return unit(np.concatenate([empty, *parts]))

    def _ask(self, texts: list[str]) -> Vectors:
        is_tei = self._spec.kind == "tei"
        named = {"model": self._spec.name, "input": texts, "encoding_format": "float"}
        body = {"inputs": texts, "truncate": True} if is_tei else named
        try:
            answer = self._client.post(self._spec.place, json=body)
        except httpx.HTTPError as error:
            raise EncoderAway(f"{self._spec.place} does not answer: {error}") from error
        if answer.status_code != 200:
            raise EncoderAway(f"{self._spec.place} answered with status {answer.status_code}.")
        try:
            if is_tei:
                rows = msgspec.json.decode(answer.content, type=list[list[float]])
            else:
                found = msgspec.json.decode(answer.content, type=_Embeddings).data
                rows = [each.embedding for each in sorted(found, key=lambda each: each.index)]
            vectors = np.array(rows, dtype=np.float32)
        except (msgspec.MsgspecError, ValueError) as error:
            raise EncoderAway(f"{self._spec.place} answered with something else than vectors.") from error
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise EncoderAway(f"{self._spec.place} did not give each text one vector.")
        return vectors

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
