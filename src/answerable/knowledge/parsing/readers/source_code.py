"""Source code, configuration and other text whose every mark counts: as it is."""

from __future__ import annotations

from pathlib import Path

from answerable.knowledge.parsing.readers.plain import lines_of, write_as_is
from answerable.knowledge.parsing.text_builder import TextBuilder


def read(path: Path, builder: TextBuilder) -> None:
    write_as_is(lines_of(path, builder), builder)
