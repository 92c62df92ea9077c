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
from answerable.data.ingestion.arguments import BooleansSaid
from answerable.data.ingestion.cells import is_blank
from answerable.data.ingestion.chosen import decide_as_chosen
from answerable.data.ingestion.column_types import Decision, Hints
from answerable.data.ingestion.headers import ColumnHeader
from answerable.data.ingestion.quality import Code, Finding
from answerable.data.ingestion.request import TableSettings
from answerable.data.ingestion.sentences import sentence_of
from answerable.data.ingestion.staging import hints_of, typed_column
from answerable.data.ingestion.textfile import LargeTable
from answerable.data.ingestion.typed import TypedColumn
from answerable.data.ingestion.verifying import RAW, raw_names

_BLOCKS = 24
_BLOCK_BYTES = 32 << 10
_BLOCK_ROWS = 32  # as many of each block are looked at: rows from many places say more than many from one
# Every step of every expression holds a buffer in each thread, and the rows are not kept on disk meanwhile.
_MOST_COLUMNS = 64
_HOLDS, _JUDGED = "holds", "judged"
# A buffer holds at least one line. DuckDB's own measure is 32 lines, half a GB, which one thread would read.
_BUFFER_BYTES = encodings.MAX_LINE_BYTES + (1 << 20)
_WHITE = "".join(letter for letter in map(chr, range(0x3001)) if letter.isspace())
_ONE_WHITE = "[" + "".join(rf"\x{{{ord(letter):x}}}" for letter in _WHITE) + "]"
_WHITE_AROUND = f"^{_ONE_WHITE}|{_ONE_WHITE}$"
# What says nothing about the file: no disk, no time.
_RESOURCES = (duckdb.IOException, duckdb.InterruptException)


def write(
    connection: duckdb.DuckDBPyConnection,
    large: LargeTable,
    headers: list[ColumnHeader],
    target: Path,
    settings: TableSettings,
) -> tuple[list[TypedColumn], list[Finding]] | None:
    """The columns of the Parquet file that was written with what there is to say of them, or None when the
    file is not plain enough; then nothing stays."""
    plain = len(headers) <= _MOST_COLUMNS and _is_plain_text(large)
    blocks = _blocks(large) if plain else None
    if blocks is None:
        return None
    selected = _columns(blocks, headers, settings)
    if selected is None:
        return None
    values, columns, findings = selected
    try:
        connection.execute(sql.as_parquet(_query(values, headers, _source(large, len(headers))), target))
    except duckdb.Error as error:
        target.unlink(missing_ok=True)
        if isinstance(error, _RESOURCES):
            raise
        return None
    return columns, [_counted(connection, target, finding) for finding in findings]


def _counted(connection: duckdb.DuckDBPyConnection, target: Path, finding: Finding) -> Finding:
    """A finding about words for yes and no with the number of cells in the whole file."""
    query = exp.select(exp.Count(this=sql.column(finding.column or "")))
    source = sql.render(sql.text(str(target)))
    row = connection.execute(f"{sql.render(query)} FROM read_parquet({source})").fetchone() or (0,)
    assert isinstance(finding.arguments, BooleansSaid)
    said = finding.arguments.model_copy(update={"count": row[0]})
    update = {"count": row[0], "arguments": said, "sentence": sentence_of(said)}
    return finding.model_copy(update=update)


def _query(values: Sequence[sql.Strict], headers: Sequence[ColumnHeader], source: str) -> str:
    """The rows of a source of raw cells as values; fails at the first cell that its value does not hold for.
    Values, conditions and failing are three steps, so that each value is computed once."""
    raw, names = raw_names(len(values)), [_value_name(i) for i in range(len(values))]
    made = [exp.alias_(strict.value, name) for strict, name in zip(values, names, strict=True)]
    filled = exp.Not(this=exp.Paren(this=_is_blank_row(raw)))
    holds = sql.every([filled, *(exp.Paren(this=strict.holds) for strict in values)])
    valued = exp.select(exp.Star(), *made)
    judged = exp.select(*names, exp.alias_(holds, _HOLDS))
    written = [
        exp.alias_(sql.column(name), header.name, quoted=True)
        for name, header in zip(names, headers, strict=True)
    ]
    # What is nowhere false holds: a cell without text says nothing, and nothing is what it becomes.
    # With its table, because a column of the file may have the same name.
    fails = exp.Is(this=exp.column(_HOLDS, table=_JUDGED), expression=exp.false())
    failing = sql.when([(fails, sql.call("error", "a cell needs care"))], exp.true())
    return (
        f"{sql.render(exp.select(*written))} FROM ({sql.render(judged)} FROM "
        f"({sql.render(valued)} FROM {source})) AS {_JUDGED} WHERE {sql.render(failing)}"
    )


