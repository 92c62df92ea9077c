"""What the rules may know while they read one question for one dataset."""

from __future__ import annotations

from dataclasses import dataclass, replace

from answerable.data.questions.meanings import Part, Where
from answerable.data.questions.time.resolve import Now
from answerable.data.semantics import units
from answerable.data.semantics.model import (
    NUMERIC_TYPES,
    TEMPORAL_TYPES,
    Aggregation,
    Calendar,
    Dataset,
    FieldRole,
    FieldType,
    Metric,
    ModelField,
    Status,
    Unit,
)

# Sums of these make sense, but are seldom meant when nothing says "total".
_SELDOM_SUMMED = frozenset(
    {
        "limit",
        "terms",
        "weight",
        "height",
        "length",
        "width",
        "size",
        "days",
        "hours",
        "minutes",
        "time",
        "duration",
    }
    | {"level", "point", "capacity", "term", "salary", "wage", "fee", "load", "stars", "credits"}
)
QUANTITY_WORDS = frozenset({"quantity", "qty", "pieces", "units", "items"})
YES_OR_NO = frozenset({"yes", "no", "y", "n", "true", "false", "t", "f", "1", "0"})
_STATES = frozenset(
    {
        "°C",
        "°F",
        "K",
        "W",
        "kW",
        "MW",
        "GW",
        "Pa",
        "kPa",
        "hPa",
        "bar",
        "dB",
        "km/h",
        "m/s",
        "mph",
        "rpm",
        "ppm",
    }
)
_PER_ITEM = (
    "price",
    "rate",
    "ratio",
    "percent",
    "pct",
    "%",
    "score",
    "age",
    "rating",
    "margin %",
    "satisfaction",
    "grade",
    "per ",
    "unit cost",
)


