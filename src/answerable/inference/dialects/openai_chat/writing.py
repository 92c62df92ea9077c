"""Chat completions and their chunks, as OpenAI writes them."""

from __future__ import annotations

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
from answerable.inference.dialects.openai_errors import error_body
from answerable.inference.dialects.telling import complaint
from answerable.inference.failures import UpstreamFailure
from answerable.kit.errors import AnswerableError

Document = dict[str, Json]
DONE = b"data: [DONE]\n\n"
_UNFINISHED = b',"logprobs":null,"finish_reason":null}]}\n\n'


def completion(answer: ChatAnswer, *, request: ChatRequest, call_id: str, created: datetime) -> bytes:
    """A whole answer."""
    message: Document = {"role": "assistant", "content": answer.text, "refusal": answer.refusal}
    if not answer.text and (answer.tool_calls or answer.refusal):
        message["content"] = None
    if answer.reasoning:
        message["reasoning_content"] = answer.reasoning
    if answer.tool_calls:
        message["tool_calls"] = [
            tool_call(call.id, call.name, call.arguments, call.signature) for call in answer.tool_calls
        ]
    choice: Document = {
        "index": 0,
        "message": message,
        "logprobs": logprobs(answer.token_logprobs),
        "finish_reason": answer.finish_reason.value,
    }
    return msgspec.json.encode(
        {
            "id": call_id,
            "object": "chat.completion",
            "created": int(created.timestamp()),
            "model": request.model,
            "choices": [choice],
            "usage": usage(answer.tokens),
        }
    )


class ChunkWriter:
    """Writes one stream of chunks; usage comes last, in a chunk of its own, when it was asked for."""

    def __init__(self, request: ChatRequest, call_id: str, created: datetime) -> None:
        encode = msgspec.json.encode
        self._top = b'data: {"id":%b,"object":"chat.completion.chunk","created":%d,"model":%b,"choices":[' % (
            encode(call_id),
            int(created.timestamp()),
            encode(request.model),
        )
        self._delta = self._top + b'{"index":0,"delta":'
        self._wants_usage = request.include_usage
        self._started = False
        self._finished = False
        self._tokens = TokenCount(estimated=True)

    def frames(self, event: ChatEvent) -> bytes:
        """The chunk of one event; the first is preceded by the one that says who speaks."""
        chunk = self._chunk(event)
        if self._started or not chunk:
            return chunk
        return self._begin() + chunk

    def end(self) -> bytes:
        """What is missing of: the first chunk, the reason for stopping, usage; and the end mark."""
        last = b"" if self._started else self._begin()
        if not self._finished:
            last += self._finish(FinishReason.STOP)
        if self._wants_usage:
            last += self._top + b'],"usage":%b}\n\n' % msgspec.json.encode(usage(self._tokens))
        return last + DONE

    def failure(self, error: UpstreamFailure | AnswerableError) -> bytes:
        """An error event, without the end mark that would call the answer whole."""
        told = complaint(error)
        return b"data: %b\n\n" % error_body(told.status, told.code, told.message, told.field)

    def _begin(self) -> bytes:
        self._started = True
        return self._delta + b'{"role":"assistant","content":""}' + _UNFINISHED

    def _chunk(self, event: ChatEvent) -> bytes:
        if type(event) is TextDelta:
            if event.tokens:
                told = msgspec.json.encode(logprobs(event.tokens))
                ending = b',"logprobs":%b,"finish_reason":null}]}\n\n' % told
                return self._words(b"content", event.text, ending)
            return self._words(b"content", event.text)
        if isinstance(event, ReasoningDelta):
            return self._words(b"reasoning_content", event.text)
        if isinstance(event, RefusalDelta):
            return self._words(b"refusal", event.text)
        if isinstance(event, ToolCallDelta):
            return self._delta + msgspec.json.encode({"tool_calls": [_call_delta(event)]}) + _UNFINISHED
        if isinstance(event, Finished):
            return self._finish(event.reason)
        if isinstance(event, UsageReported):
            self._tokens = event.tokens
        return b""

    def _words(self, name: bytes, text: str, ending: bytes = _UNFINISHED) -> bytes:
        return self._delta + b'{"%b":%b}' % (name, msgspec.json.encode(text)) + ending

    def _finish(self, reason: FinishReason) -> bytes:
        if self._finished:
            return b""
        self._finished = True
        return self._delta + b'{},"logprobs":null,"finish_reason":"%b"}]}\n\n' % reason.value.encode()


def tool_call(call_id: str, name: str, arguments: str, signature: str | None) -> Document:
    """A tool call; a provider's signature goes where Google's own OpenAI surface puts it."""
    document: Document = {
        "id": call_id,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }
    if signature:
        document["extra_content"] = {"google": {"thought_signature": signature}}
    return document


def usage(tokens: TokenCount) -> Document:
    """Token counts in OpenAI's words."""
    return {
        "prompt_tokens": tokens.input,
        "completion_tokens": tokens.output,
        "total_tokens": tokens.input + tokens.output,
        "prompt_tokens_details": {
            "cached_tokens": tokens.cached_input,
            "cache_write_tokens": tokens.cache_write,
            "audio_tokens": 0,
        },
        "completion_tokens_details": {"reasoning_tokens": tokens.reasoning, "audio_tokens": 0},
    }


def logprobs(tokens: tuple[TokenLogprob, ...]) -> Document | None:
    """Tokens with their log probabilities and UTF-8 bytes."""
    if not tokens:
        return None
    content: list[Json] = [token_document(entry) for entry in tokens]
    return {"content": content, "refusal": None}


def token_document(entry: TokenLogprob) -> Document:
    """One token, with the likeliest ones at its place."""
    top: list[Json] = [_token(token, logprob) for token, logprob in entry.top]
    return {**_token(entry.token, entry.logprob), "top_logprobs": top}


def _token(token: str, logprob: float) -> Document:
    return {"token": token, "logprob": logprob, "bytes": list(token.encode("utf-8", errors="replace"))}


def _call_delta(event: ToolCallDelta) -> Document:
    function: Document = {"arguments": event.arguments}
    document: Document = {"index": event.index, "function": function}
    if event.id is not None:
        document["id"], document["type"] = event.id, "function"
    if event.name is not None:
        function["name"] = event.name
    if event.signature:
        document["extra_content"] = {"google": {"thought_signature": event.signature}}
    return document
