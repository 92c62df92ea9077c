"""A file that comes with a form, piece by piece."""

from __future__ import annotations

from collections.abc import AsyncIterator

from fastapi import UploadFile

_CHUNK_BYTES = 1 << 20


async def chunks(file: UploadFile) -> AsyncIterator[bytes]:
    """The file's bytes, a mebibyte at a time."""
    while chunk := await file.read(_CHUNK_BYTES):
        yield chunk
