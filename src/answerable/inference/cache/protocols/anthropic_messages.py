"""Messages and their events."""

from __future__ import annotations

import msgspec

from answerable.inference.cache.canonical import Document
from answerable.inference.cache.protocols.events import event_documents, named_event, objects, words
from answerable.inference.chat import Json

_ENDED = frozenset({"end_turn", "stop_sequence"})
_WORDS = frozenset({"text", "thinking", "redacted_thinking"})
# What of a block comes in deltas: its field, the delta's type and the delta's field.
_GROWING = {
    "text": (("text", "text_delta", "text"),),
    "thinking": (("thinking", "thinking_delta", "thinking"), ("signature", "signature_delta", "signature")),
}


class KeptMessages:
    """`/v1/messages`."""

    def keepable(self, document: Document) -> bool:
        """A turn that ended, of words and thoughts alone."""
        blocks = objects(document.get("content"))
        return (
            document.get("stop_reason") in _ENDED
            and all(block.get("type") in _WORDS for block in blocks)
            and any(words(block.get("text")).strip() for block in blocks)
        )

    def frames(self, document: Document, *, include_usage: bool) -> bytes:
        """A message that starts, each block in one delta, the message's end. Usage is always told."""
        del include_usage
        if document.get("type") != "message":
            raise ValueError("no message")
        empty: Document = {**document, "content": [], "stop_reason": None, "stop_sequence": None}
        frames = [named_event({"type": "message_start", "message": empty})]
        for index, block in enumerate(objects(document.get("content"))):
            frames.append(_block(index, block))
        ending: Document = {name: document.get(name) for name in ("stop_reason", "stop_sequence")}
        usage = document.get("usage") or {}
        frames.append(named_event({"type": "message_delta", "delta": ending, "usage": usage}))
        return b"".join([*frames, named_event({"type": "message_stop"})])

    def collect(self, stream: bytes) -> Document | None:
        """The message that the events make; None when it did not stop."""
        message: Document | None = None
        blocks: dict[int, Document] = {}
        stopped = False
        try:
            for event in event_documents(stream):
                kind = event.get("type")
                if kind == "message_start" and isinstance(event.get("message"), dict):
                    message = event["message"]  # type: ignore[assignment]
                elif kind == "error" or message is None:
                    return None
                elif kind == "message_delta":
                    _end(message, event)
                elif kind == "message_stop":
                    stopped = True
                else:
                    _grow(blocks, event)
        except (ValueError, msgspec.DecodeError):
            return None
        if message is None or not stopped:
            return None
        return {**message, "content": [_whole(blocks[index]) for index in sorted(blocks)]}


def _block(index: int, block: Document) -> bytes:
    growing = _GROWING.get(words(block.get("type")), ())
    start: Document = {**block, **{name: "" for name, _, _ in growing}}
    deltas: list[Document] = [
        {"type": kind, field: block[name]} for name, kind, field in growing if block.get(name)
    ]
    if block.get("type") == "tool_use":
        start["input"] = {}
        partial = msgspec.json.encode(block.get("input") or {}).decode()
        deltas = [{"type": "input_json_delta", "partial_json": partial}]
    frames = [named_event({"type": "content_block_start", "index": index, "content_block": start})]
    frames += [
        named_event({"type": "content_block_delta", "index": index, "delta": delta}) for delta in deltas
    ]
    return b"".join([*frames, named_event({"type": "content_block_stop", "index": index})])


def _end(message: Document, event: Document) -> None:
    delta, usage, known = event.get("delta"), event.get("usage"), message.get("usage")
    if isinstance(delta, dict):
        message.update(delta)
    if isinstance(usage, dict):
        told = {name: value for name, value in usage.items() if value is not None}
        message["usage"] = {**(known if isinstance(known, dict) else {}), **told}


def _grow(blocks: dict[int, Document], event: Document) -> None:
    index = event.get("index")
    if not isinstance(index, int):
        return
    started, delta = event.get("content_block"), event.get("delta")
    if isinstance(started, dict):
        blocks[index] = dict(started)
    elif isinstance(delta, dict) and index in blocks:
        block = blocks[index]
        for name, value in delta.items():
            if name == "citation":
                listed = block.get("citations")
                block["citations"] = [*(listed if isinstance(listed, list) else []), value]
            elif name != "type":
                block[name] = words(block.get(name)) + words(value)


def _whole(block: Document) -> Json:
    partial = block.pop("partial_json", None)
    if partial is None:
        return block
    return {**block, "input": msgspec.json.decode(words(partial) or "{}")}
