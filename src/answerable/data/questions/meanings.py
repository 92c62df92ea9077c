"""What phrases mean before they are put together: small values that hash and compare."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from answerable.data.semantics.filters import Operator, Scalar
from answerable.data.semantics.model import Aggregation
from answerable.data.semantics.query import Grain


class TimeUnit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    HALF = "half"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Span:
    """Days [start, end); either side may be open. `unit` and `count` say how it was put (3 months);
    `relative` when it was counted from today; `to_date` when it ends with today though its unit goes on."""

    start: date | None
    end: date | None
    unit: TimeUnit | None = None
    count: int = 1
    label: str = ""
    relative: bool = False
    to_date: bool = False
    endpoints: tuple[Span, Span] | None = None  # of "from A to B"
    listed: bool = False  # "A and B": one range, or each by itself
    fiscal: bool = False  # a part of a year that begins in another month


@dataclass(frozen=True, slots=True)
class YearPart:
    """A month, quarter or half by its number, of the calendar's years or of the model's own (`fiscal`)."""

    unit: TimeUnit
    number: int
    fiscal: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the dataset that is being read for. `many` when it was said in the plural, `one` when with
    an indefinite article, `as_rows` when the word for it is also that for the rows: sales, in a table of
    sales."""

    name: str
    many: bool = False
    one: bool = False
    as_rows: bool = False


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a field."""

    field: str
    value: Scalar


@dataclass(frozen=True, slots=True)
class Named:
    """A segment of the model. `many` when it was said in the plural: VIPs. Where its rows are reached from
    others, `owner` is its dataset and `pointer` the field that leads there."""

    segment: str
    many: bool = False
    owner: str | None = None
    pointer: str | None = None


@dataclass(frozen=True, slots=True)
class Rows:
    """The dataset's own noun: orders. `many` when it was said in the plural."""

    name: str
    many: bool = False


@dataclass(frozen=True, slots=True)
class Pointing:
    """The noun of a table whose rows point here: orders, said of customers. `time` places its rows, `where`
    says which of them: paint repairs."""

    dataset: str
    time: str | None = None
    where: tuple[Where, ...] = ()


@dataclass(frozen=True, slots=True)
class PointedAt:
    """With such rows, or without any, or with fewer than `fewer`; `span` says of when they are."""

    rows: Pointing
    absent: bool
    span: Span | None = None
    fewer: int | None = None


@dataclass(frozen=True, slots=True)
class Buckets:
    """Months, days and so on as things to rank."""

    grain: Grain
    many: bool = False


