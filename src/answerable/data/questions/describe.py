"""Readings in words: for the trace, and for the options of a question asked back."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from answerable.data.questions.context import Context
from answerable.data.questions.lookup import by_value
from answerable.data.questions.meanings import (
    Be,
    Both,
    Bound,
    Compound,
    Develop,
    Groups,
    How,
    Into,
    Listing,
    Measures,
    Metadata,
    Number,
    Part,
    PointedAt,
    Rank,
    RankBy,
    Rows,
    Share,
    Sorting,
    Span,
    Threshold,
    TwoPeriods,
    Versus,
    When,
    Where,
    Window,
)
from answerable.data.questions.outcome import Slot
from answerable.data.semantics.filters import AllOf, Condition, Filter, InSegment, Operator
from answerable.data.semantics.query import (
    Measure,
    Period,
    SemanticQuery,
    TimeSlice,
)

_SLOTS: tuple[Slot, ...] = ("measure", "group", "time", "filter", "rest")
TABLE: Slot = "table"  # one key, which may be of several tables
SHARE: Slot = "share"  # what a part is of is one thing, though measure and filter differ
EACH: Slot = "each"  # the mean of each thing, or their totals averaged, though measure and groups differ


def differing_slot(queries: list[SemanticQuery]) -> Slot | None:
    """The one slot in which the queries differ, or None when they differ in several or in the dataset."""
    if len({query.dataset for query in queries}) > 1:
        return TABLE if all(by_value(query) is not None for query in queries) else None
    parts = [_slots(query) for query in queries]
    differing = [slot for slot in _SLOTS if any(part[slot] != parts[0][slot] for part in parts)]
    if _are_of_each(queries):
        return EACH
    if {"measure", "filter"} <= set(differing) <= {"measure", "filter", "rest"} and _are_shares(queries):
        return SHARE
    averages = any(m.average_per for query in queries for m in query.measures)
    if averages and "measure" in differing and "filter" not in differing:
        return EACH
    if len(differing) == 2 and "rest" in differing and "measure" in differing:
        differing.remove("rest")  # the order follows the measure
    if differing in (["group", "rest"], ["measure", "group", "rest"]):
        return _same_shape(queries, differing)
    return differing[0] if len(differing) == 1 else None


def _are_of_each(queries: list[SemanticQuery]) -> bool:
    """Whether one query is by what the other, which is like it, divides by: fees by client, or per client."""
    grouped = [query for query in queries if query.group_by]
    divided = [query for query in queries if not query.group_by and len(query.measures) == 1]
    if len(queries) != 2 or len(grouped) != 1 or len(divided) != 1 or len(grouped[0].group_by) != 1:
        return False
    per = divided[0].measures[0].per
    alike = grouped[0].time == divided[0].time and grouped[0].where == divided[0].where
    return alike and per is not None and per.field == grouped[0].group_by[0].field


def _are_shares(queries: list[SemanticQuery]) -> bool:
    """Whether all are of one share: of each group's rows, or of all that meet a condition."""
    kinds = {
        "of all" if measure.share_of_total else "of each" if measure.where and measure.per else "no share"
        for query in queries
        for measure in query.measures
    }
    return kinds == {"of all", "of each"}


def _same_shape(queries: list[SemanticQuery], differing: list[Slot]) -> Slot | None:
    """A top n by another measure, or another field of the same top n, is one choice."""
    fields = {tuple(g.field for g in query.group_by) for query in queries}
    if differing[0] == "measure":
        return "measure" if len(fields) == 1 else None
    return "group"


def _slots(query: SemanticQuery) -> dict[str, object]:
    rest = query.model_copy(update={"measures": (), "group_by": (), "time": None, "where": None})
    if any(order.by in {m.alias for m in query.measures} for order in query.order):
        rest = rest.model_copy(
            update={"order": tuple(o for o in query.order if o.by not in {m.alias for m in query.measures})}
        )
    return {
        "measure": query.measures,
        "group": tuple(
            (g.field, g.only, g.top and (g.top.n, g.top.descending, _position(query, g.top.by)))
            for g in query.group_by
        ),
        "time": query.time,
        "filter": query.where,
        "rest": rest,
    }


def _position(query: SemanticQuery, alias: str) -> int:
    """Which measure a top n goes by: the same place in two queries is the same choice."""
    return next((at for at, measure in enumerate(query.measures) if measure.alias == alias), -1)


