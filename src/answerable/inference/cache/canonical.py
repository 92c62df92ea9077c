"""One name for all bodies that ask the same.

The name is SHA-256 over: the operation, where the model's name leads, the headers that reach the provider,
and the body as JSON with sorted keys, without the fields that do not change the answer. Every other field,
also one that nobody here knows, is part of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

import msgspec

from answerable.inference.chat import Json
from answerable.inference.operation import Operation

Document = dict[str, Json]

_BOOKKEEPING = frozenset(
    {
        "model",  # its place is taken by where the name leads
        "stream",
        "stream_options",
        "user",
        "metadata",
        "store",
        "service_tier",
        "safety_identifier",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
    }
)
_IGNORED: Mapping[Operation, frozenset[str]] = {
    Operation.CHAT: _BOOKKEEPING,
    Operation.RESPONSES: _BOOKKEEPING,
    Operation.MESSAGES: frozenset({"model", "stream", "metadata", "service_tier"}),
    Operation.EMBEDDINGS: frozenset({"model", "user"}),
    Operation.SPEECH: frozenset({"model", "user"}),
}
_ALWAYS_NAMED_BYTES = 64 * 1024
_MOST_BYTES = 1_000_000
_MOST_COMMAS = 20_000
_encode = msgspec.json.Encoder(order="sorted").encode


def is_too_large(body: bytes) -> bool:
    """Whether a name for the body would take so long to make that others wait: it is read twice and written
    again on the event loop. A picture may have a megabyte; of small values that is too many."""
    if len(body) <= _ALWAYS_NAMED_BYTES:
        return False
    return len(body) > _MOST_BYTES or body.count(b",") > _MOST_COMMAS


def read_document(body: bytes) -> Document | None:
    """The JSON object of a body; None for anything else."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return document if isinstance(document, dict) else None


def is_unambiguous(body: bytes) -> bool:
    """Whether no object of the body has a key twice: of two, a provider may read another than is read here,
    and its answer would be kept under the name of a question that was not asked."""
    try:
        json.loads(body, object_pairs_hook=_no_key_twice)
    except (ValueError, RecursionError):
        return False
    return True


def canonical_bytes(operation: Operation, document: Document) -> bytes:
    """The body without what does not change the answer: keys sorted, at its top no nulls and no 1.0 for 1."""
    ignored = _IGNORED[operation]
    return _encode(
        {name: _plain(value) for name, value in document.items() if value is not None and name not in ignored}
    )


def digest(parts: Iterable[bytes]) -> bytes:
    """SHA-256 over parts, each with its length before it, so that no two lists of parts are the same."""
    hashed = hashlib.sha256()
    for part in parts:
        hashed.update(b"%d:" % len(part))
        hashed.update(part)
    return hashed.digest()


def _plain(value: Json) -> Json:
    # `temperature: 0.0` asks what `temperature: 0` asks.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _no_key_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a key stands twice")
    return document
