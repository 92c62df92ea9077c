"""The phrases of one reading gathered by what they are for. Phrases that contradict each other refuse."""

from __future__ import annotations

from dataclasses import dataclass, replace
from dataclasses import field as slot_of

from answerable.data.questions.chart import Item
from answerable.data.questions.english import FILLERS, GOING, singular
from answerable.data.questions.half_said import (
    LEAVING_OUT,
    PREPOSITIONS,
    against_what,
    flat,
    is_half_said,
    is_narrowed,
    says_year,
)
from answerable.data.questions.meanings import (
    Be,
    Compound,
    Develop,
    Field,
    Groups,
    How,
    Into,
    Listing,
    Measures,
    Metadata,
    Part,
    PointedAt,
    Rank,
    RankBy,
    Rows,
    Share,
    Sorting,
    Span,
    Threshold,
    Trend,
    TwoPeriods,
    Versus,
    When,
    Where,
    Window,
)
from answerable.data.questions.tokens import Token
from answerable.data.semantics.filters import Operator
from answerable.data.semantics.model import Aggregation
from answerable.data.semantics.query import Grain


@dataclass
class Frame:
    """What one reading says, slot by slot."""

    measures: Measures | None = None
    where: list[Where] = slot_of(default_factory=list)
    thresholds: list[Threshold] = slot_of(default_factory=list)
    when: When | None = None
    also: When | None = None  # on another field: received in 2025 and finished in 2026
    undated: bool = False  # a time is said whose year may be that of another
    two: TwoPeriods | None = None
    versus: Versus | None = None
    change: bool = False
    groups: Groups | None = None
    trend: bool = False
    how: bool = False
    develop: bool = False
    rank: Rank | None = None
    rank_by: RankBy | None = None
    share: Share | None = None
    sorting: Sorting | None = None
    listing: Listing | None = None
    show: bool = False
    compare: bool = False
    joined: bool = False  # "with January": a comparison only after `compare`
    mentioned: bool = False
    metadata: Metadata | None = None
    adjective: bool = False  # a condition stands before its noun: open tickets
    averages: tuple[Part, ...] = ()  # as they were said
    averaged: bool = False  # an average of what is usually summed is asked for
    verb: Field | None = None  # shipped to: the time that is said belongs to shipping
    yes_or_no: bool = False  # the question begins with a verb: are there open orders
    numerator: Where | Threshold | None = None  # the condition that follows `come from`
    # Conditions before the groups; a share may be of them, or of those that meet them: open tickets by team.
    doubtful: list[Where | Threshold | Compound] = slot_of(default_factory=list)
    pointed: PointedAt | None = None  # rows of another table point here, or none do
    window: Window | None = None
    into: Into | None = None
    compounds: list[Compound] = slot_of(default_factory=list)
    narrowed: bool = False  # a condition is said within or after a bound on groups
    absent: bool = False  # something is said not to be there: without cancelled orders

    @property
    def recurs(self) -> bool:
        """Whether weekdays or hours are spoken of without a time of their own."""
        names = [*(self.groups.fields if self.groups else ()), *(where.field for where in self.where)]
        names += [w.field for c in self.compounds for side in c.sides for w in side]
        if self.rank is not None and self.rank.field is not None:
            names.append(self.rank.field)
        return any(name.startswith("@") for name in names)

    @property
    def averages_periods(self) -> bool:
        """Whether an average of the totals of periods is spoken of."""
        parts = [*(self.measures.parts if self.measures else ())]
        parts += [p for p in (self.rank.by if self.rank else None, self.rank_by and self.rank_by.part) if p]
        return any(part.every is not None for part in parts)

    def _says_twice(self) -> bool:
        """Whether a field is in a condition by itself and in one over several fields."""
        several = [w.field for c in self.compounds for side in c.sides for w in side]
        alone = {where.field for where in self.where}
        return len(self.compounds) > 1 or bool(alone & set(several))

    def _stands_then(self) -> bool:
        """Whether a time stands beside how things are now: open tickets in March, opened or open then."""
        grain = self.groups.grain if self.groups is not None else None
        timed = self.when or self.two or self.versus or self.trend or self.change or self.verb or grain
        return bool(timed) and any(where.state for where in self.where)

    def _mixes_hours(self) -> bool:
        """Whether each hour that ever was would stand beside weekdays: the hours of their days are meant."""
        groups = self.groups
        return groups is not None and groups.grain is Grain.HOUR and any("@" in f for f in groups.fields)

    def consistent(self) -> bool:
        """Whether the phrases can belong to one question."""
        if self.metadata is not None:
            return not (
                self.measures or self.where or self.groups or self.when or self.rank or self.thresholds
            )
        if self.how and not (self.develop or self.change):
            return False
        if self.joined and not self.compare:
            return False
        if self.develop and not self.how:
            return False
        if self.window is not None and (self.share or self.rank or self.two or self.versus or self.change):
            return False
        if self._says_twice() or self._stands_then() or self._mixes_hours() or self._averages_twice():
            return False
        beside = self.when or self.two or self.versus or self.share or self.rank or self.thresholds
        if self.pointed and beside:
            return False  # a time or a number beside the other rows could be of either
        return self._is_placed()

    def _averages_twice(self) -> bool:
        """Whether an average of what is summed stands beside "per": average revenue per month is of its
        orders or of the months, average fees per doctor of the visits or of the doctors' totals."""
        groups = self.groups
        if groups is None or not groups.per:
            return False
        several = groups.grain is not None or groups.entity
        return (self.averaged and several) or any(part.many for part in self.averages)

    def _is_placed(self) -> bool:
        """Whether what is said of time can be said of one field, or of two by their names."""
        groups, rank = self.groups, self.rank
        grained = bool(groups is not None and groups.grain) or bool(rank is not None and rank.grain)
        if self.verb and not (self.when or grained or self.recurs):
            return False
        named = {self.when.field if self.when else None, groups.time_field if groups else None}
        if self.verb and named - {None, self.verb.name}:
            return False
        over_time = grained or self.trend or self.versus or self.change or self.develop or self.pointed
        if self.also and (self.undated or over_time):
            return False
        return not (self.two and self.when)


