"""Expressions of other formats, read and never run: into a column, a filter or a formula, or refused.

SQL's unknown is kept: `x <> 'a'` leaves out the rows without an x, which a filter of ours does not.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from answerable.data.interchange.formulas import Formula, Term, divided, less
from answerable.data.interchange.report import Inexpressible
from answerable.data.semantics.filters import AllOf, AnyOf, Condition, Filter, Not, Operator, Scalar
from answerable.data.semantics.model import Aggregation

LONGEST_EXPRESSION = 4000
_DEEPEST = 60
_AGGREGATIONS: dict[type[exp.Expr], Aggregation] = {
    exp.Sum: Aggregation.SUM,
    exp.Avg: Aggregation.AVG,
    exp.Min: Aggregation.MIN,
    exp.Max: Aggregation.MAX,
    exp.Median: Aggregation.MEDIAN,
    exp.Count: Aggregation.COUNT,
}
_COMPARISONS: dict[type[exp.Expr], Operator] = {
    exp.EQ: Operator.EQ,
    exp.NEQ: Operator.NE,
    exp.LT: Operator.LT,
    exp.LTE: Operator.LE,
    exp.GT: Operator.GT,
    exp.GTE: Operator.GE,
}
_OPPOSITE = {
    Operator.EQ: Operator.NE,
    Operator.NE: Operator.EQ,
    Operator.LT: Operator.GE,
    Operator.GE: Operator.LT,
    Operator.GT: Operator.LE,
    Operator.LE: Operator.GT,
    Operator.IN: Operator.NOT_IN,
    Operator.NOT_IN: Operator.IN,
    Operator.IS_NULL: Operator.NOT_NULL,
    Operator.NOT_NULL: Operator.IS_NULL,
}
_MIRRORED = {
    Operator.EQ: Operator.EQ,
    Operator.NE: Operator.NE,
    Operator.LT: Operator.GT,
    Operator.GT: Operator.LT,
    Operator.LE: Operator.GE,
    Operator.GE: Operator.LE,
}

Columns = Callable[[exp.Column], tuple[str, str]]
"""(dataset, field) of a column as an expression writes it. Raises Inexpressible."""


def parsed(text: str, dialect: str | None = None) -> exp.Expr:
    """The expression of a text. Raises Inexpressible for what is no single expression."""
    if len(text) > LONGEST_EXPRESSION:
        raise Inexpressible(f"the expression has more than {LONGEST_EXPRESSION:,} characters")
    try:
        found = sqlglot.parse(text, read=dialect)
    except (SqlglotError, RecursionError, ValueError) as error:
        raise Inexpressible("the expression is no SQL that can be read") from error
    if len(found) != 1 or found[0] is None:
        raise Inexpressible("write one expression")
    tree = found[0]
    if any(isinstance(node, exp.Query | exp.DML | exp.DDL | exp.Command) for node in tree.walk()):
        raise Inexpressible("a query or a statement inside an expression is not taken")
    if max((node.depth for node in tree.walk()), default=0) > _DEEPEST:
        raise Inexpressible("the expression is nested too deeply")
    while isinstance(tree, exp.Paren):
        tree = tree.this
    for bracketed in list(tree.find_all(exp.Paren)):
        bracketed.replace(bracketed.this)
    return tree


def plain_column(text: str, dialect: str | None = None) -> exp.Column:
    """The column that an expression is. Raises Inexpressible where it is computed."""
    tree = parsed(text, dialect)
    if not isinstance(tree, exp.Column) or isinstance(tree.this, exp.Star):
        raise Inexpressible(f"it is computed ({_shown(tree)}); only a plain column is taken")
    return tree


class SqlReader:
    """Reads filters and formulas; `columns` says which field each column is, `rows_of` whose rows COUNT(*)
    counts. Afterwards `compares_text` says whether a filter compares text: here that is done without case."""

    def __init__(self, columns: Columns, rows_of: str | None = None) -> None:
        self._columns = columns
        self._rows_of = rows_of
        self.compares_text = False

    def formula(self, tree: exp.Expr) -> Formula:
        """The formula that an aggregate expression computes."""
        if isinstance(tree, exp.Sub):
            return less(self.formula(tree.left), self.formula(tree.right))
        if isinstance(tree, exp.Div):
            return divided(self.formula(tree.left), self.formula(_unguarded(tree.right)))
        if isinstance(tree, exp.SafeDivide):
            return divided(self.formula(tree.this), self.formula(tree.expression))
        if isinstance(tree, exp.Cast) and tree.to.this in exp.DataType.NUMERIC_TYPES:
            return self.formula(tree.this)
        if isinstance(tree, exp.Mul):
            for one, other in ((tree.left, tree.right), (tree.right, tree.left)):
                if isinstance(one, exp.Literal) and not one.is_string and Decimal(one.name) == 1:
                    return self.formula(other)
        return Formula(self._term(tree))

    def filter(self, tree: exp.Expr, dataset: str) -> Filter:
        """The filter that keeps the rows of the dataset for which the expression is true."""
        return self._true(tree, dataset)

    def _term(self, tree: exp.Expr) -> Term:
        if isinstance(tree, exp.Filter):
            term = self._term(tree.this)
            return term.narrowed(self._true(tree.expression.this, term.dataset))
        if isinstance(tree, exp.WithinGroup):
            return self._median(tree)
        aggregation = _AGGREGATIONS.get(type(tree))
        if aggregation is None:
            raise Inexpressible(f"{_shown(tree)} is no aggregation that a metric can hold")
        inner: exp.Expr | None = tree.this
        if isinstance(inner, exp.Distinct):
            if aggregation is not Aggregation.COUNT or len(inner.expressions) != 1:
                raise Inexpressible("only COUNT takes DISTINCT, of one column")
            aggregation, inner = Aggregation.COUNT_DISTINCT, inner.expressions[0]
        if inner is None or tree.expressions:
            raise Inexpressible(f"{_shown(tree)} takes more than one column")
        return self._aggregated(aggregation, inner)

    def _median(self, tree: exp.WithinGroup) -> Term:
        kind, order = tree.this, tree.expression
        fraction = kind.this if isinstance(kind, exp.PercentileCont) else None
        if not isinstance(fraction, exp.Literal) or Decimal(fraction.name) != Decimal("0.5"):
            raise Inexpressible(
                "of percentiles only the median can be a metric; ask for others in a question"
            )
        ordered = order.expressions[0] if isinstance(order, exp.Order) else None
        return self._aggregated(Aggregation.MEDIAN, ordered.this if ordered is not None else tree)

    def _aggregated(self, aggregation: Aggregation, inner: exp.Expr) -> Term:
        if isinstance(inner, exp.Case):
            return self._case(aggregation, inner)
        if _is_star(inner) or (aggregation is Aggregation.COUNT and isinstance(inner, exp.Literal)):
            return Term(self._rows(inner), Aggregation.COUNT)
        if aggregation is Aggregation.SUM and _is_number(inner, 1):
            return Term(self._rows(inner), Aggregation.COUNT)
        if not isinstance(inner, exp.Column):
            raise Inexpressible(f"it aggregates {_shown(inner)}; only a plain column is taken")
        dataset, field = self._columns(inner)
        return Term(dataset, aggregation, field)

    def _rows(self, inner: exp.Expr) -> str:
        named = inner.table if isinstance(inner, exp.Column) else ""
        if named:
            return self._columns(exp.column(exp.Star(), table=named))[0]
        if self._rows_of is None:
            raise Inexpressible("COUNT(*) does not say whose rows; write COUNT of a key of the dataset")
        return self._rows_of

    def _case(self, aggregation: Aggregation, case: exp.Case) -> Term:
        """`SUM(CASE WHEN c THEN x END)`: the sum over the rows that meet the condition."""
        branches, otherwise = case.args.get("ifs") or [], case.args.get("default")
        if case.this is not None or len(branches) != 1:
            raise Inexpressible("a CASE with one WHEN can be a metric of a part of the rows, no other")
        nothing = otherwise is None or isinstance(otherwise, exp.Null)
        if not nothing and not (aggregation is Aggregation.SUM and _is_number(otherwise, 0)):
            raise Inexpressible("a CASE with an ELSE counts the other rows in; leave it out")
        then = branches[0].args["true"]
        where = branches[0].this
        if self._rows_of is None and not isinstance(then, exp.Column):
            column = next(where.find_all(exp.Column), None)
            # The rows that the condition is about.
            self._rows_of = self._columns(column)[0] if column is not None else None
        term = self._aggregated(aggregation, then)
        return term.narrowed(self._true(where, term.dataset))

    def _true(self, tree: exp.Expr, dataset: str) -> Filter:
        """The rows for which the expression is true, neither false nor unknown."""
        if isinstance(tree, exp.And):
            return _all(self._true(tree.left, dataset), self._true(tree.right, dataset))
        if isinstance(tree, exp.Or):
            return self._either(tree, dataset)
        if isinstance(tree, exp.Not):
            return self._false(tree.this, dataset)
        if isinstance(tree, exp.Is) and isinstance(tree.expression, exp.Boolean):
            kept = self._true if tree.expression.this else self._false
            return kept(tree.this, dataset)
        return _known(self._condition(tree, dataset))

    def _false(self, tree: exp.Expr, dataset: str) -> Filter:
        """The rows for which the expression is false, not unknown."""
        if isinstance(tree, exp.And):
            return _any(self._false(tree.left, dataset), self._false(tree.right, dataset))
        if isinstance(tree, exp.Or):
            return _all(self._false(tree.left, dataset), self._false(tree.right, dataset))
        if isinstance(tree, exp.Not):
            return self._true(tree.this, dataset)
        if isinstance(tree, exp.Is) and isinstance(tree.expression, exp.Boolean):
            kept = self._true if tree.expression.this else self._false
            return Not(negated=kept(tree.this, dataset))
        condition = self._condition(tree, dataset)
        opposite = _OPPOSITE.get(condition.operator)
        if opposite is not None:
            return _known(condition.model_copy(update={"operator": opposite}))
        there = Condition(field=condition.field, operator=Operator.NOT_NULL)
        return AllOf(all=(Not(negated=condition), there))

    def _either(self, tree: exp.Or, dataset: str) -> Filter:
        """Either side; `x <> 'a' OR x IS NULL` is one condition here."""
        left, right = tree.left, tree.right
        for one, other in ((left, right), (right, left)):
            if not isinstance(other, exp.Is) or not isinstance(other.expression, exp.Null):
                continue
            negative = isinstance(one, exp.NEQ) or (isinstance(one, exp.Not) and isinstance(one.this, exp.In))
            if not negative:
                continue
            condition = self._condition(one.this if isinstance(one, exp.Not) else one, dataset)
            if isinstance(one, exp.Not):
                condition = condition.model_copy(update={"operator": Operator.NOT_IN})
            if condition.field == self._field(other.this, dataset):
                return condition
        return _any(self._true(left, dataset), self._true(right, dataset))

    def _condition(self, tree: exp.Expr, dataset: str) -> Condition:
        operator = _COMPARISONS.get(type(tree))
        if operator is not None:
            return self._compared(tree, operator, dataset)
        if isinstance(tree, exp.Column):
            return Condition(field=self._field(tree, dataset), operator=Operator.EQ, values=(True,))
        if isinstance(tree, exp.Is) and isinstance(tree.expression, exp.Null):
            return Condition(field=self._field(tree.this, dataset), operator=Operator.IS_NULL)
        if isinstance(tree, exp.In) and tree.args.get("query") is None and tree.args.get("unnest") is None:
            values = tuple(self._value(each) for each in tree.expressions)
            return Condition(field=self._field(tree.this, dataset), operator=Operator.IN, values=values)
        if isinstance(tree, exp.Between):
            ends = (self._value(tree.args["low"]), self._value(tree.args["high"]))
            return Condition(field=self._field(tree.this, dataset), operator=Operator.BETWEEN, values=ends)
        if isinstance(tree, exp.Like | exp.ILike):
            return self._like(tree, "", dataset)
        if isinstance(tree, exp.Escape) and isinstance(tree.this, exp.Like | exp.ILike):
            return self._like(tree.this, tree.expression.name, dataset)
        raise Inexpressible(f"{_shown(tree)} is no condition that a filter can hold")

    def _compared(self, tree: exp.Expr, operator: Operator, dataset: str) -> Condition:
        left, right = tree.args["this"], tree.args["expression"]
        if not _is_field(left) and _is_field(right):
            left, right, operator = right, left, _MIRRORED[operator]
        field = self._field(left, dataset)
        if _is_field(right):
            return Condition(field=field, operator=operator, other=self._field(right, dataset))
        return Condition(field=field, operator=operator, values=(self._value(right),))

    def _value(self, tree: exp.Expr) -> Scalar:
        self.compares_text |= isinstance(tree, exp.Literal) and bool(tree.is_string)
        return _value(tree)

    def _like(self, tree: exp.Like | exp.ILike, escape: str, dataset: str) -> Condition:
        pattern = tree.expression
        while isinstance(pattern, exp.Lower):
            pattern = pattern.this
        if not isinstance(pattern, exp.Literal):
            raise Inexpressible(f"{_shown(tree)} compares with no fixed text")
        text, opened, closed = _unescaped(pattern.name, escape)
        if text is None or not closed:
            raise Inexpressible(f"the pattern {pattern.name!r} is neither a beginning nor a part of a text")
        operator = Operator.CONTAINS if opened else Operator.STARTS_WITH
        return Condition(field=self._field(tree.this, dataset), operator=operator, values=(text,))

    def _field(self, tree: exp.Expr, dataset: str) -> str:
        while isinstance(tree, exp.Lower | exp.Upper | exp.Trim):
            tree = tree.this
        if not isinstance(tree, exp.Column):
            raise Inexpressible(f"{_shown(tree)} is computed; a filter compares plain columns")
        owner, field = self._columns(tree)
        return field if owner == dataset else f"{owner}__{field}"


def _unguarded(tree: exp.Expr) -> exp.Expr:
    """A divisor without the guard against nothing, which divisions have here anyway."""
    guarded = isinstance(tree, exp.Nullif) and _is_number(tree.expression, 0)
    return tree.args["this"] if guarded else tree


def _is_field(tree: exp.Expr) -> bool:
    while isinstance(tree, exp.Lower | exp.Upper | exp.Trim):
        tree = tree.this
    return isinstance(tree, exp.Column)


def _is_star(tree: exp.Expr) -> bool:
    return isinstance(tree, exp.Star) or (isinstance(tree, exp.Column) and isinstance(tree.this, exp.Star))


def _is_number(tree: exp.Expr | None, number: int) -> bool:
    return isinstance(tree, exp.Literal) and not tree.is_string and Decimal(tree.name) == number


def _value(tree: exp.Expr) -> Scalar:
    while isinstance(tree, exp.Lower):
        tree = tree.this
    if isinstance(tree, exp.Cast) and isinstance(tree.this, exp.Literal) and tree.this.is_string:
        return _moment(tree)
    if isinstance(tree, exp.Neg) and isinstance(tree.this, exp.Literal) and not tree.this.is_string:
        return -_number(tree.this.name)
    if isinstance(tree, exp.Boolean):
        return bool(tree.this)
    if isinstance(tree, exp.Literal):
        return tree.name if tree.is_string else _number(tree.name)
    raise Inexpressible(f"{_shown(tree)} is computed; a filter compares with fixed values")


def _number(text: str) -> int | float | Decimal:
    if text.isdigit():
        return int(text)
    exact = Decimal(text)
    # As JSON has it, where that loses nothing.
    return float(exact) if Decimal(repr(float(exact))) == exact else exact


def _moment(tree: exp.Cast) -> Scalar:
    text, kind = tree.this.name, tree.to.this
    try:
        if kind in (exp.DataType.Type.DATE, exp.DataType.Type.DATE32):
            return date.fromisoformat(text).isoformat()
        if kind in exp.DataType.TEMPORAL_TYPES:
            return datetime.fromisoformat(text).isoformat()
        if kind in exp.DataType.NUMERIC_TYPES:
            return _number(text)
    except (ValueError, ArithmeticError) as error:
        raise Inexpressible(f"{text!r} is no {kind.value.lower()}") from error
    if kind in exp.DataType.TEXT_TYPES:
        return str(text)
    raise Inexpressible(f"{_shown(tree)} is no value that a filter can hold")


def _unescaped(pattern: str, escape: str) -> tuple[str | None, bool, bool]:
    """(the fixed text of a LIKE pattern, whether anything may stand before it, and after); no text where a
    wild card stands within it."""
    marks: list[tuple[str, bool]] = []
    characters = iter(pattern)
    for character in characters:
        if escape and character == escape:
            marks.append((next(characters, ""), False))
        else:
            marks.append((character, character in "%_"))
    opened = bool(marks) and marks[0] == ("%", True)
    closed = len(marks) > 1 and marks[-1] == ("%", True)
    inner = marks[opened : len(marks) - closed]
    if not inner or any(wild for _, wild in inner):
        return None, opened, closed
    return "".join(character for character, _ in inner), opened, closed


def _known(condition: Condition) -> Filter:
    """The condition, where SQL would leave out rows without the value and ours keeps them."""
    if condition.operator not in (Operator.NE, Operator.NOT_IN):
        return condition
    names = [condition.field, *([condition.other] if condition.other is not None else [])]
    there = tuple(Condition(field=name, operator=Operator.NOT_NULL) for name in names)
    return AllOf(all=(condition, *there))


def _all(left: Filter, right: Filter) -> Filter:
    parts = [part for each in (left, right) for part in (each.all if isinstance(each, AllOf) else (each,))]
    return AllOf(all=tuple(parts))


def _any(left: Filter, right: Filter) -> Filter:
    parts = [part for each in (left, right) for part in (each.any if isinstance(each, AnyOf) else (each,))]
    return AnyOf(any=tuple(parts))


def _shown(tree: exp.Expr) -> str:
    text = tree.sql()
    return text if len(text) <= 80 else f"{text[:77]}…"
