"""The adapter for Gemini. Its clients do not speak to us in its protocol: nothing is relayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from answerable.inference.chat import ChatAnswer, ChatRequest, TokenCount
from answerable.inference.errors import Inexpressible
from answerable.inference.failures import UpstreamFailure
from answerable.inference.models.plan import Target
from answerable.inference.operation import Operation
from answerable.inference.providers import failing
from answerable.inference.providers.adapter import UpstreamRequest
from answerable.inference.providers.gemini import answering
from answerable.inference.providers.gemini.asking import chat_body
from answerable.inference.providers.gemini.streaming import CandidateStream
from answerable.inference.speech import Speech, SpeechRequest


class GeminiAdapter:
    """Chat, embeddings and speech over the Gemini protocol."""

    kind = "gemini"
    passed_headers: frozenset[str] = frozenset()

    def relays(self, target: Target, operation: Operation) -> bool:
        """Never: no client protocol is Gemini's."""
        del target, operation
        return False

    def relay_request(
        self, target: Target, operation: Operation, body: bytes, *, stream: bool
    ) -> UpstreamRequest:
        """Raises Inexpressible: nothing is relayed."""
        del target, body, stream
        raise Inexpressible("model", f"Gemini's protocol is not the one of {operation.path}.")

    def relayed_tokens(self, operation: Operation, data: bytes) -> TokenCount | None:
        """None: nothing is relayed."""
        del operation, data
        return None

    def chat_request(self, target: Target, request: ChatRequest) -> UpstreamRequest:
        """A chat call in this protocol. Raises Inexpressible for what it has no words for."""
        method = "streamGenerateContent?alt=sse" if request.stream else "generateContent"
        return _request(target, method, chat_body(target, request))

    def chat_answer(self, body: bytes) -> ChatAnswer:
        """A whole answer. Raises UpstreamFailure(PROTOCOL) for anything else."""
        return answering.chat_answer(body)

    def chat_events(self) -> CandidateStream:
        """A reader for one streamed answer."""
        return CandidateStream()

    def embedding_request(
        self, target: Target, texts: Sequence[str], dimensions: int | None
    ) -> UpstreamRequest:
        """A request for the vectors of texts."""
        requests = []
        for text in texts:
            entry: dict[str, object] = {
                "model": _path(target.upstream_model),
                "content": {"parts": [{"text": text}]},
            }
            if dimensions is not None:
                entry["outputDimensionality"] = dimensions
            requests.append(entry)
        return _request(target, "batchEmbedContents", msgspec.json.encode({"requests": requests}))

    def embedding_answer(self, body: bytes) -> tuple[list[list[float]], TokenCount]:
        """Vectors in the order of the texts, shape (texts, dimensions)."""
        return answering.embedding_answer(body)

    def speech_request(self, target: Target, request: SpeechRequest) -> UpstreamRequest:
        """A request for spoken words, which come as WAV."""
        if request.format != "wav":
            raise Inexpressible("response_format", "Gemini's speech comes as 'wav' only: ask for that.")
        if request.speed not in (None, 1.0):
            raise Inexpressible("speed", "Gemini's protocol has no speed: say it in 'instructions'.")
        words = f"{request.instructions}: {request.text}" if request.instructions else request.text
        voice = {"voiceConfig": {"prebuiltVoiceConfig": {"voiceName": request.voice}}}
        body = {
            "contents": [{"role": "user", "parts": [{"text": words}]}],
            "generationConfig": {"responseModalities": ["AUDIO"], "speechConfig": voice},
        }
        return _request(target, "generateContent", msgspec.json.encode(body))

    def speech_answer(self, media_type: str, body: bytes) -> Speech:
        """The sound as a WAV file."""
        del media_type
        return answering.speech_answer(body)

    def failure(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamFailure:
        """What an error answer means."""
        return failing.failure(status, headers, body)


def _request(target: Target, method: str, body: bytes) -> UpstreamRequest:
    url = _url(target.base_url, target.upstream_model, method)
    return UpstreamRequest(url, _headers(target.api_key, target.headers), body)


def _path(model: str) -> str:
    return model if "/" in model else f"models/{model}"


@lru_cache(maxsize=1_024)
def _url(base_url: str, model: str, method: str) -> str:
    parts = urlsplit(base_url)
    path = parts.path.rstrip("/") or "/v1beta"
    action, _, query = method.partition("?")
    queries = "&".join(each for each in (parts.query, query) if each)
    whole = f"{path}/{quote(_path(model), safe='/')}:{action}"
    return urlunsplit((parts.scheme, parts.netloc, whole, queries, ""))


@lru_cache(maxsize=1_024)
def _headers(api_key: str | None, extra: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    own = {"content-type": "application/json"}
    if api_key:
        own["x-goog-api-key"] = api_key
    own.update((name.lower(), value) for name, value in extra)
    return tuple(own.items())
