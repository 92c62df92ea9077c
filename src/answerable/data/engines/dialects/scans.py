"""A scan of a physical table: its columns under the names of their fields, in the fields' own types.

What a database compares, orders and converts by rules of its own is brought here to the rules of all.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from sqlglot import exp

from answerable.data.engines.dialects.tables import (
    BAD_VALUE,
    DialectName,
    PhysicalColumn,
    PhysicalTable,
    Storage,
    Traits,
)
from answerable.data.semantics.model import NUMERIC_TYPES, TEMPORAL_TYPES, FieldType

Type = exp.DataType.Type
_SCANNED = "scanned"
_PARTS = ("MONTH", "DAYOFMONTH", "YEAR")
SQLITE_MOMENT = "%Y-%m-%d %H:%M:%f"


def read_tables(tree: exp.Expr, tables: Mapping[str, PhysicalTable], traits: Traits, time_zone: str) -> None:
    """Put in each place where a dataset is read the scan of its table, of the needed columns alone."""
    named = {column.name for column in tree.find_all(exp.Column)}
    for node in list(tree.find_all(exp.Table)):
        table = tables.get(node.name)
        if table is not None and not node.args.get("db"):
            wanted = [column for column in table.columns if column.field in named]
            alias = exp.TableAlias(this=exp.to_identifier(node.alias_or_name, quoted=True))
            node.replace(exp.Subquery(this=scan(table, wanted, traits, time_zone), alias=alias))


def scan(
    table: PhysicalTable, wanted: Collection[PhysicalColumn], traits: Traits, time_zone: str
) -> exp.Select:
    """`SELECT … FROM` the table. Without a column there is still a row for each of its rows."""
    read = _READERS[traits.dialect]
    columns: list[exp.Expr] = [
        exp.Alias(this=read(column, traits, time_zone), alias=exp.to_identifier(column.field, quoted=True))
        for column in wanted
    ]
    for column in (found for expression in columns for found in expression.find_all(exp.Column)):
        # A quoted name that is no column is a text in SQLite; with its table's it is an error.
        column.set("table", exp.to_identifier(_SCANNED, quoted=True))
    if not columns:
        columns = [exp.Alias(this=exp.Literal.number(1), alias=exp.to_identifier("a row", quoted=True))]
    place = exp.table_(table.table, db=schema_of(table, traits.dialect), quoted=True)
    place.set("alias", exp.TableAlias(this=exp.to_identifier(_SCANNED, quoted=True)))
    return exp.Select().select(*columns).from_(place)


def schema_of(table: PhysicalTable, dialect: DialectName) -> str | None:
    """Where a table is looked for: never among the stages of a statement, whose names stand alone."""
    return "main" if dialect is DialectName.SQLITE else table.schema_name


def function(name: str, *arguments: exp.Expr | str) -> exp.Anonymous:
    """A call; a text is a literal."""
    return exp.Anonymous(
        this=name,
        expressions=[exp.Literal.string(a) if isinstance(a, str) else a for a in arguments],
    )


def _column(column: PhysicalColumn) -> exp.Expr:
    return exp.column(column.column, quoted=True)


def _postgresql(column: PhysicalColumn, traits: Traits, time_zone: str) -> exp.Expr:
    value = _column(column)
    if column.type is FieldType.STRING:
        text = exp.cast(value, Type.TEXT)
        if traits.text_collation is None:
            return text
        name = exp.to_identifier(traits.text_collation, quoted=True)
        return exp.Collate(this=text, expression=name)
    if column.storage is Storage.ZONED:
        return exp.AtTimeZone(this=value, zone=exp.Literal.string(time_zone))
    if column.storage is Storage.INSTANT:
        return by_clocks_of(value, time_zone)
    if column.storage is Storage.CONVERTED:
        return exp.cast(value, _CASTS[column.type])
    return value


def by_clocks_of(utc: exp.Expr, time_zone: str) -> exp.Expr:
    """A moment that is kept in UTC, without a zone, as the clocks of a time zone show it."""
    if time_zone == "UTC":
        return utc
    moment = exp.AtTimeZone(this=utc, zone=exp.Literal.string("UTC"))
    return exp.AtTimeZone(this=moment, zone=exp.Literal.string(time_zone))


def _duckdb(column: PhysicalColumn, _traits: Traits, time_zone: str) -> exp.Expr:
    value = _column(column)
    if column.storage is Storage.ZONED:
        return exp.AtTimeZone(this=value, zone=exp.Literal.string(time_zone))
    if column.storage is Storage.CONVERTED:
        return exp.cast(value, _CASTS[column.type])
    return value


def without_a_day(column: PhysicalColumn) -> exp.Expr:
    """Whether a date or moment of MySQL is none of the calendar's: `0000-00-00`, `2024-00-15`."""
    parts = [
        exp.EQ(this=function(part, _column(column)), expression=exp.Literal.number(0)) for part in _PARTS
    ]
    return exp.Or(this=exp.Or(this=parts[0], expression=parts[1]), expression=parts[2])


