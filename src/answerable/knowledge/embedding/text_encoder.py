"""The encoder as the rest of the system sees it: asynchronous, loaded on first use, maybe absent."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from answerable.kit.runtime import Runtime
from answerable.knowledge.embedding.encoder import Encoder, Vectors
from answerable.knowledge.embedding.errors import ModelFilesError
from answerable.knowledge.embedding.weights import MODEL_NAME, is_available, prepare_model
from answerable.telemetry.tracing import SpanAttributes, SpanKind, span

_CACHED_QUERIES = 1024
_log = logging.getLogger(__name__)

QueryVector = NDArray[np.float32]


class TextEncoder:
    """Vectors for texts, computed in one thread of its own so that the event loop stays free."""

    def __init__(self, load: Callable[[], Encoder | None]) -> None:
        """`load` makes the encoder, or answers None when this machine has no weights."""
        self._load = load
        self._encoder: Encoder | None = None
        self._absent = False
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")
        self._queries: OrderedDict[str, QueryVector] = OrderedDict()

    async def encode(self, texts: Sequence[str]) -> Vectors | None:
        """Unit vectors, float32 of shape (len(texts), dimensions); None when there is no encoder."""
        with span(SpanKind.EMBEDDING, "embed", _embedding_of(len(texts))):
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._encode, list(texts))

    async def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[Vectors, list[Vectors]] | None:
        """Vectors of texts and of spans in them, as `Encoder.encode_spans`; None without an encoder."""
        with span(SpanKind.EMBEDDING, "embed", _embedding_of(len(texts))):
            return await asyncio.get_running_loop().run_in_executor(
                self._thread, self._encode_spans, list(texts), list(spans)
            )

    async def encode_query(self, query: str) -> QueryVector | None:
        """The unit vector of a query, from a small cache of recent ones; None when there is no encoder."""
        known = self._queries.get(query)
        if known is not None:
            self._queries.move_to_end(query)
            return known
        vectors = await self.encode([query])
        if vectors is None:
            return None
        vector: QueryVector = vectors[0].copy()
        self._queries[query] = vector
        if len(self._queries) > _CACHED_QUERIES:
            self._queries.popitem(last=False)
        return vector

    def close(self) -> None:
        """Wait for what is being computed and free the thread."""
        self._thread.shutdown(cancel_futures=True)
        self._encoder = None

    def _encode(self, texts: list[str]) -> Vectors | None:
        encoder = self._loaded()
        return None if encoder is None else encoder.encode(texts)

    def _encode_spans(
        self, texts: list[str], spans: list[Sequence[tuple[int, int]]]
    ) -> tuple[Vectors, list[Vectors]] | None:
        encoder = self._loaded()
        return None if encoder is None else encoder.encode_spans(texts, spans)

    def _loaded(self) -> Encoder | None:
        if self._encoder is None and not self._absent:
            self._encoder = self._load()
            self._absent = self._encoder is None
        return self._encoder


def _embedding_of(texts: int) -> dict[str, str | int]:
    return {SpanAttributes.EMBEDDING_MODEL_NAME: MODEL_NAME, "answerable.embedding.texts": texts}


def load_encoder(data_dir: Path, *, threads: int, weights_dir: Path | None = None) -> Encoder | None:
    """The default model, converted on first use. None, with one line in the log, when it cannot be had:
    search is lexical until then."""
    try:
        folder = prepare_model(data_dir, weights_dir)
    except (ModelFilesError, OSError) as error:
        _log.warning("Search is lexical: %s", error)
        return None
    if folder is None:
        _log.warning("Search is lexical until `answerable models pull` has fetched the embedding model.")
        return None
    return Encoder(folder, threads=threads)


def query_encoder(runtime: Runtime) -> TextEncoder:
    """The encoder of a process that serves requests."""
    return _text_encoder(runtime, runtime.settings.search.threads)


def document_encoder(runtime: Runtime) -> TextEncoder:
    """The encoder of a process that indexes documents: it may use more cores."""
    return _text_encoder(runtime, runtime.settings.search.index_threads)


def has_encoder(runtime: Runtime) -> bool:
    """Whether the encoder's files are present (they are checked when it loads)."""
    return is_available(runtime.settings.data_dir, runtime.settings.search.weights_dir)


def _text_encoder(runtime: Runtime, threads: int) -> TextEncoder:
    data_dir, weights_dir = runtime.settings.data_dir, runtime.settings.search.weights_dir
    return TextEncoder(lambda: load_encoder(data_dir, threads=threads, weights_dir=weights_dir))
