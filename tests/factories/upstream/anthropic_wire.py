"""The Anthropic protocol as the scripted provider writes it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.factories.upstream.script import Fail, Reply, Tokens

Document = dict[str, Any]

_KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}


def frame(document: Document) -> bytes:
    """One event, named by its type."""
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    return f"event: {document['type']}\ndata: {text}\n\n".encode()


def mistake(headers: dict[str, str], body: Document) -> str | None:
    """What the protocol does not allow about a request; None for a good one."""
    if "anthropic-version" not in headers:
        return "anthropic-version: header is required"
    for field in ("model", "max_tokens", "messages"):
        if not body.get(field):
            return f"{field}: Field required"
    roles = [message["role"] for message in body["messages"]]
    if any(role not in ("user", "assistant") for role in roles):
        return "messages: Unexpected role"
    return None


def message(reply: Reply, body: Document) -> Document:
    """A whole answer."""
    content: list[Document] = []
    if reply.reasoning:
        content.append({"type": "thinking", "thinking": reply.reasoning, "signature": "c2ln"})
    if reply.text:
        content.append({"type": "text", "text": reply.text, "citations": None})
    for call in reply.tool_calls:
        block = {"type": "tool_use", "id": call.id, "name": call.name, "input": json.loads(call.arguments)}
        content.append(block)
    told = {} if reply.usage == "none" else {"usage": usage(reply.tokens)}
    return {**_shell(body), "content": content, "stop_reason": _stop(reply), **told}


def events(reply: Reply, body: Document) -> Iterator[bytes]:
    """A stream: blocks that start, grow and stop, within a message that does too."""
    told = reply.usage != "none"
    start = {**usage(reply.tokens), "output_tokens": 1} if told else {}
    shell = {**_shell(body), "content": [], "stop_reason": None, "usage": start}
    yield frame({"type": "message_start", "message": shell})
    yield frame({"type": "ping"})
    for index, (block, deltas) in enumerate(_blocks(reply)):
        yield frame({"type": "content_block_start", "index": index, "content_block": block})
        for delta in deltas:
            yield frame({"type": "content_block_delta", "index": index, "delta": delta})
        yield frame({"type": "content_block_stop", "index": index})
    end: Document = {"type": "message_delta", "delta": {"stop_reason": _stop(reply), "stop_sequence": None}}
    if told:
        end["usage"] = {"output_tokens": reply.tokens.output}
    yield frame(end)
    yield frame({"type": "message_stop"})


def models(names: list[str]) -> Document:
    """The list of models."""
    made = "2026-01-01T00:00:00Z"
    data = [{"type": "model", "id": name, "display_name": name, "created_at": made} for name in names]
    return {"data": data, "has_more": False, "first_id": None, "last_id": None}


def error(failure: Fail) -> Document:
    """An error document."""
    kind = failure.kind or _KINDS.get(failure.status, "api_error")
    return {"type": "error", "error": {"type": kind, "message": failure.message}, "request_id": "req_1"}


def usage(tokens: Tokens) -> Document:
    """Token counts: what came from the cache is not in the input."""
    return {
        "input_tokens": tokens.input - tokens.cached,
        "cache_read_input_tokens": tokens.cached,
        "cache_creation_input_tokens": 0,
        "output_tokens": tokens.output,
    }


def _blocks(reply: Reply) -> Iterator[tuple[Document, Iterator[Document]]]:
    if reply.reasoning:
        thinking = [{"type": "thinking_delta", "thinking": reply.reasoning}]
        signed = [*thinking, {"type": "signature_delta", "signature": "c2ln"}]
        yield {"type": "thinking", "thinking": "", "signature": ""}, iter(signed)
    if reply.text:
        yield {"type": "text", "text": ""}, _texts(reply)
    for call in reply.tool_calls:
        half = len(call.arguments) // 2
        pieces = ("", call.arguments[:half], call.arguments[half:])
        if call.arguments == "{}":
            pieces = ("", "", "")
        deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
        yield {"type": "tool_use", "id": call.id, "name": call.name, "input": {}}, iter(deltas)


def _texts(reply: Reply) -> Iterator[Document]:
    while True:
        for part in reply.parts:
            yield {"type": "text_delta", "text": part}
        if not reply.endless:
            return


def _shell(body: Document) -> Document:
    return {
        "id": "msg_up",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "stop_sequence": None,
    }


def _stop(reply: Reply) -> str:
    if reply.finish is not None:
        return {"stop": "end_turn", "length": "max_tokens", "content_filter": "refusal"}[reply.finish]
    return "tool_use" if reply.tool_calls else "end_turn"
