"""What Gemini answers, read with patience."""

from __future__ import annotations

import secrets

from msgspec import Raw, Struct, json

from answerable.inference.chat import FinishReason, TokenCount, TokenLogprob, ToolCall

Number = int | float | None
_ABSURD = 1e12


class FunctionCall(Struct):
    name: str
    args: Raw = Raw(b"{}")
    id: str | None = None


class Blob(Struct, rename="camel"):
    mime_type: str | None = None
    data: str = ""


class Part(Struct, rename="camel"):
    text: str | None = None
    thought: bool | None = None
    thought_signature: str | None = None
    function_call: FunctionCall | None = None
    inline_data: Blob | None = None

    @property
    def is_answer(self) -> bool:
        """Whether it is some of the answer: words or a tool call, no thought."""
        return bool(self.text or self.function_call) and not self.thought


class Content(Struct):
    parts: list[Part] | None = None


class Token(Struct, rename="camel"):
    token: str | None = None
    log_probability: float | None = None


class TopTokens(Struct):
    candidates: list[Token] | None = None


class Logprobs(Struct, rename="camel"):
    chosen_candidates: list[Token] | None = None
    top_candidates: list[TopTokens] | None = None


class Candidate(Struct, rename="camel"):
    content: Content | None = None
    finish_reason: str | None = None
    finish_message: str | None = None
    logprobs_result: Logprobs | None = None


class Feedback(Struct, rename="camel"):
    block_reason: str | None = None
    block_reason_message: str | None = None


class Usage(Struct, rename="camel"):
    prompt_token_count: Number = None
    candidates_token_count: Number = None
    thoughts_token_count: Number = None
    cached_content_token_count: Number = None
    tool_use_prompt_token_count: Number = None


class Answer(Struct, rename="camel"):
    """A whole answer or one event of a stream."""

    candidates: list[Candidate] | None = None
    prompt_feedback: Feedback | None = None
    usage_metadata: Usage | None = None
    model_version: str | None = None
    error: Raw = Raw(b"null")


class Vector(Struct):
    values: list[float]


class Embeddings(Struct):
    embeddings: list[Vector]


answer = json.Decoder(Answer, strict=False)
embeddings = json.Decoder(Embeddings, strict=False)

_FINISH = {
    "STOP": FinishReason.STOP,
    "MAX_TOKENS": FinishReason.LENGTH,
    "SAFETY": FinishReason.CONTENT_FILTER,
    "RECITATION": FinishReason.CONTENT_FILTER,
    "BLOCKLIST": FinishReason.CONTENT_FILTER,
    "PROHIBITED_CONTENT": FinishReason.CONTENT_FILTER,
    "SPII": FinishReason.CONTENT_FILTER,
    "IMAGE_SAFETY": FinishReason.CONTENT_FILTER,
    "IMAGE_PROHIBITED_CONTENT": FinishReason.CONTENT_FILTER,
    "MODEL_ARMOR": FinishReason.CONTENT_FILTER,
}
# The model's own words made no answer; asked again, they may.
BROKEN = frozenset(
    {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MALFORMED_RESPONSE"}
)


def finish_reason(word: str, *, called_tools: bool) -> FinishReason:
    """The reason; this protocol says STOP where the model called tools."""
    reason = _FINISH.get(word, FinishReason.STOP)
    return FinishReason.TOOL_CALLS if called_tools and reason is FinishReason.STOP else reason


def tokens(usage: Usage | None, *, wrote: bool) -> TokenCount | None:
    """The count; Gemini's candidates leave out thoughts, ours do not. None where it must be estimated: a
    figure is absurd or missing, but for that of the answer where the model `wrote` none."""
    if usage is None or usage.prompt_token_count is None:
        return None
    given, made = usage.prompt_token_count, usage.candidates_token_count
    if made is None and not wrote:
        made = 0
    if made is None or not (0 <= given < _ABSURD and 0 <= made < _ABSURD):
        return None
    thoughts = _count(usage.thoughts_token_count)
    return TokenCount(
        input=_count(given) + _count(usage.tool_use_prompt_token_count),
        output=_count(made) + thoughts,
        cached_input=_count(usage.cached_content_token_count),
        reasoning=thoughts,
    )


def tool_call(part: Part) -> ToolCall | None:
    """The tool call that a part is; it gets an id where the model gave none."""
    call = part.function_call
    if call is None:
        return None
    given = bytes(call.args)
    return ToolCall(
        id=call.id or f"call_{secrets.token_hex(8)}",
        name=call.name,
        arguments="{}" if given == b"null" else given.decode(),
        signature=part.thought_signature,
    )


def token_logprobs(result: Logprobs | None) -> tuple[TokenLogprob, ...]:
    """The tokens with their log probabilities."""
    if result is None or not result.chosen_candidates:
        return ()
    tops = [top.candidates or [] for top in result.top_candidates or ()]
    found = []
    for number, chosen in enumerate(result.chosen_candidates):
        top = tops[number] if number < len(tops) else []
        alternatives = tuple((each.token or "", each.log_probability or 0.0) for each in top)
        found.append(TokenLogprob(chosen.token or "", chosen.log_probability or 0.0, alternatives))
    return tuple(found)


def _count(value: Number) -> int:
    return int(value) if value is not None and 0 <= value < _ABSURD else 0