def option_labels(options: Sequence[tuple[SemanticQuery, Context]], slot: str) -> list[str]:
    """The words for what sets each query apart in `slot`, no two of them the same where it is a measure."""
    labels = [_option_label(query, context, slot) for query, context in options]
    if slot != "measure":
        return labels
    # Metrics are named without the unit that tells their columns apart, and headers may occur twice.
    for column in (_label, _column_name):
        if len(set(labels)) == len(labels):
            break
        labels = [
            " and ".join(_column_label(m, own, column) for m in query.measures) for query, own in options
        ]
    return labels


def _option_label(query: SemanticQuery, context: Context, slot: str) -> str:
    if slot == TABLE:
        return context.dataset.label
    if slot == "measure":
        return " and ".join(_measure_label(m, context) for m in query.measures)
    if slot == EACH:
        return _each_label(query, context)
    if slot == "group":
        return "by " + " and ".join(_label(g.field, context) for g in query.group_by)
    if slot == "time":
        return _time_label(query.time, context)
    if slot == SHARE:
        return _share_label(query, context)
    if slot == "filter":
        return _filter_label(query.where, context)
    orders = [
        f"{_label(o.by, context)}, {'largest' if o.descending else 'smallest'} first" for o in query.order
    ]
    return "by " + ", ".join(orders) if orders else "as listed"


def _average_label(query: SemanticQuery, context: Context) -> str:
    """Of what the average is: of the totals of periods, or of the rows of each."""
    (measure,) = query.measures
    if measure.average_per is not None:
        total = measure.model_copy(update={"average_per": None})
        return f"one number: {_measure_label(total, context)} of a {measure.average_per} on average"
    grain = query.time.grain if query.time is not None else None
    return f"a number for each {grain}: {_measure_label(measure, context)}"


def _share_label(query: SemanticQuery, context: Context) -> str:
    """Of what the parts are: of each team's own rows, or of all that meet the condition."""
    (measure,) = query.measures
    groups = " and ".join(_label(group.field, context) for group in query.group_by)
    if measure.share_of_total:
        return f"of all where {_filter_label(query.where, context)}: the part of each {groups}"
    return f"of each {groups}: the part where {_filter_label(measure.where, context)}"


def _each_label(query: SemanticQuery, context: Context) -> str:
    measure = query.measures[0]
    if measure.average_per is not None or not (query.group_by or measure.per is not None):
        return _average_label(query, context)
    if measure.per is None or measure.per.field is None:
        groups = " and ".join(_label(group.field, context) for group in query.group_by)
        return f"{_measure_label(measure, context)} by {groups}"
    divisor = _label(measure.per.field, context)
    return f"{_measure_label(measure, context)} divided by the number of different {divisor}"


def _label(name: str, context: Context) -> str:
    field = context.field(name)
    if field is not None:
        return field.label
    metric = context.metric(name)
    return metric.label if metric is not None else name.replace("_", " ")


def _measure_label(measure: Measure, context: Context) -> str:
    if measure.metric is not None:
        return _label(measure.metric, context)
    if measure.field is None:
        return f"number of {context.dataset.label.casefold()}"
    if measure.percentile is not None:
        return f"{measure.percentile:g}th percentile of {_label(measure.field, context)}"
    return _aggregated(str(measure.aggregation), _label(measure.field, context))


def _column_label(measure: Measure, context: Context, column: Callable[[str, Context], str]) -> str:
    """A measure by the words for its column; a metric without a column by its own label."""
    metric = context.metric(measure.metric) if measure.metric is not None else None
    field = metric.field if metric is not None else measure.field
    if field is None:
        return _measure_label(measure, context)
    aggregation = metric.aggregation if metric is not None else measure.aggregation
    return _aggregated(str(aggregation), column(field, context))


def _column_name(name: str, context: Context) -> str:
    del context
    return name


def _aggregated(aggregation: str, words: str) -> str:
    said = {
        "avg": "average",
        "min": "smallest",
        "max": "largest",
        "sum": "total",
        "count_distinct": "different",
    }
    return f"{said.get(aggregation, aggregation)} {words}"


def _time_label(time: TimeSlice | None, context: Context) -> str:
    if time is None:
        return "all time"
    words = [_period_label(time.period)] if time.period else []
    if time.comparison is not None:
        words.append(f"against {_period_label(time.comparison.period)}")
    words.append(f"by {time.grain}" if time.grain else "in all")
    return f"{_label(time.field, context)}: {', '.join(words)}"


def _period_label(period: Period) -> str:
    dates = f"{period.start or '…'} to before {period.end or '…'}"
    return f"{period.label} ({dates})" if period.label else dates


