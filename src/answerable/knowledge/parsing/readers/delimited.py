"""CSV and TSV as documents: a table. Lines that no delimiter parts are plain text."""

from __future__ import annotations

import csv
import io
from collections import Counter
from pathlib import Path

from answerable.knowledge.parsing.encoding import decode, looks_binary, read_text_bytes
from answerable.knowledge.parsing.failures import Reason, refuse
from answerable.knowledge.parsing.readers.plain import write_lines
from answerable.knowledge.parsing.text_builder import TextBuilder, clean

_DELIMITERS = "\t;,|"
_LOOKED_AT = 100
_ALIKE = 0.8  # of the lines looked at: as many of them have the same number of fields


def read(path: Path, builder: TextBuilder) -> None:
    text, warning = decode(read_text_bytes(path))
    if looks_binary(text):
        raise refuse(Reason.UNSUPPORTED_TYPE)
    if warning:
        builder.warnings.append(warning)
    text = clean(text)
    delimiter = delimiter_of(text)
    if delimiter is None:
        write_lines(text.split("\n"), builder)
        return
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:  # a field of more than 128 KB: a quotation mark that never ends
        write_lines(text.split("\n"), builder)
        return
    for row in rows:
        cells = [" ".join(cell.split()) for cell in row]
        if any(cells):
            builder.add_row(cells)
    builder.end_table()


def delimiter_of(text: str) -> str | None:
    """The delimiter by which most of the first lines have the same number of fields, two or more."""
    lines = [line for line in text[: 64 * 1024].split("\n") if line.strip()][:_LOOKED_AT]
    best: tuple[float, int, str] | None = None
    for delimiter in _DELIMITERS:
        try:
            counts = Counter(len(row) for row in csv.reader(lines, delimiter=delimiter) if row)
        except csv.Error:
            continue
        fields, often = max(counts.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
        alike = often / max(1, counts.total())
        if fields > 1 and alike >= _ALIKE and (best is None or (alike, fields) > best[:2]):
            best = (alike, fields, delimiter)
    return None if best is None else best[2]
