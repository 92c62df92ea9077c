"""Which values of one column are values of another: runs in the sandbox's child, over Parquet files.

Exact: every row is read. A sample could show inclusion, but never that a key is a key.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from sqlglot import exp

from answerable.data.semantics.overlap import ColumnPair, ContainmentOutcome, ContainmentRequest, Overlap
from answerable.kit.sandbox import JsonObject, Report


def measure(payload: JsonObject, report: Report) -> JsonObject:
    """Entry point of the child: a `ContainmentRequest` in, a `ContainmentOutcome` out, as JSON."""
    request = ContainmentRequest.model_validate(payload)
    connection = duckdb.connect(
        config={
            "memory_limit": f"{request.memory_bytes}B",
            "threads": request.threads,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
    )
    try:
        overlaps = []
        for pair in request.pairs:
            overlaps.append(overlap(connection, pair))
            report({"done": len(overlaps), "unit": "pairs"})
        return ContainmentOutcome(overlaps=overlaps).model_dump(mode="json")
    finally:
        connection.close()


def overlap(connection: duckdb.DuckDBPyConnection, pair: ColumnPair) -> Overlap:
    """What the values of one pair of columns show."""
    left, right = _scan(pair.left_table, pair.left_column), _scan(pair.right_table, pair.right_column)
    total, keyed, different = _figures(
        connection,
        f"SELECT count(*), count(v), count(DISTINCT v) FROM ({right})",  # noqa: S608
    )
    statement = f"""
        WITH points AS (SELECT v, count(*) AS n FROM ({left}) WHERE v IS NOT NULL GROUP BY v),
             keys AS (SELECT DISTINCT v FROM ({right}) WHERE v IS NOT NULL)
        SELECT count(*), coalesce(sum(points.n), 0), count(keys.v),
               coalesce(sum(points.n) FILTER (WHERE keys.v IS NOT NULL), 0),
               coalesce(bool_and(regexp_full_match(CAST(points.v AS VARCHAR), '[0-9]+')), false)
        FROM points LEFT JOIN keys ON keys.v = points.v
    """  # noqa: S608 - names are quoted by the builder of expressions
    distinct, rows, shared, matched, digits = _figures(connection, statement)
    return Overlap(
        left_rows=rows,
        left_distinct=distinct,
        right_rows=total,
        right_distinct=different,
        right_nulls=total - keyed,
        shared_values=shared,
        matched_rows=matched,
        digits=bool(digits),
    )


def _scan(table: Path, column: str) -> str:
    source = exp.Anonymous(this="read_parquet", expressions=[exp.Literal.string(str(table))])
    values = exp.Alias(this=exp.column(column, quoted=True), alias=exp.to_identifier("v"))
    return exp.Select().select(values).from_(source).sql(dialect="duckdb")


# Any: the columns of a query are known to whoever wrote it.
def _figures(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] = connection.execute(query).fetchone() or ()
    return row
