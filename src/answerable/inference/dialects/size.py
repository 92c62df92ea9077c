"""How many values a client's body may have.

Reading JSON makes an object of each value, in one go that nothing can interrupt: a body of a million small
parts would hold up every stream of its process for seconds, a picture of the same size for none. So it is
the values that are bounded, beside the bytes.
"""

from __future__ import annotations

import asyncio

import numpy as np

from answerable.inference.dialects.head import Head, head
from answerable.inference.operation import Operation
from answerable.kit.errors import TooLarge

SMALL_BYTES = 256 * 1024
"""A body up to this size is read at once: whatever it holds takes a few milliseconds."""

MOST_VALUES = 100_000
"""Thousands of messages with hundreds of tools have fewer; so many are read in less than 100 ms."""

_MOST_NUMBERS = 1_000_000  # embeddings take texts as lists of token numbers, which cost much less
_PORTION = 1 << 20
_QUOTE, _COMMA, _LIST, _OBJECT = b'",[{'


async def bounded_head(operation: Operation, body: bytes) -> Head:
    """The head of a client's body; of a large one without holding up the event loop.

    Raises UnreadableCall, and TooLarge for a body of too many values.
    """
    if len(body) <= SMALL_BYTES:
        return head(operation, body)
    return await asyncio.to_thread(_head_of_large, operation, body)


def _head_of_large(operation: Operation, body: bytes) -> Head:
    most = _MOST_NUMBERS if operation is Operation.EMBEDDINGS else MOST_VALUES
    if values_of(body, most) > most:
        raise TooLarge(
            f"The body has more than {most:,} values (objects, lists and what is in them). Join small parts "
            "of content to larger ones, or send several calls."
        )
    return head(operation, body)


def values_of(body: bytes, most: int) -> int:
    """How many values a JSON document has, give or take the outermost, by the marks outside of its strings.
    Counting ends soon after `most`."""
    found, within, held = 0, False, b""
    for start in range(0, len(body), _PORTION):
        portion = held + body[start : start + _PORTION]
        slashes = len(portion) - len(portion.rstrip(b"\\"))
        # What a last backslash escapes comes with the next portion.
        portion, held = (portion[:-1], b"\\") if slashes % 2 else (portion, b"")
        if b"\\" in portion:
            portion = portion.replace(b"\\\\", b"").replace(b'\\"', b"")
        if not portion:
            continue
        codes = np.frombuffer(portion, np.uint8)
        quoted = np.logical_xor.accumulate(codes == _QUOTE) ^ within
        marks = (codes == _COMMA) | (codes == _LIST) | (codes == _OBJECT)
        found += int(np.count_nonzero(marks & ~quoted))
        within = bool(quoted[-1])
        if found > most:
            break
    return found
