"""OpenAI's responses as the scripted provider writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

from tests.factories.upstream.script import Reply, Tokens

Document = dict[str, Any]

_INCOMPLETE = {"length": "max_output_tokens", "content_filter": "content_filter"}


def response(reply: Reply, body: Document) -> Document:
    """A whole answer."""
    output: list[Document] = []
    if reply.reasoning:
        summary = [{"type": "summary_text", "text": reply.reasoning}]
        output.append({"id": "rs_up", "type": "reasoning", "summary": summary})
    if reply.text:
        output.append(_message([_text(reply.text)], "completed"))
    output += [
        _call(number, call.name, call.arguments, call.id) for number, call in enumerate(reply.tool_calls)
    ]
    reason = _INCOMPLETE.get(reply.finish or "")
    told = None if reply.usage == "none" else usage(reply.tokens)
    return {
        **_shell(body),
        "status": "incomplete" if reason else "completed",
        "incomplete_details": {"reason": reason} if reason else None,
        "output": output,
        "usage": told,
    }


def events(reply: Reply, body: Document) -> Iterator[bytes]:
    """A stream: the response, its items and their parts are begun, grow and are done."""
    number = count()

    def event(name: str, /, **fields: object) -> bytes:
        document = {"type": name, "sequence_number": next(number), **fields}
        return f"event: {name}\ndata: {json.dumps(document, ensure_ascii=False)}\n\n".encode()

    begun = {**_shell(body), "status": "in_progress", "output": [], "usage": None}
    yield event("response.created", response=begun)
    yield event("response.in_progress", response=begun)
    place: Document = {"item_id": "msg_up", "output_index": 0, "content_index": 0}
    if reply.text:
        yield event("response.output_item.added", output_index=0, item=_message([], "in_progress"))
        yield event("response.content_part.added", **place, part=_text(""))
        while True:
            for part in reply.parts:
                yield event("response.output_text.delta", **place, delta=part, logprobs=[])
            if not reply.endless:
                break
        yield event("response.output_text.done", **place, text=reply.text, logprobs=[])
        yield event("response.content_part.done", **place, part=_text(reply.text))
        done = _message([_text(reply.text)], "completed")
        yield event("response.output_item.done", output_index=0, item=done)
    for offset, call in enumerate(reply.tool_calls, int(bool(reply.text))):
        item = _call(offset, call.name, "", call.id)
        at: Document = {"item_id": item["id"], "output_index": offset}
        yield event("response.output_item.added", output_index=offset, item=item)
        yield event("response.function_call_arguments.delta", **at, delta=call.arguments)
        yield event("response.function_call_arguments.done", **at, name=call.name, arguments=call.arguments)
        whole = {**item, "arguments": call.arguments}
        yield event("response.output_item.done", output_index=offset, item=whole)
    last = response(reply, body)
    yield event(f"response.{last['status']}", response=last)


def usage(tokens: Tokens) -> Document:
    """Token counts."""
    return {
        "input_tokens": tokens.input,
        "input_tokens_details": {"cached_tokens": tokens.cached, "cache_write_tokens": 0},
        "output_tokens": tokens.output,
        "output_tokens_details": {"reasoning_tokens": tokens.reasoning},
        "total_tokens": tokens.input + tokens.output,
    }


def _shell(body: Document) -> Document:
    return {
        "id": "resp_up",
        "object": "response",
        "created_at": 1,
        "model": body["model"],
        "error": None,
        "incomplete_details": None,
        "instructions": body.get("instructions"),
        "metadata": {},
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }


def _message(content: list[Document], status: str) -> Document:
    return {"id": "msg_up", "type": "message", "role": "assistant", "status": status, "content": content}


def _text(text: str) -> Document:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _call(number: int, name: str, arguments: str, call_id: str) -> Document:
    return {
        "id": f"fc_up{number}",
        "type": "function_call",
        "status": "completed",
        "call_id": call_id,
        "name": name,
        "arguments": arguments,
    }
