"""A semantic query in words, so that a person can check what was understood."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from answerable.data.questions.formatting import (
    format_moment,
    format_number,
    format_period,
    join_words,
    lower_first,
    plural,
    upper_first,
)
from answerable.data.semantics.filters import (
    AllOf,
    AnyOf,
    Condition,
    Elapsed,
    Filter,
    InSegment,
    Not,
    Operator,
    Pointed,
    Scalar,
)
from answerable.data.semantics.model import Aggregation, Dataset, ModelField, SemanticModel, Unit
from answerable.data.semantics.query import (
    GroupBy,
    Having,
    Measure,
    Period,
    SemanticQuery,
    TimeSlice,
    conditions_of,
)

_AGGREGATIONS = {
    Aggregation.SUM: "total",
    Aggregation.AVG: "average",
    Aggregation.COUNT: "number of",
    Aggregation.COUNT_DISTINCT: "number of distinct",
    Aggregation.MIN: "smallest",
    Aggregation.MAX: "largest",
    Aggregation.MEDIAN: "median",
}
_OPERATORS = {
    Operator.EQ: "is",
    Operator.NE: "is not",
    Operator.IN: "is",
    Operator.NOT_IN: "is not",
    Operator.LT: "is less than",
    Operator.LE: "is at most",
    Operator.GT: "is more than",
    Operator.GE: "is at least",
    Operator.BETWEEN: "is between",
    Operator.CONTAINS: "contains",
    Operator.STARTS_WITH: "starts with",
    Operator.IS_NULL: "is empty",
    Operator.NOT_NULL: "is not empty",
}
_AMOUNTS = {
    Operator.LT: "fewer than",
    Operator.LE: "at most",
    Operator.GT: "more than",
    Operator.GE: "at least",
    Operator.EQ: "exactly",
    Operator.NE: "other than",
}
_TEMPORAL_OPERATORS = {
    Operator.LT: "is before",
    Operator.LE: "is on or before",
    Operator.GT: "is after",
    Operator.GE: "is on or after",
}
_SHOWN_VALUES = 8
_UNIT_OF_LABEL = re.compile(r"\s*[(\[][^()\[\]]*[)\]]$")


def describe(query: SemanticQuery, model: SemanticModel) -> str:
    """The query as one sentence: what is computed, over which rows and period, in which order.

    Names that the model lacks are shown as they are; nothing is checked here.
    """
    dataset = model.dataset(query.dataset)
    return upper_first(_Words(query, model, dataset).sentence())


def describe_filter(where: Filter, query: SemanticQuery, model: SemanticModel) -> str:
    """A filter of the query in words: `country is Germany and amount is at least 100 EUR`."""
    return _Words(query, model, model.dataset(query.dataset)).filter(where)


def describe_thresholds(query: SemanticQuery, model: SemanticModel) -> str:
    """What the groups of the query are held against, in words; empty where there is nothing."""
    return _Words(query, model, model.dataset(query.dataset)).thresholds()


def field_label(name: str, query: SemanticQuery, model: SemanticModel) -> str:
    """A field of the query as people call it, with its dataset when it is another one's."""
    return _Words(query, model, model.dataset(query.dataset)).label(name)


def measure_words(measure: Measure, query: SemanticQuery, model: SemanticModel) -> str:
    """A measure in words: `revenue`, `average price`, `number of orders`; the unit stands at its numbers."""
    return _Words(query, model, model.dataset(query.dataset)).unconverted(measure)


def measure_alias(measure: Measure) -> str:
    """The name of a measure's column, as the compiler gives it."""
    if measure.alias is not None:
        return measure.alias
    if measure.metric is not None:
        return measure.metric
    name = measure.aggregation.value if measure.aggregation is not None else "measure"
    if measure.percentile is not None:
        return f"p{measure.percentile:g}_{measure.field}".replace(".", "_")[:63]
    return f"{name}_{measure.field}" if measure.field else name


