"""Our own check: one SELECT made only of what the compiler writes, over the tables that it may read.

It is an allow-list of kinds of syntax. What is run is written anew from the tree that was checked,
so that no two parsers can read one text in two ways.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from answerable.data.engines.errors import StatementRefused

MAX_TEXT = 200_000
MAX_NODES = 50_000
MAX_DEPTH = 400

_STRUCTURE: tuple[type[exp.Expr], ...] = (
    exp.Select, exp.Union, exp.Subquery, exp.With, exp.CTE, exp.TableAlias, exp.From, exp.Join,
    exp.Where, exp.Group, exp.Having, exp.Order, exp.Ordered, exp.Limit, exp.Distinct, exp.Table,
    exp.Column, exp.Identifier, exp.Alias, exp.Star, exp.Paren, exp.Window, exp.WindowSpec, exp.Filter,
    exp.Qualify, exp.Rank,
)  # fmt: skip
_VALUES: tuple[type[exp.Expr], ...] = (
    exp.Literal, exp.Boolean, exp.Null, exp.Neg, exp.Interval, exp.Var, exp.DataType, exp.Cast,
)  # fmt: skip
_OPERATORS: tuple[type[exp.Expr], ...] = (
    exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NullSafeEQ, exp.Is,
    exp.In, exp.Between, exp.Like, exp.Escape, exp.Exists, exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Case,
    exp.If,
)  # fmt: skip
_FUNCTIONS: tuple[type[exp.Expr], ...] = (
    exp.Sum, exp.Avg, exp.Min, exp.Max, exp.Median, exp.Count, exp.Abs, exp.Nullif, exp.Lower, exp.Trim,
    exp.TimestampTrunc, exp.DateTrunc, exp.GenerateSeries, exp.Explode, exp.Extract, exp.DateDiff,
    exp.PercentileCont, exp.Coalesce,
)  # fmt: skip
ALLOWED = frozenset((*_STRUCTURE, *_VALUES, *_OPERATORS, *_FUNCTIONS))

_TYPES = frozenset(
    {
        exp.DataType.Type.DATE,
        exp.DataType.Type.TIMESTAMP,
        exp.DataType.Type.TIMESTAMPNTZ,  # what TIMESTAMP is read as
        exp.DataType.Type.TIME,
        exp.DataType.Type.DOUBLE,
        exp.DataType.Type.VARCHAR,
        exp.DataType.Type.TEXT,
    }
)


def check_statement(sql: str, tables: Collection[str], *, max_rows: int | None = None) -> str:
    """The statement as it is to be run. Raises StatementRefused with the reason."""
    if len(sql) > MAX_TEXT:
        raise StatementRefused(f"A statement has at most {MAX_TEXT:,} characters.")
    try:
        statements = sqlglot.parse(sql, dialect="duckdb")
    except (SqlglotError, RecursionError) as error:
        raise StatementRefused("The statement cannot be read as SQL.") from error
    if len(statements) != 1 or statements[0] is None:
        raise StatementRefused("Give exactly one statement.")
    return check_expression(statements[0], tables, max_rows=max_rows)


def check_expression(root: exp.Expr, tables: Collection[str], *, max_rows: int | None = None) -> str:
    """The same for a tree. With `max_rows` the result is cut one row later, so that a cut shows."""
    try:
        return checked_tree(root, tables, max_rows=max_rows).sql(dialect="duckdb", comments=False)
    except RecursionError as error:
        raise StatementRefused("The statement is nested too deeply.") from error


def checked_tree(root: exp.Expr, tables: Collection[str], *, max_rows: int | None = None) -> exp.Expr:
    """The tree as it is to be run, once it is checked. Raises StatementRefused."""
    if not isinstance(root, (exp.Select, exp.Union)):
        raise StatementRefused("Only a SELECT can be run.")
    stages = stages_of(root)
    if stages & set(tables):
        raise StatementRefused("A stage may not be named as a table is.")
    for count, node in enumerate(root.walk()):
        if count > MAX_NODES:
            raise StatementRefused("The statement is too long.")
        _check_node(node, {*tables, *stages}, stages)
    return _cut(root, max_rows)


def stages_of(root: exp.Expr) -> set[str]:
    """The names of a statement's stages, which stand at its head, each before those that read it.

    One defined deeper inside, or later, would lend its name to a table that is read elsewhere. Raises
    StatementRefused.
    """
    head = root.args.get("with_")
    if any(found is not head for found in root.find_all(exp.With)):
        raise StatementRefused("Stages stand at the head of a statement.")
    if not isinstance(head, exp.With):
        return set()
    stages = list(head.expressions)
    names = [stage.alias for stage in stages]
    if len({name.casefold() for name in names}) < len(names):
        raise StatementRefused("Two stages may not have one name.")
    for place, stage in enumerate(stages):
        later = names[place + bool(head.args.get("recursive")) :]
        if any(table.name in later and not table.db for table in stage.find_all(exp.Table)):
            raise StatementRefused("A stage reads those before it alone.")
    return set(names)


def _check_node(node: exp.Expr, sources: Collection[str], stages: Collection[str]) -> None:
    if type(node) not in ALLOWED:
        raise StatementRefused(f"{type(node).__name__} is not allowed in a query.")
    if isinstance(node, exp.With) and node.args.get("recursive"):
        raise StatementRefused("A recursive query is not allowed.")
    if isinstance(node, exp.DataType) and node.this not in _TYPES:
        raise StatementRefused("A cast to that type is not allowed.")
    if isinstance(node, exp.Select) and not node.expressions:
        raise StatementRefused("A SELECT needs at least one column.")
    if isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count):
        raise StatementRefused("Name the columns; only a count may use *.")
    if isinstance(node, exp.Table):
        _check_table(node, sources)
    if isinstance(node, exp.Column) and (node.args.get("db") or node.args.get("catalog")):
        raise StatementRefused("A column is named by its table and its name alone.")
    if isinstance(node, exp.Join):
        check_join(node, stages)


def _check_table(node: exp.Table, sources: Collection[str]) -> None:
    if not isinstance(node.this, exp.Identifier) or node.name not in sources:
        raise StatementRefused("Only the query's own tables can be read.")
    extras = {key for key, value in node.args.items() if value} - {"this", "alias"}
    if extras:
        raise StatementRefused("A table is named by its name alone.")


def check_join(node: exp.Join, stages: Collection[str]) -> None:
    """A join to a table has a condition; only a stage, which is small, may be crossed with. Raises
    StatementRefused."""
    table = node.this
    crossed = node.args.get("on") is None
    if crossed and not (isinstance(table, exp.Table) and table.name in stages):
        raise StatementRefused("A join needs a condition.")


def _cut(root: exp.Select | exp.Union, max_rows: int | None) -> exp.Expr:
    if max_rows is None:
        return root
    limit = root.args.get("limit")
    known = limit.expression.name if isinstance(limit, exp.Limit) else None
    if known is not None and known.isdigit() and int(known) <= max_rows:
        return root
    return root.limit(max_rows + 1)
