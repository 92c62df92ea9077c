"""Source code, configuration and other text whose every mark counts: as it is."""

from __future__ import annotations

from pathlib import Path

from answerable.knowledge.parsing.encoding import decode, looks_binary, read_text_bytes
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.text_builder import TextBuilder


def read(path: Path, builder: TextBuilder) -> None:
    text, warning = decode(read_text_bytes(path))
    if looks_binary(text):
        raise refuse(Reason.UNSUPPORTED_TYPE)
    if warning:
        builder.warnings.append(warning)
    builder.add(text)
