"""What Anthropic answers, read with patience: unknown blocks and events are passed over."""

from __future__ import annotations

from msgspec import Raw, Struct, json

from answerable.inference.chat import FinishReason, TokenCount

Number = int | float | None
_ABSURD = 1e12

# The tool that carries a schema's answer where a model has no output format of its own.
OUTPUT_TOOL = "answerable_output"


class OutputDetails(Struct):
    thinking_tokens: Number = None


class Usage(Struct):
    input_tokens: Number = None
    output_tokens: Number = None
    cache_read_input_tokens: Number = None
    cache_creation_input_tokens: Number = None
    output_tokens_details: OutputDetails | None = None


class Block(Struct):
    type: str
    text: str | None = None
    thinking: str | None = None
    id: str | None = None
    name: str | None = None
    input: Raw = Raw(b"{}")


class Message(Struct):
    content: list[Block]
    model: str | None = None
    stop_reason: str | None = None
    usage: Usage | None = None


class StartedMessage(Struct):
    usage: Usage | None = None


class Delta(Struct):
    type: str | None = None
    text: str | None = None
    thinking: str | None = None
    partial_json: str | None = None
    stop_reason: str | None = None


class Event(Struct):
    """Any event of a stream; it has the fields of its type."""

    type: str
    index: int = 0
    message: StartedMessage | None = None
    content_block: Block | None = None
    delta: Delta | None = None
    usage: Usage | None = None


message = json.Decoder(Message, strict=False)
event = json.Decoder(Event, strict=False)

_FINISH = {
    "end_turn": FinishReason.STOP,
    "stop_sequence": FinishReason.STOP,
    "pause_turn": FinishReason.STOP,
    "max_tokens": FinishReason.LENGTH,
    "model_context_window_exceeded": FinishReason.LENGTH,
    "tool_use": FinishReason.TOOL_CALLS,
    "refusal": FinishReason.CONTENT_FILTER,
}


def finish_reason(word: str | None, *, called_tools: bool) -> FinishReason:
    """The reason; a call of the output tool is an answer, no tool call."""
    reason = _FINISH.get(word or "", FinishReason.STOP)
    return FinishReason.STOP if reason is FinishReason.TOOL_CALLS and not called_tools else reason


def tokens(usage: Usage | None, *, whole: bool = False) -> TokenCount | None:
    """The count; Anthropic's input leaves out what came from or went to its cache, ours does not.

    None where it must be estimated: a figure is absurd, or a side of a `whole` message is missing. Of a
    stream's events the last tells one side alone.
    """
    if usage is None:
        return None
    sides = [figure for figure in (usage.input_tokens, usage.output_tokens) if figure is not None]
    if len(sides) < (2 if whole else 1) or not all(0 <= figure < _ABSURD for figure in sides):
        return None
    read, written = _count(usage.cache_read_input_tokens), _count(usage.cache_creation_input_tokens)
    details = usage.output_tokens_details
    return TokenCount(
        input=_count(usage.input_tokens) + read + written,
        output=_count(usage.output_tokens),
        cached_input=read,
        reasoning=_count(details.thinking_tokens) if details else 0,
        cache_write=written,
    )


def _count(value: Number) -> int:
    return int(value) if value is not None and 0 <= value < _ABSURD else 0