class _Words:
    def __init__(self, query: SemanticQuery, model: SemanticModel, dataset: Dataset | None) -> None:
        self._query = query
        self._model = model
        self._dataset = dataset

    def sentence(self) -> str:
        """The whole query."""
        query = self._query
        parts = [self._subject()]
        parts += [self._group(group) for group in query.group_by if not query.count_groups]
        named = tuple(InSegment(segment=name) for name in query.segments)
        if query.where is not None or named:
            where = query.where if not named else AllOf(all=(query.where, *named) if query.where else named)
            parts.append(f"where {self.filter(where)}" if where is not None else "")
        if query.time is not None:
            parts += self._time(query.time)
        parts += [self.thresholds()]
        main = " ".join(part for part in parts if part)
        tail = [*self._order(), *([f"at most {query.limit:,} rows"] if query.limit else [])]
        return "; ".join([main, *tail]) + "."

    def filter(self, node: Filter) -> str:
        """A filter tree; brackets where "and" and "or" meet."""
        if isinstance(node, AllOf):
            return " and ".join(self._all(node.all)) or "anything"
        if isinstance(node, AnyOf):
            return " or ".join(self._nested(part, AllOf) for part in node.any) or "nothing"
        if isinstance(node, InSegment):
            return f"segment is {self._segment(node.segment)}"
        if isinstance(node, Not):
            if isinstance(node.negated, InSegment):
                return f"segment is not {self._segment(node.negated.segment)}"
            if isinstance(node.negated, Pointed):
                return self._pointed(node.negated, "without")
            return f"not ({self.filter(node.negated)})"
        if isinstance(node, Pointed):
            return self._pointed(node, "with")
        return self._condition(node)

    def _all(self, parts: tuple[Filter, ...]) -> list[str]:
        """Each part in words; the two ends of a stretch of days as one: `ship date is in 2026`."""
        said: list[str] = []
        for at, part in enumerate(parts):
            ends = _stretch(part, parts[at + 1]) if at + 1 < len(parts) else None
            begins = _stretch(parts[at - 1], part) if at > 0 else None
            if isinstance(part, Condition) and ends is not None:
                said.append(f"{self.label(part.field)} is {format_period(ends)}")
            elif begins is None:
                said.append(self._nested(part, AnyOf))
        return said

    def _segment(self, name: str) -> str:
        found = self._model.segment(name)
        return found.label if found is not None else name

    def _pointed(self, node: Pointed, word: str) -> str:
        """`without orders (order date is at least 1 January 2025)`, `with fewer than 3 orders`."""
        if node.at_least is not None:
            word = f"with {'at least' if word == 'with' else 'fewer than'} {node.at_least:,}"
        inner = SemanticQuery(dataset=node.pointed_at_by, where=node.where)
        told = _Words(inner, self._model, self._model.dataset(node.pointed_at_by))
        where = f" ({told.filter(node.where)})" if node.where is not None else ""
        return f"{word} {told.rows()}{where}"

    def measure(self, measure: Measure) -> str:
        """The name of the metric, or the aggregation and the field, with what it is less and divided by, and
        the unit that was asked for."""
        words = self.unconverted(measure)
        if measure.unit is None:
            return words
        return f"{words} as a ratio" if measure.unit == "ratio" else f"{words} in {measure.unit}"

    def unconverted(self, measure: Measure) -> str:
        """The same without the unit, and without that of a label which it takes the place of."""
        words = self._computed(measure)
        return words if measure.unit is None else _UNIT_OF_LABEL.sub("", words)

    def _computed(self, measure: Measure) -> str:
        text = self._plain_measure(measure)
        per = measure.per
        if measure.average_per is not None:
            text = f"average {text} per {measure.average_per}"
        if measure.where is not None and per is not None and _is_share(measure, per):
            known = self._model.face(measure.metric) or measure
            rows = known.aggregation is Aggregation.COUNT and known.field is None
            whole = self.rows() if rows else self._plain_measure(measure)
            return f"share of {whole} where {self.filter(measure.where)}"
        if measure.where is not None:
            text = f"{text} where {self.filter(measure.where)}"
        if measure.minus is not None:
            text = f"{text} less {self._plain_measure(measure.minus)}"
        return f"{text} per {self._divisor(per)}" if per is not None else text

    def _divisor(self, per: Measure) -> str:
        """What something is divided by: `order`, `customer`, or another measure."""
        metric = self._model.face(per.metric)
        aggregation = metric.aggregation if metric is not None else per.aggregation
        field = metric.field if metric is not None else per.field
        if aggregation is Aggregation.COUNT and field is None and self._dataset is not None:
            return self._dataset.row_noun
        if aggregation is Aggregation.COUNT_DISTINCT and field is not None:
            return self.label(field)
        return self._plain_measure(per)

    def _plain_measure(self, measure: Measure) -> str:
        if measure.metric is not None:
            metric = self._model.metric(measure.metric)
            return lower_first(metric.label) if metric is not None else measure.metric
        if measure.percentile is not None:
            words = f"{measure.percentile:g}th percentile of"
        else:
            words = _AGGREGATIONS[measure.aggregation] if measure.aggregation is not None else "measure of"
        if measure.field is None:
            return f"{words} {self.rows()}"
        label = self._refined(measure.field, measure.elapsed)
        if measure.aggregation is Aggregation.COUNT:
            return f"{words} {self.rows()} with {label}"
        return f"{words} {label}"

    def _refined(self, name: str, elapsed: Elapsed | None) -> str:
        label = self.label(name)
        return f"{elapsed.unit} from {self.label(elapsed.since)} to {label}" if elapsed is not None else label

    def label(self, name: str) -> str:
        """A field as people call it, with its dataset when it is another one's."""
        field = self._field(name)
        if field is None:
            return name
        if "__" in name and self._dataset is not None and self._dataset.field(name) is None:
            other = self._model.dataset(name.split("__", 1)[0])
            prefix = f"{lower_first(other.row_noun)} " if other is not None else ""
            return f"{prefix}{lower_first(field.label)}"
        return lower_first(field.label)

    def rows(self) -> str:
        """What the rows are, in the plural."""
        return plural(self._dataset.row_noun, 2) if self._dataset is not None else "rows"

    def _subject(self) -> str:
        query = self._query
        if query.count_groups:
            labels = [plural(self.label(group.field), 2) for group in query.group_by]
            return f"the number of different {join_words(labels)}"
        if query.measures:
            words = []
            for measure in query.measures:
                text = self.measure(measure)
                text += ", as a share of the total," if measure.share_of_total else ""
                text += " with a running total" if measure.running_total else ""
                if measure.moving_average is not None:
                    text += f" with a moving average of {measure.moving_average}"
                words.append(text)
            return join_words(words).rstrip(",")
        if query.group_by:
            return f"the distinct values of {self.rows()}"
        if query.columns:
            names = join_words([self.label(name) for name in query.columns])
            return f"list {self.rows()} with {names}"
        return f"list {self.rows()}"

    def _group(self, group: GroupBy) -> str:
        label = self.label(group.field)
        label = f"{group.part.value} of {label}" if group.part is not None else label
        words = f"by {label}"
        if group.top is not None:
            side = "top" if group.top.descending else "bottom"
            words = f"by {label}, the {side} {group.top.n} by {self._column(group.top.by)}"
            words += " and the rest together" if group.top.others else ""
            words += " within each" if group.top.each else ""
        if group.only:
            words += f", showing {self._values(group.only, group.field, 'and')}"
        return words

    def _time(self, time: TimeSlice) -> list[str]:
        parts = [f"by {time.grain.value}"] if time.grain is not None else []
        parts += ["up to the last that is over"] if time.whole and time.grain is not None else []
        label = self.label(time.field)
        words = format_period(time.period)
        usual = self._dataset is not None and time.field == self._dataset.default_time
        usual = usual and not self._says_other_time(time.field)
        if words:
            parts.append(words if usual else f"with {label} {words}")
        if time.comparison is not None:
            other = format_period(time.comparison.period)
            known = {"previous_period": "the period before", "previous_year": "a year earlier"}
            kind = known.get(time.comparison.kind, "another period")
            parts.append(f"compared with {kind}" + (f" ({other})" if other else ""))
        return parts

    def _says_other_time(self, name: str) -> bool:
        """Whether the rows are narrowed by another time as well: placed in 2025, shipped in 2026."""
        return any(
            node.field != name and node.operator is Operator.GE and isinstance(node.values[0], date)
            for node in conditions_of(self._query.where)
            if node.values
        )

    def _having(self, threshold: Having) -> str:
        words = _OPERATORS[Operator(threshold.operator)]
        unit = self._unit_of(threshold.measure)
        value = format_number(threshold.value, unit)
        if self._counts_rows(threshold.measure):
            return f"with {_AMOUNTS[Operator(threshold.operator)]} {value} {self.rows()}"
        return f"with {self._column(threshold.measure)} that {words} {value}"

    def _counts_rows(self, alias: str) -> bool:
        measure = next((m for m in self._query.measures if measure_alias(m) == alias), None)
        if measure is None or measure.where or measure.minus or measure.per:
            return False
        face = self._model.face(measure.metric) or measure
        return face.aggregation is Aggregation.COUNT and face.field is None and face.where is None

    def thresholds(self) -> str:
        """What the groups are held against: `with at least 8 orders and with revenue that is over 500`."""
        return " and ".join(self._having(threshold) for threshold in self._query.having)

    def _order(self) -> list[str]:
        parts = []
        for order in self._query.order:
            direction = "descending" if order.descending else "ascending"
            parts.append(f"{self._column(order.by)} {direction}")
        return [f"ordered by {join_words(parts)}"] if parts else []

    def _column(self, name: str) -> str:
        """A column of the result: a measure, a derived one, the period or a field."""
        if name == "period":
            return "period"
        for measure in self._query.measures:
            alias = measure_alias(measure)
            if name == alias:
                return self.measure(measure)
            if name.startswith(f"{alias}_"):
                words = {
                    "_share": "share of total",
                    "_previous": "previous value",
                    "_change": "change",
                    "_change_pct": "change in percent",
                    "_running_total": "running total",
                    "_moving_average": "moving average",
                }
                known = words.get(name.removeprefix(alias))
                if known is not None:
                    return f"{known} of {self.measure(measure)}"
        return self.label(name)

    def _unit_of(self, alias: str) -> Unit | None:
        for measure in self._query.measures:
            if measure_alias(measure) != alias:
                continue
            metric = self._model.face(measure.metric)
            if metric is not None and metric.unit is not None:
                return metric.unit
            name = metric.field if metric is not None else measure.field
            field = self._field(name) if name is not None else None
            counted = (metric.aggregation if metric is not None else measure.aggregation) in (
                Aggregation.COUNT,
                Aggregation.COUNT_DISTINCT,
            )
            return field.unit if field is not None and not counted else None
        return None

    def _nested(self, node: Filter, other: type[AllOf] | type[AnyOf]) -> str:
        text = self.filter(node)
        return f"({text})" if isinstance(node, other) else text

    def _condition(self, node: Condition) -> str:
        field = self._field(node.field)
        temporal = field is not None and field.type.value in ("date", "timestamp")
        words = (_TEMPORAL_OPERATORS.get(node.operator) if temporal else None) or _OPERATORS[node.operator]
        label = self._refined(node.field, node.elapsed)
        if node.part is not None:
            label, words = f"{node.part.value} of {label}", _OPERATORS[node.operator]
        elif node.elapsed is not None:
            words = _OPERATORS[node.operator]
        if node.other is not None:
            return f"{label} {words} {self.label(node.other)}"
        if not node.values:
            empty = {Operator.IN: "is none of no values", Operator.NOT_IN: "is anything"}
            return f"{label} {empty.get(node.operator, words)}"
        last = "and" if node.operator is Operator.BETWEEN else "or"
        if node.part is not None or node.elapsed is not None:
            return f"{label} {words} {join_words([str(value) for value in node.values], last)}"
        return f"{label} {words} {self._values(node.values, node.field, last)}"

    def _values(self, values: tuple[Scalar, ...], name: str, last: str) -> str:
        field = self._field(name)
        shown = [_value(value, field) for value in values[:_SHOWN_VALUES]]
        if len(values) > _SHOWN_VALUES:
            shown.append(f"{len(values) - _SHOWN_VALUES} more")
        return join_words(shown, last)

    def _field(self, name: str) -> ModelField | None:
        if self._dataset is None:
            return None
        own = self._dataset.field(name)
        if own is not None or "__" not in name:
            return own
        prefix, _, rest = name.partition("__")
        other = self._model.dataset(prefix)
        return other.field(rest) if other is not None else None


def _stretch(first: Filter, last: Filter) -> Period | None:
    """The days between two conditions on one field: from one, and before the other."""
    if not isinstance(first, Condition) or not isinstance(last, Condition) or first.field != last.field:
        return None
    if (first.operator, last.operator) != (Operator.GE, Operator.LT) or first.part or first.elapsed:
        return None
    start, end = (node.values[0] if node.values else None for node in (first, last))
    if not isinstance(start, date) or not isinstance(end, date):
        return None
    return Period(start=start, end=end)


def _is_share(measure: Measure, per: Measure) -> bool:
    """Whether a quotient is the part of something that a filter keeps."""
    plain = {"where": None, "per": None, "alias": None, "share_of_total": False}
    return measure.model_copy(update=plain) == per.model_copy(update=plain)


def _value(value: Scalar, field: ModelField | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float, Decimal)):
        return format_number(value, field.unit if field is not None else None)
    if isinstance(value, (date, datetime)):
        return format_moment(value)
    if field is not None and field.type.value == "date":
        try:
            return format_moment(date.fromisoformat(value))
        except ValueError:
            return value
    return value.strip() or "empty text"
