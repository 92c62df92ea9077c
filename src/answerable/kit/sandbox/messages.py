"""Messages between parent and child: a 4-byte big-endian length, then that many bytes of JSON."""

from __future__ import annotations

import json
import struct

from answerable.kit.sandbox.limits import MAX_MESSAGE_BYTES, JsonObject

HEADER_BYTES = 4


class BadMessage(Exception):
    """A message that is too large or is no JSON object."""


def encode(message: JsonObject) -> bytes:
    """The message with its length in front. Raises BadMessage past MAX_MESSAGE_BYTES, or for no JSON."""
    try:
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    except (TypeError, ValueError, RecursionError) as error:
        raise BadMessage(f"not JSON: {error}") from error
    if len(body) > MAX_MESSAGE_BYTES:
        raise BadMessage(f"{len(body):,} bytes; at most {MAX_MESSAGE_BYTES:,} fit in a message")
    return struct.pack(">I", len(body)) + body


def body_length(header: bytes) -> int:
    """Bytes that follow the header. Raises BadMessage past MAX_MESSAGE_BYTES."""
    (length,) = struct.unpack(">I", header)
    if length > MAX_MESSAGE_BYTES:
        raise BadMessage(f"a message of {length:,} bytes; at most {MAX_MESSAGE_BYTES:,} are read")
    return int(length)


def decode(body: bytes) -> JsonObject:
    """The message of a body. Raises BadMessage when it is no JSON object."""
    try:
        message = json.loads(body.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError) as error:
        raise BadMessage(f"not JSON: {error}") from error
    if not isinstance(message, dict):
        raise BadMessage("not a JSON object")
    return message
