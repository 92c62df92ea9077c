"""The reranker as the rest of the system sees it: bounded, and maybe away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

import structlog

from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.routing.breaker import Breaker, BreakerRules
from answerable.kit.outbound import Outbound
from answerable.kit.runtime import Runtime
from answerable.kit.settings import RerankerSettings
from answerable.knowledge.embedding.errors import ModelFilesError
from answerable.knowledge.embedding.weights import models_folder
from answerable.knowledge.reranking.cross_encoder import CrossEncoder, convert_cross_encoder
from answerable.knowledge.reranking.remote import RemoteReranker

log = structlog.get_logger(__name__)


class RerankerAway(Exception):
    """The reranker gave no scores; `detail` says why, for people."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Scorer(Protocol):
    """What gives the scores: a model here, or a server."""

    async def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """A finite score for each text, in their order, higher for a better one. Raises UpstreamFailure."""
        ...


class LocalReranker:
    """A cross-encoder of this machine, loaded on first use and run in one thread of its own."""

    def __init__(self, load: Callable[[], CrossEncoder]) -> None:
        self._load = load
        self._model: CrossEncoder | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reranker")

    async def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """A score between 0 and 1 for each text. Raises UpstreamFailure when the model cannot be loaded."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, self._scores, query, list(texts)
        )

    def close(self) -> None:
        """Wait for what is being computed and free the thread."""
        self._thread.shutdown(cancel_futures=True)

    def _scores(self, query: str, texts: list[str]) -> list[float]:
        if self._model is None:
            try:
                self._model = self._load()
            except (ModelFilesError, OSError) as error:
                raise UpstreamFailure(FailureKind.CONNECT, str(error)) from error
        scores: list[float] = self._model.scores(query, texts).tolist()
        return scores


class Reranker:
    """Asks the scorer within a deadline, so many at once, and not while it fails."""

    def __init__(
        self,
        scorer: Scorer | None,
        settings: RerankerSettings,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._scorer = scorer
        self._settings = settings
        self._clock = clock
        self._breaker = Breaker(BreakerRules(consecutive_failures=3))
        self._at_work = 0

    @property
    def is_configured(self) -> bool:
        """Whether there is a reranker at all."""
        return self._scorer is not None

    @property
    def candidates(self) -> int:
        """How many of a search's passages it looks at, at least."""
        return self._settings.candidates

    async def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """A score for each text, in their order, higher for a better one. Raises RerankerAway."""
        if self._scorer is None:
            raise RerankerAway("There is no reranker: set one in the settings `search.reranker`.")
        if self._at_work >= self._settings.concurrency:
            raise RerankerAway("The reranker is busy.")
        permit = self._breaker.admit(self._clock())
        if permit is None:
            raise RerankerAway("The reranker failed lately and is not asked for a while.")
        self._at_work += 1
        try:
            return await self._asked(self._scorer, permit, query, texts)
        finally:
            self._at_work -= 1

    async def _asked(self, scorer: Scorer, permit: int, query: str, texts: Sequence[str]) -> list[float]:
        try:
            async with asyncio.timeout(self._settings.seconds):
                scores = await scorer.scores(query, texts)
        except TimeoutError as error:
            self._failed(permit, UpstreamFailure(FailureKind.FIRST_BYTE_TIMEOUT, "too slow"))
            raise RerankerAway(f"The reranker took longer than {self._settings.seconds:g} s.") from error
        except UpstreamFailure as failure:
            self._failed(permit, failure)
            raise RerankerAway("The reranker could not be used.") from failure
        except asyncio.CancelledError:
            self._breaker.released(permit, self._clock())
            raise
        self._breaker.succeeded(permit, self._clock())
        return scores

    def _failed(self, permit: int, failure: UpstreamFailure) -> None:
        log.warning("reranker_failed", kind=failure.kind.value, detail=failure.detail)
        self._breaker.failed(permit, failure.kind, failure.retry_after, self._clock())

    def close(self) -> None:
        """Free what the scorer holds."""
        if isinstance(self._scorer, LocalReranker):
            self._scorer.close()


def provided_reranker(runtime: Runtime) -> Reranker:
    """The reranker that the settings name."""
    settings = runtime.settings.search.reranker
    return Reranker(_scorer(runtime, settings), settings)


def _scorer(runtime: Runtime, settings: RerankerSettings) -> Scorer | None:
    if settings.url is not None:
        return RemoteReranker(runtime.get(Outbound), settings.url, settings)
    if settings.folder is None:
        return None
    folder, models = settings.folder, models_folder(runtime.settings.data_dir)
    return LocalReranker(
        lambda: CrossEncoder(convert_cross_encoder(folder, models), threads=settings.threads)
    )
