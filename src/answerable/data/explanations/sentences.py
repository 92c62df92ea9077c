"""An explanation in sentences; each carries its numbers, and none says more than they do."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.data.engines.service import ExecutedQuery
from answerable.data.explanations.contributions import Contribution, volume_and_value
from answerable.data.explanations.reading import Direction
from answerable.data.questions.formatting import (
    format_number,
    format_period,
    in_unit,
    join_words,
    lower_first,
    plural,
    upper_first,
)
from answerable.data.questions.wording import describe_filter, measure_words
from answerable.data.semantics.model import SemanticModel, Unit
from answerable.data.semantics.query import SemanticQuery

_TOLD_GROUPS = 3
_WORTH_TELLING = 0.1  # part of the change below which a group is not named
_ONE_ROW = 0.5  # part of the change from which a single row is named
_SAME_AS_USUAL = 0.5


@dataclass(frozen=True, slots=True)
class Split:
    """A dimension with the parts of its groups, which sum to the change, and how much they surprise."""

    field: str
    label: str
    parts: tuple[Contribution, ...]
    surprise: float
    executed: ExecutedQuery


@dataclass(frozen=True, slots=True)
class Found:
    """All that was computed. `rows` are (before, now) as `year_ago` and `largest` are."""

    query: SemanticQuery
    model: SemanticModel
    average: bool
    counts_rows: bool
    unit: Unit | None
    before: float
    now: float
    rows: tuple[float, float]
    splits: tuple[Split, ...]
    year_ago: tuple[float, float] | None
    largest: tuple[float, float] | None

    @property
    def name(self) -> str:
        """The number in words, with what it is filtered by."""
        words = measure_words(self.query.measures[0], self.query, self.model)
        where = self.query.where
        return words if where is None else f"{words} where {describe_filter(where, self.query, self.model)}"

    @property
    def change(self) -> float:
        """By how much it changed."""
        return self.now - self.before


def told(found: Found, direction: Direction) -> tuple[tuple[str, int], ...]:
    """The sentences with the number of the query that each rests on."""
    sentences = [(_change(found, direction), 1)]
    if not found.change:
        return tuple(sentences)
    if not found.average and not found.counts_rows:
        sentences.append((_volume(found), 2))
    for number, split in enumerate(found.splits, 3):
        sentences.append((_groups(found, split), number))
    if not found.splits:
        sentences.append(("No dimension stands out: the groups of each changed much alike.", 1))
    if (largest := _single_row(found)) is not None:
        sentences.append((largest, 1))
    if found.year_ago is not None:
        sentences.append((_season(found, found.year_ago), 1))
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
    volume, value = volume_and_value((found.before, found.rows[0]), (found.now, found.rows[1]))
    dataset = found.model.dataset(found.query.dataset)
    noun = dataset.row_noun if dataset is not None else "row"
    if found.rows[0] == found.rows[1]:
        return f"There were as many {plural(noun, 2)} ({found.rows[1]:,.0f}): the value per {noun} changed."
    more = "more" if found.rows[1] > found.rows[0] else "fewer"
    counts = f"{found.rows[0]:,.0f} before, {found.rows[1]:,.0f} now"
    worth = "higher" if value > 0 else "lower"
    return (
        f"{upper_first(more)} {plural(noun, 2)} ({counts}) make {_signed(found, volume)} of it, a {worth}"
        f" value per {noun} {_signed(found, value)}."
    )


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
    if found.average:
        mix, rate = (sum(getattr(part, kind) for part in split.parts) for kind in ("mix", "rate"))
        text += (
            f". Of the change {_signed(found, mix)} is mix, {_signed(found, rate)} the groups' own averages"
        )
    return f"{text}."


def _from_to(found: Found, part: Contribution) -> str:
    return f"{_number(found, part.before)} to {_number(found, part.now)}"


def _single_row(found: Found) -> str | None:
    """One large row, where it alone makes up much of the change."""
    if found.largest is None:
        return None
    row = found.largest[1] if found.change > 0 else found.largest[0]
    other = found.largest[0] if found.change > 0 else found.largest[1]
    if row - other < _ONE_ROW * abs(found.change):
        return None
    dataset = found.model.dataset(found.query.dataset)
    noun = dataset.row_noun if dataset is not None else "row"
    when = "now" if found.change > 0 else "before"
    return (
        f"A single {noun} of {_number(found, row)} {when} is {_percent(row / abs(found.change))} of the"
        f" change (the largest on the other side is {_number(found, other)})."
    )


def _season(found: Found, year_ago: tuple[float, float]) -> str:
    before, now = year_ago
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


def _number(found: Found, value: float) -> str:
    return format_number(value, found.unit)


def _signed(found: Found, value: float) -> str:
    return ("+" if value > 0 else "") + _number(found, value)


def _amount(found: Found, value: float) -> str:
    if found.unit is not None and found.unit.kind == "percent":
        return f"{format_number(in_unit(abs(value), found.unit))} percentage points"
    return _number(found, abs(value))


def _percent(part: float) -> str:
    return f"{format_number(part * 100)}%"
