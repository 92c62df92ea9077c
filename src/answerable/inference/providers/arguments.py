"""Arguments of tool calls in protocols that know them as objects, not as text."""

from __future__ import annotations

import msgspec

from answerable.inference.chat import Json, ToolCall
from answerable.inference.errors import Inexpressible

_object = msgspec.json.Decoder(dict[str, Json])


def call_arguments(call: ToolCall, message: int) -> dict[str, Json]:
    """The arguments as an object. Raises Inexpressible for text that is none; `message` numbers its turn."""
    try:
        return _object.decode(call.arguments or "{}")
    except (msgspec.DecodeError, RecursionError) as error:
        path = f"messages[{message}].tool_calls.arguments"
        raise Inexpressible(path, f"the model's protocol takes a JSON object only: {error}") from error
