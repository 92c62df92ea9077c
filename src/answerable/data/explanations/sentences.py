"""An explanation in sentences; each carries its numbers, and none says more than they do."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.data.explanations.contributions import Contribution, Factor
from answerable.data.explanations.makeup import Kind
from answerable.data.explanations.reading import Direction
from answerable.data.explanations.splitting import Split
from answerable.data.questions.formatting import (
    format_number,
    format_period,
    in_unit,
    join_words,
    lower_first,
    plural,
    upper_first,
)
from answerable.data.semantics.model import SemanticModel, Unit
from answerable.data.semantics.query import Period, SemanticQuery

_TOLD_GROUPS = 3
_WORTH_TELLING = 0.1  # part of the change below which a group is not named
_ONE_ROW = 0.5  # part of the change from which a single row is named
_SAME_AS_USUAL = 0.5


@dataclass(frozen=True, slots=True)
class YearBefore:
    """The same step a year earlier: the number before and now, and its two periods."""

    before: float
    now: float
    period: Period
    compared: Period


@dataclass(frozen=True, slots=True)
class Found:
    """All that was computed. `rows` are (before, now) as `largest` are; `factors` are what the number is
    computed from, and `units` those of what stands first, above and below in it."""

    query: SemanticQuery
    model: SemanticModel
    kind: Kind
    name: str
    unit: Unit | None
    before: float
    now: float
    rows: tuple[float, float]
    factors: tuple[Factor, ...]
    units: tuple[Unit | None, ...]
    splits: tuple[Split, ...]
    year_before: YearBefore | None
    largest: tuple[float, float] | None

    @property
    def change(self) -> float:
        """By how much it changed."""
        return self.now - self.before

    @property
    def is_rate(self) -> bool:
        """Whether its change splits into mix and rate."""
        return self.kind in (Kind.AVERAGE, Kind.RATIO)

    @property
    def factor_units(self) -> tuple[Unit | None, ...]:
        """The units of the factors themselves; their parts of the change are in the number's own."""
        first, above, below = self.units
        if not self.factors:
            return ()
        if self.kind is Kind.SUM:
            return None, self.unit
        if self.kind is Kind.DIFFERENCE:
            return first, first
        return (above, below) if len(self.factors) < 3 else (first, first, below)


def told(found: Found, direction: Direction, parts: int) -> tuple[tuple[str, int], ...]:
    """The sentences with the number of the query that each rests on; `parts` is the one that has what the
    number is computed from, after which come those of the splits."""
    sentences = [(_change(found, direction), 1)]
    if not found.change:
        return tuple(sentences)
    if found.factors:
        sentences.append((_volume(found) if found.kind is Kind.SUM else _computed_from(found), parts))
    for number, split in enumerate(found.splits, parts + 1):
        sentences.append((_groups(found, split), number))
    if not found.splits:
        sentences.append(("No dimension stands out: the groups of each changed much alike.", 1))
    if (row := single_row(found)) is not None:
        sentences.append((_single_row(found, *row), 1))
    if found.year_before is not None:
        sentences.append((_season(found, found.year_before), 1))
    return tuple(sentences)


def _change(found: Found, direction: Direction) -> str:
    time = found.query.time
    period = format_period(time.period) if time is not None else ""
    compared = time.comparison if time is not None else None
    other = format_period(compared.period) if compared is not None else ""
    name, before, now = upper_first(found.name), _number(found, found.before), _number(found, found.now)
    if not found.change:
        return f"{name} did not change: it was {now} {period} as {other}."
    way = "rose" if found.change > 0 else "fell"
    moved = f"{way} from {before} {other} to {now} {period}, by {_amount(found, found.change)}"
    moved += f" ({_percent(abs(found.change / found.before))})" if found.before else ""
    if direction * found.change < 0:
        return f"{name} did not {'fall' if direction is Direction.DOWN else 'rise'}: it {moved}."
    return f"{name} {moved}."


def _volume(found: Found) -> str:
    volume, value = (factor.amount for factor in found.factors)
    noun = _noun(found)
    if found.rows[0] == found.rows[1]:
        return f"There were as many {plural(noun, 2)} ({found.rows[1]:,.0f}): the value per {noun} changed."
    more = "more" if found.rows[1] > found.rows[0] else "fewer"
    counts = f"{found.rows[0]:,.0f} before, {found.rows[1]:,.0f} now"
    worth = "higher" if value > 0 else "lower"
    return (
        f"{upper_first(more)} {plural(noun, 2)} ({counts}) make {_signed(found, volume)} of it, a {worth}"
        f" value per {noun} {_signed(found, value)}."
    )


