"""Messages and their events, as Anthropic writes them."""

from __future__ import annotations

from datetime import datetime

import msgspec
from msgspec import Raw
from msgspec.structs import replace

from answerable.inference.chat import (
    ChatAnswer,
    ChatEvent,
    ChatRequest,
    Finished,
    FinishReason,
    Json,
    ReasoningDelta,
    RefusalDelta,
    TextDelta,
    TokenCount,
    ToolCallDelta,
    UsageReported,
)
from answerable.inference.dialects.telling import complaint
from answerable.inference.failures import UpstreamFailure
from answerable.kit.errors import AnswerableError

Document = dict[str, Json]

_STOP = {
    FinishReason.STOP: "end_turn",
    FinishReason.LENGTH: "max_tokens",
    FinishReason.TOOL_CALLS: "tool_use",
    FinishReason.CONTENT_FILTER: "refusal",
}
_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def error_body(status: int, code: str, message: str, field: str | None = None) -> bytes:
    """The JSON document `{"type": "error", "error": {type, message}}`; the code stands beside them."""
    kind = _TYPES.get(status, "invalid_request_error" if status < 500 else "api_error")
    error: Document = {"type": kind, "message": message, "code": code}
    if field:
        error["field"] = field
    return msgspec.json.encode({"type": "error", "error": error})


def message(answer: ChatAnswer, *, request: ChatRequest, call_id: str, created: datetime) -> bytes:
    """A whole answer; the protocol has no place for the time it was made."""
    del created
    content: list[object] = []
    if answer.reasoning:
        content.append({"type": "thinking", "thinking": answer.reasoning, "signature": ""})
    text = answer.text or answer.refusal
    if text:
        content.append({"type": "text", "text": text, "citations": None})
    for call in answer.tool_calls:
        block = {"type": "tool_use", "id": call.id, "name": call.name, "input": _input(call.arguments)}
        content.append(block)
    document = {
        "id": call_id,
        "type": "message",
        "role": "assistant",
        "model": request.model,
        "content": content,
        "stop_reason": _stop_reason(answer.finish_reason, refused=bool(answer.refusal)),
        "stop_sequence": None,
        "usage": usage(answer.tokens),
    }
    return msgspec.json.encode(document)


