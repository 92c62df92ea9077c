"""Large plain files in one pass at the speed of DuckDB's own reader.

Types are decided on blocks spread over the file and then held against every cell: the statement
fails at the first cell that needs care, and the careful way reads the file instead. What comes
out is the same either way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import duckdb
from sqlglot import exp

from answerable.data.ingestion import encoding as encodings
from answerable.data.ingestion import footers, sql
from answerable.data.ingestion.cells import is_blank
from answerable.data.ingestion.chosen import decide_as_chosen
from answerable.data.ingestion.columns import Hints
from answerable.data.ingestion.headers import ColumnHeader
from answerable.data.ingestion.request import TableSettings
from answerable.data.ingestion.staging import RAW, hints_of, typed_column
from answerable.data.ingestion.textfile import LargeTable
from answerable.data.ingestion.typed import TypedColumn

_BLOCKS = 24
_BLOCK_BYTES = 32 << 10
_MOST_DISTINCT = 3000
# What says nothing about the file: no disk, no memory, no time.
_RESOURCES = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.InterruptException)


def write(
    connection: duckdb.DuckDBPyConnection,
    large: LargeTable,
    headers: list[ColumnHeader],
    target: Path,
    settings: TableSettings,
) -> list[TypedColumn] | None:
    """The columns of the Parquet file that was written, or None when the file is not plain enough;
    then nothing stays."""
    blocks = _blocks(large) if _is_plain_text(large) else None
    if blocks is None:
        return None
    selected = _columns(blocks, headers, settings)
    if selected is None:
        return None
    expressions, columns = selected
    select = exp.select(
        *[exp.alias_(e, h.name, quoted=True) for e, h in zip(expressions, headers, strict=True)]
    )
    statement = f"{sql.render(select)} FROM {_source(large, len(headers))}"
    try:
        connection.execute(f"COPY ({statement}) TO {sql.render(sql.text(str(target)))} (FORMAT parquet)")
    except duckdb.Error as error:
        target.unlink(missing_ok=True)
        if isinstance(error, _RESOURCES):
            raise
        return None
    return columns


def stage(connection: duckdb.DuckDBPyConnection, large: LargeTable, width: int) -> bool:
    """Load the cells of a large file whose rows are all regular into the table of raw cells, without
    Python in between. False when they are not, or nobody can say."""
    if not _is_plain_text(large) or _blocks(large) is None:
        return False
    try:
        connection.execute(f"CREATE OR REPLACE TABLE {RAW} AS SELECT * FROM {_source(large, width)}")  # noqa: S608
    except duckdb.Error as error:
        if isinstance(error, _RESOURCES):
            raise
        return False
    return True


def _is_plain_text(large: LargeTable) -> bool:
    file = large.file
    regular = file.encoding.name == "utf-8" and not file.encoding.nul_bytes and not file.dialect.aligned
    return regular and not file.dialect.escape and not large.head.left and not large.blank_rows


def _source(large: LargeTable, width: int) -> str:
    names = "{" + ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width)) + "}"
    dialect = large.file.dialect
    options = {
        "delim": dialect.delimiter,
        "quote": dialect.quote,
        "escape": dialect.quote,
        "nullstr": "",
    }
    written = ", ".join(f"{key} = {sql.render(sql.text(value))}" for key, value in options.items())
    return (
        f"read_csv({sql.render(sql.text(str(large.file.path)))}, columns = {names}, auto_detect = false, "
        f"header = false, skip = {large.skip}, max_line_size = {encodings.MAX_LINE_BYTES}, "
        f"strict_mode = true, null_padding = false, {written})"
    )


def _blocks(large: LargeTable) -> list[list[str]] | None:
    """Rows from all over the file; None when some are ragged or blank, or totals stand at the end."""
    rows: list[list[str]] = [list(row) for row in large.head.rows]
    size = large.file.path.stat().st_size
    delimiter_rows: list[list[str]] = []
    with large.file.path.open("rb") as handle:
        for block in range(1, _BLOCKS + 1):
            handle.seek(max(0, size * block // _BLOCKS - _BLOCK_BYTES))
            raw = handle.read(_BLOCK_BYTES).decode("utf-8", "ignore")
            lines = raw.splitlines(keepends=True)[1 : None if block == _BLOCKS else -1]
            delimiter_rows = list(large.file.dialect.reader(iter(lines)))
            # A block may start inside a quoted cell of several lines: its rows are odd, not the file's.
            fitting = [row for row in delimiter_rows if len(row) == large.head.width]
            rows += fitting
    last = delimiter_rows[-footers.MOST_FOOTER_ROWS :]
    if any(len(row) != large.head.width or all(is_blank(c) for c in row) for row in last):
        return None
    kept, _ = footers.cut_footer(last, large.head.labels)
    totals = any(footers.is_totals_label(row) for row in last)
    return rows if len(kept) == len(last) and not totals else None


def _columns(
    rows: Sequence[Sequence[str]], headers: Sequence[ColumnHeader], settings: TableSettings
) -> tuple[list[exp.Expression], list[TypedColumn]] | None:
    decisions = []
    for i, header in enumerate(headers):
        counted = Counter(row[i] for row in rows if not is_blank(row[i]))
        choices = settings.column(header.name)
        if choices.nothing is not None:
            return None
        texts = counted.most_common(_MOST_DISTINCT)
        decisions.append(decide_as_chosen(texts, header.label, Hints(), choices))
    hints = hints_of(decisions)
    if any(d.findings or d.open_question for d in decisions) or hints != Hints(hints.decimal_comma):
        return None
    expressions, columns = [], []
    for i, (decision, header) in enumerate(zip(decisions, headers, strict=True)):
        expression = decision.column.strict_sql(f"c{i}")
        if expression is None:
            return None
        expressions.append(expression)
        columns.append(typed_column(header, decision))
    return expressions, columns
