"""Functions and types that a database spells in its own way, each replaced where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlglot import exp

from answerable.data.engines.dialects.scans import SQLITE_MOMENT, function
from answerable.data.engines.dialects.tables import (
    LOWERED,
    SIMPLY_LOWERED,
    DialectName,
    PhysicalColumn,
    PhysicalTable,
    Traits,
)
from answerable.data.semantics.model import FieldType

Type = exp.DataType.Type
_MYSQL_MOMENT = "DATETIME(6)"
_DAY_AND_MOMENT = {FieldType.DATE, FieldType.TIMESTAMP}


class Leaves:
    """Rewrites the functions and types of a statement for one database."""

    def __init__(self, tables: Mapping[str, PhysicalTable], traits: Traits) -> None:
        self._tables = tables
        self._traits = traits

    def rewrite(self, tree: exp.Expr) -> None:
        """Replace what is spelt otherwise, the inner expressions first."""
        rules = _RULES[self._traits.dialect]
        for node in reversed(list(tree.walk(bfs=True))):
            rule = rules.get(type(node))
            new = rule(self, node) if rule is not None else node
            if new is not node:
                node.replace(new)

    def _postgresql_lower(self, node: exp.Expr) -> exp.Expr:
        collation = self._traits.lower_collation
        if collation is not None and collation != self._traits.text_collation:
            # ICU makes two letters of the Turkish I, and another sigma at the end of a word.
            unicode = self._traits.unicode
            alone = function("TRANSLATE", node.this, *SIMPLY_LOWERED) if unicode else exp.paren(node.this)
            name = exp.to_identifier(collation, quoted=True)
            node.set("this", exp.Collate(this=alone, expression=name))
        return node

    def _mysql_lower(self, node: exp.Expr) -> exp.Expr:
        lower, text = self._traits.lower_collation, self._traits.text_collation
        if lower is None or text is None or lower == text:
            return node
        # Some collations know the capitals of later Unicode, but not the code points alone.
        node.set("this", exp.Collate(this=exp.paren(node.this), expression=exp.to_identifier(lower)))
        return exp.Collate(this=node.copy(), expression=exp.to_identifier(text))

    def _postgresql_explode(self, node: exp.Expr) -> exp.Expr:
        inner: exp.Expr = node.this
        return inner

    def _postgresql_percentile(self, node: exp.Expr) -> exp.Expr:
        order = exp.Order(expressions=[exp.Ordered(this=node.this, nulls_first=False)])
        return exp.WithinGroup(this=exp.PercentileCont(this=node.expression), expression=order)

    def _postgresql_difference(self, node: exp.Expr) -> exp.Expr:
        until, since = node.this, node.expression
        if node.args["unit"].name == "DAY":
            return exp.paren(exp.Sub(this=until, expression=since))
        sides = [exp.TimestampTrunc(this=side, unit=exp.var("SECOND")) for side in (until, since)]
        between = exp.paren(exp.Sub(this=sides[0], expression=sides[1]))
        return exp.Extract(this=exp.var("EPOCH"), expression=between)

    def _mysql_extract(self, node: exp.Expr) -> exp.Expr:
        if node.this.name != "ISODOW":
            return function(node.this.name, node.expression)
        weekday = function("WEEKDAY", node.expression)
        return exp.paren(exp.Add(this=weekday, expression=exp.Literal.number(1)))

    def _mysql_difference(self, node: exp.Expr) -> exp.Expr:
        if node.args["unit"].name == "DAY":
            return function("DATEDIFF", node.this, node.expression)
        sides = [function("TO_SECONDS", side) for side in (node.this, node.expression)]
        return exp.paren(exp.Sub(this=sides[0], expression=sides[1]))

    def _mysql_cast(self, node: exp.Expr) -> exp.Expr:
        kind = node.args["to"].this
        if kind == Type.TIMESTAMP:
            node.set("to", exp.DataType.build(_MYSQL_MOMENT, dialect="mysql"))
        elif kind == Type.VARCHAR:
            return self._shown(node) or node
        return node

    def _mysql_truncate(self, node: exp.Expr) -> exp.Expr:
        moment, unit = node.this, node.args["unit"].name
        day = function("DATE", moment)
        if unit == "HOUR":
            hours = exp.Interval(this=function("HOUR", moment.copy()), unit=exp.var("HOUR"))
            return exp.Add(
                this=exp.cast(day, exp.DataType.build(_MYSQL_MOMENT, dialect="mysql")), expression=hours
            )
        if unit == "WEEK":
            return _days_before(day, function("WEEKDAY", moment.copy()))
        first = _days_before(
            day, exp.Sub(this=function("DAYOFMONTH", moment.copy()), expression=exp.Literal.number(1))
        )
        if unit == "MONTH":
            return first
        month: exp.Expr = exp.Sub(this=function("MONTH", moment.copy()), expression=exp.Literal.number(1))
        if unit == "QUARTER":
            month = exp.Mod(this=exp.paren(month), expression=exp.Literal.number(3))
        return exp.Sub(
            this=exp.paren(first), expression=exp.Interval(this=exp.paren(month), unit=exp.var("MONTH"))
        )

    def _mysql_avg(self, node: exp.Expr) -> exp.Expr:
        # MySQL rounds an average of exact numbers to four more decimals.
        node.set("this", exp.cast(node.this, Type.DOUBLE))
        return node

    def _sqlite_cast(self, node: exp.Expr) -> exp.Expr:
        kind = node.args["to"].this
        value: exp.Expr = node.this
        if kind == Type.DATE:
            return value if _is_text(value) else function("STRFTIME", "%Y-%m-%d", value)
        if kind == Type.TIMESTAMP:
            if _is_text(value):
                return exp.Literal.string(_milliseconds(value.name))
            return function("STRFTIME", SQLITE_MOMENT, value)
        if kind == Type.TIME:
            return value
        if kind == Type.DOUBLE:
            return exp.cast(value, Type.DOUBLE)
        return self._shown(node) or exp.cast(value, Type.TEXT)

    def _sqlite_extract(self, node: exp.Expr) -> exp.Expr:
        shape = {"HOUR": "%H", "MONTH": "%m", "ISODOW": "%w"}[node.this.name]
        number: exp.Expr = exp.cast(function("STRFTIME", shape, node.expression), Type.BIGINT)
        if node.this.name != "ISODOW":
            return number
        # Sunday is 0 there and 7 here.
        later = exp.paren(exp.Add(this=number, expression=exp.Literal.number(6)))
        weekday = exp.Mod(this=later, expression=exp.Literal.number(7))
        return exp.paren(exp.Add(this=weekday, expression=exp.Literal.number(1)))

    def _sqlite_difference(self, node: exp.Expr) -> exp.Expr:
        sides = [
            exp.cast(function("STRFTIME", "%s", side), Type.BIGINT) for side in (node.this, node.expression)
        ]
        seconds = exp.paren(exp.Sub(this=sides[0], expression=sides[1]))
        if node.args["unit"].name != "DAY":
            return seconds
        return exp.paren(exp.Div(this=seconds, expression=exp.Literal.number(86_400), typed=True, safe=True))

    def _sqlite_compare(self, node: exp.Expr) -> exp.Expr:
        """A day beside a moment is its first instant: both are texts, of different lengths."""
        left, right = self._column(node.this), self._column(node.expression)
        if left is None or right is None or {left.type, right.type} != _DAY_AND_MOMENT:
            return node
        day = node.this if left.type is FieldType.DATE else node.expression
        day.replace(function("STRFTIME", SQLITE_MOMENT, day.copy()))
        return node

    def _sqlite_percentile(self, node: exp.Expr) -> exp.Expr:
        return function("PERCENTILE", node.this, node.expression)

    def _sqlite_truncate(self, node: exp.Expr) -> exp.Expr:
        moment, unit = node.this, node.args["unit"].name
        if unit == "HOUR":
            return function("STRFTIME", "%Y-%m-%d %H:00:00.000", moment)
        if unit == "WEEK":
            return function("DATE", moment, "-6 days", "weekday 1")
        if unit == "MONTH":
            return function("DATE", moment, "start of month")
        if unit == "YEAR":
            return function("DATE", moment, "start of year")
        month = exp.Sub(this=function("STRFTIME", "%m", moment.copy()), expression=exp.Literal.number(1))
        into = exp.paren(exp.Mod(this=exp.paren(month), expression=exp.Literal.number(3)))
        back = _joined(exp.Literal.string("-"), into, exp.Literal.string(" months"))
        return function("DATE", moment, "start of month", back)

    def _sqlite_add(self, node: exp.Expr) -> exp.Expr:
        if not isinstance(node.expression, exp.Interval):
            return node
        moment, length = node.this, node.expression
        number = int(length.this.name) * (-1 if isinstance(node, exp.Sub) else 1)
        unit = str(length.args["unit"].name).lower()
        moved = function("STRFTIME", SQLITE_MOMENT, moment, f"{number:+d} {unit}s")
        if unit != "month":
            return moved
        # From the 31st SQLite runs over into the month after; the last day is meant.
        day, before = function("STRFTIME", "%d", moved.copy()), function("STRFTIME", "%d", moment.copy())
        over = _joined(exp.Literal.string("-"), day.copy(), exp.Literal.string(" days"))
        clamped = function("STRFTIME", SQLITE_MOMENT, moved.copy(), over)
        return exp.Case().when(exp.LT(this=day, expression=before), clamped).else_(moved)

    def _sqlite_sum(self, node: exp.Expr) -> exp.Expr:
        """Exact decimals are floats in SQLite: their sum is rounded to the decimals that they have."""
        column = self._column(node.this)
        if column is None or column.type is not FieldType.DECIMAL or column.scale is None:
            return node
        if isinstance(node.parent, (exp.Window, exp.Filter)):
            return node
        return function("ROUND", node.copy(), exp.Literal.number(column.scale))

    def _sqlite_filter(self, node: exp.Expr) -> exp.Expr:
        whole = node.this
        column = self._column(whole.this) if isinstance(whole, exp.Sum) else None
        if column is None or column.type is not FieldType.DECIMAL or column.scale is None:
            return node
        return function("ROUND", node.copy(), exp.Literal.number(column.scale))

    def _sqlite_lower(self, node: exp.Expr) -> exp.Expr:
        return function(LOWERED.upper(), node.this)

    def _sqlite_median(self, node: exp.Expr) -> exp.Expr:
        return function("MEDIAN", node.this)

    def _shown(self, node: exp.Expr) -> exp.Expr | None:
        """A value as text, where a flag would be shown as a number."""
        column = self._column(node.this)
        if column is None or column.type is not FieldType.BOOLEAN:
            return None
        value, text = node.this, exp.Literal.string
        return exp.Case().when(value.copy(), text("true")).when(exp.Not(this=value.copy()), text("false"))

    def _column(self, node: exp.Expr) -> PhysicalColumn | None:
        if not isinstance(node, exp.Column) or not node.table:
            return None
        table = self._tables.get(node.table)
        return table.column(node.name) if table is not None else None


def _days_before(day: exp.Expr, number: exp.Expr) -> exp.Expr:
    return exp.Sub(this=day, expression=exp.Interval(this=exp.paren(number), unit=exp.var("DAY")))


def _joined(*parts: exp.Expr) -> exp.Expr:
    whole = parts[0]
    for part in parts[1:]:
        whole = exp.DPipe(this=whole, expression=part, safe=True)
    return whole


def _is_text(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and bool(node.is_string)


def _milliseconds(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}"


_Rule = Callable[[Leaves, exp.Expr], exp.Expr]
_RULES: dict[DialectName, dict[type[exp.Expr], _Rule]] = {
    DialectName.DUCKDB: {},
    DialectName.POSTGRESQL: {
        exp.Lower: Leaves._postgresql_lower,
        exp.Explode: Leaves._postgresql_explode,
        exp.PercentileCont: Leaves._postgresql_percentile,
        exp.DateDiff: Leaves._postgresql_difference,
    },
    DialectName.MYSQL: {
        exp.Cast: Leaves._mysql_cast,
        exp.TimestampTrunc: Leaves._mysql_truncate,
        exp.Avg: Leaves._mysql_avg,
        exp.Lower: Leaves._mysql_lower,
        exp.Extract: Leaves._mysql_extract,
        exp.DateDiff: Leaves._mysql_difference,
    },
    DialectName.SQLITE: {
        exp.Cast: Leaves._sqlite_cast,
        exp.TimestampTrunc: Leaves._sqlite_truncate,
        exp.Add: Leaves._sqlite_add,
        exp.Sub: Leaves._sqlite_add,
        exp.Sum: Leaves._sqlite_sum,
        exp.Filter: Leaves._sqlite_filter,
        exp.Median: Leaves._sqlite_median,
        exp.Lower: Leaves._sqlite_lower,
        exp.PercentileCont: Leaves._sqlite_percentile,
        exp.Extract: Leaves._sqlite_extract,
        exp.DateDiff: Leaves._sqlite_difference,
        **dict.fromkeys((exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE), Leaves._sqlite_compare),
    },
}