@dataclass(frozen=True, slots=True)
class Unit:
    """The symbol of a unit, folded: eur, %, kg."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Into:
    """The unit that a number is asked for in, by its symbol."""

    unit: str


@dataclass(frozen=True, slots=True)
class Number:
    value: Decimal
    unit: str | None = None  # folded: eur, %, kg
    whole: bool = True

    @property
    def count(self) -> int | None:
        """The number as a small count (top 5), or None."""
        plain = self.unit is None and self.value == self.value.to_integral_value()
        return int(self.value) if plain and 1 <= self.value <= 1000 else None


@dataclass(frozen=True, slots=True)
class Stretch:
    """A length of time."""

    minutes: Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """A metric by name, or an aggregation of a field; with neither field nor metric, a count of rows."""

    metric: str | None = None
    aggregation: Aggregation | None = None
    field: str | None = None
    rate: bool = False  # the average of something that is usually summed
    many: bool = False  # it was said in the plural: average fees
    percentile: float | None = None
    since: str | None = None  # the time from that field to `field`, in `unit`s
    unit: str | None = None
    where: tuple[Where, ...] = ()  # narrows the rows of this part alone
    every: Grain | None = None  # the average of its totals of such periods
    perhaps: bool = False  # or the average of its rows in each period
    minus: Part | None = None
    per: Part | None = None


@dataclass(frozen=True, slots=True)
class Measures:
    parts: tuple[Part, ...]
    versus: bool = False


@dataclass(frozen=True, slots=True)
class Where:
    """A condition on one field. `values` are alternatives of an `in`; of a `segment` `field` is the name."""

    field: str
    operator: Operator
    values: tuple[Scalar, ...] = ()
    versus: bool = False
    other: str | None = None  # another field of the same row, in place of values
    since: str | None = None  # the time from that field to `field`, in `unit`s
    unit: str | None = None
    bare: bool = False  # that there is none at all, or any: without a tip
    segment: bool = False
    state: bool = False  # how it stands now: a time beside it could be of then
    implied: bool = False  # that it is of `field` was not said: below the reorder level

    def negated(self) -> Where:
        """The opposite condition."""
        if len(self.values) == 1 and isinstance(self.values[0], bool):
            return replace(self, values=(not self.values[0],))
        return replace(self, operator=_OPPOSITE[self.operator])


_OPPOSITE = {
    Operator.IN: Operator.NOT_IN,
    Operator.NOT_IN: Operator.IN,
    Operator.EQ: Operator.NE,
    Operator.NE: Operator.EQ,
    Operator.IS_NULL: Operator.NOT_NULL,
    Operator.NOT_NULL: Operator.IS_NULL,
    Operator.LT: Operator.GE,
    Operator.GE: Operator.LT,
    Operator.GT: Operator.LE,
    Operator.LE: Operator.GT,
}


@dataclass(frozen=True, slots=True)
class Compound:
    """Any of the sides, each of which is all of its conditions; or, negated, none of them."""

    sides: tuple[tuple[Where, ...], ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """Each period with those before it: their total so far, or the mean of the last `moving`."""

    running: bool = False
    moving: int = 0
    grain: Grain | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """A comparison with a number: over 100, between 10 and 20."""

    operator: Operator
    low: Number
    high: Number | None = None


@dataclass(frozen=True, slots=True)
class Threshold:
    """A bound on something: a field, a part, or what the question leaves to be found out (None)."""

    bound: Bound
    field: str | None = None
    part: Part | None = None
    head: str | None = None  # the field whose groups are held against it
    grain: Grain | None = None  # the periods that are
    of_rows: bool = False  # said as a property of each row: with a quantity over 3
    counted: bool = False  # how many groups there are is asked for, not which

    @property
    def is_bare(self) -> bool:
        """Whether nothing was said of what the number is a number of."""
        said = self.field or self.part or self.bound.low.unit
        return said is None and (self.bound.high is None or self.bound.high.unit is None)


@dataclass(frozen=True, slots=True)
class When:
    """A time range, on a named time field or the default one."""

    span: Span
    field: str | None = None


class Against(StrEnum):
    """What a period is compared with, when it is not said by date."""

    PREVIOUS_PERIOD = "previous_period"
    PREVIOUS_YEAR = "previous_year"
    LAST_YEAR = "last_year"  # "compared to last year": the year before, or the same span a year ago
    ANY = "any"  # growth: of the period before, or of a year ago


@dataclass(frozen=True, slots=True)
class Versus:
    """The question's own period is compared with another."""

    span: Span | None = None
    against: Against | None = None
    grain: Grain | None = None
    count: int = 1  # of grains: the previous 7 days


@dataclass(frozen=True, slots=True)
class TwoPeriods:
    """A vs B, both said."""

    first: Span
    second: Span


@dataclass(frozen=True, slots=True)
class Groups:
    fields: tuple[str, ...] = ()
    grain: Grain | None = None
    time_field: str | None = None
    bare: bool = False  # no "by" or "per" was said
    entity: bool = False  # one of the fields names single customers, products and the like
    per: bool = False  # "per month": a rate, when an average was asked for
    each: bool = False  # "in each country": what is said goes for each by itself


@dataclass(frozen=True, slots=True)
class Trend:
    """Over time, without a grain."""


@dataclass(frozen=True, slots=True)
class How:
    """`how did`: needs a word of development after it."""


@dataclass(frozen=True, slots=True)
class Develop:
    """A word of development, after `how did`."""


@dataclass(frozen=True, slots=True)
class Rank:
    """The n first by a measure: of a field's groups, of the rows, or of time buckets."""

    descending: bool
    n: int
    field: str | None = None
    rows: bool = False
    grain: Grain | None = None
    by: Part | None = None
    by_field: str | None = None  # orders rows
    vague: bool = False  # the best, not the largest: by what, was not said
    long: bool = False  # the longest or shortest: by a duration or a length, nothing else


@dataclass(frozen=True, slots=True)
class RankBy:
    """The measure that a ranking goes by, said apart from it."""

    part: Part
    descending: bool | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """Parts of the total. `of` names the part when it was said before it: Germany's share."""

    of: Where | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows as they are. `verb` when only a word such as `show` was said."""

    verb: bool = True
    fields: tuple[str, ...] = ()
    n: int | None = None


@dataclass(frozen=True, slots=True)
class Sorting:
    field: str | None
    part: Part | None
    descending: bool


@dataclass(frozen=True, slots=True)
class Metadata:
    kind: str
    dataset: str | None = None


@dataclass(frozen=True, slots=True)
class Both:
    """Two meanings of one phrase: `how many open tickets` counts and filters."""

    first: object
    second: object


@dataclass(frozen=True, slots=True)
class Be:
    """A verb between a measure and what is said of it: `were`, `comes from`."""
