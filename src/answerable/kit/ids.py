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

RANDOM_BYTES = 24
# The kernel is asked for many at once. A child must not go on with its parent's.
_random: list[bytes] = []
os.register_at_fork(after_in_child=_random.clear)


def random_bytes() -> bytes:
    """`RANDOM_BYTES` bytes from the kernel's generator."""
    try:
        return _random.pop()  # one step for all threads
    except IndexError:
        drawn = os.urandom(256 * RANDOM_BYTES)
        _random.extend(drawn[at : at + RANDOM_BYTES] for at in range(RANDOM_BYTES, len(drawn), RANDOM_BYTES))
        return drawn[:RANDOM_BYTES]


def uuid7() -> uuid.UUID:
    """A UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    return uuid.UUID(int=_number7())


def new_id(prefix: str) -> str:
    """A fresh public id such as `doc_06bq…`."""
    return _written(prefix, _number7())


def encode(prefix: str, value: uuid.UUID) -> str:
    """The public form of a UUID."""
    return _written(prefix, value.int)


def _number7() -> int:
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(random_bytes()[:10], "big")
    value = (milliseconds & (2**48 - 1)) << 80
    value |= 0x7 << 76
    value |= ((random >> 62) & 0xFFF) << 64
    value |= 0b10 << 62
    return value | random & (2**62 - 1)


def _written(prefix: str, number: int) -> str:
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
