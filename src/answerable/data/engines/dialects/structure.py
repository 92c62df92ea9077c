"""Shapes of a statement that some databases lack, said in shapes that they have.

The results are the same: each rewriting is tested by executing both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlglot import exp

LONGEST_NAME = 63
EACH = "each period"
RANKED, RANK = "ranked rows", "its rank"
NUMBERED = "numbered rows"


def selects(tree: exp.Expr) -> list[exp.Select]:
    """All SELECTs, those inside of others first."""
    return list(reversed(list(tree.find_all(exp.Select, bfs=True))))


def own(select: exp.Select, *kinds: type[exp.Expr]) -> Iterator[exp.Expr]:
    """The nodes of these kinds in the clauses of one SELECT over its rows, not in those inside of it."""
    for name in ("expressions", "group", "having", "order", "qualify"):
        found = select.args.get(name)
        for part in found if isinstance(found, list) else [found]:
            if isinstance(part, exp.Expr):
                for node in part.walk(prune=lambda n: isinstance(n, (exp.Select, exp.Subquery))):
                    if isinstance(node, kinds):
                        yield node


def shorten_names(tree: exp.Expr) -> None:
    """Names of stages and columns that are longer than databases keep, each by one of its own."""
    known: dict[str, str] = {}
    for node in tree.find_all(exp.Identifier):
        if len(node.name) > LONGEST_NAME:
            short = known.setdefault(node.name, f"{node.name[:50]} ~{len(known)}")
            node.set("this", short)


def without_qualify(tree: exp.Expr) -> None:
    """A condition on ranks as one on the rows of a SELECT that has them as a column."""
    for select in selects(tree):
        qualify = select.args.get("qualify")
        if qualify is None:
            continue
        names = [projection.alias_or_name for projection in select.expressions]
        order, limit = select.args.get("order"), select.args.get("limit")
        for clause in ("qualify", "order", "limit"):
            select.set(clause, None)
        condition = qualify.this.copy()
        window = condition.find(exp.Window)
        assert window is not None
        window.replace(quoted(RANK))
        inner = select.copy()
        inner.set("with_", None)
        inner.append("expressions", _named(window, RANK))
        keys = []
        for number, key in enumerate(order.expressions if order is not None else []):
            inner.append("expressions", _named(key.this.copy(), f"sort {number}"))
            again = key.copy()
            again.set("this", quoted(f"sort {number}"))
            keys.append(again)
        outer = exp.Select().select(*map(quoted, names)).from_(_derived(inner, RANKED)).where(condition)
        if keys:
            outer.set("order", exp.Order(expressions=keys))
        outer.set("limit", limit)
        _become(select, outer)


def without_filters(tree: exp.Expr) -> None:
    """`agg(x) FILTER (WHERE c)` as `agg(CASE WHEN c THEN x END)`."""
    for node in list(tree.find_all(exp.Filter)):
        whole, condition = node.this, node.expression.this
        whole.set("this", exp.Case().when(condition.copy(), whole.this.copy()))
        node.replace(whole)


def without_percentiles(tree: exp.Expr, as_float: Callable[[exp.Expr], exp.Expr]) -> None:
    """A median or percentile as a sum over the one or two rows beside its place, counted by windows."""
    for select in selects(tree):
        found = list(own(select, exp.Median, exp.PercentileCont))
        if found:
            _count_rows(select, found, as_float)


def _count_rows(
    select: exp.Select, percentiles: list[exp.Expr], as_float: Callable[[exp.Expr], exp.Expr]
) -> None:
    keys = _group_keys(select)
    values = list(dict.fromkeys(percentile.this for percentile in percentiles))
    names = {projection.alias_or_name for projection in select.expressions}
    columns = list(
        dict.fromkeys(
            column
            for column in own(select, exp.Column)
            if isinstance(column, exp.Column) and (column.table or column.name not in names)
        )
    )
    inner = exp.Select()
    for clause in ("from_", "joins", "where"):
        found = select.args.get(clause)
        inner.set(clause, [join.copy() for join in found] if clause == "joins" and found else _copied(found))
    for number, column in enumerate(columns):
        inner.append("expressions", _named(column.copy(), f"column {number}"))
    for number, value in enumerate(values):
        parts = [*(key.copy() for key in keys), exp.Is(this=value.copy(), expression=exp.Null())]
        order = exp.Order(expressions=[exp.Ordered(this=value.copy(), desc=False, nulls_first=True)])
        place = exp.Window(this=exp.RowNumber(), partition_by=[p.copy() for p in parts], order=order)
        count = exp.Window(this=exp.Count(this=exp.Star()), partition_by=parts)
        inner.append("expressions", _named(place, f"place {number}"))
        inner.append("expressions", _named(count, f"count {number}"))
    for percentile in percentiles:
        part = (
            percentile.expression if isinstance(percentile, exp.PercentileCont) else exp.Literal.number("0.5")
        )
        number = values.index(percentile.this)
        percentile.replace(_between(number, part, percentile.this, as_float(percentile.this.copy())))
    for node in list(own(select, exp.Column)):
        if isinstance(node, exp.Column) and node in columns:
            node.replace(quoted(f"column {columns.index(node)}"))
    select.set("from_", exp.From(this=_derived(inner, NUMBERED)))
    select.set("joins", [])
    select.set("where", None)


def _between(number: int, part: exp.Expr, value: exp.Expr, as_float: exp.Expr) -> exp.Expr:
    """The value at the place of a percentile: that of the row at or below it, and as much of the way to the
    next as it lies beyond. Weights for both would make of two equal values one that is not quite equal."""
    place = quoted(f"place {number}")
    before = exp.Sub(this=quoted(f"count {number}"), expression=exp.Literal.number(1))
    wanted = exp.paren(
        exp.Add(
            this=exp.Literal.number(1), expression=exp.Mul(this=part.copy(), expression=exp.paren(before))
        )
    )
    one = exp.Literal.number(1)
    beyond = exp.Sub(this=wanted, expression=place)
    low = exp.and_(
        exp.LTE(this=place.copy(), expression=wanted.copy()),
        exp.LT(this=beyond.copy(), expression=one.copy()),
        exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null())),
    )
    high = exp.and_(
        exp.GTE(this=place.copy(), expression=wanted.copy()),
        exp.GT(this=beyond.copy(), expression=exp.Neg(this=one.copy())),
    )
    lower, upper, way = (
        exp.Min(this=exp.Case().when(here, found))
        for here, found in ((low, as_float), (high, as_float.copy()), (low.copy(), beyond.copy()))
    )
    rise = exp.paren(exp.Sub(this=upper, expression=lower.copy()))
    return exp.paren(exp.Add(this=lower, expression=exp.Mul(this=rise, expression=way)))


def without_series(tree: exp.Expr) -> None:
    """A series of periods as a stage that reads itself, step by step."""
    explode = tree.find(exp.Explode)
    if explode is None:
        return
    series = explode.this
    body = explode.find_ancestor(exp.Select)
    assert body is not None
    name = body.expressions[0].alias
    later = exp.Add(this=quoted(name), expression=series.args["step"].copy())
    step = (
        exp.Select()
        .select(_named(later, name))
        .from_(exp.table_(EACH, quoted=True))
        .where(exp.LTE(this=later.copy(), expression=series.args["end"].copy()))
    )
    start = exp.Select().select(_named(series.args["start"].copy(), name))
    explode.replace(quoted(name))
    # The first step stands there whatever the end is: none is of a series that ends before it or nowhere.
    within = exp.LTE(this=quoted(name), expression=series.args["end"].copy())
    _become(body, body.copy().from_(exp.table_(EACH, quoted=True)).where(within))
    stages = tree.find(exp.With)
    assert stages is not None
    stages.set("recursive", True)
    each = exp.CTE(
        this=exp.union(start, step, distinct=False),
        alias=exp.TableAlias(
            this=exp.to_identifier(EACH, quoted=True), columns=[exp.to_identifier(name, quoted=True)]
        ),
    )
    place = next(
        number
        for number, stage in enumerate(stages.expressions)
        if any(table.name == EACH for table in stage.find_all(exp.Table))
    )
    stages.set("expressions", [*stages.expressions[:place], each, *stages.expressions[place:]])


def spell_out_orders(tree: exp.Expr) -> None:
    """Sort keys that compute with columns of the result, for a database that knows those by name alone."""
    for select in selects(tree):
        order = select.args.get("order")
        named = {p.alias: p.this for p in select.expressions if isinstance(p, exp.Alias)}
        for key in order.expressions if order is not None else []:
            if not isinstance(key.this, exp.Column):
                for column in list(key.this.find_all(exp.Column)):
                    if not column.table and column.name in named:
                        column.replace(named[column.name].copy())


def spell_out_nulls_last(tree: exp.Expr) -> None:
    """Ascending keys whose nulls come last, for a database that puts them first."""
    for order in list(tree.find_all(exp.Order)):
        keys: list[exp.Expr] = []
        for key in order.expressions:
            if not key.args.get("desc") and not key.args.get("nulls_first"):
                unknown = exp.Is(this=_meant(key.this, order), expression=exp.Null())
                keys.append(exp.Ordered(this=exp.paren(unknown), desc=False, nulls_first=True))
            keys.append(
                exp.Ordered(this=key.this, desc=key.args.get("desc"), nulls_first=not key.args.get("desc"))
            )
        order.set("expressions", keys)


def _meant(key: exp.Expr, order: exp.Order) -> exp.Expr:
    """What a key of a SELECT's order names: inside of an expression its own columns are not looked at."""
    select = order.parent
    if isinstance(select, exp.Select) and isinstance(key, exp.Column) and not key.table:
        for projection in select.expressions:
            if isinstance(projection, exp.Alias) and projection.alias == key.name:
                key = projection.this
    return key.copy()


def quoted(name: str) -> exp.Column:
    """A column by its quoted name alone."""
    return exp.column(name, quoted=True)


def _group_keys(select: exp.Select) -> list[exp.Expr]:
    group = select.args.get("group")
    keys = []
    for key in group.expressions if group is not None else []:
        by_place = isinstance(key, exp.Literal)
        keys.append(select.expressions[int(key.name) - 1].unalias() if by_place else key)
    return keys


def _named(expression: exp.Expr, name: str) -> exp.Alias:
    return exp.Alias(this=expression, alias=exp.to_identifier(name, quoted=True))


def _derived(select: exp.Select, name: str) -> exp.Subquery:
    alias = exp.TableAlias(this=exp.to_identifier(name, quoted=True))
    return exp.Subquery(this=select, alias=alias)


def _copied(node: exp.Expr | None) -> exp.Expr | None:
    return node.copy() if node is not None else None


def _become(old: exp.Select, new: exp.Select) -> None:
    """Put a SELECT in another's place; its stages stay, also where it is the whole statement."""
    stages = old.args.get("with_")
    for name in list(old.args):
        old.set(name, None)
    for name, value in list(new.args.items()):
        old.set(name, value)
    if stages is not None:
        old.set("with_", stages)
