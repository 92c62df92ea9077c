"""The whole statement: stages of aggregates, joined, derived from, thresholded, ordered and cut.

A plain question becomes one SELECT. Comparisons, filled gaps, shares and running totals add stages
(common table expressions). Stages have a blank in their names, which no dataset and no column has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlglot import exp

from answerable.data.engines.compiler import derived, gaps
from answerable.data.engines.compiler.accumulated import openings
from answerable.data.engines.compiler.aggregates import (
    Rows,
    aggregate,
    first_bucket,
    having,
    last_days,
    last_times,
    named,
    ordered,
    pointing_keys,
    ranking,
    ranking_name,
    table,
)
from answerable.data.engines.compiler.calendar import in_sequence
from answerable.data.engines.compiler.columns import describe_columns
from answerable.data.engines.compiler.filters import among, compare
from answerable.data.engines.compiler.listing import list_rows
from answerable.data.engines.compiler.ordering import default_order
from answerable.data.engines.compiler.plan import GROUPS, PRESENT, Plan, PlannedGroup
from answerable.data.engines.compiler.validation import plan_query
from answerable.data.engines.compiler.values import literal
from answerable.data.semantics.model import FieldType, SemanticModel
from answerable.data.semantics.query import Grain, SemanticQuery
from answerable.data.semantics.result import Column

CURRENT, COMPARED, TOTALS = "these rows", "compared rows", "total rows"
PAIRED, DERIVED = "paired rows", "finished rows"


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement, the meaning of its columns, and the datasets (by name) whose rows it reads."""

    expression: exp.Select
    columns: tuple[Column, ...]
    datasets: tuple[str, ...]

    def sql(self, *, pretty: bool = True) -> str:
        """The statement in DuckDB's dialect."""
        return self.expression.sql(dialect="duckdb", pretty=pretty)


def compile_query(query: SemanticQuery, model: SemanticModel) -> Compiled:
    """The statement for a query. Tables are named as the model names its datasets.

    Raises InvalidQuery, with each problem's field and remedy.
    """
    plan = plan_query(query, model)
    plan = replace(
        plan, pointers={node: pointing_keys(found, node.at_least) for node, found in plan.pointed.items()}
    )
    if not plan.aggregated:
        expression = list_rows(plan)
    elif plan.count_groups:
        expression = _counted(plan)
    elif _needs_stages(plan):
        expression = _staged(plan)
    else:
        expression = _direct(plan)
    read = _read(plan).union(*(_read(pointer.plan) for pointer in plan.pointed.values()))
    return Compiled(expression, describe_columns(plan), tuple(sorted(read)))


def _read(plan: Plan) -> set[str]:
    """The datasets whose rows a plan reads."""
    return {plan.dataset.name} | {link.right for ref in plan.fields.values() for link in ref.path}


def _needs_stages(plan: Plan) -> bool:
    return (
        plan.comparison is not None
        or gaps.fills(plan)
        or any(m.share or m.running or m.accumulates or m.moving is not None for m in plan.measures)
        or plan.ranked_within is not None
        or any(group.only or (group.top is not None and group.top.others) for group in plan.groups)
    )


def _direct(plan: Plan) -> exp.Select:
    stages = _Stages(plan)
    select = aggregate(plan, stages.rows(CURRENT))
    if not plan.ranked_whole:
        for condition in having(plan):
            select = select.having(condition, copy=False)
    return stages.attach(_finish(plan, select))


def _counted(plan: Plan) -> exp.Select:
    """The number of groups that meet the thresholds."""
    stages = _Stages(plan)
    select = aggregate(plan, stages.rows(CURRENT))
    for condition in having(plan):
        select = select.having(condition, copy=False)
    stages.add(CURRENT, select)
    number = named(exp.Count(this=exp.Star()), GROUPS)
    return stages.attach(exp.Select().select(number, copy=False).from_(table(CURRENT)))


