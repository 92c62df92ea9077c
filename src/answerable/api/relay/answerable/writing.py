"""An Answer written as a whole body or as the frames of a stream, in the words of each protocol.

The protocol's own writer makes the document or the frames; what it has no words for is put in: the evidence
as annotations, and the whole Answer under `answerable`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol, cast

import msgspec

from answerable.api.relay.answerable import citing
from answerable.chat.asking.answer import Answer
from answerable.inference.cascade.replaying import in_pieces
from answerable.inference.chat import (
    ChatAnswer,
    ChatEvent,
    ChatRequest,
    Finished,
    FinishReason,
    Json,
    TextDelta,
    TokenCount,
    UsageReported,
)
from answerable.inference.dialects.registry import dialect_for
from answerable.inference.failures import UpstreamFailure
from answerable.inference.operation import Operation
from answerable.kit.errors import AnswerableError

Document = dict[str, Json]
EXTRA = "answerable"
_DONE = b"[DONE]"


class Writing(Protocol):
    """How one protocol carries an Answer."""

    def whole(self, document: Document) -> None:
        """Put what is missing into a whole answer's document."""
        ...

    def ending(self, events: list[Document]) -> list[Document]:
        """The events that end a stream, with what is missing put in."""
        ...


def written_whole(
    answer: Answer, operation: Operation, request: ChatRequest, call_id: str, created: datetime
) -> bytes:
    """The whole body."""
    chat = ChatAnswer(model=request.model, text=answer.text, tokens=_tokens(answer))
    body = dialect_for(operation).answer(chat, request=request, call_id=call_id, created=created)
    document: Document = msgspec.json.decode(body)
    _WRITINGS[operation](answer).whole(document)
    return msgspec.json.encode(document)


def written_frames(
    answer: Answer, operation: Operation, request: ChatRequest, call_id: str, created: datetime
) -> bytes:
    """Every frame of the stream."""
    writer = EvidenceWriter(operation, request, call_id, created)
    frames = b"".join(writer.frames(event) for event in answer_events(answer))
    writer.answer = answer
    return frames + writer.end()


def answer_events(answer: Answer, shown: str = "") -> Iterator[ChatEvent]:
    """The events of an answer's stream after the words that were shown: a few words each, the end, usage."""
    for piece in in_pieces(answer.text.removeprefix(shown)):
        yield TextDelta(piece)
    yield Finished(FinishReason.STOP)
    yield UsageReported(_tokens(answer))


class EvidenceWriter:
    """Writes one stream in its client's protocol, the evidence with its end; `answer` is set by then."""

    def __init__(self, operation: Operation, request: ChatRequest, call_id: str, created: datetime) -> None:
        self.answer: Answer | None = None
        self._operation = operation
        self._writer = dialect_for(operation).writer(request, call_id, created)
        self._ending = b""

    def frames(self, event: ChatEvent) -> bytes:
        """The frames of one event; those that end the answer wait for its evidence."""
        frames = self._writer.frames(event)
        if isinstance(event, Finished | UsageReported):
            self._ending += frames
            return b""
        return frames

    def end(self) -> bytes:
        """The last frames."""
        assert self.answer is not None
        ending = self._ending + self._writer.end()
        events = _WRITINGS[self._operation](self.answer).ending(_documents(ending))
        named = self._operation is not Operation.CHAT
        return b"".join(_frame(event, named=named) for event in events) + _done(ending)

    def failure(self, failure: UpstreamFailure | AnswerableError) -> bytes:
        """The frames of an error in the middle."""
        return self._writer.failure(failure)


class _Chat:
    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def whole(self, document: Document) -> None:
        message = _object(_object(_first(document["choices"]))["message"])
        message["annotations"] = citing.chat_annotations(self._answer)
        document[EXTRA] = _told(self._answer)

    def ending(self, events: list[Document]) -> list[Document]:
        for event in events:
            choices = event["choices"]
            if choices and _object(_first(choices)).get("finish_reason"):
                _object(_object(_first(choices))["delta"])["annotations"] = citing.chat_annotations(
                    self._answer
                )
                event[EXTRA] = _told(self._answer)
        return events


class _Responses:
    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._annotations = citing.response_annotations(answer)

    def whole(self, document: Document) -> None:
        self._annotate(document["output"])
        document[EXTRA] = _told(self._answer)

    def ending(self, events: list[Document]) -> list[Document]:
        ended: list[Document] = []
        for event in events:
            match event["type"]:
                case "response.output_text.done":
                    ended += self._added(event)
                case "response.content_part.done":
                    _object(event["part"])["annotations"] = self._annotations
                case "response.output_item.done":
                    self._annotate([event["item"]])
                case "response.completed":
                    response = _object(event["response"])
                    self._annotate(response["output"])
                    response[EXTRA] = _told(self._answer)
            ended.append(event)
        first = events[0]["sequence_number"]
        assert isinstance(first, int)
        for number, event in enumerate(ended, first):
            event["sequence_number"] = number
        return ended

    def _added(self, done: Document) -> list[Document]:
        place = {name: done[name] for name in ("item_id", "output_index", "content_index")}
        return [
            {
                "type": "response.output_text.annotation.added",
                "sequence_number": 0,
                **place,
                "annotation_index": index,
                "annotation": annotation,
            }
            for index, annotation in enumerate(self._annotations)
        ]

    def _annotate(self, output: Json) -> None:
        assert isinstance(output, list)
        for item in output:
            content = _object(item).get("content")
            if isinstance(content, list) and content:
                _object(content[0])["annotations"] = self._annotations


class _Messages:
    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._citations = citing.message_citations(answer)

    def whole(self, document: Document) -> None:
        content = document["content"]
        if isinstance(content, list) and content and self._citations:
            _object(content[0])["citations"] = self._citations
        document[EXTRA] = _told(self._answer)

    def ending(self, events: list[Document]) -> list[Document]:
        ended: list[Document] = []
        for event in events:
            if event["type"] == "content_block_stop":
                ended += [
                    {
                        "type": "content_block_delta",
                        "index": event["index"],
                        "delta": {"type": "citations_delta", "citation": citation},
                    }
                    for citation in self._citations
                ]
            if event["type"] == "message_delta":
                event[EXTRA] = _told(self._answer)
            ended.append(event)
        return ended


_WRITINGS: dict[Operation, Callable[[Answer], Writing]] = {
    Operation.CHAT: _Chat,
    Operation.RESPONSES: _Responses,
    Operation.MESSAGES: _Messages,
}


def _documents(frames: bytes) -> list[Document]:
    found = []
    for line in frames.split(b"\n"):
        data = line.removeprefix(b"data: ")
        if data is not line and data != line and data.strip() != _DONE:
            found.append(cast("Document", msgspec.json.decode(data)))
    return found


def _frame(event: Document, *, named: bool) -> bytes:
    name = b"event: %b\n" % str(event["type"]).encode() if named else b""
    return name + b"data: %b\n\n" % msgspec.json.encode(event)


def _done(frames: bytes) -> bytes:
    return b"data: [DONE]\n\n" if frames.endswith(b"data: [DONE]\n\n") else b""


def _tokens(answer: Answer) -> TokenCount:
    return TokenCount(answer.usage.input_tokens, answer.usage.output_tokens)


def _told(answer: Answer) -> Json:
    told: Json = answer.model_dump(mode="json")
    return told


def _object(value: Json) -> Document:
    assert isinstance(value, dict)
    return value


def _first(value: Json) -> Json:
    assert isinstance(value, list)
    return value[0]
