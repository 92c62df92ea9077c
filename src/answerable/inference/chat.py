"""A chat call in the gateway's own words, between the protocols that clients and providers speak.

A call whose client and provider speak the same protocol is relayed as bytes and never takes this
shape; every other call does, and so do the system's own calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
else:
    Json = Any  # msgspec reads and writes these structs, and knows no type that contains itself


class Text(Struct, frozen=True, tag="text"):
    """Words of a message."""

    text: str


class Image(Struct, frozen=True, tag="image"):
    """A picture, by address or as base64 data of `media_type`: one of the two is set."""

    url: str | None = None
    data: str | None = None
    media_type: str | None = None
    detail: str | None = None


class ToolCall(Struct, frozen=True, tag="tool_call"):
    """The model's wish to have a tool called; `arguments` is JSON text as the model wrote it.

    `signature` is the provider's own seal on the thought behind the call, to be handed back unchanged.
    """

    id: str
    name: str
    arguments: str
    signature: str | None = None


class ToolResult(Struct, frozen=True, tag="tool_result"):
    """What a called tool gave back."""

    call_id: str
    text: str
    is_error: bool = False


Part: TypeAlias = Text | Image | ToolCall | ToolResult


class Message(Struct, frozen=True):
    """One turn. Tool calls are parts of an assistant's turn, tool results of a `tool` turn."""

    role: Literal["system", "user", "assistant", "tool"]
    parts: tuple[Part, ...]
    name: str | None = None

    @property
    def text(self) -> str:
        """The words of the turn, without pictures and tool traffic."""
        return "".join(part.text for part in self.parts if isinstance(part, Text))


class Tool(Struct, frozen=True):
    """A function that the model may ask for; `parameters` is its JSON Schema."""

    name: str
    parameters: Mapping[str, Json]
    description: str = ""
    strict: bool | None = None


class OutputSchema(Struct, frozen=True):
    """The JSON Schema that the answer's text must satisfy."""

    name: str
    schema: Mapping[str, Json]
    strict: bool = True


class ChatRequest(Struct, frozen=True, kw_only=True):
    """What is asked of a chat model. None leaves a choice to the provider."""

    model: str
    messages: tuple[Message, ...]
    tools: tuple[Tool, ...] = ()
    tool_choice: Literal["auto", "none", "required"] | str | None = None  # or a tool's name
    parallel_tool_calls: bool | None = None
    output_schema: OutputSchema | Literal["json"] | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    logprobs: int | None = None  # alternatives per token; 0 asks for the chosen token alone
    reasoning_effort: str | None = None
    stream: bool = False
    include_usage: bool = False  # the client wants token counts at the end of its stream


class FinishReason(StrEnum):
    """Why a model stopped."""

    STOP = "stop"
    LENGTH = "length"
    TOOL_CALLS = "tool_calls"
    CONTENT_FILTER = "content_filter"


class TokenCount(Struct, frozen=True):
    """Tokens of one call. `cached_input` and `cache_write` are parts of `input`, `reasoning` of `output`.

    `estimated` says that the provider gave no figures and the gateway counted by itself.
    """

    input: int = 0
    output: int = 0
    cached_input: int = 0
    reasoning: int = 0
    estimated: bool = False
    cache_write: int = 0

    def plus(self, more: TokenCount) -> TokenCount:
        """Both together; estimated when one of them is."""
        return TokenCount(
            input=self.input + more.input,
            output=self.output + more.output,
            cached_input=self.cached_input + more.cached_input,
            reasoning=self.reasoning + more.reasoning,
            estimated=self.estimated or more.estimated,
            cache_write=self.cache_write + more.cache_write,
        )


class TokenLogprob(Struct, frozen=True):
    """One token of the answer, its natural log probability, and the likeliest tokens at its place."""

    token: str
    logprob: float
    top: tuple[tuple[str, float], ...] = ()


class TextDelta(Struct, frozen=True, tag="text"):
    """More words of the answer; `logprob` is the sum of their tokens' natural log probabilities.

    `tokens` are these tokens, where they were asked for.
    """

    text: str
    logprob: float | None = None
    tokens: tuple[TokenLogprob, ...] = ()


class ReasoningDelta(Struct, frozen=True, tag="reasoning"):
    """More of what a reasoning model shows of its thoughts; never part of the answer."""

    text: str


class RefusalDelta(Struct, frozen=True, tag="refusal"):
    """More words of a refusal to answer."""

    text: str


class ToolCallDelta(Struct, frozen=True, tag="tool_call"):
    """More of the tool call at `index`; the first delta of a call carries its id and name."""

    index: int
    arguments: str = ""
    id: str | None = None
    name: str | None = None
    signature: str | None = None


class Finished(Struct, frozen=True, tag="finished"):
    """The model stopped; no content follows, usage may."""

    reason: FinishReason


class UsageReported(Struct, frozen=True, tag="usage"):
    """The provider's own count; the last one of a stream holds."""

    tokens: TokenCount


ChatEvent: TypeAlias = TextDelta | ReasoningDelta | RefusalDelta | ToolCallDelta | Finished | UsageReported


class ChatAnswer(Struct, frozen=True, kw_only=True):
    """A whole answer. `logprob` is the mean natural log probability of a token, where it was asked for.

    `token_logprobs` are the tokens that it is the mean of.
    """

    model: str
    text: str = ""
    refusal: str | None = None
    reasoning: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: FinishReason = FinishReason.STOP
    tokens: TokenCount = TokenCount()
    logprob: float | None = None
    token_logprobs: tuple[TokenLogprob, ...] = ()
