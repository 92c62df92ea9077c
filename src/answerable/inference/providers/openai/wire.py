"""What an OpenAI-compatible provider answers, read with patience: fields may be null or missing."""

from __future__ import annotations

from msgspec import Raw, Struct, json

from answerable.inference.chat import FinishReason, TokenCount, TokenLogprob

Number = int | float | None
_ABSURD = 1e12


class PromptDetails(Struct):
    cached_tokens: Number = None
    cache_write_tokens: Number = None


class CompletionDetails(Struct):
    reasoning_tokens: Number = None


class Usage(Struct):
    """Chat's names and the ones of the responses protocol, of which a document has one set."""

    prompt_tokens: Number = None
    completion_tokens: Number = None
    total_tokens: Number = None
    input_tokens: Number = None
    output_tokens: Number = None
    prompt_tokens_details: PromptDetails | None = None
    input_tokens_details: PromptDetails | None = None
    completion_tokens_details: CompletionDetails | None = None
    output_tokens_details: CompletionDetails | None = None
    prompt_cache_hit_tokens: Number = None  # DeepSeek
    reasoning_tokens: Number = None  # xAI and others, outside of the details


class Function(Struct):
    name: str | None = None
    arguments: str | None = None


class GoogleExtra(Struct):
    thought_signature: str | None = None


class ExtraContent(Struct):
    google: GoogleExtra | None = None


class WireToolCall(Struct):
    index: int | None = None
    id: str | None = None
    function: Function | None = None
    extra_content: ExtraContent | None = None


class ContentPart(Struct):
    """A part of content in the servers that send a list of them."""

    type: str = "text"
    text: str | None = None
    thinking: list[ContentPart] | str | None = None


class TopToken(Struct):
    token: str
    logprob: float


class Token(Struct):
    token: str
    logprob: float
    top_logprobs: list[TopToken] | None = None


class Logprobs(Struct):
    content: list[Token] | None = None


class Words(Struct):
    """A whole message or the delta of one: they have the same fields."""

    content: str | list[ContentPart] | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    refusal: str | None = None
    tool_calls: list[WireToolCall] | None = None


class Choice(Struct):
    index: int | None = 0
    message: Words | None = None
    delta: Words | None = None
    finish_reason: str | None = None
    logprobs: Logprobs | None = None
    usage: Usage | None = None


class Completion(Struct):
    """A whole answer or one chunk of a stream."""

    model: str | None = None
    choices: list[Choice] | None = None
    usage: Usage | None = None
    x_groq: XGroq | None = None
    error: Raw = Raw(b"null")


class XGroq(Struct):
    usage: Usage | None = None


completion = json.Decoder(Completion, strict=False)

_FINISH = {
    "stop": FinishReason.STOP,
    "length": FinishReason.LENGTH,
    "max_tokens": FinishReason.LENGTH,
    "model_length": FinishReason.LENGTH,
    "tool_calls": FinishReason.TOOL_CALLS,
    "function_call": FinishReason.TOOL_CALLS,
    "content_filter": FinishReason.CONTENT_FILTER,
}


def finish_reason(word: str, *, called_tools: bool) -> FinishReason:
    """The reason; several servers say `stop` where the model called tools."""
    reason = _FINISH.get(word, FinishReason.STOP)
    return FinishReason.TOOL_CALLS if called_tools and reason is FinishReason.STOP else reason


def tokens(usage: Usage, *, writes: bool = True) -> TokenCount | None:
    """The count; None when a side of it is missing or absurd, so that it must be estimated. What does not
    `write`, as embeddings, has no output to count."""
    given = usage.prompt_tokens if usage.prompt_tokens is not None else usage.input_tokens
    made = usage.completion_tokens if usage.completion_tokens is not None else usage.output_tokens
    if made is None and not writes:
        made = 0
    if usage.total_tokens is not None:
        if given is None and made is not None:
            given = usage.total_tokens - made
        elif made is None and given is not None:
            made = usage.total_tokens - given
    if not (_is_count(given) and _is_count(made)):
        return None
    prompt = usage.prompt_tokens_details or usage.input_tokens_details or PromptDetails()
    completion = usage.completion_tokens_details or usage.output_tokens_details or CompletionDetails()
    return TokenCount(
        input=_count(given),
        output=_count(made),
        cached_input=min(_count(prompt.cached_tokens or usage.prompt_cache_hit_tokens), _count(given)),
        reasoning=_count(completion.reasoning_tokens or usage.reasoning_tokens),
        cache_write=_count(prompt.cache_write_tokens),
    )


def text_of(content: str | list[ContentPart] | None) -> tuple[str, str]:
    """The words and the thoughts of content."""
    if content is None or isinstance(content, str):
        return content or "", ""
    words = "".join(part.text or "" for part in content if part.type == "text")
    return words, "".join(text_of(part.thinking)[0] for part in content)


def token_logprobs(logprobs: Logprobs | None) -> tuple[TokenLogprob, ...]:
    """The tokens with their log probabilities."""
    return tuple(
        TokenLogprob(
            entry.token, entry.logprob, tuple((top.token, top.logprob) for top in entry.top_logprobs or ())
        )
        for entry in (logprobs.content if logprobs else None) or ()
    )


def _is_count(value: Number) -> bool:
    return value is not None and 0 <= value < _ABSURD


def _count(value: Number) -> int:
    """A figure as a count; absurd ones (NaN, negative) count as none."""
    return int(value) if value is not None and 0 <= value < _ABSURD else 0
