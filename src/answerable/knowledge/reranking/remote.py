"""A reranker behind HTTP: Text Embeddings Inference's `/rerank`, or Cohere's shape, which Jina, vLLM and
others speak too."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.kit.outbound import FailedStage, Outbound, OutboundFailure, OutboundRequest, OutboundTimes
from answerable.kit.settings import RerankerSettings

_MOST_BYTES = 1_000_000
_KINDS = {
    FailedStage.ADDRESS: FailureKind.CONNECT,
    FailedStage.CONNECT: FailureKind.CONNECT,
    FailedStage.FIRST_BYTE: FailureKind.FIRST_BYTE_TIMEOUT,
    FailedStage.IDLE: FailureKind.IDLE_TIMEOUT,
    FailedStage.TOTAL: FailureKind.IDLE_TIMEOUT,
    FailedStage.CUT: FailureKind.CUT,
    FailedStage.PROTOCOL: FailureKind.PROTOCOL,
}


class _Ranked(msgspec.Struct):
    """One entry of TEI's answer."""

    index: int
    score: float


class _Relevant(msgspec.Struct):
    """One entry of Cohere's answer."""

    index: int
    relevance_score: float


class _Results(msgspec.Struct):
    results: list[_Relevant]


class RemoteReranker:
    """Asks the server that the operator named."""

    def __init__(self, outbound: Outbound, url: str, settings: RerankerSettings) -> None:
        self._outbound = outbound
        self._url = url
        self._settings = settings
        self._is_tei = settings.protocol == "tei"

    async def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """A score for each text, in their order. Raises UpstreamFailure."""
        body = await self._post(msgspec.json.encode(self._question(query, texts)))
        try:
            given = self._read(body)
        except msgspec.MsgspecError as error:
            raise UpstreamFailure(
                FailureKind.PROTOCOL, f"The reranker's answer cannot be read: {error}"
            ) from error
        scores = dict(given)
        if sorted(scores) != list(range(len(texts))) or not all(map(math.isfinite, scores.values())):
            raise UpstreamFailure(FailureKind.PROTOCOL, "The reranker did not give each text one score.")
        return [scores[place] for place in range(len(texts))]

    def _question(self, query: str, texts: Sequence[str]) -> dict[str, object]:
        if self._is_tei:
            return {"query": query, "texts": list(texts), "truncate": True}
        named = {} if self._settings.model is None else {"model": self._settings.model}
        return {**named, "query": query, "documents": list(texts), "top_n": len(texts)}

    def _read(self, body: bytes) -> list[tuple[int, float]]:
        if self._is_tei:
            return [(each.index, each.score) for each in msgspec.json.decode(body, type=list[_Ranked])]
        found = msgspec.json.decode(body, type=_Results).results
        return [(each.index, each.relevance_score) for each in found]

    async def _post(self, body: bytes) -> bytes:
        headers = [("content-type", "application/json")]
        if self._settings.key is not None:
            headers.append(("authorization", f"Bearer {self._settings.key.get_secret_value()}"))
        seconds = self._settings.seconds
        times = OutboundTimes(connect=seconds, first_byte=seconds, idle=seconds, total=seconds)
        request = OutboundRequest(self._url, tuple(headers), body, allow_private=True)
        try:
            response = await self._outbound.send(request, times)
            answer = await response.read_whole(_MOST_BYTES)
        except OutboundFailure as failure:
            raise UpstreamFailure(_KINDS[failure.stage], failure.detail) from failure
        if response.status != 200:
            raise _refusal(response.status)
        return answer


def _refusal(status: int) -> UpstreamFailure:
    kind = {401: FailureKind.CREDENTIALS, 403: FailureKind.CREDENTIALS, 429: FailureKind.RATE_LIMITED}.get(
        status, FailureKind.OVERLOADED if status >= 500 else FailureKind.PROTOCOL
    )
    return UpstreamFailure(kind, f"The reranker answered with status {status}.", status=status)
