"""The compression of rich text in Outlook messages (Microsoft [MS-OXRTFCP])."""

from __future__ import annotations

import struct

from answerable.knowledge.parsing.failures import Reason, refuse

_COMPRESSED, _PLAIN = 0x75465A4C, 0x414C454D
_WINDOW = 4096
_MAX_BYTES = 64 * 1024 * 1024
_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript \fdecor MS "
    rb"Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)


def decompress(data: bytes) -> bytes:
    """The rich text. Raises Refusal (damaged, too_large)."""
    if len(data) < 16:
        raise refuse(Reason.DAMAGED)
    _, size, kind, _ = struct.unpack_from("<IIII", data)
    if kind == _PLAIN:
        return data[16 : 16 + size]
    if kind != _COMPRESSED:
        raise refuse(Reason.DAMAGED)
    if size > _MAX_BYTES:
        raise refuse(Reason.TOO_LARGE)
    out = bytearray(_START)
    place = 16
    while place < len(data):
        control = data[place]
        place += 1
        for bit in range(8):
            if not control >> bit & 1:
                out += data[place : place + 1]
                place += 1
                continue
            if place + 2 > len(data):
                return bytes(out[len(_START) :])
            token = data[place] << 8 | data[place + 1]
            place += 2
            offset, length = token >> 4, (token & 0xF) + 2
            if offset == len(out) % _WINDOW:
                return bytes(out[len(_START) :])
            back = (len(out) - offset) % _WINDOW or _WINDOW
            for _ in range(length):
                out.append(out[-back] if back <= len(out) else 0x20)
            if len(out) > _MAX_BYTES:
                raise refuse(Reason.TOO_LARGE)
    return bytes(out[len(_START) :])
