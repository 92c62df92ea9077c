"""Which protocol a request speaks, and the answer that a behaviour gives in it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.factories.upstream import anthropic_wire, gemini_wire, openai_wire, responses_wire
from tests.factories.upstream.script import Behaviour, Fail, Reply

Document = dict[str, Any]


@dataclass
class Answer:
    """A whole body, or the frames of a stream."""

    status: int = 200
    media_type: str = "application/json"
    body: bytes = b""
    frames: Iterable[bytes] | None = None


def model_of(path: str, body: Document) -> str:
    """The model that a request names."""
    if "/models/" in path and ":" in path:
        return unquote(urlsplit(path).path.rpartition("/models/")[2].rpartition(":")[0])
    return str(body.get("model", ""))


def answer(
    method: str, path: str, headers: dict[str, str], body: Document, behaviour: Behaviour, names: list[str]
) -> Answer:
    """The answer in the protocol of the request."""
    place = urlsplit(path).path
    if ":" in place.rpartition("/")[2] or place.startswith("/v1beta"):
        return _gemini(method, place, headers, body, behaviour, names)
    if place.endswith("/messages") or "anthropic-version" in headers:
        return _anthropic(method, place, headers, body, behaviour, names)
    return _openai(method, place, body, behaviour, names)


def whole(document: Document, status: int = 200) -> Answer:
    """A JSON answer."""
    return Answer(status, body=json.dumps(document).encode())


def streamed(frames: Iterable[bytes]) -> Answer:
    """A stream of events."""
    return Answer(media_type="text/event-stream", frames=frames)


def failed(failure: Fail, document: Document) -> Answer:
    """An error answer."""
    if failure.document is not None:
        return Answer(failure.status, body=failure.document)
    return whole(document, failure.status)


def _openai(method: str, path: str, body: Document, behaviour: Behaviour, names: list[str]) -> Answer:
    if method == "GET" and path.endswith("/models"):
        return whole(openai_wire.models(names))
    if isinstance(behaviour, Fail):
        return failed(behaviour, openai_wire.error(behaviour))
    reply = behaviour if isinstance(behaviour, Reply) else Reply()
    mistake = openai_wire.mistake(path, body)
    if mistake is not None:
        return whole(openai_wire.error(Fail(400, mistake)), 400)
    if path.endswith("/chat/completions"):
        if body.get("stream"):
            return streamed(openai_wire.chunks(reply, body))
        return whole(openai_wire.completion(reply, body))
    if path.endswith("/responses"):
        if body.get("stream"):
            return streamed(responses_wire.events(reply, body))
        return whole(responses_wire.response(reply, body))
    if path.endswith("/embeddings"):
        return whole(openai_wire.embeddings(reply, body))
    if path.endswith("/audio/speech"):
        return Answer(media_type="audio/mpeg", body=reply.audio)
    return whole(openai_wire.error(Fail(404, f"Unknown request URL: {method} {path}")), 404)


def _anthropic(
    method: str, path: str, headers: dict[str, str], body: Document, behaviour: Behaviour, names: list[str]
) -> Answer:
    if method == "GET":
        return whole(anthropic_wire.models(names))
    if isinstance(behaviour, Fail):
        return failed(behaviour, anthropic_wire.error(behaviour))
    reply = behaviour if isinstance(behaviour, Reply) else Reply()
    counts = path.endswith("/count_tokens")
    mistake = anthropic_wire.mistake(headers, {"max_tokens": 1, **body} if counts else body)
    if mistake is not None:
        return whole(anthropic_wire.error(Fail(400, mistake)), 400)
    if counts:
        return whole({"input_tokens": reply.tokens.input})
    if body.get("stream"):
        return streamed(anthropic_wire.events(reply, body))
    return whole(anthropic_wire.message(reply, body))


def _gemini(
    method: str, path: str, headers: dict[str, str], body: Document, behaviour: Behaviour, names: list[str]
) -> Answer:
    if method == "GET":
        return whole(gemini_wire.models(names))
    if isinstance(behaviour, Fail):
        return failed(behaviour, gemini_wire.error(behaviour))
    reply = behaviour if isinstance(behaviour, Reply) else Reply()
    mistake = gemini_wire.mistake(headers, body)
    if mistake is not None:
        return whole(gemini_wire.error(Fail(400, mistake)), 400)
    model, action = model_of(path, body), path.rpartition(":")[2]
    if action == "streamGenerateContent":
        return streamed(gemini_wire.events(reply, model))
    if action == "batchEmbedContents":
        return whole(gemini_wire.embeddings(reply, body))
    return whole(gemini_wire.answer(reply, model, body))
