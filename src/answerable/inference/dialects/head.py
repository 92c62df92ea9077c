"""The few fields of a client's body that relaying needs, read without reading the rest."""

from __future__ import annotations

import re

import msgspec
from msgspec import Raw, Struct

from answerable.inference.dialects.pictures import bytes_of_words
from answerable.inference.errors import UnreadableCall
from answerable.inference.models.plan import Capability
from answerable.inference.operation import Operation

Number = int | float | None


class Head(Struct, frozen=True, kw_only=True):
    """What a call asks for at its top.

    `input_bytes` measures the words that the model will read: a picture's base64 counts as a picture does.
    `choices` is how many answers are wanted. `needs` are the capabilities that the body asks for.
    """

    model: str
    stream: bool = False
    max_output_tokens: int | None = None
    include_usage: bool = False
    input_bytes: int = 0
    choices: int = 1
    needs: frozenset[Capability] = frozenset()


class _StreamOptions(Struct):
    include_usage: bool | None = None


class _Format(Struct):
    type: str | None = None


class _OutputConfig(Struct):
    format: _Format | None = None


class _Fields(Struct):
    """The union of what the protocols call these things; a body has those of its own protocol."""

    model: str
    stream: bool | None = None
    max_tokens: Number = None
    max_completion_tokens: Number = None
    max_output_tokens: Number = None
    stream_options: _StreamOptions | None = None
    n: Number = None
    best_of: Number = None  # what vLLM writes to choose `n` from
    tools: Raw = Raw(b"null")
    response_format: Raw = Raw(b"null")  # a word in speech, an object in chat
    text: Raw = Raw(b"null")
    output_config: _OutputConfig | None = None


_fields = msgspec.json.Decoder(_Fields)
_text = msgspec.json.Decoder(_OutputConfig | None)
_format = msgspec.json.Decoder(_Format | None)

_OPERATION_NEEDS = {
    Operation.CHAT: Capability.CHAT,
    Operation.RESPONSES: Capability.CHAT,
    Operation.MESSAGES: Capability.CHAT,
    Operation.COUNT_TOKENS: Capability.CHAT,
    Operation.EMBEDDINGS: Capability.EMBEDDINGS,
    Operation.SPEECH: Capability.SPEECH,
}
_PLAIN = {operation: frozenset({need}) for operation, need in _OPERATION_NEEDS.items()}
_CHATS = frozenset({Operation.CHAT, Operation.RESPONSES, Operation.MESSAGES})
_NOTHING = (b"null", b"[]")
# Inside of a string the quotes would be escaped, so this finds parts of content only.
_PICTURE = re.compile(rb'"type"\s*:\s*"(?:image_url|input_image|image)"')
_MOST_CHOICES = 128  # OpenAI's own bound
_MOST_OUTPUT_TOKENS = 10_000_000  # more than any model writes, and little enough to be counted with


def head(operation: Operation, body: bytes) -> Head:
    """The head of a client's body. Raises UnreadableCall, which names the field, for no such thing."""
    try:
        fields = _fields.decode(body)
        needs = _needs(operation, fields, body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise unreadable(error) from error
    if not fields.model:
        raise UnreadableCall("model: name the model that shall answer.", "model")
    return Head(
        model=fields.model,
        stream=bool(fields.stream),
        max_output_tokens=_most_output(fields),
        include_usage=bool(fields.stream_options and fields.stream_options.include_usage),
        input_bytes=bytes_of_words(body),
        choices=max(_choices("n", fields.n), _choices("best_of", fields.best_of)),
        needs=needs,
    )


def unreadable(error: Exception) -> UnreadableCall:
    """The error for a body that msgspec refused; the path that it names becomes the field."""
    text = str(error)
    words, _, path = text.partition(" - at `$")
    field = path.rstrip("`").removeprefix(".").replace("[...]", "[]") or None
    if field is None:
        found = re.search(r"field `([^`]+)`", words)
        field = found.group(1) if found else None
    return UnreadableCall(f"{field}: {words}" if field else words, field)


def _needs(operation: Operation, fields: _Fields, body: bytes) -> frozenset[Capability]:
    plain = _PLAIN[operation]
    if operation not in _CHATS:
        return plain
    needs = []
    if bytes(fields.tools) not in _NOTHING:
        needs.append(Capability.TOOLS)
    if _wants_schema(operation, fields):
        needs.append(Capability.JSON_SCHEMA)
    if b"image" in body and _PICTURE.search(body):
        needs.append(Capability.IMAGES)
    return plain.union(needs) if needs else plain


def _wants_schema(operation: Operation, fields: _Fields) -> bool:
    chosen: _Format | None
    if operation is Operation.CHAT:
        chosen = None if bytes(fields.response_format) == b"null" else _format.decode(fields.response_format)
    elif operation is Operation.RESPONSES:
        config = None if bytes(fields.text) == b"null" else _text.decode(fields.text)
        chosen = config.format if config else None
    else:
        chosen = fields.output_config.format if fields.output_config else None
    return chosen is not None and chosen.type == "json_schema"


def _most_output(fields: _Fields) -> int | None:
    """The most that any of the names allows: which of them the provider heeds is its own affair. A number
    below zero bounds nothing, and some servers take it for just that."""
    given = (fields.max_output_tokens, fields.max_completion_tokens, fields.max_tokens)
    limits = [limit for limit in given if limit is not None]
    if not limits or min(limits) < 0:
        return None
    return min(int(max(limits)), _MOST_OUTPUT_TOKENS)


def _choices(field: str, number: Number) -> int:
    if number is None:
        return 1
    if not 1 <= number <= _MOST_CHOICES or number != int(number):
        raise UnreadableCall(f"{field}: ask for 1 to {_MOST_CHOICES} whole answers, or leave it out.", field)
    return int(number)
