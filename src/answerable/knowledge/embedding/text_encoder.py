"""The encoder as the rest of the system sees it: asynchronous, loaded on first use, maybe absent."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from answerable.knowledge.embedding.encoder import Encoder, Vectors
from answerable.knowledge.embedding.errors import EncoderAway, ModelFilesError
from answerable.knowledge.embedding.weights import MODEL_NAME, prepare_model
from answerable.telemetry.tracing import SpanAttributes, SpanKind, span

_CACHED_QUERIES = 1024
_log = logging.getLogger(__name__)

QueryVector = NDArray[np.float32]


class LoadedEncoder(Protocol):
    """What makes the vectors: a model here, or a server. Calls block; `EncoderAway` is a server's."""

    @property
    def dimensions(self) -> int:
        """Length of each vector."""
        ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, float32 of shape (len(texts), dimensions)."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """The same for queries."""
        ...

    def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[Vectors, list[Vectors]]:
        """Unit vectors of texts and of spans (start, end) within each."""
        ...

    def close(self) -> None:
        """Free what is held."""
        ...


class TextEncoder:
    """Vectors for texts, computed in one thread of its own so that the event loop stays free."""

    def __init__(
        self, load: Callable[[], LoadedEncoder | None], *, name: str = MODEL_NAME, threads: int = 1
    ) -> None:
        """`load` makes the encoder, or answers None when this machine has no weights. `threads` is how many
        calls may be under way at once: more than one where they wait for a server."""
        self._load = load
        self._name = name
        self._encoder: LoadedEncoder | None = None
        self._absent = False
        self._loading = threading.Lock()
        self._thread = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="encoder")
        self._queries: OrderedDict[str, QueryVector] = OrderedDict()

    async def encode(self, texts: Sequence[str]) -> Vectors | None:
        """Unit vectors of passages, float32 of shape (len(texts), dimensions); None when there is no encoder.
        Raises EncoderAway when its server does not answer."""
        with span(SpanKind.EMBEDDING, "embed", self._span_of(len(texts))):
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._encode, list(texts))

    async def encode_spans(
        self, texts: Sequence[str], spans: Sequence[Sequence[tuple[int, int]]]
    ) -> tuple[Vectors, list[Vectors]] | None:
        """Vectors of texts and of spans in them, as `Encoder.encode_spans`; None without an encoder. Raises
        EncoderAway when its server does not answer."""
        with span(SpanKind.EMBEDDING, "embed", self._span_of(len(texts))):
            return await asyncio.get_running_loop().run_in_executor(
                self._thread, self._encode_spans, list(texts), list(spans)
            )

    async def encode_query(self, query: str) -> QueryVector | None:
        """The unit vector of a query, from a small cache of recent ones; None when there is no encoder, or
        its server does not answer."""
        known = self._queries.get(query)
        if known is not None:
            self._queries.move_to_end(query)
            return known
        try:
            with span(SpanKind.EMBEDDING, "embed", self._span_of(1)):
                vectors = await asyncio.get_running_loop().run_in_executor(
                    self._thread, self._encode_queries, [query]
                )
        except EncoderAway as away:
            _log.warning("This search is lexical: %s", away)
            return None
        if vectors is None:
            return None
        vector: QueryVector = vectors[0].copy()
        self._queries[query] = vector
        if len(self._queries) > _CACHED_QUERIES:
            self._queries.popitem(last=False)
        return vector

    def knows(self, word: str) -> bool:
        """Whether a lower-case word is in the model's vocabulary; never without one that is loaded here."""
        return isinstance(self._encoder, Encoder) and self._encoder.knows(word)

    def close(self) -> None:
        """Wait for what is being computed and free the thread."""
        self._thread.shutdown(cancel_futures=True)
        if self._encoder is not None:
            self._encoder.close()
            self._encoder = None

    def _span_of(self, texts: int) -> dict[str, str | int]:
        return {SpanAttributes.EMBEDDING_MODEL_NAME: self._name, "answerable.embedding.texts": texts}

    def _encode_queries(self, queries: list[str]) -> Vectors | None:
        encoder = self._loaded()
        return None if encoder is None else encoder.encode_queries(queries)

    def _encode(self, texts: list[str]) -> Vectors | None:
        encoder = self._loaded()
        return None if encoder is None else encoder.encode(texts)

    def _encode_spans(
        self, texts: list[str], spans: list[Sequence[tuple[int, int]]]
    ) -> tuple[Vectors, list[Vectors]] | None:
        encoder = self._loaded()
        return None if encoder is None else encoder.encode_spans(texts, spans)

    def _loaded(self) -> LoadedEncoder | None:
        with self._loading:
            if self._encoder is None and not self._absent:
                self._encoder = self._load()
                self._absent = self._encoder is None
            return self._encoder


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