def _staged(plan: Plan) -> exp.Select:
    stages = _Stages(plan)
    stages.add(CURRENT, _marked(aggregate(plan, stages.rows(CURRENT))))
    if plan.comparison is not None:
        compared = stages.rows(COMPARED)
        stages.add(COMPARED, _marked(aggregate(plan, compared)))
        if derived.needs_beginning(plan):
            stages.add(derived.BEGINNING, first_bucket(plan, compared))
    if any(measure.share for measure in plan.measures):
        stages.add(TOTALS, aggregate(plan, stages.rows(TOTALS)))
    running_on = replace(plan, measures=tuple(m for m in plan.measures if m.accumulates))
    for name in openings(plan):
        stages.add(name, aggregate(running_on, stages.rows(name)))
    for name, select in gaps.frame_stages(plan, CURRENT, COMPARED):
        stages.add(name, select)
    stages.add(PAIRED, derived.paired(plan, CURRENT, COMPARED, TOTALS))
    stages.add(DERIVED, derived.derived(plan, PAIRED))
    visible = [exp.column(column.name, quoted=True) for column in describe_columns(plan)]
    select = exp.Select().select(*visible, copy=False).from_(table(DERIVED))
    for group in plan.groups:
        if group.only:
            chosen = among(exp.column(group.ref.name, quoted=True), group.only, _shown_type(group))
            select = select.where(chosen, copy=False)
    within = plan.ranked_within
    if within is not None and within.top is not None:
        first = exp.LTE(
            this=exp.column(derived.PLACE, quoted=True), expression=exp.Literal.number(within.top.n)
        )
        select = select.where(first, copy=False)
    aliases = {measure.alias for measure in plan.measures}
    for threshold in plan.having:
        in_ranking = plan.ranked_whole and plan.top_by_derived is None and threshold.measure in aliases
        if not in_ranking:
            left = exp.column(threshold.measure, quoted=True)
            select = select.where(compare(left, threshold.operator, literal(threshold.value)), copy=False)
    return stages.attach(_finish(plan, select))


def _shown_type(group: PlannedGroup) -> FieldType:
    rest = group.top is not None and group.top.others
    return FieldType.STRING if rest else group.ref.type


def _marked(select: exp.Select) -> exp.Select:
    """With a column that tells a missing row from one whose values are all unknown."""
    return select.select(named(exp.Boolean(this=True), PRESENT), copy=False)


def _finish(plan: Plan, select: exp.Select) -> exp.Select:
    parts = {group.ref.name: group.ref.part for group in plan.groups if group.ref.part is not None}
    for key, descending in default_order(plan):
        place: exp.Expr = exp.column(key, quoted=True)
        if key in parts:
            place = in_sequence(place, parts[key])
        select = select.order_by(ordered(place, descending=descending), copy=False)
    limits = [plan.limit, plan.top_by_derived.n if plan.top_by_derived else None]
    bounds = [bound for bound in limits if bound is not None]
    return select.limit(min(bounds), copy=False) if bounds else select


class _Stages:
    """The common table expressions of one statement, in the order in which they need each other."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._stages: list[tuple[str, exp.Expr]] = []
        self._stock = any(measure.last_of is not None for measure in plan.measures)
        if plan.top_by_derived is None:
            for group in plan.groups:
                if group.top is not None and not group.top.each:
                    self._add_ranking(group.ref.name)

    def add(self, name: str, select: exp.Expr) -> None:
        """Put a stage after those that it reads."""
        self._stages.append((name, select))

    def rows(self, stage: str) -> Rows:
        """The rows that one of the three aggregates reads, with the last days that its stocks need."""
        plan = self._plan
        rows = Rows(plan.time.period if plan.time else None, ranked=plan.top_by_derived is None)
        if stage == COMPARED:
            rows = _compared(plan, rows)
        elif stage == TOTALS:
            by_bucket = bool(plan.groups) and plan.grain is not None
            # With nothing to divide by groups, the total is that of the period without the filter.
            filtered = bool(plan.groups) or plan.grain is not None
            rows = replace(rows, by_groups=False, by_bucket=by_bucket, filtered=filtered)
        elif stage in (before := openings(plan)):
            return replace(rows, period=before[stage], by_bucket=False)
        return self._with_last_days(stage, rows)

    def attach(self, select: exp.Select) -> exp.Select:
        """The statement with all its stages."""
        for name, stage in self._stages:
            select = select.with_(exp.to_identifier(name, quoted=True), as_=stage, copy=False)
        return select

    def _add_ranking(self, name: str) -> None:
        plan = self._plan
        group = next(group for group in plan.groups if group.ref.name == name)
        period = plan.time.period if plan.time else None
        if period is not None and group.top is not None and plan.measure(group.top.by).accumulates:
            period = period.model_copy(update={"start": None})
        rows = Rows(period, by_bucket=False)
        stage = ranking_name(group)
        self.add(stage, ranking(plan, group, self._with_last_days(stage, rows)))

    def _with_last_days(self, stage: str, rows: Rows) -> Rows:
        if not self._stock:
            return rows
        name = f"last day of {stage}"
        self.add(name, last_days(self._plan, rows))
        rows = replace(rows, last_days=name)
        if not any(measure.things is not None for measure in self._plan.measures):
            return rows
        name = f"last time of {stage}"
        self.add(name, last_times(self._plan, rows))
        return replace(rows, last_times=name)


def _compared(plan: Plan, rows: Rows) -> Rows:
    time = plan.time
    assert time is not None
    assert time.comparison is not None
    rows = replace(rows, period=time.comparison.period)
    if time.grain is None:
        return rows
    by_year = time.shift is None and time.grain in (Grain.DAY, Grain.HOUR)
    return replace(rows, shift=time.shift or 0, year_later=by_year)
