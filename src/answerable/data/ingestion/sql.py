"""Small builders of DuckDB expressions (sqlglot trees; text from files only ever as literals)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from sqlglot import exp


@dataclass(frozen=True, slots=True)
class Strict:
    """The value of a raw cell by a fast expression, and the condition on cell and value under which it is
    right; null, like a cell without text, is right."""

    value: exp.Expression
    holds: exp.Expression


def call(name: str, *arguments: exp.Expression | str | int) -> exp.Expression:
    """A function call; strings and integers become literals."""
    return exp.Anonymous(this=name, expressions=[_literal(a) for a in arguments])


def _literal(value: exp.Expression | str | int) -> exp.Expression:
    if isinstance(value, exp.Expression):
        return value
    return exp.Literal.number(value) if isinstance(value, int) else exp.Literal.string(value)


def text(value: str) -> exp.Expression:
    """A string literal."""
    return exp.Literal.string(value)


def column(name: str) -> exp.Expression:
    """A quoted column name."""
    return exp.column(name, quoted=True)


def cast(expression: exp.Expression, to: str, *, lenient: bool = False) -> exp.Expression:
    """CAST, or TRY_CAST when `lenient`: null for what does not fit."""
    kind = exp.TryCast if lenient else exp.Cast
    return kind(this=expression, to=exp.DataType.build(to, dialect="duckdb"))


def when(pairs: Sequence[tuple[exp.Expression, exp.Expression]], otherwise: exp.Expression) -> exp.Expression:
    """CASE WHEN … THEN … ELSE … END."""
    branches = [exp.If(this=condition, true=value) for condition, value in pairs]
    return exp.Case(ifs=branches, default=otherwise)


def matches(expression: exp.Expression, pattern: str) -> exp.Expression:
    """Whether the whole text matches an RE2 pattern."""
    return call("regexp_full_match", expression, pattern)


def among(expression: exp.Expression, values: Iterable[str]) -> exp.Expression:
    """expression IN (values)."""
    return exp.In(this=expression, expressions=[text(v) for v in sorted(values)])


def null() -> exp.Expression:
    """NULL."""
    return exp.Null()


def render(expression: exp.Expression) -> str:
    """The tree as DuckDB's SQL."""
    return expression.sql(dialect="duckdb")


def parquet(path: Path) -> exp.Expression:
    """A Parquet file to select from."""
    return call("read_parquet", str(path))


def as_parquet(query: str, path: Path) -> str:
    """The statement that writes a query's rows to a Parquet file. Version 2 packs numbers and dates by their
    differences: files are smaller by a third, and faster to write and to read."""
    return f"COPY ({query}) TO {quoted_path(path)} (FORMAT parquet, PARQUET_VERSION v2)"


def quoted_path(path: Path) -> str:
    """A path as a literal of a COPY statement."""
    return render(text(str(path)))


def number(value: Decimal) -> exp.Expression:
    """A number as a literal."""
    digits = exp.Literal.number(format(abs(value), "f"))
    return exp.Neg(this=digits) if value < 0 else digits


def every(conditions: Sequence[exp.Expression]) -> exp.Expression:
    """All of one or more conditions."""
    joined = conditions[0]
    for condition in conditions[1:]:
        joined = exp.And(this=joined, expression=condition)
    return joined