def gather(clauses: tuple[Item, ...], tokens: list[Token]) -> Frame | None:
    """The frame of these clauses, or None where two of them claim one slot."""
    frame = Frame()
    for position, clause in enumerate(clauses):
        after_be = position > 0 and (
            isinstance(clauses[position - 1].value, Be) or tokens[clause.start].norm in _BE
        )
        value = clause.value
        if is_half_said(clauses[: position + 1], tokens):
            return None
        if isinstance(value, Rank) and any(t.norm in _LONG for t in tokens[clause.start : clause.end]):
            value = replace(value, long=True)
        if frame.pointed is not None and isinstance(value, Where | When | Threshold | Compound):
            return None  # orders in Germany: of customers there, or delivered there
        frame.narrowed |= is_narrowed(clauses[: position + 1])
        if isinstance(value, Where | Compound) and not _goes_there(clause, tokens):
            return None
        if isinstance(value, Where) and not _stands_well(clauses, position, tokens):
            return None
        if isinstance(value, Where) and tokens[clause.start].norm not in PREPOSITIONS:
            frame.adjective = True
        if isinstance(value, Where) and value.operator in _NEGATIVE:
            frame.absent |= tokens[clause.start].norm in _ABSENT
        frame.absent |= isinstance(value, Where) and (value.bare or _never(clause, value, tokens))
        if frame.groups is None and tokens[clause.start].norm not in LEAVING_OUT:
            frame.doubtful += [one for one in flat(value) if isinstance(one, Where | Threshold | Compound)]
        frame.undated |= isinstance(value, When) and not says_year(clause, tokens)
        if not all(_place(frame, meaning, clause.category, after_be) for meaning in flat(value)):
            return None
    alone = any(_is_how_many(clause, tokens) for clause in clauses)
    if alone and not frame.mentioned:
        return None
    frame.yes_or_no = bool(tokens) and tokens[0].norm in _YES_OR_NO
    beside = against_what(clauses, tokens)
    return frame if _held_against(frame, beside) and frame.consistent() else None


def _held_against(frame: Frame, beside: Span | None) -> bool:
    """Whether the time is held against a part of its own year, put into the frame, or against no such: Q4
    2025 against Q1 may be that before it, or the one after."""
    if beside is None or frame.versus is None or frame.when is None:
        return True
    base = frame.when.span.start
    if base is None or beside.start is None or beside.start <= base:
        return False
    frame.versus = replace(frame.versus, span=beside)
    return True


_LONG = frozenset({"longest", "shortest"})
_YES_OR_NO = frozenset({"is", "are", "was", "were", "do", "does", "did", "has", "have", "had"})
_NEGATIVE = frozenset({Operator.NE, Operator.NOT_IN})
_ABSENT = frozenset({"without", "never", "with"})  # "with no"
_BE = frozenset(["is", "are", "was", "were", "been", "being"])
# Values that are also words of degree: `low satisfaction` says nothing of a priority "low".
_DEGREES = frozenset(
    [
        "low",
        "high",
        "medium",
        "big",
        "small",
        "large",
        "new",
        "old",
        "good",
        "bad",
        "top",
        "best",
        "total",
        "normal",
        "average",
    ]
)


def _never(clause: Item, value: Where, tokens: list[Token]) -> bool:
    """Who never ordered has no order at all: none whose date is missing says so."""
    said = any(token.norm == "never" for token in tokens[clause.start : clause.end])
    return value.operator is Operator.IS_NULL and said


def _is_how_many(clause: Item, tokens: list[Token]) -> bool:
    """Whether it is asked how many without saying of what: that has to be said elsewhere."""
    return [t.norm for t in tokens[clause.start : clause.end]] == ["how", "many"]