_OPERATORS = {
    Operator.EQ: "is", Operator.IN: "is", Operator.NE: "is not", Operator.NOT_IN: "is not",
    Operator.GT: "over", Operator.GE: "at least", Operator.LT: "under", Operator.LE: "at most",
    Operator.BETWEEN: "between", Operator.IS_NULL: "is unknown", Operator.NOT_NULL: "is known",
}  # fmt: skip


def _filter_label(where: Filter | None, context: Context) -> str:
    if where is None:
        return "all rows"
    if isinstance(where, Condition):
        values = " or ".join(str(value) for value in where.values)
        return f"{_label(where.field, context)} {_OPERATORS[where.operator]} {values}".strip()
    if isinstance(where, AllOf):
        return " and ".join(_filter_label(part, context) for part in where.all)
    if isinstance(where, InSegment):
        return f"segment {where.segment}"
    return "another condition"


def meaning(value: object) -> str:
    """A phrase's meaning in a few words, for the trace."""
    if isinstance(value, Measures):
        return "measure " + " and ".join(_part(part) for part in value.parts)
    if isinstance(value, Into):
        return f"in {value.unit}"
    if isinstance(value, Where):
        if value.segment:
            return f"segment {'is' if value.operator is Operator.EQ else 'is not'} {value.field}"
        against = value.other or ", ".join(str(v) for v in value.values)
        since = f" since {value.since} in {value.unit}" if value.since else ""
        return f"{value.field}{since} {value.operator} {against}".strip()
    if isinstance(value, Threshold):
        target = value.field or (_part(value.part) if value.part else "number")
        return f"{target} {_bound(value.bound)}"
    if isinstance(value, When):
        return f"{value.field or 'time'} in {_span(value.span)}"
    if isinstance(value, Groups):
        names = [*value.fields, *([f"each {value.grain}"] if value.grain else [])]
        return "by " + ", ".join(names)
    if isinstance(value, TwoPeriods):
        return f"{_span(value.first)} against {_span(value.second)}"
    return _other_meaning(value)


def _other_meaning(value: object) -> str:
    if isinstance(value, Both):
        return f"{meaning(value.first)}, {meaning(value.second)}"
    if isinstance(value, Compound):
        sides = [" and ".join(meaning(where) for where in side) for side in value.sides]
        return ("not " if value.negated else "") + " or ".join(sides)
    if isinstance(value, Window):
        return "running total" if value.running else f"moving average of {value.moving}"
    if isinstance(value, PointedAt):
        when = f" in {_span(value.span)}" if value.span else ""
        said = "".join(f" where {meaning(where)}" for where in value.rows.where)
        number = f"fewer than {value.fewer}" if value.fewer else "no" if value.absent else "any"
        return f"{number} rows of {value.rows.dataset}{said}{when}"
    if isinstance(value, Rank):
        head = value.field or ("rows" if value.rows else str(value.grain or "groups"))
        by = f" by {_part(value.by)}" if value.by else ""
        return f"{'largest' if value.descending else 'smallest'} {head}{by}"
    if isinstance(value, RankBy):
        return f"ranked by {_part(value.part)}"
    if isinstance(value, Versus):
        return f"against {_span(value.span) if value.span else value.against}"
    if isinstance(value, Share):
        return "share of the total" + (f" of {', '.join(map(str, value.of.values))}" if value.of else "")
    if isinstance(value, Rows):
        return f"dataset {value.name}"
    if isinstance(value, Metadata):
        return f"the {value.kind} of the data"
    if isinstance(value, Sorting):
        return "sorted " + ("downwards" if value.descending else "upwards")
    words = {
        Listing: "show rows" if not getattr(value, "verb", True) else "show",
        Be: "is",
        How: "how",
        Develop: "over time",
    }
    return words.get(type(value), "over time")


def _part(part: Part) -> str:
    own = part.metric or f"{part.aggregation}({part.field or 'rows'})"
    if part.percentile is not None:
        own = f"percentile {part.percentile:g} of {part.field}"
    if part.since is not None:
        own = f"{part.aggregation}({part.unit} from {part.since} to {part.field})"
    own += "".join(f" where {meaning(where)}" for where in part.where)
    own += f" less {_part(part.minus)}" if part.minus is not None else ""
    return own + (f" per {_part(part.per)}" if part.per is not None else "")


def _bound(bound: Bound) -> str:
    high = f" and {_number(bound.high)}" if bound.high else ""
    return f"{bound.operator} {_number(bound.low)}{high}"


def _number(number: Number) -> str:
    return f"{number.value}{' ' + number.unit if number.unit else ''}"


def _span(span: Span) -> str:
    return f"{span.label} [{span.start or '…'}, {span.end or '…'})"