class EventWriter:
    """Writes one stream: a message of blocks, of which one is open at a time.

    Other protocols may grow several tool calls at once. The first one streams; what comes between
    its pieces waits, and makes its blocks at the end.
    """

    def __init__(self, request: ChatRequest, call_id: str, created: datetime) -> None:
        del created
        self._model, self._id = request.model, call_id
        self._started = False
        self._blocks = 0
        self._open: str | None = None  # the type of the open block
        self._call: int | None = None  # the tool call that streams
        self._waiting: list[ChatEvent] = []
        self._reason: FinishReason | None = None
        self._refused = False
        self._tokens = TokenCount()

    def frames(self, event: ChatEvent) -> bytes:
        """The events of one event of ours; the first is preceded by the message's beginning."""
        if isinstance(event, UsageReported):
            self._tokens = event.tokens
            return b""
        if isinstance(event, Finished):
            self._reason = event.reason
            return b""
        begin = b"" if self._started else self._begin()
        if self._call is not None and not (isinstance(event, ToolCallDelta) and event.index == self._call):
            self._waiting.append(event)
            return begin
        return begin + self._event(event)

    def _event(self, event: ChatEvent) -> bytes:
        if isinstance(event, ToolCallDelta):
            return self._tool_call(event)
        if isinstance(event, ReasoningDelta):
            block: Document = {"type": "thinking", "thinking": "", "signature": ""}
            return self._enter(block) + self._grow(b"thinking_delta", b"thinking", event.text)
        if isinstance(event, TextDelta | RefusalDelta):
            self._refused = self._refused or isinstance(event, RefusalDelta)
            entered = self._enter({"type": "text", "text": ""})
            return entered + self._grow(b"text_delta", b"text", event.text)
        return b""

    def end(self) -> bytes:
        """The end of the open block, the reason for stopping with the token counts, the end mark."""
        begin = (b"" if self._started else self._begin()) + self._close() + self._rest()
        reason = _stop_reason(self._reason or FinishReason.STOP, refused=self._refused)
        delta = {
            "type": "message_delta",
            "delta": {"stop_reason": reason, "stop_sequence": None},
            "usage": usage(self._tokens),
        }
        stop = _frame("message_stop", {"type": "message_stop"})
        return begin + self._close() + _frame("message_delta", delta) + stop

    def failure(self, error: UpstreamFailure | AnswerableError) -> bytes:
        """An error event, without the end mark that would call the answer whole."""
        told = complaint(error)
        return b"event: error\ndata: %b\n\n" % error_body(told.status, told.code, told.message, told.field)

    def _begin(self) -> bytes:
        self._started = True
        start: Document = {
            "id": self._id,
            "type": "message",
            "role": "assistant",
            "model": self._model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": usage(self._tokens),
        }
        return _frame("message_start", {"type": "message_start", "message": start})

    def _rest(self) -> bytes:
        """The blocks of what had to wait: each tool call in one piece, then words."""
        calls: dict[int, ToolCallDelta] = {}
        others = []
        for event in self._waiting:
            if not isinstance(event, ToolCallDelta):
                others.append(event)
                continue
            known = calls.get(event.index)
            calls[event.index] = (
                event if known is None else replace(known, arguments=known.arguments + event.arguments)
            )
        self._call = None
        frames = []
        for call in calls.values():
            frames += [self._tool_call(call), self._close()]
        return b"".join([*frames, *(self._event(event) for event in others)])

    def _tool_call(self, event: ToolCallDelta) -> bytes:
        entered = b""
        if self._call != event.index or self._open is None:
            self._call = event.index
            block: Document = {"type": "tool_use", "id": event.id, "name": event.name, "input": {}}
            entered = self._close() + self._enter(block)
        if not event.arguments:
            return entered
        return entered + self._grow(b"input_json_delta", b"partial_json", event.arguments)

    def _grow(self, delta: bytes, name: bytes, text: str) -> bytes:
        return (
            b'event: content_block_delta\ndata: {"type":"content_block_delta","index":%d,'
            b'"delta":{"type":"%b","%b":%b}}\n\n' % (self._blocks - 1, delta, name, msgspec.json.encode(text))
        )

    def _enter(self, block: Document) -> bytes:
        """Close the open block and start one, unless one of that type is open."""
        kind = str(block["type"])
        if self._open == kind:
            return b""
        closed = self._close()
        start = {"type": "content_block_start", "index": self._blocks, "content_block": block}
        self._open = kind
        self._blocks += 1
        return closed + _frame("content_block_start", start)

    def _close(self) -> bytes:
        if self._open is None:
            return b""
        self._open = None
        return _frame("content_block_stop", {"type": "content_block_stop", "index": self._blocks - 1})


def usage(tokens: TokenCount) -> Document:
    """Token counts in Anthropic's words: input leaves out what came from or went to a cache."""
    return {
        "input_tokens": max(0, tokens.input - tokens.cached_input - tokens.cache_write),
        "cache_creation_input_tokens": tokens.cache_write,
        "cache_read_input_tokens": tokens.cached_input,
        "output_tokens": tokens.output,
        "output_tokens_details": {"thinking_tokens": tokens.reasoning},
    }


def _stop_reason(reason: FinishReason, *, refused: bool) -> str:
    return "refusal" if refused and reason is FinishReason.STOP else _STOP[reason]


def _input(arguments: str) -> object:
    """The arguments as the object that the protocol has; a model's broken JSON under one key of it."""
    try:
        if isinstance(msgspec.json.decode(arguments or "{}"), dict):
            return Raw((arguments or "{}").encode())
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        pass
    return {"malformed_arguments": arguments}


def _frame(name: str, document: object) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (name.encode(), msgspec.json.encode(document))
