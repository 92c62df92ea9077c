"""Filters and aggregations as standard SQL text, for other tools to read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from sqlglot import exp
from sqlglot.tokens import Tokenizer

from answerable.data.engines.compiler.filters import compare, complement
from answerable.data.interchange.formulas import Term
from answerable.data.interchange.report import Inexpressible
from answerable.data.semantics.filters import AllOf, AnyOf, Condition, Filter, Not, Operator, Scalar
from answerable.data.semantics.model import TEMPORAL_TYPES, Aggregation, FieldType, ModelField

Column = Callable[[str], tuple[exp.Expr, ModelField]]
"""The column of a field as a filter names it, and the field. Raises Inexpressible."""
_FUNCTIONS: dict[Aggregation, type[exp.Func]] = {
    Aggregation.SUM: exp.Sum,
    Aggregation.AVG: exp.Avg,
    Aggregation.MIN: exp.Min,
    Aggregation.MAX: exp.Max,
    Aggregation.MEDIAN: exp.Median,
    Aggregation.COUNT: exp.Count,
}


def named_column(name: str, table: str | None = None) -> exp.Column:
    """A column by its name, quoted where SQL would take the name for a word of its own."""
    parts = [
        exp.to_identifier(part, quoted=part.upper() in Tokenizer.KEYWORDS or None)
        for part in (name, table)
        if part
    ]
    return exp.Column(this=parts[0], table=parts[1] if len(parts) > 1 else None)


def predicate(node: Filter, column: Column) -> exp.Expr:
    """The filter as an expression that is true for the rows that it keeps. Raises Inexpressible."""
    if isinstance(node, AllOf | AnyOf):
        kind, parts = (exp.And, node.all) if isinstance(node, AllOf) else (exp.Or, node.any)
        if not parts:
            raise Inexpressible("a list of no conditions")
        whole = predicate(parts[0], column)
        for number, part in enumerate(parts[1:]):
            left = whole if number else exp.paren(whole)
            whole = kind(this=left, expression=exp.paren(predicate(part, column)))
        return whole
    if isinstance(node, Not):
        return complement(predicate(node.negated, column))
    if not isinstance(node, Condition):
        raise Inexpressible("rows that other rows point at, or none")
    return _condition(node, column)


def aggregate(term: Term, column: Column, rows: exp.Expr) -> exp.Expr:
    """The aggregation as an expression; `rows` is what stands for a row where the rows are counted."""
    inner = column(term.field)[0] if term.field is not None else rows
    if term.where is not None:
        then = exp.Literal.number(1) if isinstance(inner, exp.Star) else inner
        inner = exp.Case(ifs=[exp.If(this=predicate(term.where, column), true=then)])
    if term.aggregation is Aggregation.COUNT_DISTINCT:
        return exp.Count(this=exp.Distinct(expressions=[inner]))
    return _FUNCTIONS[term.aggregation](this=inner)


def _condition(node: Condition, column: Column) -> exp.Expr:
    if node.part is not None or node.elapsed is not None:
        raise Inexpressible("a condition on what recurs in a date, or on the time between two")
    left, field = column(node.field)
    operator = node.operator
    if operator is Operator.IS_NULL:
        return exp.Is(this=left, expression=exp.Null())
    if operator is Operator.NOT_NULL:
        return exp.Not(this=exp.Is(this=left, expression=exp.Null()))
    if node.other is not None:
        if operator is Operator.NE:
            raise Inexpressible("a difference of two columns that keeps the rows without one")
        return compare(left, operator.value, column(node.other)[0])
    values = [_literal(value, field) for value in node.values]
    if operator in (Operator.NE, Operator.NOT_IN):
        empty = exp.Is(this=left.copy(), expression=exp.Null())
        other: exp.Expr = exp.Not(this=exp.In(this=left, expressions=values))
        if operator is Operator.NE:
            other = exp.NEQ(this=left, expression=values[0])
        return exp.Or(this=other, expression=empty)
    if operator is Operator.IN:
        return exp.In(this=left, expressions=values)
    if operator is Operator.BETWEEN:
        return exp.Between(this=left, low=values[0], high=values[1])
    if operator in (Operator.CONTAINS, Operator.STARTS_WITH):
        return _like(left, str(node.values[0]), anywhere=operator is Operator.CONTAINS)
    return compare(left, operator.value, values[0])


def _like(left: exp.Expr, text: str, *, anywhere: bool) -> exp.Expr:
    escaped = text
    for special in ("!", "%", "_"):
        escaped = escaped.replace(special, f"!{special}")
    pattern = exp.Literal.string(f"%{escaped}%" if anywhere else f"{escaped}%")
    like = exp.Like(this=left, expression=pattern)
    return like if escaped == text else exp.Escape(this=like, expression=exp.Literal.string("!"))


def _literal(value: Scalar, field: ModelField) -> exp.Expr:
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int | Decimal | float):
        return exp.Literal.number(str(value)) if value >= 0 else exp.Neg(this=exp.Literal.number(str(-value)))
    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.isoformat(" ")), exp.DataType.Type.TIMESTAMP)
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), exp.DataType.Type.DATE)
    if field.type in TEMPORAL_TYPES:
        kind = exp.DataType.Type.DATE if len(value) == len("2025-01-01") else exp.DataType.Type.TIMESTAMP
        return exp.cast(exp.Literal.string(value), kind)
    if field.type is FieldType.BOOLEAN and value.casefold() in ("true", "false"):
        return exp.Boolean(this=value.casefold() == "true")
    return exp.Literal.string(value)
