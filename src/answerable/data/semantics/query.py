"""The semantic query: what a question means, before any SQL exists.

Every name in it is checked against the semantic model before the compiler sees it. Relative
ranges are already resolved: a query holds dates, never "last month". The canonical form is
sorted and hashed; equal questions give equal hashes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from answerable.data.semantics.filters import (
    AllOf,
    Condition,
    DatePart,
    Elapsed,
    Filter,
    InSegment,
    Name,
    Not,
    Pointed,
    Scalar,
)
from answerable.data.semantics.model import Aggregation, Metric, Segment, SemanticModel


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Grain(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Measure(_Part):
    """A number to compute: a metric of the model by name, an aggregation of a field, or its percentile.

    Exactly one of `metric`, `aggregation` and `percentile` is set; `field` goes with the last two (None only
    for `count`, which then counts rows). With `elapsed` the field's time since another is aggregated. `where`
    narrows the rows of this measure alone; then `minus` is taken off, and what is left divided by `per`:
    revenue per customer, the part of the orders that came back. `share_of_total` adds a column
    `<alias>_share` with the part of the total of all groups, 0 to 1; `moving_average` adds
    `<alias>_moving_average` over that many periods, the row's own the last, null where there are fewer. With
    `unit` the number is given in another unit of its dimension: kilograms in `t`, EUR in `kEUR`. With
    `average_per` a sum or count is divided by how many such periods the query's time has: orders per month on
    average. The time has to be of whole ones, and has no grain.
    """

    metric: Name | None = None
    aggregation: Aggregation | None = None
    percentile: Annotated[float, Field(gt=0, lt=100)] | None = None
    field: Name | None = None
    elapsed: Elapsed | None = None
    where: Filter | None = None
    minus: Measure | None = None
    per: Measure | None = None
    unit: Annotated[str, Field(min_length=1, max_length=30)] | None = None
    alias: Name | None = None  # column name of the result; by default metric or aggregation_field
    share_of_total: bool = False
    running_total: bool = False
    moving_average: Annotated[int, Field(ge=2, le=366)] | None = None
    average_per: Grain | None = None


Measure.model_rebuild()


class TopN(_Part):
    """Keep the n groups with the largest (or smallest) value of the measure `by`; the remaining
    groups are dropped, or summed into one group "Other" when `others` is true. With `each` the n first are
    found within each combination of the other groups and the period: the best product of each country."""

    n: Annotated[int, Field(ge=1, le=1000)]
    by: Name
    descending: bool = True
    others: bool = False
    each: bool = False


class GroupBy(_Part):
    """A dimension, or what recurs in a date (`part`; the column is then named `<field>_<part>`).

    With `only`, all groups are computed (they count in shares, totals and `top`), then
    the result keeps the named ones: Germany's share of revenue groups by country and keeps Germany."""

    field: Name
    part: DatePart | None = None
    top: TopN | None = None
    only: tuple[Scalar, ...] = ()


class Period(_Part):
    """Half-open [start, end) in the model's time zone; either side may be open."""

    start: date | datetime | None = None
    end: date | datetime | None = None
    label: str = ""  # as the person said it: "Q3 2025", "last 30 days"; not part of the hash


class Comparison(_Part):
    """The same query over another period, shown side by side: adds `<alias>_previous`,
    `<alias>_change` and `<alias>_change_pct` (a fraction) for each measure.

    Where the query's own period is open (growth by month over all time), `period` is open too and
    `shift` alone tells each bucket's partner."""

    kind: Literal["previous_period", "previous_year", "custom"]
    period: Period  # resolved
    # How many grain steps a bucket of `period` lies before its partner; only with a grain.
    shift: int | None = None


class TimeSlice(_Part):
    """Time of a query: the field, the range, the grain to group by, and a comparison."""

    field: Name
    period: Period | None = None
    grain: Grain | None = None
    comparison: Comparison | None = None
    fill_gaps: bool = True  # periods without rows appear with nulls (0 for sums and counts)
    fill_until: date | None = None  # after that day only as far as there are rows
    whole: bool = False  # without the period that is not over when the query is run, and those to come


class Having(_Part):
    """A threshold after aggregation, on the alias of a measure."""

    measure: Name
    operator: Literal["lt", "le", "gt", "ge", "eq", "ne"]
    value: Decimal


class Order(_Part):
    by: Name  # alias of a measure, a grouped field, or "period"
    descending: bool = False


class SemanticQuery(_Part):
    """One question over one dataset (joins over relationships come with the same structure:
    a field of a related dataset is written `dataset__field`).

    With measures the result is aggregated: one row per combination of groups and time bucket
    (column `period`). Without measures, `columns` lists rows as they are. With `count_groups` the result is
    one number, column `groups`: how many groups meet `having`.
    """

    dataset: Name
    measures: tuple[Measure, ...] = ()
    columns: tuple[Name, ...] = ()
    group_by: tuple[GroupBy, ...] = ()
    time: TimeSlice | None = None
    where: Filter | None = None
    segments: tuple[Name, ...] = ()  # of the model; rows that are in all of them
    having: tuple[Having, ...] = ()
    count_groups: bool = False
    order: tuple[Order, ...] = ()
    limit: Annotated[int, Field(ge=1, le=100_000)] | None = None

    @property
    def canonical_hash(self) -> str:
        """SHA-256 of the canonical form, 32 hex digits. Order of filters, aliases' labels and the
        words of a period do not count; order of measures and groups does (it is the column order)."""
        content = self.model_dump(mode="json", exclude_none=True)
        for name in ("segments", "count_groups"):
            if not content[name]:
                del content[name]  # queries of before there were any keep their hash
        if self.time is not None and not self.time.whole:
            del content["time"]["whole"]
        data = _canonical(content)
        text = json.dumps(data, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:32]


