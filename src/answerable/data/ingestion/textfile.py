"""Delimited text: small files are looked at as a whole, large ones by their beginning and end."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from answerable.data.ingestion import dialect as dialects
from answerable.data.ingestion import encoding as encodings
from answerable.data.ingestion import footers
from answerable.data.ingestion.arguments import (
    CountedTextSaid,
    CountSaid,
    DelimiterSaid,
    EncodingSaid,
    FewWordsSaid,
    NothingSaid,
    RivalSaid,
    TextSaid,
)
from answerable.data.ingestion.cells import CellKind, is_blank, kind_of
from answerable.data.ingestion.choices import Kept, TableChoices
from answerable.data.ingestion.dialect import Dialect
from answerable.data.ingestion.encoding import Encoding
from answerable.data.ingestion.errors import refuse
from answerable.data.ingestion.finder import FoundTable, Sheet, find_tables
from answerable.data.ingestion.quality import Code, Finding, Severity, left_out, noted, shorten
from answerable.kit.code_page import FewWords, Rival

WHOLE_BYTES = 24 << 20
_HEAD_ROWS = 3000
_TAIL_ROWS = 60
_LONGEST_CELL = 8 << 20
_MOST_COLUMNS = 4000
_BLOCKS, _BLOCK_BYTES = 32, 32 << 10


@dataclass(slots=True)
class TextFile:
    """A text file with its encoding and dialect, and what there is to say about them. `declared` says that
    its first line names the delimiter (`sep=;`), as Excel reads it."""

    path: Path
    encoding: Encoding
    dialect: Dialect
    declared: bool = False
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_large(self) -> bool:
        """Whether only its beginning and end are looked at before it is read in a stream."""
        return _is_large(self.path)

    @property
    def rows_about(self) -> int:
        """How many lines a large file has, as those in blocks all over it are long."""
        size = self.path.stat().st_size
        block_bytes = min(_BLOCK_BYTES, size // _BLOCKS + 1)
        with self.path.open("rb") as file:
            lines = 0
            for block in range(_BLOCKS):
                file.seek(size * block // _BLOCKS)
                lines += file.read(block_bytes).count(b"\n")
        return lines * size // (_BLOCKS * block_bytes)

    def records(self) -> Iterator[list[str]]:
        """The cells of each record, blank ones included. A quote that is never closed is read as a
        plain character, and reported, instead of swallowing the rest of the file."""
        yield from _records(self)


def _is_large(path: Path) -> bool:
    return path.stat().st_size > WHOLE_BYTES


def open_text(path: Path, choices: TableChoices = TableChoices(), *, believing: bool = False) -> TextFile:
    """Find out how a text file is written, as far as nobody chose. Refuses lines that are too long for a
    table. With `believing` a large file that begins as UTF-8 is taken for it."""
    encoding = encodings.detect(path, believing=believing and _is_large(path))
    if choices.encoding is not None and choices.encoding != encoding.name:
        encoding = Encoding(choices.encoding, nul_bytes=encoding.nul_bytes)
    sample = encodings.head(path, encoding, dialects.SAMPLE_CHARACTERS)
    whole = path.stat().st_size <= dialects.SAMPLE_CHARACTERS
    if not sample.strip():
        raise refuse("empty_file", "The file holds nothing but blanks. Upload a file with a header and rows.")
    declared, sample = dialects.declared(sample)
    dialect = dialects.detect(sample, complete=whole)
    if declared is not None and declared != dialect.delimiter:
        dialect = Dialect(declared)
    if choices.delimiter is not None and choices.delimiter != dialect.delimiter:
        dialect = Dialect(choices.delimiter)
    elif dialect.delimiter == " " and _is_lone_line_of_words(sample):
        raise refuse(
            "no_table",
            "The file holds one line of words and no table. Give it a header and rows; if it was a workbook, "
            "it is damaged: save it again.",
        )
    found = _encoding_findings(encoding) + _dialect_findings(dialect, declared)
    return TextFile(path, encoding, dialect, declared is not None, found)


def _is_lone_line_of_words(text: str) -> bool:
    """Whether a text is a sentence: a name that lies, or what is left of a workbook."""
    kinds = {kind_of(word) for word in text.split()}
    return len(text.strip().splitlines()) == 1 and kinds <= {CellKind.TEXT, CellKind.BOOLEAN}


def _encoding_findings(encoding: Encoding) -> list[Finding]:
    findings = []
    if encoding.name != "utf-8":
        doubtful = encoding.mixed or encoding.doubt is not None
        findings.append(
            noted(
                Code.ENCODING,
                Severity.DOUBTFUL if doubtful else Severity.INFO,
                _encoding_said(encoding),
                example="mixed" if encoding.mixed else encoding.name,
            )
        )
    if encoding.nul_bytes:
        said = CountSaid(code="nul_bytes", count=encoding.nul_bytes)
        findings.append(noted(Code.NUL_BYTES, Severity.CHANGED, said, count=encoding.nul_bytes))
    return findings


def _encoding_said(encoding: Encoding) -> EncodingSaid | FewWordsSaid | RivalSaid:
    name, mixed = encoding.name, encoding.mixed
    match encoding.doubt:
        case None:
            return EncodingSaid(code="encoding", encoding=name, mixed=mixed)
        case Rival(text=text, other=other, name=rival):
            return RivalSaid(
                code="encoding_rival", encoding=name, mixed=mixed, text=text, other=other, rival=rival
            )
        case FewWords(count=0):
            return EncodingSaid(code="encoding_unfit", encoding=name, mixed=mixed)
        case FewWords(count=words):
            return FewWordsSaid(code="encoding_few_words", encoding=name, mixed=mixed, words=words)


def _dialect_findings(dialect: Dialect, declared: str | None) -> list[Finding]:
    said = DelimiterSaid(
        code="delimiter_declared" if declared == dialect.delimiter else "delimiter",
        delimiter=dialect.delimiter,
    )
    return [noted(Code.DIALECT, Severity.INFO, said, example=dialect.delimiter)]


class _Lines:
    """Lines of a file that remembers those of the record being read."""

    def __init__(self, source: Iterable[str], *, strip: bool) -> None:
        self._source = iter(source)
        self._strip = strip
        self.record: list[str] = []
        self.size = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._source)
        if self._strip:
            line = line.strip() + "\n"
        self.record.append(line)
        self.size += len(line)
        if self.size > _LONGEST_CELL:
            raise csv.Error("record too long")
        return line

    def start_record(self) -> None:
        self.record.clear()
        self.size = 0


def _records(file: TextFile) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    source = encodings.lines(file.path, file.encoding)
    if file.declared:
        next(source, None)
        yield []  # the line counts where lines are skipped
    lines = _Lines(source, strip=file.dialect.aligned)
    reader = file.dialect.reader(lines)
    while True:
        lines.start_record()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            row = None
        if row is None or _unclosed(lines.record, file.dialect):
            yield from _unquoted(file, list(lines.record))
            reader = file.dialect.reader(lines)
        else:
            yield row


def _unclosed(record: list[str], dialect: Dialect) -> bool:
    """A record of several lines whose quotes do not pair up ended with the file, not with a quote."""
    if len(record) < 2 or not dialect.quote:
        return False
    marks = sum(
        line.count(dialect.quote) - 2 * line.count(dialect.escape + dialect.quote) * bool(dialect.escape)
        for line in record
    )
    return marks % 2 == 1


def _unquoted(file: TextFile, record: list[str]) -> Iterator[list[str]]:
    """The first line of a broken record with its quotes as plain characters, the others as usual."""
    if not any(f.code is Code.UNBALANCED_QUOTE for f in file.findings):
        said, example = NothingSaid(code="unbalanced_quote"), shorten(record[0])
        file.findings.append(noted(Code.UNBALANCED_QUOTE, Severity.DOUBTFUL, said, count=1, example=example))
    bare = replace(file.dialect, quote="")
    yield from bare.reader(iter(record[:1]))
    rest = record[1:]
    while rest:
        lines = _Lines(rest, strip=False)
        reader = file.dialect.reader(lines)
        consumed = 0
        for row in reader:
            if _unclosed(lines.record, file.dialect):
                break
            consumed += len(lines.record)
            lines.start_record()
            yield row
        rest = rest[consumed:]
        if rest:
            yield from bare.reader(iter(rest[:1]))
            rest = rest[1:]


def tables_of_small(file: TextFile, keep: Kept = Kept()) -> list[FoundTable]:
    """All tables of a file that is read as a whole."""
    return find_tables(Sheet(_checked(file.records()), ragged=True), keep)


def _checked(rows: Iterable[list[str]]) -> list[list[str]]:
    kept = []
    for row in rows:
        if len(row) > _MOST_COLUMNS:
            raise refuse(
                "too_many_columns",
                f"A row has {len(row):,} cells; tables have at most {_MOST_COLUMNS:,} columns.",
            )
        kept.append(row)
    return kept


@dataclass(slots=True)
class LargeTable:
    """The one table of a large file: its header, and its rows as a stream. Counters are complete
    when the stream has ended."""

    file: TextFile
    head: FoundTable
    skip: int
    choices: TableChoices
    findings: list[Finding] = field(default_factory=list)
    blank_rows: int = 0
    long_rows: int = 0
    long_example: str = ""
    short_rows: int = 0

    def rows(self) -> Iterator[list[str]]:
        """Rows with exactly one cell a column, without notes and totals at the end."""
        width, left = self.head.width, self.head.left
        tail: deque[list[str]] = deque()
        for index, record in enumerate(self.file.records()):
            if index < self.skip:
                continue
            row = record[left:]
            if all(is_blank(cell) for cell in row):
                self.blank_rows += 1
                continue
            tail.append(self._fitted(row, width, index))
            if len(tail) > _TAIL_ROWS:
                yield tail.popleft()
        kept, below = footers.cut_footer(list(tail), self.head.labels, self.choices.kept)
        self.findings += [f for f in below if f.code is Code.NOTES]
        # Totals of a large file cannot be verified by its last rows: they are kept and pointed at.
        totals = [row for row in tail if footers.is_totals_label(row)]
        notes = sum(f.count for f in below if f.code is Code.NOTES)
        kept = list(tail)[: len(tail) - notes]
        yield from (row for row in kept if self.choices.totals != "drop" or row not in totals)
        self._report(totals)

    def _fitted(self, row: list[str], width: int, index: int) -> list[str]:
        if len(row) < width:
            self.short_rows += 1
            return row + [""] * (width - len(row))
        if len(row) > width:
            extra = row[width:]
            if any(not is_blank(cell) for cell in extra):
                self.long_rows += 1
                self.long_example = (
                    self.long_example or f"record {index + 1}: {shorten(' | '.join(extra), 60)}"
                )
            return row[:width]
        return row

    def _report(self, totals: list[list[str]]) -> None:
        if totals:
            self.findings.append(_totals_of_large(totals, self.choices))
        blank = CountSaid(code="blank_rows", count=self.blank_rows)
        short = CountSaid(code="ragged_short", count=self.short_rows)
        long = CountSaid(code="ragged_long", count=self.long_rows)
        counted = (
            (Code.BLANK_ROWS, Severity.DROPPED, blank, ""),
            (Code.RAGGED_SHORT, Severity.CHANGED, short, ""),
            (Code.RAGGED_LONG, Severity.DROPPED, long, self.long_example),
        )
        self.findings += [
            noted(code, severity, said, count=said.count, example=example or None)
            for code, severity, said, example in counted
            if said.count
        ]


def _totals_of_large(totals: list[list[str]], choices: TableChoices) -> Finding:
    text = shorten(" | ".join(cell for cell in totals[0] if not is_blank(cell)))
    if choices.totals == "drop":
        return noted(
            Code.TOTALS,
            Severity.DROPPED,
            CountedTextSaid(code="totals_at_end", count=len(totals), text=text),
            count=len(totals),
            example=text,
            examples=left_out([text]),
        )
    return noted(
        Code.TOTALS_KEPT,
        Severity.INFO if choices.totals == "keep" else Severity.DOUBTFUL,
        TextSaid(code="totals_kept_at_end", text=text),
        count=len(totals),
        example=text,
    )


def table_of_large(file: TextFile, choices: TableChoices = TableChoices()) -> LargeTable:
    """The table of a large file, found in its first rows."""
    rows = []
    for row in file.records():
        rows.append(row)
        if len(rows) >= _HEAD_ROWS:
            break
    found = find_tables(Sheet(_checked(rows), ragged=True, complete=False))
    if not found:
        raise refuse("no_table", "No table is found in the file. Check that it has a header and rows.")
    head = max(found, key=lambda table: len(table.rows))
    findings = [
        f for f in head.findings if f.code not in (Code.RAGGED_LONG, Code.RAGGED_SHORT, Code.BLANK_ROWS)
    ]
    return LargeTable(file, head, skip=head.first_row, choices=choices, findings=findings)