def _goes_there(clause: Item, tokens: list[Token]) -> bool:
    """What begins with "to" is said of what goes somewhere: deliveries to Riga, not revenue to Riga."""
    start = clause.start
    before = [t.norm for t in tokens[:start] if t.norm not in FILLERS]
    return tokens[start].norm != "to" or (bool(before) and singular(before[-1]) in GOING)


def _stands_well(clauses: tuple[Item, ...], position: int, tokens: list[Token]) -> bool:
    """A value that is a word of degree must not stand before a number it could describe."""
    clause = clauses[position]
    before = clauses[position - 1] if position else None
    if (
        before is not None
        and isinstance(before.value, Rank)
        and tokens[clause.start - 1].norm in ("most", "best", "least")
    ):
        return tokens[clause.start].norm in PREPOSITIONS  # sold the most blenders
    if tokens[clause.end - 1].norm not in _DEGREES or position + 1 == len(clauses):
        return True
    following = clauses[position + 1]
    if following.start != clause.end or not isinstance(following.value, Measures):
        return True
    return all(part.field is None and part.aggregation is Aggregation.COUNT for part in following.value.parts)


_SINGLE: dict[type, str] = {
    Field: "verb",
    Rank: "rank",
    Measures: "measures",
    When: "when",
    TwoPeriods: "two",
    RankBy: "rank_by",
    Sorting: "sorting",
    Metadata: "metadata",
    Share: "share",
    PointedAt: "pointed",
    Window: "window",
    Into: "into",
}


def _place(frame: Frame, value: object, category: str, after_be: bool) -> bool:
    if isinstance(value, Measures):
        frame.averaged = any(part.rate for part in value.parts)
        frame.averages = tuple(part for part in value.parts if part.rate)
        value = replace(value, parts=tuple(replace(part, rate=False, many=False) for part in value.parts))
    if isinstance(value, When) and frame.when is not None:
        return _add_time(frame, frame.when, value)
    slot = _SINGLE.get(type(value))
    if slot is not None:
        if getattr(frame, slot) is not None:
            return False
        setattr(frame, slot, value)
        return True
    if isinstance(value, Where):
        return _add_where(frame, value, after_be)
    if isinstance(value, Compound):
        frame.compounds.append(value)
        return True
    if isinstance(value, Groups):
        return _add_groups(frame, value)
    if isinstance(value, Versus):
        return _add_versus(frame, value, category)
    if isinstance(value, Listing):
        return _add_listing(frame, value)
    if isinstance(value, Threshold):
        return _add_threshold(frame, value, after_be)
    _mark(frame, value, category)
    return True


def _add_time(frame: Frame, known: When, when: When) -> bool:
    """A second time, where both say of which field they are."""
    if frame.also is not None or None in (known.field, when.field) or known.field == when.field:
        return False
    frame.also = when
    return True


def _mark(frame: Frame, value: object, category: str) -> None:
    frame.trend |= isinstance(value, Trend)
    frame.how |= isinstance(value, How)
    frame.develop |= isinstance(value, Develop)
    frame.mentioned |= isinstance(value, Rows)
    frame.compare |= category == "Compare"


def _add_where(frame: Frame, where: Where, after_be: bool) -> bool:
    for other in frame.where:
        if other.field == where.field and not (other.operator is where.operator is Operator.NOT_IN):
            return False
    frame.where.append(where)
    return _is_told_of_rows(frame, where) if after_be else True


def _add_threshold(frame: Frame, threshold: Threshold, after_be: bool) -> bool:
    frame.thresholds.append(threshold)
    return _is_told_of_rows(frame, threshold) if after_be else True


def _is_told_of_rows(frame: Frame, condition: Where | Threshold) -> bool:
    """Takes the condition for the one whose share is asked for; there is only one such."""
    if frame.numerator is not None:
        return False
    frame.numerator = condition
    return True


def _add_groups(frame: Frame, groups: Groups) -> bool:
    known = frame.groups
    if known is None:
        frame.groups = groups
        return True
    if (known.grain and groups.grain) or set(known.fields) & set(groups.fields) or known.bare or groups.bare:
        return False
    fields = known.fields + groups.fields
    if len(fields) > 3:
        return False
    time_field = known.time_field or groups.time_field
    per, entity = known.per or groups.per, known.entity or groups.entity
    each = known.each or groups.each
    frame.groups = Groups(fields, known.grain or groups.grain, time_field, per=per, entity=entity, each=each)
    return True


def _add_versus(frame: Frame, versus: Versus, category: str) -> bool:
    if category == "Change":
        frame.change = True
        return True
    if frame.versus is not None:
        return False
    frame.joined = category == "VersusWith"
    frame.versus = versus
    return True


def _add_listing(frame: Frame, listing: Listing) -> bool:
    if listing.verb:
        if frame.show:
            return False
        frame.show = True
        return True
    if frame.listing is not None:
        return False
    frame.listing = listing
    return True
