"""The Gemini protocol as the scripted provider writes it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from tests.factories.upstream.script import Fail, Reply, Tokens

Document = dict[str, Any]

_STATUS = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
_FINISH = {"stop": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY"}


def mistake(headers: dict[str, str], body: Document) -> str | None:
    """What the protocol does not allow about a request; None for a good one."""
    if "x-goog-api-key" not in headers:
        return "API key not valid. Please pass a valid API key."
    if "requests" not in body and not body.get("contents"):
        return "* GenerateContentRequest.contents: contents is not specified"
    for content in body.get("contents", []):
        if content.get("role") not in ("user", "model", None):
            return "Please use a valid role: user, model."
    return None


def answer(reply: Reply, model: str, body: Document) -> Document:
    """A whole answer."""
    if "AUDIO" in body.get("generationConfig", {}).get("responseModalities", []):
        blob = {"mimeType": "audio/L16;codec=pcm;rate=24000", "data": base64.b64encode(reply.audio).decode()}
        return _document(reply, model, [{"inlineData": blob}], _FINISH[reply.finish or "stop"])
    parts = [*_thoughts(reply), *([{"text": reply.text}] if reply.text else []), *_calls(reply)]
    document = _document(reply, model, parts, _FINISH[reply.finish or "stop"])
    if body.get("generationConfig", {}).get("responseLogprobs"):
        chosen = [{"token": part, "tokenId": 1, "logProbability": -0.5} for part in reply.parts]
        document["candidates"][0]["logprobsResult"] = {"chosenCandidates": chosen, "topCandidates": []}
    return document


def events(reply: Reply, model: str) -> Iterator[bytes]:
    """A stream of documents, each with more of the answer and the count so far."""
    pieces = [*_thoughts(reply), *({"text": part} for part in reply.parts), *_calls(reply)]
    while reply.endless:
        for part in reply.parts:
            yield _frame(_document(reply, model, [{"text": part}], None))
    for piece in pieces[:-1]:
        yield _frame(_document(reply, model, [piece], None))
    yield _frame(_document(reply, model, pieces[-1:], _FINISH[reply.finish or "stop"]))


def embeddings(reply: Reply, body: Document) -> Document:
    """One vector a text: its number, its length, then zeros."""
    vectors = []
    for number, request in enumerate(body["requests"]):
        size = request.get("outputDimensionality") or reply.dimensions
        text = request["content"]["parts"][0]["text"]
        vectors.append({"values": [float(number), float(len(text)), *[0.0] * size][:size]})
    return {"embeddings": vectors}


def models(names: list[str]) -> Document:
    """The list of models."""
    return {"models": [{"name": f"models/{name}", "displayName": name} for name in names]}


def error(failure: Fail) -> Document:
    """An error document."""
    status = failure.kind or _STATUS.get(failure.status, "UNKNOWN")
    return {"error": {"code": failure.status, "message": failure.message, "status": status}}


def usage(tokens: Tokens) -> Document:
    """Token counts: candidates leave out thoughts."""
    return {
        "promptTokenCount": tokens.input,
        "cachedContentTokenCount": tokens.cached,
        "candidatesTokenCount": tokens.output - tokens.reasoning,
        "thoughtsTokenCount": tokens.reasoning,
        "totalTokenCount": tokens.input + tokens.output,
    }


def _document(reply: Reply, model: str, parts: list[Document], finish: str | None) -> Document:
    candidate: Document = {"content": {"parts": parts, "role": "model"}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    document: Document = {"candidates": [candidate], "modelVersion": model, "responseId": "up"}
    if reply.usage != "none":
        document["usageMetadata"] = usage(reply.tokens)
    return document


def _thoughts(reply: Reply) -> list[Document]:
    return [{"text": reply.reasoning, "thought": True}] if reply.reasoning else []


def _calls(reply: Reply) -> list[Document]:
    parts: list[Document] = []
    for call in reply.tool_calls:
        function = {"id": call.id, "name": call.name, "args": json.loads(call.arguments)}
        parts.append({"functionCall": function})
    if parts:
        parts[0]["thoughtSignature"] = "c2lnbmVk"
    return parts


def _frame(document: Document) -> bytes:
    return b"data: " + json.dumps(document, ensure_ascii=False).encode() + b"\r\n\r\n"
