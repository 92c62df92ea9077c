"""The OpenAI protocol as the scripted provider writes it."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Iterator
from typing import Any

from tests.factories.upstream.script import Call, Fail, Reply, Tokens

Document = dict[str, Any]
DONE = b"data: [DONE]\n\n"


def frame(document: Document) -> bytes:
    """One event."""
    return b"data: " + json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode() + b"\n\n"


def mistake(path: str, body: Document) -> str | None:
    """What the protocol does not allow about a request; None for a good one."""
    if not body.get("model"):
        return "you must provide a model parameter"
    if path.endswith("/chat/completions") and not body.get("messages"):
        return "[] is too short - 'messages'"
    return None


def completion(reply: Reply, body: Document) -> Document:
    """A whole answer."""
    message: Document = {"role": "assistant", "content": reply.text or None, "refusal": reply.refusal}
    if reply.reasoning:
        message["reasoning_content"] = reply.reasoning
    if reply.tool_calls:
        message["tool_calls"] = [{**_call(call), "index": n} for n, call in enumerate(reply.tool_calls)]
    choice = {"index": 0, "message": message, "finish_reason": _finish(reply), "logprobs": None}
    if body.get("logprobs"):
        choice["logprobs"] = {"content": [_token(part) for part in reply.parts], "refusal": None}
    document: Document = {
        "id": "chatcmpl-up",
        "object": "chat.completion",
        "created": 1,
        "model": body["model"],
        "choices": [choice],
    }
    if reply.usage != "none":
        document["usage"] = usage(reply.tokens)
    return document


def chunks(reply: Reply, body: Document) -> Iterator[bytes]:
    """A stream. Usage is where the script wants it, whatever the request asked for."""
    asked = bool((body.get("stream_options") or {}).get("include_usage"))
    every = reply.usage == "every"

    def chunk(delta: Document, finish: str | None = None, *, last: bool = False) -> bytes:
        choice: Document = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        if body.get("logprobs") and delta.get("content"):
            choice["logprobs"] = {"content": [_token(delta["content"])], "refusal": None}
        document: Document = {
            "id": "chatcmpl-up",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": body["model"],
            "choices": [choice],
        }
        if every or (last and reply.usage == "last_content"):
            document["usage"] = usage(reply.tokens)
        elif asked:
            document["usage"] = None
        return frame(document)

    for delta in _deltas(reply):
        yield chunk(delta)
    yield chunk({}, _finish(reply), last=True)
    if reply.usage == "end" and asked:
        end: Document = {"id": "chatcmpl-up", "object": "chat.completion.chunk", "created": 1}
        yield frame({**end, "model": body["model"], "choices": [], "usage": usage(reply.tokens)})
    yield DONE


def _deltas(reply: Reply) -> Iterator[Document]:
    yield {"role": "assistant", "content": ""}
    if reply.reasoning:
        yield {"reasoning_content": reply.reasoning}
    if reply.refusal:
        yield {"refusal": reply.refusal}
    while True:
        for part in reply.parts:
            yield {"content": part}
        if not reply.endless:
            break
    for number, call in enumerate(reply.tool_calls):
        first = {"name": call.name, "arguments": ""}
        yield {"tool_calls": [{"index": number, "id": call.id, "type": "function", "function": first}]}
        half = len(call.arguments) // 2
        for piece in (call.arguments[:half], call.arguments[half:]):
            yield {"tool_calls": [{"index": number, "function": {"arguments": piece}}]}


def embeddings(reply: Reply, body: Document) -> Document:
    """One vector a text: its number, its length, then zeros. Base64 is 32-bit floats, as the SDK asks."""
    texts = body["input"] if isinstance(body["input"], list) else [body["input"]]
    size = body.get("dimensions") or reply.dimensions
    rows = [[float(n), float(len(text)), *[0.0] * size][:size] for n, text in enumerate(texts)]
    data: list[Document] = []
    for number, row in enumerate(rows):
        packed: Any = row
        if body.get("encoding_format") == "base64":
            packed = base64.b64encode(struct.pack(f"<{size}f", *row)).decode()
        data.append({"object": "embedding", "index": number, "embedding": packed})
    spent = reply.tokens.input
    counts = {"prompt_tokens": spent, "total_tokens": spent}
    return {"object": "list", "model": body["model"], "data": data, "usage": counts}


def models(names: list[str]) -> Document:
    """The list of models."""
    data = [{"id": name, "object": "model", "created": 1, "owned_by": "script"} for name in names]
    return {"object": "list", "data": data}


def error(failure: Fail) -> Document:
    """An error document."""
    kind = failure.kind or ("server_error" if failure.status >= 500 else "invalid_request_error")
    return {"error": {"message": failure.message, "type": kind, "param": None, "code": failure.code}}


def usage(tokens: Tokens) -> Document:
    """Token counts."""
    return {
        "prompt_tokens": tokens.input,
        "completion_tokens": tokens.output,
        "total_tokens": tokens.input + tokens.output,
        "prompt_tokens_details": {"cached_tokens": tokens.cached},
        "completion_tokens_details": {"reasoning_tokens": tokens.reasoning},
    }


def _call(call: Call) -> Document:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}


def _finish(reply: Reply) -> str:
    return reply.finish or ("tool_calls" if reply.tool_calls else "stop")


def _token(text: str) -> Document:
    return {"token": text, "logprob": -0.5, "bytes": list(text.encode()), "top_logprobs": []}