@dataclass(frozen=True, slots=True)
class Context:
    """The dataset, its metrics, the calendar and today."""

    dataset: Dataset
    metrics: tuple[Metric, ...]
    calendar: Calendar
    now: Now
    sales: tuple[Part, ...] = ()  # what "sales" means here, for "best selling"
    row_named: frozenset[str] = frozenset()  # fields that the noun of the rows itself can name
    related: tuple[ModelField, ...] = ()  # of other tables, to group and filter by: `customers__country`
    pointers: frozenset[tuple[str, str]] = frozenset()  # those tables, each with what tells its rows apart

    def field(self, name: str) -> ModelField | None:
        """The dataset's field of that name, or a related one's."""
        own = self.dataset.field(name)
        return own or next((f for f in self.related if f.name == name), None)

    def describes(self, name: str, head: str) -> bool:
        """Whether a related field is of the row that the field `head` tells: a customer's country."""
        dataset, _, field = name.partition("__")
        return bool(field) and (dataset, head) in self.pointers

    def metric(self, name: str) -> Metric | None:
        """The dataset's metric of that name."""
        return next((m for m in self.metrics if m.name == name), None)

    def canonical(self, part: Part) -> Part:
        """The metric that stands for an aggregation, where the model has one; else the part itself."""
        if part.metric is not None:
            return part
        for metric in self.metrics:
            if metric.aggregation is part.aggregation and metric.field == part.field:
                return Part(metric=metric.name)
        return part

    def aggregated(self, part: Part, aggregation: Aggregation) -> Part | None:
        """`part` under another aggregation (average revenue); None where it has no field to aggregate."""
        if part.metric is not None:
            metric = self.metric(part.metric)
            if metric is None or metric.field is None:
                return None
            if metric.aggregation is aggregation:
                return part
            if metric.aggregation in (Aggregation.COUNT, Aggregation.COUNT_DISTINCT):
                return None
            part = Part(aggregation=metric.aggregation, field=metric.field)
        if part.field is None or not self.fits(part.field, aggregation):
            return None
        return self.canonical(Part(aggregation=aggregation, field=part.field))

    def fits(self, field_name: str, aggregation: Aggregation) -> bool:
        """Whether the aggregation makes sense of the field's type and kind."""
        field = self.field(field_name)
        if field is None:
            return False
        if aggregation in (Aggregation.COUNT, Aggregation.COUNT_DISTINCT):
            return True
        if aggregation in (Aggregation.MIN, Aggregation.MAX) and field.type in TEMPORAL_TYPES:
            return True
        if field.type not in NUMERIC_TYPES or field.role is FieldRole.KEY:
            return False
        return aggregation is not Aggregation.SUM or self.is_additive(field)

    def is_additive(self, field: ModelField) -> bool:
        """Whether a plain sum over rows means something: amounts and quantities, not prices and rates."""
        if field.type not in NUMERIC_TYPES or field.role is not FieldRole.MEASURE:
            return False
        if field.unit is not None and (field.unit.kind == "percent" or field.unit.symbol in _STATES):
            return False
        if any(m.field == field.name and m.non_additive for m in self.metrics):
            return False
        label = f"{field.label} {field.name}".casefold()
        return not any(word in label for word in _PER_ITEM)

    def number_of(self, field_name: str, *, many: bool = False) -> Part | None:
        """What a bare number field stands for: its sum when it is additive, else its only metric. Said in the
        plural (`many`), fees and salaries are summed.

        A field that the model averages stands for its average, even where a sum can be asked for.
        """
        field = self.field(field_name)
        if field is None:
            return None
        seldom = not many and bool(_SELDOM_SUMMED & set(field.name.split("_")))
        own = [m for m in self.metrics if m.field == field_name and m.aggregation is not Aggregation.COUNT]
        averaged = len(own) == 1 and own[0].aggregation is Aggregation.AVG
        if self.is_additive(field) and not seldom and not averaged:
            return self.canonical(Part(aggregation=Aggregation.SUM, field=field_name))
        if len(own) != 1 or (seldom and own[0].aggregation is Aggregation.SUM):
            return None
        guessed = own[0].status is Status.INFERRED and own[0].aggregation is Aggregation.SUM
        guessed = guessed and not own[0].non_additive
        if guessed and not self.is_additive(field):
            return None
        return Part(metric=own[0].name)

    def is_sum(self, part: Part) -> bool:
        """Whether the part adds up over rows: a sum or a count, of no stock."""
        metric = self.metric(part.metric) if part.metric is not None else None
        aggregation = metric.aggregation if metric is not None else part.aggregation
        stock = metric is not None and metric.non_additive
        computed = part.per or part.minus or part.percentile or part.since or part.every
        return aggregation in (Aggregation.SUM, Aggregation.COUNT) and not stock and not computed

    def unit_of(self, part: Part) -> Unit | None:
        """The unit of a part's number; a count has none of its field's."""
        metric = self.metric(part.metric) if part.metric is not None else None
        kind = metric.aggregation if metric is not None else part.aggregation
        if kind in (Aggregation.COUNT, Aggregation.COUNT_DISTINCT):
            return metric.unit if metric is not None else None
        name = metric.field if metric is not None else part.field
        field = self.field(name) if name is not None else None
        return (metric.unit if metric is not None else None) or (field.unit if field is not None else None)

    def rate(self, where: Where) -> Part:
        """The part of the rows that meet the condition; of those for which it is known."""
        field = self.field(where.field)
        known = field is not None and field.nullable and field.type is FieldType.BOOLEAN
        counted = Part(aggregation=Aggregation.COUNT, field=where.field if known else None)
        return replace(counted, where=(where,), per=counted)

    def count(self) -> Part:
        """The number of rows."""
        return self.canonical(Part(aggregation=Aggregation.COUNT))

    def worth(self) -> tuple[str, ...]:
        """Fields that say what a row is worth: additive, in a currency, summed by a metric if any is."""
        money = [
            f
            for f in self.dataset.fields
            if f.unit is not None and f.unit.kind == "currency" and self.is_additive(f)
        ]
        summed = [m.field for m in self.metrics if m.aggregation is Aggregation.SUM]
        chosen = [f.name for f in money if f.name in summed] or [f.name for f in money]
        if not chosen:
            numbers = [f for f in self.dataset.fields if f.role is FieldRole.MEASURE and self.is_additive(f)]
            chosen = [f.name for f in numbers if f.name in summed] or [f.name for f in numbers]
        return tuple(chosen)

    def lengths(self) -> tuple[str, ...]:
        """Fields that the longest row may be the longest by."""
        return tuple(
            f.name
            for f in self.dataset.fields
            if units.dimension(f.unit) in ("duration", "length") and self.is_number(f)
        )

    def tells_hours(self) -> bool:
        """Whether rows have a time of day, which a bare number may be an hour of."""
        return any(f.type is FieldType.TIMESTAMP for f in self.dataset.fields)

    def pieces(self) -> Part | None:
        """The sum of the only quantity of a row, or None."""
        fields = [f for f in self.dataset.fields if f.type is FieldType.INTEGER and self.is_additive(f)]
        counted = [f for f in fields if QUANTITY_WORDS & set(f.name.split("_"))]
        return self.number_of(counted[0].name) if len(counted) == 1 else None

    def times(self) -> tuple[str, ...]:
        """Time fields, the default one first."""
        default = self.dataset.default_time
        names = [f.name for f in self.dataset.fields if f.type in TEMPORAL_TYPES and f.role is FieldRole.TIME]
        if not names:
            names = [f.name for f in self.dataset.fields if f.type in TEMPORAL_TYPES]
        if default is not None and self.field(default) is not None:
            return (default, *(n for n in names if n != default))
        return tuple(names)

    def is_flag(self, field: ModelField) -> bool:
        """A yes-or-no field."""
        return field.type is FieldType.BOOLEAN or (
            field.values is not None
            and len(field.values) == 2
            and all(value.casefold() in YES_OR_NO for value in field.values)
        )

    def is_identity(self, name: str) -> bool:
        """Whether the field names single rows, so that groups of it are the rows themselves."""
        return self.dataset.primary_key == (name,) or name in self.row_named

    def is_number(self, field: ModelField) -> bool:
        """A number that is no key."""
        return field.type in NUMERIC_TYPES and field.role is not FieldRole.KEY
