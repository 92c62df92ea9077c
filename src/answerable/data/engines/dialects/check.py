"""Our own check of what another database is sent: read again in its dialect, it must be one SELECT over the
tables that it may read, of functions that compute and do nothing else.

The statement was checked before it was translated. This holds where the translation is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import Dialect, exp
from sqlglot.errors import SqlglotError

from answerable.data.engines.dialects.scans import schema_of
from answerable.data.engines.dialects.structure import EACH
from answerable.data.engines.dialects.tables import BAD_VALUE, LOWERED, DialectName, PhysicalTable
from answerable.data.engines.dialects.translate import sqlglot_name
from answerable.data.engines.duckdb.check import ALLOWED, MAX_NODES, MAX_TEXT, check_join, stages_of
from answerable.data.engines.errors import StatementRefused

_MORE: tuple[type[exp.Expr], ...] = (
    exp.AtTimeZone, exp.Collate, exp.CharacterSet, exp.DataTypeParam, exp.Mod, exp.DPipe, exp.RowNumber,
    exp.PercentileCont, exp.WithinGroup, exp.GenerateSeries, exp.Date, exp.Day, exp.DayOfMonth, exp.Month,
    exp.Year, exp.Hour, exp.TsOrDsToDate, exp.TsOrDsToTimestamp, exp.TimeToStr, exp.ConvertTimezone,
    exp.Typeof, exp.Translate,
    exp.Round, exp.DateTrunc, exp.TimestampTrunc, exp.CurrentTimestamp, exp.Anonymous, exp.Order,
    exp.ExplodingGenerateSeries, exp.Paren, exp.DateSub, exp.DateAdd, exp.Tuple,
    exp.Greatest, exp.DateDiff, exp.Extract, exp.PercentileCont,
)  # fmt: skip
_ALLOWED = frozenset((*ALLOWED, *_MORE))
_FUNCTIONS = {
    DialectName.DUCKDB: frozenset[str](),
    DialectName.POSTGRESQL: frozenset[str](),
    DialectName.MYSQL: frozenset(
        {"TO_SECONDS", "WEEKDAY", "DAYOFMONTH", "HOUR", "MONTH", "YEAR", "DATE", "CONVERT_TZ"}
    ),
    DialectName.SQLITE: frozenset(
        {"PERCENTILE", "STRFTIME", "TYPEOF", "MEDIAN", "ROUND", "DATE", BAD_VALUE.upper(), LOWERED.upper()}
    ),
}
_TYPES = frozenset(
    {
        exp.DataType.Type.DATE, exp.DataType.Type.DATETIME, exp.DataType.Type.TIMESTAMP,
        exp.DataType.Type.TIMESTAMPNTZ, exp.DataType.Type.TIME, exp.DataType.Type.DOUBLE,
        exp.DataType.Type.FLOAT, exp.DataType.Type.VARCHAR, exp.DataType.Type.TEXT, exp.DataType.Type.CHAR,
        exp.DataType.Type.CHARACTER_SET, exp.DataType.Type.DECIMAL, exp.DataType.Type.BIGINT,
        exp.DataType.Type.BOOLEAN, exp.DataType.Type.INT,
    }
)  # fmt: skip


def check_translated(sql: str, dialect: DialectName, tables: Mapping[str, PhysicalTable]) -> None:
    """Raises StatementRefused for anything but one SELECT over these tables."""
    if len(sql) > MAX_TEXT * 4:
        raise StatementRefused("The statement is too long.")
    if "\x00" in sql:
        raise StatementRefused("A statement has no NUL character.")
    try:
        language = Dialect.get_or_raise(sqlglot_name(dialect))
        tokens = language.tokenize(sql)
        statements = language.parser().parse(tokens, sql)
    except (SqlglotError, RecursionError) as error:
        raise StatementRefused("The statement cannot be read as SQL.") from error
    if any(token.comments for token in tokens):
        # A server runs some of what others take for a comment.
        raise StatementRefused("A statement has no comments.")
    if len(statements) != 1 or not isinstance(statements[0], (exp.Select, exp.Union)):
        raise StatementRefused("Only one SELECT can be run.")
    root = statements[0]
    stages = stages_of(root)
    places = {(schema_of(table, dialect) or "", table.table) for table in tables.values()}
    for count, node in enumerate(root.walk()):
        if count > MAX_NODES * 4:
            raise StatementRefused("The statement is too long.")
        _check(node, dialect, stages, places)


def _check(node: exp.Expr, dialect: DialectName, stages: set[str], places: set[tuple[str, str]]) -> None:
    if type(node) not in _ALLOWED:
        raise StatementRefused(f"{type(node).__name__} is not allowed in a query.")
    if isinstance(node, exp.Anonymous) and str(node.this).upper() not in _FUNCTIONS[dialect]:
        raise StatementRefused(f"The function {node.this} is not allowed in a query.")
    if isinstance(node, exp.DataType) and node.this not in _TYPES:
        raise StatementRefused("A cast to that type is not allowed.")
    if isinstance(node, exp.Select) and not node.expressions:
        raise StatementRefused("A SELECT needs at least one column.")
    if isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count):
        raise StatementRefused("Name the columns; only a count may use *.")
    if isinstance(node, exp.Join):
        check_join(node, stages)
    if isinstance(node, exp.With) and node.args.get("recursive") and EACH not in stages:
        raise StatementRefused("A recursive query is not allowed.")
    if isinstance(node, exp.Select) and (node.args.get("locks") or node.args.get("into")):
        raise StatementRefused("A query neither locks nor stores rows.")
    if isinstance(node, exp.Table):
        extras = {key for key, value in node.args.items() if value} - {"this", "db", "alias"}
        stage = not node.db and node.name in stages
        if (
            extras
            or not isinstance(node.this, exp.Identifier)
            or not all(part.args.get("quoted") for part in node.parts)  # a server folds the case of others
            or not (stage or (node.db, node.name) in places)
        ):
            raise StatementRefused("Only the query's own tables can be read.")
