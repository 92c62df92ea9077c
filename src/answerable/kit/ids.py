"""Public ids: a prefix, an underscore and a UUIDv7 (RFC 9562) in Crockford's base32, lower case.

They sort by creation time, survive a double click and tell a reader what they name.
"""

from __future__ import annotations

import os
import time
import uuid

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
_LENGTH = 26  # 128 bits in groups of five
# Two letters at a time: every call to a model gets an id.
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_SHIFTS = range(120, -1, -10)

NIL = uuid.UUID(int=0)


def uuid7() -> uuid.UUID:
    """A UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & (2**48 - 1)) << 80
    value |= 0x7 << 76
    value |= ((random >> 62) & 0xFFF) << 64
    value |= 0b10 << 62
    value |= random & (2**62 - 1)
    return uuid.UUID(int=value)


def new_id(prefix: str) -> str:
    """A fresh public id such as `doc_06bq…`."""
    return encode(prefix, uuid7())


def encode(prefix: str, value: uuid.UUID) -> str:
    """The public form of a UUID."""
    number = value.int
    return f"{prefix}_{''.join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])}"


def decode(prefix: str, text: str) -> uuid.UUID | None:
    """The UUID behind a public id; None when the text is no id of that prefix."""
    head, _, tail = text.partition("_")
    if head != prefix or len(tail) != _LENGTH:
        return None
    number = 0
    for letter in tail:
        value = _VALUES.get(letter)
        if value is None:
            return None
        number = number << 5 | value
    return uuid.UUID(int=number) if number < 2**128 else None