def _canonical(node: object) -> object:
    if isinstance(node, dict):
        out = {k: _canonical(v) for k, v in node.items() if k != "label"}
        for key in ("all", "any", "only", "values"):
            parts = out.get(key)
            if isinstance(parts, list) and not (key == "values" and out.get("operator") == "between"):
                out[key] = sorted(parts, key=lambda v: json.dumps(v, sort_keys=True))
        return out
    if isinstance(node, list):
        return [_canonical(item) for item in node]
    return node


def named_fields(query: SemanticQuery) -> tuple[str, ...]:
    """The fields that a query groups, filters and lists by, each once, related ones as `dataset__field`."""
    names = [*(group.field for group in query.group_by), *query.columns]
    for measure in parts_of(query.measures):
        names += [measure.field] if measure.field is not None else []
        names += [measure.elapsed.since] if measure.elapsed is not None else []
    for where in (query.where, *(measure.where for measure in parts_of(query.measures))):
        for node in _leaves(where):
            names += _named(node) if isinstance(node, Condition) else []
    return tuple(dict.fromkeys(names))


def parts_of(measures: Iterable[Measure]) -> list[Measure]:
    """The measures with those that they are less or divided by."""
    found: list[Measure] = []
    for measure in measures:
        inner = [part for part in (measure.minus, measure.per) if part is not None]
        found += [measure, *parts_of(inner)]
    return found


def _named(node: Condition) -> list[str]:
    since = [node.elapsed.since] if node.elapsed is not None else []
    return [node.field, *since, *([node.other] if node.other is not None else [])]


def read_fields(query: SemanticQuery, model: SemanticModel) -> set[tuple[str, str]]:
    """The (dataset, field) pairs that a query's numbers depend on, those of metrics and times included."""
    names = [*named_fields(query)]
    if query.time is not None:
        names.append(query.time.field)
    metrics = [model.metric(m.metric) for m in parts_of(query.measures) if m.metric is not None]
    names += [name for metric in metrics if metric is not None for name in metric_fields(metric, model)]
    pairs = {tuple(name.split("__", 1)) if "__" in name else (query.dataset, name) for name in names}
    for pointed in (node for node in _all_leaves(query) if isinstance(node, Pointed)):
        inner = conditions_of(pointed.where)
        pairs |= {(pointed.pointed_at_by, name) for node in inner for name in _named(node)}
    return {(dataset, field) for dataset, field in pairs}


def pointing_datasets(query: SemanticQuery) -> tuple[str, ...]:
    """The datasets whose rows choose among the query's by pointing at them, each once."""
    return tuple(
        dict.fromkeys(node.pointed_at_by for node in _all_leaves(query) if isinstance(node, Pointed))
    )


def metric_fields(metric: Metric, model: SemanticModel) -> set[str]:
    """The fields that a metric's number depends on, of its filters and of the metrics that it is computed
    with too, as its dataset's queries name them."""
    found: set[str] = set()
    for part in (metric, *(model.metric(name) for name in (metric.minus, metric.per) if name is not None)):
        if part is not None:
            found |= {part.field} if part.field is not None else set()
            found |= {name for node in conditions_of(part.where) for name in _named(node)}
    return found


def conditions_of(where: Filter | None) -> list[Condition]:
    """The conditions in a filter, at whatever depth."""
    return [node for node in _leaves(where) if isinstance(node, Condition)]


def segment_fields(segment: Segment) -> set[tuple[str, str]]:
    """The (dataset, field) pairs that a segment's conditions are over, those of rows that point here too."""
    found = set()
    for node in _leaves(segment.where):
        owner = node.pointed_at_by if isinstance(node, Pointed) else segment.dataset
        inner = conditions_of(node.where) if isinstance(node, Pointed) else [node]
        for name in (name for each in inner for name in _named(each)):
            dataset, _, field = name.rpartition("__")
            found.add((dataset or owner, field))
    return found


def own_fields(metric: Metric, model: SemanticModel) -> set[str]:
    """Those of them that lie in the metric's own dataset."""
    return {name for name in metric_fields(metric, model) if "__" not in name}


def _all_leaves(query: SemanticQuery) -> list[Condition | Pointed]:
    wheres = (query.where, *(measure.where for measure in parts_of(query.measures)))
    return [node for where in wheres for node in _leaves(where)]


def _leaves(where: Filter | None) -> list[Condition | Pointed]:
    found: list[Condition | Pointed] = []
    waiting: list[Filter] = [where] if where is not None else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, Condition | Pointed):
            found.append(node)
        elif isinstance(node, Not):
            waiting.append(node.negated)
        elif not isinstance(node, InSegment):
            waiting += node.all if isinstance(node, AllOf) else node.any
    return found
