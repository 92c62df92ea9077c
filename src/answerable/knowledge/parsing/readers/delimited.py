"""CSV and TSV as documents: a table. Lines that no delimiter parts are plain text."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from pathlib import Path

from answerable.knowledge.parsing.readers.plain import lines_of, write_lines
from answerable.knowledge.parsing.text_builder import TextBuilder

_DELIMITERS = "\t;,|"
_LOOKED_AT = 100
_ALIKE = 0.8  # of the lines looked at: as many of them have the same number of fields


def read(path: Path, builder: TextBuilder) -> None:
    lines = lines_of(path, builder)
    first = list(islice(lines, _LOOKED_AT))
    delimiter = delimiter_of(first)
    place = builder.place()
    try:
        if delimiter is not None:
            _write_rows(chain(first, lines), delimiter, builder)
            return
    except csv.Error:  # a field of more than 128 KB: a quotation mark that never ends
        builder.go_back(place)
    write_lines(lines_of(path, builder), builder)


def _write_rows(lines: Iterable[str], delimiter: str, builder: TextBuilder) -> None:
    for row in csv.reader((f"{line}\n" for line in lines), delimiter=delimiter):
        cells = [" ".join(cell.split()) for cell in row]
        if any(cells):
            builder.add_row(cells)
    builder.end_table()


def delimiter_of(first: Sequence[str]) -> str | None:
    """The delimiter by which most of the first lines have the same number of fields, two or more."""
    lines = [line for line in first if line.strip()]
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
