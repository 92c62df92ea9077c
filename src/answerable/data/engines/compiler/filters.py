"""Filter trees as predicates.

Negation is the complement: `ne`, `not_in` and `not` keep the rows whose value is unknown, so that
a filter and its opposite together always count every row.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlglot import exp

from answerable.data.engines.compiler import calendar as buckets
from answerable.data.engines.compiler.plan import FieldRef, Plan, refined_name
from answerable.data.engines.compiler.values import Typed, fit, literal, localise
from answerable.data.semantics.filters import (
    AllOf,
    AnyOf,
    Condition,
    Filter,
    Not,
    Operator,
    Pointed,
)
from answerable.data.semantics.model import FieldType
from answerable.data.semantics.query import Period

_COMPARE: dict[str, type[exp.Binary]] = {
    "eq": exp.EQ,
    "ne": exp.NEQ,
    "lt": exp.LT,
    "le": exp.LTE,
    "gt": exp.GT,
    "ge": exp.GTE,
}
_NEGATED = {Operator.NE: Operator.EQ, Operator.NOT_IN: Operator.IN}


def column(ref: FieldRef) -> exp.Expr:
    """The field as a quoted column of its dataset, or what is computed from it."""
    plain = exp.column(ref.field.name, table=ref.dataset.name, quoted=True)
    if ref.part is not None:
        return buckets.recurring(plain, ref.part)
    return _elapsed(ref, plain) if ref.since is not None else plain


def _elapsed(ref: FieldRef, until: exp.Expr) -> exp.Expr:
    """The time since another field in the unit: whole days between dates, else the seconds divided."""
    assert ref.since is not None
    since = column(ref.since)
    if FieldType.DATE in (ref.field.type, ref.since.field.type):
        days = exp.DateDiff(
            this=buckets.as_date(until), expression=buckets.as_date(since), unit=exp.var("DAY")
        )
        return exp.cast(days, exp.DataType.Type.DOUBLE)
    seconds = exp.DateDiff(this=until, expression=since, unit=exp.var("SECOND"))
    divisor = exp.Literal.number({"minutes": 60, "hours": 3600, "days": 86400}[ref.span])
    whole = exp.cast(seconds, exp.DataType.Type.DOUBLE)
    return exp.paren(exp.Div(this=whole, expression=divisor, typed=False, safe=False))


def predicate(node: Filter, plan: Plan) -> exp.Expr:
    """The filter as an expression that is true for the rows to keep."""
    if isinstance(node, AllOf):
        return _joined(exp.And, [predicate(part, plan) for part in node.all], empty=True)
    if isinstance(node, AnyOf):
        return _joined(exp.Or, [predicate(part, plan) for part in node.any], empty=False)
    if isinstance(node, Not):
        return complement(predicate(node.negated, plan))
    if isinstance(node, Pointed):
        key = exp.column(plan.pointed[node].link.right_field, table=plan.dataset.name, quoted=True)
        return exp.In(this=key, query=plan.pointers[node].copy().subquery())
    assert isinstance(node, Condition), "segments are written out before"
    return _condition(node, plan)


def within(ref: FieldRef, period: Period | None, time_zone: str) -> list[exp.Expr]:
    """The half-open period as conditions on the field: none, one or two."""
    if period is None:
        return []
    sides: tuple[tuple[type[exp.Binary], date | datetime | None], ...] = (
        (exp.GTE, period.start),
        (exp.LT, period.end),
    )
    conditions: list[exp.Expr] = []
    for operator, bound in sides:
        if bound is not None:
            moment = localise(bound, time_zone) if isinstance(bound, datetime) else bound
            left, value = _aligned_bound(ref, moment)
            conditions.append(operator(this=left, expression=literal(value)))
    return conditions


def compare(left: exp.Expr, operator: str, right: exp.Expr) -> exp.Expr:
    """`left operator right`, for the operators of thresholds."""
    return _COMPARE[operator](this=left, expression=right)


def among(left: exp.Expr, values: Sequence[Typed], kind: FieldType) -> exp.Expr:
    """Whether a column of the result is one of the values, text without case and outer blanks."""
    literals = [literal(value) for value in values]
    if kind is FieldType.STRING:
        left, literals = _folded(left), [_folded(value) for value in literals]
    return exp.In(this=left, expressions=literals)


def complement(condition: exp.Expr) -> exp.Expr:
    """True wherever the condition is not: false or unknown."""
    return exp.Not(this=exp.Is(this=exp.paren(condition), expression=exp.Boolean(this=True)))


def _condition(node: Condition, plan: Plan) -> exp.Expr:
    ref = plan.fields[refined_name(node.field, node.part, node.elapsed)]
    if node.operator in _NEGATED:
        positive = node.model_copy(update={"operator": _NEGATED[node.operator]})
        return complement(_condition(positive, plan))
    if node.operator is Operator.IS_NULL:
        return exp.Is(this=column(ref), expression=exp.Null())
    if node.operator is Operator.NOT_NULL:
        return exp.Not(this=exp.Is(this=column(ref), expression=exp.Null()))
    if node.other is not None:
        return compare(column(ref), node.operator.value, column(plan.fields[node.other]))
    values = [fit(value, ref.type, plan.calendar.time_zone) for value in node.values]
    if node.operator in (Operator.CONTAINS, Operator.STARTS_WITH):
        return _like(ref, str(values[0]), anywhere=node.operator is Operator.CONTAINS)
    left, rights = _aligned(ref, values)
    if node.operator is Operator.IN:
        return exp.In(this=left, expressions=rights) if rights else exp.Boolean(this=False)
    if node.operator is Operator.BETWEEN:
        return exp.Between(this=left, low=rights[0], high=rights[1])
    return compare(left, node.operator.value, rights[0])


def _aligned(ref: FieldRef, values: list[Typed]) -> tuple[exp.Expr, list[exp.Expr]]:
    """Field and values brought to one form: text without case and outer blanks, and moments against
    days as days, so that a timestamp is "on" the day that it falls on."""
    if ref.type is FieldType.STRING:
        return _folded(column(ref)), [_folded(literal(value)) for value in values]
    if ref.type is FieldType.TIMESTAMP and not any(isinstance(value, datetime) for value in values):
        return buckets.as_date(column(ref)), [literal(value) for value in values]
    if ref.type in (FieldType.TIMESTAMP, FieldType.DATE) and any(isinstance(v, datetime) for v in values):
        moments = [buckets.at_midnight(v) if isinstance(v, date) else v for v in values]
        left = exp.cast(column(ref), exp.DataType.Type.TIMESTAMP)
        return left, [literal(value) for value in moments]
    if ref.type is FieldType.INTEGER:
        values = [int(v) if isinstance(v, Decimal) and v == v.to_integral_value() else v for v in values]
    return column(ref), [literal(value) for value in values]


def _aligned_bound(ref: FieldRef, moment: date | datetime) -> tuple[exp.Expr, date | datetime]:
    if ref.type is FieldType.TIMESTAMP:
        return column(ref), buckets.at_midnight(moment)
    if isinstance(moment, datetime):
        if moment == buckets.at_midnight(moment.date()):
            return column(ref), moment.date()
        return exp.cast(column(ref), exp.DataType.Type.TIMESTAMP), moment
    return column(ref), moment


def _folded(text: exp.Expr) -> exp.Expr:
    return exp.Lower(this=exp.Trim(this=text))


def _like(ref: FieldRef, text: str, *, anywhere: bool) -> exp.Expr:
    for special in ("\\", "%", "_"):
        text = text.replace(special, f"\\{special}")
    pattern = exp.Lower(this=exp.Literal.string(f"%{text}%" if anywhere else f"{text.lstrip(' ')}%"))
    left = exp.Lower(this=column(ref)) if anywhere else _folded(column(ref))
    return exp.Escape(this=exp.Like(this=left, expression=pattern), expression=exp.Literal.string("\\"))


def _joined(kind: type[exp.Connector], parts: list[exp.Expr], *, empty: bool) -> exp.Expr:
    if not parts:
        return exp.Boolean(this=empty)
    whole = parts[0] if len(parts) == 1 else exp.paren(parts[0])
    for part in parts[1:]:
        whole = kind(this=whole, expression=exp.paren(part))
    return whole
