"""From the checked statement, which is in DuckDB's dialect, to the one that another database runs."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import ErrorLevel, exp
from sqlglot.errors import UnsupportedError

from answerable.data.engines.dialects import structure
from answerable.data.engines.dialects.leaves import Leaves
from answerable.data.engines.dialects.scans import read_tables
from answerable.data.engines.dialects.tables import DialectName, PhysicalTable, Traits
from answerable.data.engines.errors import QueryFailed

_SQLGLOT = {
    DialectName.DUCKDB: "duckdb",
    DialectName.POSTGRESQL: "postgres",
    DialectName.MYSQL: "mysql",
    DialectName.SQLITE: "sqlite",
}


def sqlglot_name(dialect: DialectName) -> str:
    """What sqlglot calls a dialect."""
    return _SQLGLOT[dialect]


def translate(
    checked: exp.Expr,
    tables: Mapping[str, PhysicalTable],
    traits: Traits,
    *,
    time_zone: str,
    pretty: bool = False,
) -> str:
    """The statement over the physical tables of the datasets that it reads, by their names.

    Text compares and sorts by code points, moments are in `time_zone`, and periods, medians and unknown
    values are what they are in DuckDB. Raises QueryFailed for what the database has no words for.
    """
    tree = checked.copy()
    structure.shorten_names(tree)
    if traits.dialect is not DialectName.DUCKDB:
        structure.without_qualify(tree)
    if traits.dialect is DialectName.POSTGRESQL:
        structure.spell_out_orders(tree)
    if traits.dialect is DialectName.MYSQL:
        structure.without_filters(tree)
        structure.without_percentiles(tree, lambda value: exp.cast(value, exp.DataType.Type.DOUBLE))
    if traits.dialect in (DialectName.MYSQL, DialectName.SQLITE):
        structure.without_series(tree)
    Leaves(tables, traits).rewrite(tree)
    if traits.dialect is DialectName.MYSQL:
        structure.spell_out_nulls_last(tree)
    read_tables(tree, tables, traits, time_zone)
    try:
        return tree.sql(
            dialect=_SQLGLOT[traits.dialect],
            pretty=pretty,
            comments=False,
            unsupported_level=ErrorLevel.RAISE,
        )
    except UnsupportedError as error:
        raise QueryFailed(
            f"{traits.dialect} has no words for a part of this query ({error}). Ask without it, or "
            "upload the tables, which are then computed here."
        ) from error
