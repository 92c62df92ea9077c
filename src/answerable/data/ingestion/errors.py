"""Typed refusals: what ingestion cannot take, said inside the sandbox's child."""

from __future__ import annotations

import errno
import os

from answerable.kit.sandbox import Refusal

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


def refuse(code: str, detail: str) -> Refusal:
    """The refusal to raise; `detail` says what to do."""
    return Refusal(code, detail)


def no_space(error: Exception) -> Refusal | None:
    """The refusal for an error that says that nothing more can be written: the disk is full
    (`disk_full`), or a file has outgrown what ingestion may write (`file_too_heavy`). None for others.
    The engine reports the system's words inside a text of its own."""
    if _says(error, _FULL):
        return refuse("disk_full", "The server's disk is full; nothing was kept.")
    if _says(error, frozenset({errno.EFBIG})):
        return refuse(
            "file_too_heavy",
            "Reading the file would write more than is allowed. Split it, or save it as Parquet.",
        )
    return None


def _says(error: Exception, numbers: frozenset[int]) -> bool:
    if isinstance(error, OSError):
        return error.errno in numbers
    return any(os.strerror(number) in str(error) for number in numbers)
