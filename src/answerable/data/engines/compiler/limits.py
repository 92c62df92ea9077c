"""Rows beyond a reader's reach, kept out at each scan: before joins, comparisons and totals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlglot import exp

from answerable.data.engines.compiler.compile import Compiled
from answerable.data.engines.compiler.filters import among
from answerable.data.engines.compiler.values import BadValue, Typed, fit
from answerable.data.semantics.model import ModelField
from answerable.data.semantics.paths import Path
from answerable.data.semantics.reach import LIMITING_TYPES, RowLimit


def within_limits(compiled: Compiled, limits: Mapping[str, Sequence[RowLimit]], time_zone: str) -> Compiled:
    """The statement over those rows of each dataset alone that pass all of its limits."""
    bound = [name for name in compiled.datasets if name in limits]
    if not bound:
        return compiled
    tree = compiled.expression
    columns = list(tree.find_all(exp.Column))
    for node in list(tree.find_all(exp.Table)):
        if node.name in bound:
            name = node.alias_or_name
            read = (column.name for column in columns if column.table == name)
            rows = _rows(node.name, read, limits[node.name], time_zone)
            alias = exp.TableAlias(this=exp.to_identifier(name, quoted=True))
            node.replace(exp.Subquery(this=rows, alias=alias))
    besides = {step.right for name in bound for limit in limits[name] for step in limit.path}
    return replace(compiled, datasets=tuple(sorted({*compiled.datasets, *besides})))


def _rows(dataset: str, columns: Iterable[str], limits: Sequence[RowLimit], time_zone: str) -> exp.Select:
    wanted: list[exp.Expr] = [exp.column(name, table=dataset, quoted=True) for name in dict.fromkeys(columns)]
    if not wanted:  # a count of rows names no column
        wanted = [exp.Alias(this=exp.Literal.number(1), alias=exp.to_identifier("a row", quoted=True))]
    select = exp.Select().select(*wanted, copy=False).from_(_table(dataset))
    for limit in limits:
        select = select.where(_passes(dataset, limit, limit.path, time_zone), copy=False)
    return select


def _passes(dataset: str, limit: RowLimit, path: Path, time_zone: str) -> exp.Expr:
    """Whether a row of the dataset leads over the path to one of the values."""
    if limit.field is None or limit.field.type not in LIMITING_TYPES:
        return exp.Boolean(this=False)
    if path:
        step, *rest = path
        key = exp.column(step.right_field, table=step.right, quoted=True)
        reached = exp.Select().select(key, copy=False).from_(_table(step.right))
        reached = reached.where(_passes(step.right, limit, tuple(rest), time_zone), copy=False)
        here = exp.column(step.left_field, table=dataset, quoted=True)
        return exp.In(this=here, query=reached.subquery())
    values = _fitting(limit.values, limit.field, time_zone)
    if not values:
        return exp.Boolean(this=False)
    column = exp.column(limit.field.name, table=dataset, quoted=True)
    return among(column, values, limit.field.type)


def _fitting(values: Sequence[str], field: ModelField, time_zone: str) -> list[Typed]:
    found = []
    for value in values:
        try:
            found.append(fit(value, field.type, time_zone))
        except BadValue:
            continue  # no row has it
    return found


def _table(name: str) -> exp.Table:
    return exp.table_(name, quoted=True)
