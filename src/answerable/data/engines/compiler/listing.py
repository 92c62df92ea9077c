"""Rows as they are: no measures, no groups."""

from __future__ import annotations

from sqlglot import exp

from answerable.data.engines.compiler.aggregates import Rows, named, ordered, scan
from answerable.data.engines.compiler.filters import column
from answerable.data.engines.compiler.plan import Plan


def list_rows(plan: Plan) -> exp.Select:
    """The columns of the rows that pass the filter.

    Order: as asked, then time, then the primary key, then the columns themselves, so that only rows
    that look the same may change places.
    """
    select = scan(plan, Rows(plan.time.period if plan.time else None))
    select = select.select(*(named(column(ref), ref.name) for ref in plan.columns), copy=False)
    keys: list[tuple[exp.Expr, bool]] = [
        (column(plan.fields[order.by]), order.descending) for order in plan.order
    ]
    if plan.time is not None:
        keys.append((column(plan.time.ref), False))
    own = plan.dataset
    keys += [(exp.column(name, table=own.name, quoted=True), False) for name in own.primary_key]
    keys += [(column(ref), False) for ref in plan.columns]
    seen: set[exp.Expr] = set()
    for key, descending in keys:
        if key not in seen:
            seen.add(key)
            select = select.order_by(ordered(key.copy(), descending=descending), copy=False)
    return select if plan.limit is None else select.limit(plan.limit, copy=False)
