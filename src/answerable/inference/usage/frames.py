"""How a record lies in the usage log: length, checksum, kind, then the record as JSON.

A process that dies in the middle of a write leaves a last frame that its checksum does not fit, or
the zeros of the space that was set aside: both end the log.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

import msgspec

from answerable.inference.usage.record import UsageRecord

FrameKind: TypeAlias = Literal[b"O", b"C"]
OPENED: FrameKind = b"O"
CLOSED: FrameKind = b"C"

_HEADER = struct.Struct("<II")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(UsageRecord).decode
_pack = _HEADER.pack
_crc = zlib.crc32


class Frame(NamedTuple):
    """One frame; `end` is the offset behind it."""

    kind: bytes
    payload: bytes
    end: int


def frame_of(kind: FrameKind, record: UsageRecord) -> bytes:
    """A record as it is written to the log."""
    payload = kind + _encode(record)
    return _pack(len(payload), _crc(payload)) + payload


def record_of(payload: bytes) -> UsageRecord:
    """The record in a frame's payload. msgspec.DecodeError for what is none."""
    return _decode(payload)


def frames_in(data: bytes) -> Iterator[Frame]:
    """The whole frames at the start of `data`; ends at zeros, at a torn frame and at the data's end."""
    start = _HEADER.size
    while start <= len(data):
        length, checksum = _HEADER.unpack_from(data, start - _HEADER.size)
        end = start + length
        if length == 0 or end > len(data):
            return
        payload = data[start:end]
        if _crc(payload) != checksum:
            return
        yield Frame(payload[:1], payload[1:], end)
        start = end + _HEADER.size