def _computed_from(found: Found) -> str:
    """What each of the numbers that it is computed from gave."""
    words = []
    for factor, unit in zip(found.factors, found.factor_units, strict=True):
        before, now = format_number(factor.before, unit), format_number(factor.now, unit)
        if factor.before == factor.now:
            words.append(f"{factor.label} stayed at {now}")
            continue
        way = "rose" if factor.now > factor.before else "fell"
        words.append(f"{factor.label} {way} from {before} to {now} ({_signed(found, factor.amount)} of it)")
    return f"{upper_first(join_words(words))}."


def _groups(found: Found, split: Split) -> str:
    """The groups that gave most of the change, and the largest that went the other way."""
    same = [part for part in split.parts if part.amount * found.change > 0]
    named = [p for p in same if abs(p.amount) >= _WORTH_TELLING * abs(found.change)][:_TOLD_GROUPS] or same[
        :1
    ]
    against = [part for part in split.parts if part.amount * found.change < 0]
    words = [f"{part.group} {_signed(found, part.amount)} ({_from_to(found, part)})" for part in named]
    text = f"By {lower_first(split.label)}: {join_words(words)}"
    rest = [part for part in same if part not in named]
    if rest:
        text += f"; {len(rest)} more {_signed(found, sum(part.amount for part in rest))}"
    if against:
        first = against[0]
        text += f"; against it {first.group} {_signed(found, first.amount)}"
        others = against[1:]
        if others:
            text += f" and {len(others)} more {_signed(found, sum(part.amount for part in others))}"
    if found.is_rate:
        mix, rate = (sum(getattr(part, kind) for part in split.parts) for kind in ("mix", "rate"))
        own = "averages" if found.kind is Kind.AVERAGE else "ratios"
        text += f". Of the change {_signed(found, mix)} is mix, {_signed(found, rate)} the groups' own {own}"
    return f"{text}."


def _from_to(found: Found, part: Contribution) -> str:
    sides = ("none" if side is None else _number(found, side) for side in (part.before, part.now))
    return " to ".join(sides)


def single_row(found: Found) -> tuple[float, float] | None:
    """The value of one large row that alone makes up much of the change, and the largest of the other
    side."""
    if found.largest is None or not found.change:
        return None
    other, row = found.largest if found.change > 0 else found.largest[::-1]
    return None if row - other < _ONE_ROW * abs(found.change) else (row, other)


def _single_row(found: Found, row: float, other: float) -> str:
    when = "now" if found.change > 0 else "before"
    return (
        f"A single {_noun(found)} of {_number(found, row)} {when} is {_percent(row / abs(found.change))} of"
        f" the change (the largest on the other side is {_number(found, other)})."
    )


def _season(found: Found, earlier: YearBefore) -> str:
    before, now = earlier.before, earlier.now
    part = (now - before) / abs(before)
    own = found.change / abs(found.before) if found.before else 0.0
    step = f"{'up' if part >= 0 else 'down'} {_percent(abs(part))}"
    text = f"A year earlier the same step was {step} ({_number(found, before)} to {_number(found, now)})"
    usual = part * own > 0 and abs(part) >= _SAME_AS_USUAL * abs(own)
    return (
        f"{text}, so much of it is usual for the season."
        if usual
        else f"{text}: the season does not explain it."
    )


def _noun(found: Found) -> str:
    dataset = found.model.dataset(found.query.dataset)
    return dataset.row_noun if dataset is not None else "row"


def _number(found: Found, value: float) -> str:
    return format_number(value, found.unit)


def _signed(found: Found, value: float) -> str:
    sign = "+" if value > 0 else ""
    if found.unit is not None and found.unit.kind == "percent":
        return f"{sign}{format_number(in_unit(value, found.unit))} points"
    return sign + _number(found, value)


def _amount(found: Found, value: float) -> str:
    if found.unit is not None and found.unit.kind == "percent":
        return f"{format_number(in_unit(abs(value), found.unit))} percentage points"
    return _number(found, abs(value))


def _percent(part: float) -> str:
    return f"{format_number(part * 100)}%"