def _is_blank_row(raw: Sequence[str]) -> exp.Expression:
    return exp.Is(this=sql.call("coalesce", *map(sql.column, raw)), expression=exp.Null())


def _value_name(position: int) -> str:
    return f"v{position}"


def stage(connection: duckdb.DuckDBPyConnection, large: LargeTable, width: int) -> bool:
    """Load the cells of a large file whose rows are all regular, none of them blank, into the table of raw
    cells, without Python in between. False when they are not, or nobody can say."""
    if not _is_plain_text(large) or _blocks(large) is None:
        return False
    cells = exp.select(*[exp.alias_(_stripped(sql.column(name)), name) for name in raw_names(width)])
    query = f"{sql.render(cells)} FROM {_source(large, width)}"
    try:
        connection.execute(f"CREATE OR REPLACE TABLE {RAW} AS {query}")
    except duckdb.Error as error:
        if isinstance(error, (*_RESOURCES, duckdb.OutOfMemoryException)):
            raise
        return False
    blank = sql.render(_is_blank_row(raw_names(width)))
    return connection.execute(f"SELECT 1 FROM {RAW} WHERE {blank} LIMIT 1").fetchone() is None  # noqa: S608


def _stripped(cell: exp.Expression) -> exp.Expression:
    """A cell without white space around it, as Python strips it; null when nothing is left. Trimming by a set
    is slow, so only those cells are trimmed that the pattern finds to begin or end with any of it."""
    trimmed = sql.call("nullif", sql.call("trim", cell, _WHITE), "")
    return sql.when([(sql.call("regexp_matches", cell, _WHITE_AROUND), trimmed)], cell)


def _is_plain_text(large: LargeTable) -> bool:
    file = large.file
    regular = file.encoding.name == "utf-8" and not file.encoding.nul_bytes and not file.dialect.aligned
    return regular and not file.dialect.escape and not large.head.left and not large.blank_rows


def _source(large: LargeTable, width: int) -> str:
    names = "{" + ", ".join(f"'{name}': 'VARCHAR'" for name in raw_names(width)) + "}"
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
        f"buffer_size = {_BUFFER_BYTES}, "
        f"strict_mode = true, null_padding = false, {written})"
    )


def _blocks(large: LargeTable) -> list[list[str]] | None:
    """Rows from all over the file; None when some are ragged or blank, or totals stand at the end."""
    rows: list[list[str]] = [list(row) for row in large.head.rows[: 4 * _BLOCK_ROWS]]
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
            rows += fitting[:_BLOCK_ROWS]
    last = delimiter_rows[-footers.MOST_FOOTER_ROWS :]
    if any(len(row) != large.head.width or all(is_blank(c) for c in row) for row in last):
        return None
    kept, _ = footers.cut_footer(last, large.head.labels)
    totals = any(footers.is_totals_label(row) for row in last)
    return rows if len(kept) == len(last) and not totals else None


def _columns(
    rows: Sequence[Sequence[str]], headers: Sequence[ColumnHeader], settings: TableSettings
) -> tuple[list[sql.Strict], list[TypedColumn], list[Finding]] | None:
    decisions = []
    for i, header in enumerate(headers):
        counted = Counter(row[i] for row in rows if not is_blank(row[i]))
        choices = settings.column(header.name)
        if choices.nothing is not None:
            return None
        decisions.append(
            decide_as_chosen(counted.most_common(), header.label, Hints(unit=header.unit), choices)
        )
    hints = hints_of(decisions)
    if any(_needs_care(d) for d in decisions) or hints != Hints(hints.decimal_comma):
        return None
    values, columns = [], []
    raw = raw_names(len(headers))
    for i, (decision, header) in enumerate(zip(decisions, headers, strict=True)):
        value = decision.column.strict_sql(raw[i], _value_name(i))
        if value is None:
            return None
        values.append(value)
        columns.append(typed_column(header, decision))
    findings = [
        finding.model_copy(update={"column": header.name})
        for decision, header in zip(decisions, headers, strict=True)
        for finding in decision.findings
    ]
    return values, columns, findings


def _needs_care(decision: Decision) -> bool:
    """Whether there is more to say of a column than which words stand for yes and no in it."""
    return decision.open_question or any(f.code is not Code.BOOLEANS for f in decision.findings)