def _mysql(column: PhysicalColumn, traits: Traits, time_zone: str) -> exp.Expr:
    value = _column(column)
    if column.type in TEMPORAL_TYPES:
        # Always, as no catalogue tells whether there are any: drivers and functions each make another thing
        # of such a date.
        known = exp.Not(this=exp.paren(without_a_day(column)))
        value = exp.Case().when(known, value)
    if column.type is FieldType.STRING:
        text = exp.Cast(this=value, to=exp.DataType.build("CHAR CHARACTER SET utf8mb4", dialect="mysql"))
        return _collated(text, traits.text_collation)
    if column.storage is Storage.FLAG:
        return exp.NEQ(this=value, expression=exp.Literal.number(0))
    if column.storage is Storage.ZONED and time_zone != "UTC":
        # The session's zone is UTC, so that this is what the column holds.
        return function("CONVERT_TZ", value, "+00:00", time_zone)
    if column.storage is Storage.CONVERTED:
        return exp.cast(value, _CASTS[column.type])
    return value


def _sqlite(column: PhysicalColumn, _traits: Traits, _time_zone: str) -> exp.Expr:
    value = _column(column)
    if column.type is FieldType.STRING:
        return _collated(exp.cast(value, Type.TEXT), "BINARY")
    if column.type in NUMERIC_TYPES or column.type is FieldType.BOOLEAN:
        # A column of numbers may hold text, which a sum would silently take as 0.
        kinds = [exp.Literal.string(kind) for kind in ("integer", "real", "null")]
        sound: exp.Expr = exp.In(this=function("TYPEOF", value), expressions=kinds)
        if column.type is FieldType.BOOLEAN:
            known = exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null()))
            flag = exp.NEQ(this=value.copy(), expression=exp.Literal.number(0))
            return _or_fail(sound, exp.Case().when(known, flag), column)
        return _or_fail(sound, value.copy(), column)
    if column.type in (FieldType.DATE, FieldType.TIMESTAMP):
        modifiers = {Storage.UNIX_SECONDS: ("unixepoch",), Storage.UNIX_MILLISECONDS: ("unixepoch",)}
        moment: exp.Expr = value
        if column.storage is Storage.UNIX_MILLISECONDS:
            moment = exp.Div(this=value, expression=exp.Literal.number("1000.0"), typed=False, safe=False)
        shape = "%Y-%m-%d" if column.type is FieldType.DATE else SQLITE_MOMENT
        shown = function("STRFTIME", shape, moment, *modifiers.get(column.storage, ()))
        unknown = exp.Is(this=value.copy(), expression=exp.Null())
        good = exp.Not(this=exp.Is(this=shown.copy(), expression=exp.Null()))
        return _or_fail(exp.Or(this=unknown, expression=good), shown, column)
    return value


def _or_fail(sound: exp.Expr, value: exp.Expr, column: PhysicalColumn) -> exp.Expr:
    return exp.Case().when(sound, value).else_(function(BAD_VALUE, column.column))


def _collated(text: exp.Expr, collation: str | None) -> exp.Expr:
    if collation is None:
        return text
    return exp.Collate(this=text, expression=exp.var(collation))


_CASTS = {
    FieldType.STRING: Type.TEXT,
    FieldType.INTEGER: Type.BIGINT,
    FieldType.DECIMAL: Type.DECIMAL,
    FieldType.FLOAT: Type.DOUBLE,
    FieldType.BOOLEAN: Type.BOOLEAN,
    FieldType.DATE: Type.DATE,
    FieldType.TIMESTAMP: Type.TIMESTAMP,
    FieldType.TIME: Type.TIME,
}
_READERS: dict[DialectName, Callable[[PhysicalColumn, Traits, str], exp.Expr]] = {
    DialectName.DUCKDB: _duckdb,
    DialectName.POSTGRESQL: _postgresql,
    DialectName.MYSQL: _mysql,
    DialectName.SQLITE: _sqlite,
}
