"""A validated query: every name resolved, every value typed. What the statement is built from."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from sqlglot import exp

from answerable.data.engines.compiler.values import Typed
from answerable.data.semantics.filters import (
    DatePart,
    Elapsed,
    Filter,
    Pointed,
)
from answerable.data.semantics.model import (
    Aggregation,
    Calendar,
    Dataset,
    FieldType,
    ModelField,
    Relationship,
    Unit,
)
from answerable.data.semantics.query import (
    Comparison,
    Grain,
    Having,
    Order,
    Period,
    TopN,
)
from answerable.data.semantics.units import Conversion

PERIOD = "period"
SHARE, RUNNING, PREVIOUS = "_share", "_running_total", "_previous"
CHANGE, CHANGE_PCT = "_change", "_change_pct"
MOVING = "_moving_average"
GROUPS = "groups"  # the column of the number of groups
PRESENT = "is present"  # marks a row of a stage; names with a blank are never a field or an alias

ADDITIVE = frozenset({Aggregation.SUM, Aggregation.COUNT})
COUNTS = frozenset({Aggregation.COUNT, Aggregation.COUNT_DISTINCT})
# What a group or a period without rows has: nothing of what is summed or counted, but no average.
ZERO_WHEN_EMPTY = ADDITIVE | COUNTS


@dataclass(frozen=True, slots=True)
class FieldRef:
    """A field of the query's dataset, or of a related one reached by `path` (`dataset__field`).

    With `part` it stands for what recurs in its dates, with `since` for the time from that field to it."""

    name: str  # as the query writes it; the column name of the result
    dataset: Dataset
    field: ModelField
    path: tuple[Relationship, ...] = ()
    part: DatePart | None = None
    since: FieldRef | None = None
    span: str = ""  # the unit of the time since: minutes, hours or days

    @property
    def type(self) -> FieldType:
        """The type of the values that it stands for."""
        if self.part is not None:
            return FieldType.INTEGER if self.part is DatePart.HOUR else FieldType.STRING
        return FieldType.FLOAT if self.since is not None else self.field.type

    @property
    def label(self) -> str:
        """What a person calls it."""
        if self.part is not None:
            return f"{self.part.value.capitalize()} of {self.field.label}"
        if self.since is not None:
            return f"time from {self.since.field.label} to {self.field.label}"
        return self.field.label

    @property
    def unit(self) -> Unit | None:
        """The unit of the values that it stands for."""
        if self.since is not None:
            return Unit(kind="duration", symbol=self.span)
        return self.field.unit if self.part is None else None


def refined_name(field: str, part: DatePart | None, elapsed: Elapsed | None) -> str:
    """What a query calls the part of a date, or the time since another field."""
    if part is not None:
        return f"{field}_{part.value}"
    return f"{field} since {elapsed.since} in {elapsed.unit}" if elapsed is not None else field


@dataclass(frozen=True, slots=True)
class PlannedMeasure:
    """One number. `last_of` is the time field along which a stock takes its last value; `quantile` (0 to 1)
    takes the place of the median's middle. One that `accumulates` counts all that was before, too. `things`
    tell apart what each has a stock of its own, where a day may have several numbers of one."""

    alias: str
    label: str
    aggregation: Aggregation
    field: FieldRef | None
    unit: Unit | None
    type: FieldType
    share: bool = False
    running: bool = False
    accumulates: bool = False
    last_of: FieldRef | None = None
    things: tuple[FieldRef, ...] | None = None
    quantile: float | None = None
    where: Filter | None = None
    minus: PlannedMeasure | None = None
    per: PlannedMeasure | None = None
    moving: int | None = None
    conversion: Conversion | None = None

    @property
    def kind(self) -> Aggregation:
        """How the number behaves: a quotient adds up no more than an average does."""
        return Aggregation.AVG if self.per is not None else self.aggregation

    @property
    def zero_when_empty(self) -> bool:
        """Whether there is nothing of it where there are no rows; of a stock there is something unknown."""
        return self.kind in ZERO_WHEN_EMPTY and self.last_of is None


@dataclass(frozen=True, slots=True)
class PlannedGroup:
    ref: FieldRef
    top: TopN | None = None
    only: tuple[Typed, ...] = ()  # the groups to keep once all are computed; none: all

    @property
    def other_flag(self) -> str:
        """Internal column that tells the group of the rest from a value that happens to be named so."""
        return f"{self.ref.name} is rest"

    @property
    def other_label(self) -> str:
        """How the group of the rest is called: "Other", unless a value already is."""
        taken = {value.strip().lower() for value in self.ref.field.values or ()}
        return "All others" if "other" in taken else "Other"


@dataclass(frozen=True, slots=True)
class PlannedTime:
    """`shift` is the number of grain steps between the compared buckets; None when the compared
    rows move by a calendar year instead (days and hours, which a leap year would misalign)."""

    ref: FieldRef
    period: Period | None
    grain: Grain | None
    comparison: Comparison | None
    fill_gaps: bool
    shift: int | None = None
    fill_until: date | None = None


@dataclass(frozen=True, slots=True)
class Pointer:
    """The rows that point at the query's dataset over `link`: a plan of their dataset with its filter."""

    link: Relationship
    plan: Plan


@dataclass(frozen=True, slots=True)
class Plan:
    dataset: Dataset
    calendar: Calendar
    measures: tuple[PlannedMeasure, ...]
    groups: tuple[PlannedGroup, ...]
    columns: tuple[FieldRef, ...]
    time: PlannedTime | None
    where: Filter | None
    fields: dict[str, FieldRef]  # every field that the query names
    having: tuple[Having, ...]
    order: tuple[Order, ...]
    limit: int | None
    count_groups: bool = False
    pointed: dict[Pointed, Pointer] = field(default_factory=dict)
    pointers: dict[Pointed, exp.Select] = field(default_factory=dict)  # the keys that each points at

    @property
    def aggregated(self) -> bool:
        """Whether rows are grouped; otherwise they are listed."""
        return bool(self.measures or self.groups or self.grain)

    @property
    def grain(self) -> Grain | None:
        """The grain of the time buckets, if there are any."""
        return self.time.grain if self.time else None

    @property
    def comparison(self) -> Comparison | None:
        """The period compared with, if there is one."""
        return self.time.comparison if self.time else None

    @property
    def ranked_whole(self) -> bool:
        """One group with a top, and no grain: thresholds choose the candidates of the ranking."""
        top = self.groups[0].top if len(self.groups) == 1 else None
        return top is not None and not top.each and self.grain is None

    @property
    def ranked_within(self) -> PlannedGroup | None:
        """The group whose top is found within each combination of the others."""
        return next((group for group in self.groups if group.top is not None and group.top.each), None)

    @property
    def top_by_derived(self) -> TopN | None:
        """A ranking by a column that exists only after the comparison (largest growth)."""
        aliases = {measure.alias for measure in self.measures}
        top = self.groups[0].top if self.ranked_whole else None
        return top if top is not None and top.by not in aliases else None

    def measure(self, alias: str) -> PlannedMeasure:
        """The measure of that alias, which validation has made sure of."""
        return next(measure for measure in self.measures if measure.alias == alias)
