"""Responses and their events, as OpenAI writes them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

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
    TokenLogprob,
    ToolCallDelta,
    UsageReported,
)
from answerable.inference.dialects.openai_errors import responses_error_event
from answerable.inference.dialects.openai_responses import document as parts
from answerable.inference.dialects.openai_responses.document import Document
from answerable.inference.dialects.telling import complaint
from answerable.inference.failures import UpstreamFailure
from answerable.kit.errors import AnswerableError


def response(answer: ChatAnswer, *, request: ChatRequest, call_id: str, created: datetime) -> bytes:
    """A whole answer."""
    output: list[Json] = []
    if answer.reasoning:
        output.append(parts.reasoning_item(parts.item_id("rs", call_id, len(output)), answer.reasoning))
    content: list[Json] = []
    if answer.text or not (answer.refusal or answer.tool_calls):
        content.append(parts.text_part(answer.text, answer.token_logprobs))
    if answer.refusal:
        content.append(parts.refusal_part(answer.refusal))
    if content:
        output.append(parts.message_item(parts.item_id("msg", call_id, len(output)), content))
    for call in answer.tool_calls:
        item = parts.item_id("fc", call_id, len(output))
        output.append(parts.call_item(item, call_id=call.id, name=call.name, arguments=call.arguments))
    return msgspec.json.encode(
        parts.response(request, call_id, created, output, reason=answer.finish_reason, tokens=answer.tokens)
    )


@dataclass(slots=True)
class _Item:
    """One output item while it grows. `kind` is text, refusal, reasoning or call."""

    kind: str
    id: str
    index: int
    text: str = ""
    tokens: tuple[TokenLogprob, ...] = ()
    call_id: str = ""
    name: str = ""


class EventWriter:
    """Writes one stream: items that are added, grow and are done, within a response that does too."""

    def __init__(self, request: ChatRequest, call_id: str, created: datetime) -> None:
        self._request, self._id, self._created = request, call_id, created
        self._number = 0
        self._open: _Item | None = None  # the words that grow
        self._calls: dict[int, _Item] = {}  # tool calls may grow side by side; they are done at the end
        self._output: dict[int, Json] = {}
        self._items = 0
        self._reason = FinishReason.STOP
        self._tokens: TokenCount | None = None

    def frames(self, event: ChatEvent) -> bytes:
        """The events of one event of ours; the first is preceded by the response's beginning."""
        begin = self._begin()
        if type(event) is TextDelta:
            return begin + self._text(event)
        if isinstance(event, RefusalDelta):
            return begin + self._refusal(event)
        if isinstance(event, ReasoningDelta):
            return begin + self._reasoning(event)
        if isinstance(event, ToolCallDelta):
            return begin + self._call(event)
        if isinstance(event, Finished):
            self._reason = event.reason
        elif isinstance(event, UsageReported):
            self._tokens = event.tokens
        return begin

    def end(self) -> bytes:
        """What ends the open items and the response."""
        frames = self._begin() + self._close()
        frames += b"".join(self._done(call) for call in self._calls.values())
        output = [self._output[index] for index in sorted(self._output)]
        last = parts.response(
            self._request,
            self._id,
            self._created,
            output,
            reason=self._reason,
            tokens=self._tokens or TokenCount(estimated=True),
        )
        return frames + self._frame(f"response.{last['status']}", response=last)

    def failure(self, error: UpstreamFailure | AnswerableError) -> bytes:
        """An error event, without the event that would call the response completed."""
        told = complaint(error)
        self._number += 1
        return responses_error_event(told, self._number - 1)

    def _begin(self) -> bytes:
        if self._number:
            return b""
        begun = parts.response(self._request, self._id, self._created, [])
        created = self._frame("response.created", response=begun)
        return created + self._frame("response.in_progress", response=begun)

    def _text(self, event: TextDelta) -> bytes:
        entered, item = self._enter("text")
        item.text += event.text
        item.tokens += event.tokens
        return entered + self._frame(
            "response.output_text.delta",
            item_id=item.id,
            output_index=item.index,
            content_index=0,
            delta=event.text,
            logprobs=parts.logprobs(event.tokens),
        )

    def _refusal(self, event: RefusalDelta) -> bytes:
        entered, item = self._enter("refusal")
        item.text += event.text
        return entered + self._frame(
            "response.refusal.delta",
            item_id=item.id,
            output_index=item.index,
            content_index=0,
            delta=event.text,
        )

    def _reasoning(self, event: ReasoningDelta) -> bytes:
        entered, item = self._enter("reasoning")
        item.text += event.text
        return entered + self._frame(
            "response.reasoning_summary_text.delta",
            item_id=item.id,
            output_index=item.index,
            summary_index=0,
            delta=event.text,
        )

    def _call(self, event: ToolCallDelta) -> bytes:
        entered = self._close()
        item = self._calls.get(event.index)
        if item is None:
            item = self._add("call", "fc")
            item.call_id, item.name = event.id or item.id, event.name or ""
            self._calls[event.index] = item
            entered += self._added(item, _call_document(item, "in_progress"))
        if not event.arguments:
            return entered
        item.text += event.arguments
        return entered + self._frame(
            "response.function_call_arguments.delta",
            item_id=item.id,
            output_index=item.index,
            delta=event.arguments,
        )

    def _enter(self, kind: str) -> tuple[bytes, _Item]:
        """The open item of that kind; another one is done first."""
        if self._open is not None and self._open.kind == kind:
            return b"", self._open
        closed = self._close()
        item = self._open = self._add(kind, "rs" if kind == "reasoning" else "msg")
        if kind == "reasoning":
            added = self._added(item, parts.reasoning_item(item.id, ""))
            part: Document = {"type": "summary_text", "text": ""}
            return closed + added + self._part("reasoning_summary_part.added", item, part), item
        added = self._added(item, parts.message_item(item.id, [], status="in_progress"))
        part = parts.text_part("") if kind == "text" else parts.refusal_part("")
        return closed + added + self._part("content_part.added", item, part), item

    def _close(self) -> bytes:
        item, self._open = self._open, None
        return b"" if item is None else self._done(item)

    def _done(self, item: _Item) -> bytes:
        """The events that end an item, which is then part of the output."""
        place: Document = {"item_id": item.id, "output_index": item.index}
        if item.kind == "call":
            whole = item.text or "{}"
            item.text = whole
            document = _call_document(item, "completed")
            ended = self._frame(
                "response.function_call_arguments.done", **place, name=item.name, arguments=whole
            )
        elif item.kind == "reasoning":
            document = parts.reasoning_item(item.id, item.text)
            part: Document = {"type": "summary_text", "text": item.text}
            told = self._frame(
                "response.reasoning_summary_text.done", **place, summary_index=0, text=item.text
            )
            ended = told + self._part("reasoning_summary_part.done", item, part)
        elif item.kind == "text":
            part = parts.text_part(item.text, item.tokens)
            document = parts.message_item(item.id, [part])
            told = self._frame(
                "response.output_text.done",
                **place,
                content_index=0,
                text=item.text,
                logprobs=parts.logprobs(item.tokens),
            )
            ended = told + self._part("content_part.done", item, part)
        else:
            part = parts.refusal_part(item.text)
            document = parts.message_item(item.id, [part])
            told = self._frame("response.refusal.done", **place, content_index=0, refusal=item.text)
            ended = told + self._part("content_part.done", item, part)
        self._output[item.index] = document
        return ended + self._frame("response.output_item.done", output_index=item.index, item=document)

    def _add(self, kind: str, prefix: str) -> _Item:
        item = _Item(kind, parts.item_id(prefix, self._id, self._items), self._items)
        self._items += 1
        return item

    def _added(self, item: _Item, document: Document) -> bytes:
        return self._frame("response.output_item.added", output_index=item.index, item=document)

    def _part(self, name: str, item: _Item, part: Document) -> bytes:
        place = "summary_index" if "summary" in name else "content_index"
        return self._frame(
            f"response.{name}", item_id=item.id, output_index=item.index, **{place: 0}, part=part
        )

    def _frame(self, name: str, /, **fields: Json) -> bytes:
        document = {"type": name, "sequence_number": self._number, **fields}
        self._number += 1
        return b"event: %b\ndata: %b\n\n" % (name.encode(), msgspec.json.encode(document))


def _call_document(item: _Item, status: str) -> Document:
    return parts.call_item(item.id, call_id=item.call_id, name=item.name, arguments=item.text, status=status)
