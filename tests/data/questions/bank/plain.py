"""Expected rows computed by plain Python, with nothing of the engine's in it.

`t("orders").on("order_date", "2025").eq(country="Germany").by("product").get(total("amount")).top(3)` reads:
of the orders of 2025 from Germany, the amounts by product, the three largest.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import fmean, median
from typing import Any

from tests.data.questions.bank.invented import Cell, Record, tables

Row = tuple[object, ...]
Measure = Callable[[list[Record]], object]
Keep = Callable[[Any], bool]  # cells are compared as what they are known to be
TODAY = date(2026, 5, 18)  # a Monday


@dataclass(frozen=True)
class Key:
    """Something to group by: what it is called in a query, how a row tells it, and the grain of time."""

    name: str
    of: Callable[[Record], object]
    grain: str | None = None


def day(value: Cell) -> date:
    """The day of a date or a moment."""
    assert isinstance(value, date)
    return value.date() if isinstance(value, datetime) else value


def _start(value: Cell, grain: str) -> date | None:
    if value is None:
        return None
    at = day(value)
    if grain == "week":
        return at - timedelta(days=at.weekday())
    months = {"month": 1, "quarter": 3, "year": 12}.get(grain)
    return at if months is None else date(at.year, (at.month - 1) // months * months + 1, 1)


def each(grain: str, name: str) -> Key:
    """Time buckets by their first day."""
    return Key(name, lambda row: _start(row[name], grain), grain)


_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def weekday(name: str) -> Key:
    """The name of the weekday."""
    return Key(name, lambda row: _WEEKDAYS[day(row[name]).weekday()])


def hour(name: str) -> Key:
    """The hour of the day, 0 to 23."""

    return Key(name, lambda row: hour_of(row, name))


def hour_of(row: Record, name: str) -> int:
    """The hour of a moment, 0 to 23."""
    at = row[name]
    assert isinstance(at, datetime)
    return at.hour


def on_weekend(name: str) -> Keep:
    """Rows of a Saturday or Sunday."""
    return lambda row: day(row[name]).weekday() >= 5


def longer(first: str, last: str, hours: float) -> Keep:
    """Rows with more time than that from one moment to another; none where one is not known."""

    def keep(row: Record) -> bool:
        start, end = row[first], row[last]
        if not isinstance(start, datetime) or not isinstance(end, datetime):
            return False
        return end - start > timedelta(hours=hours)

    return keep


def column(name: str) -> Key:
    """The column's own values."""
    return Key(name, lambda row: row[name])


def span(text: str) -> tuple[date, date]:
    """First day and the day after the last: of `2025`, `2025Q3`, `2025-03`, a day, or `first..last`."""
    if ".." in text:
        first, last = text.split("..")
        return span(first)[0] if first else date.min, span(last)[1] if last else date.max
    if (quarter := re.fullmatch(r"(\d{4})Q(\d)", text)) is not None:
        year, number = int(quarter[1]), int(quarter[2])
        return date(year, number * 3 - 2, 1), _months_on(date(year, number * 3 - 2, 1), 3)
    parts = [int(part) for part in text.split("-")]
    if len(parts) == 1:
        return date(parts[0], 1, 1), date(parts[0] + 1, 1, 1)
    if len(parts) == 2:
        first_day = date(parts[0], parts[1], 1)
        return first_day, _months_on(first_day, 1)
    return date(*parts), date(*parts) + timedelta(days=1)


def _months_on(at: date, months: int) -> date:
    index = at.year * 12 + at.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def numbers(rows: Iterable[Record], name: str) -> list[float]:
    """The known numbers of a column."""
    return [float(value) for row in rows if isinstance(value := row[name], int | float)]


def _of(aggregate: Callable[[list[float]], float], name: str) -> Measure:
    return lambda rows: aggregate(found) if (found := numbers(rows, name)) else None


def total(name: str) -> Measure:
    """The sum of a column."""
    return _of(sum, name)


def mean(name: str) -> Measure:
    return _of(fmean, name)


def middle(name: str) -> Measure:
    return _of(median, name)


def least(name: str) -> Measure:
    return _of(min, name)


def most(name: str) -> Measure:
    return _of(max, name)


def percentile(name: str, part: float) -> Measure:
    """Linear interpolation between the two nearest ranks."""

    def of(values: list[float]) -> float:
        ordered = sorted(values)
        at = part * (len(ordered) - 1)
        low = int(at)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (at - low)

    return _of(of, name)


def n(rows: list[Record]) -> int:
    """How many rows."""
    return len(rows)


def distinct(name: str) -> Measure:
    """How many different values."""
    return lambda rows: len({row[name] for row in rows if row[name] is not None})


def each_one(name: str, entity: str) -> Measure:
    """The average over entities of their sums."""
    return lambda rows: sum(numbers(rows, name)) / len({row[entity] for row in rows})


def rows_each(entity: str) -> Measure:
    """Rows per entity on average."""
    return lambda rows: len(rows) / len({row[entity] for row in rows})


def hours_between(first: str, last: str, unit: float = 3600.0) -> Measure:
    """The average time from one moment to another, in hours unless a unit of seconds is given."""

    def of(rows: list[Record]) -> float:
        spans = [
            (b - a).total_seconds()
            for row in rows
            if isinstance(a := row[first], datetime) and isinstance(b := row[last], datetime)
        ]
        return fmean(spans) / unit

    return of


def days_between(first: str, last: str) -> Measure:
    """The average number of days from one date to another."""

    def of(rows: list[Record]) -> float:
        return fmean((day(row[last]) - day(row[first])).days for row in rows if row[first] and row[last])

    return of


def part(keep: Keep, measure: Measure = n) -> Measure:
    """The share of the rows that `keep` names, 0 to 1."""

    def of(rows: list[Record]) -> float:
        whole = measure(rows)
        some = measure([row for row in rows if keep(row)])
        assert isinstance(whole, int | float)
        return (some if isinstance(some, int | float) else 0) / whole

    return of


def date_of(pick: Callable[[Iterable[date]], date], name: str) -> Measure:
    """The first or last day."""
    return lambda rows: pick(day(row[name]) for row in rows if row[name] is not None)


def above(name: str, bound: float) -> Keep:
    """Rows whose number is larger."""
    return lambda row: isinstance(value := row[name], int | float) and value > bound


def below(name: str, bound: float) -> Keep:
    """Rows whose number is smaller."""
    return lambda row: isinstance(value := row[name], int | float) and value < bound


def known(name: str) -> Keep:
    """Rows that say something there."""
    return lambda row: row[name] is not None


def unknown(name: str) -> Keep:
    """Rows that say nothing there."""
    return lambda row: row[name] is None


@dataclass(frozen=True)
class Answer:
    """Expected rows with their structure; `ordered` where the order is part of the answer."""

    dataset: str
    keys: tuple[str, ...]
    grain: str | None
    rows: tuple[Row, ...]
    ordered: bool = False

    def top(self, count: int, at: int = -1) -> Answer:
        """The rows with the largest values, largest first."""
        return replace(self, rows=tuple(sorted(self.rows, key=lambda r: -_num(r[at]))[:count]), ordered=True)

    def bottom(self, count: int, at: int = -1) -> Answer:
        """The rows with the smallest values, smallest first."""
        return replace(self, rows=tuple(sorted(self.rows, key=lambda r: _num(r[at]))[:count]), ordered=True)

    def having(self, keep: Callable[[float], bool]) -> Answer:
        """The groups whose last value passes."""
        return replace(self, rows=tuple(row for row in self.rows if keep(_num(row[-1]))))

    def only(self, *values: object) -> Answer:
        """The groups of these names."""
        return replace(self, rows=tuple(row for row in self.rows if row[0] in values))

    def shares(self) -> Answer:
        """Each value as its part of the total."""
        whole = sum(_num(row[-1]) for row in self.rows)
        return replace(self, rows=tuple((*row[:-1], _num(row[-1]) / whole) for row in self.rows))

    def running(self) -> Answer:
        """Each value as the total up to it, by the first key."""
        found, so_far = [], 0.0
        for row in sorted(self.rows, key=lambda r: str(r[0])):
            so_far += _num(row[-1])
            found.append((*row[:-1], so_far))
        return replace(self, rows=tuple(found))

    def filled(self, *starts: date) -> Answer:
        """With nothing in the periods that have no rows."""
        known = {row[0] for row in self.rows}
        return replace(self, rows=(*self.rows, *((start, 0) for start in starts if start not in known)))

    def moving(self, count: int) -> Answer:
        """Each value as the mean of the last `count`, itself included; unknown where there are fewer."""
        ordered = sorted(self.rows, key=lambda r: str(r[0]))
        means = [
            fmean(_num(r[-1]) for r in ordered[at - count + 1 : at + 1]) if at + 1 >= count else None
            for at in range(len(ordered))
        ]
        return replace(self, rows=tuple((*row[:-1], m) for row, m in zip(ordered, means, strict=True)))

    def growth(self) -> Answer:
        """Each value's change against the one before as a fraction; the first has none and is left out."""
        ordered = sorted(self.rows, key=lambda r: str(r[0]))
        changes = [(*b[:-1], (_num(b[-1]) - _num(a[-1])) / abs(_num(a[-1]))) for a, b in pairwise(ordered)]
        return replace(self, rows=tuple(changes))

    def best_in_each(self, count: int = 1, *, largest: bool = True) -> Answer:
        """Of the rows with equal first key those with the largest last values, and their equals."""
        found: list[Row] = []
        for head in dict.fromkeys(row[0] for row in self.rows):
            members = [row for row in self.rows if row[0] == head]
            values = sorted((_num(row[-1]) for row in members), reverse=largest)
            bound = values[min(count, len(values)) - 1]
            found += [r for r in members if (_num(r[-1]) >= bound if largest else _num(r[-1]) <= bound)]
        return replace(self, rows=tuple(found))

    def beside(self, other: Answer) -> Answer:
        """Each row with the last value of the other answer's row of the same keys."""
        known = {row[:-1]: row[-1] for row in other.rows}
        return replace(self, rows=tuple((*row, known.get(row[:-1])) for row in self.rows))


def _num(value: object) -> float:
    assert isinstance(value, int | float)
    return float(value)


@dataclass(frozen=True)
class Table:
    """Rows to count over. Each step gives a new one."""

    name: str
    rows: list[Record] = field(repr=False)
    keys: tuple[Key, ...] = ()

    def eq(self, **values: Cell | Sequence[Cell]) -> Table:
        """Rows whose column is the value, or one of several."""
        return self.where(
            lambda row: all(
                row[name] in value if isinstance(value, list | tuple) else row[name] == value
                for name, value in values.items()
            )
        )

    def no(self, **values: Cell | Sequence[Cell]) -> Table:
        """Rows whose column is not the value, nor any of several."""
        return self.where(
            lambda row: all(
                row[name] not in value if isinstance(value, list | tuple) else row[name] != value
                for name, value in values.items()
            )
        )

    def where(self, keep: Keep) -> Table:
        """Rows that pass."""
        return replace(self, rows=[row for row in self.rows if keep(row)])

    def on(self, name: str, text: str) -> Table:
        """Rows whose day lies in the span."""
        first, end = span(text)
        return self.where(lambda row: row[name] is not None and first <= day(row[name]) < end)

    def by(self, *keys: str | Key) -> Table:
        """Group by columns or keys."""
        return replace(self, keys=tuple(column(key) if isinstance(key, str) else key for key in keys))

    def get(self, *measures: Measure) -> Answer:
        """The measures for each combination of keys."""
        groups: dict[Row, list[Record]] = {}
        for row in self.rows:
            groups.setdefault(tuple(key.of(row) for key in self.keys), []).append(row)
        if not self.keys and not groups:
            groups[()] = []
        grain = next((key.grain for key in self.keys if key.grain), None)
        # Rows without a day are in no bucket.
        found = [
            (*group, *(measure(rows) for measure in measures))
            for group, rows in groups.items()
            if not any(key.grain and value is None for key, value in zip(self.keys, group, strict=True))
        ]
        names = tuple(sorted(key.name for key in self.keys if not key.grain))
        return Answer(self.name, names, grain, tuple(found))

    def list(self, *columns: str) -> Answer:
        """The rows themselves by some of their columns."""
        return Answer(self.name, (), None, tuple(tuple(row[c] for c in columns) for row in self.rows))

    def first(self, count: int, by: str, *columns: str, largest: bool = True) -> Answer:
        """The rows with the largest (or smallest) value of a column."""
        ordered = sorted(self.rows, key=lambda row: row[by], reverse=largest)  # type: ignore[arg-type,return-value]
        return replace(replace(self, rows=ordered[:count]).list(*columns), ordered=True)

    def join(self, other: Table, key: str) -> Table:
        """Each row with the columns of the row that it points at."""
        known = {row[key]: row for row in other.rows}
        return replace(self, rows=[{**known[row[key]], **row} for row in self.rows])

    def holds(self, keep: Callable[[Any], bool], other: Table, key: str) -> Table:
        """Rows for which the rows of the other table that point here pass."""
        pointing: dict[Cell, list[Record]] = {row[key]: [] for row in self.rows}
        for row in other.rows:
            pointing.setdefault(row[key], []).append(row)
        return self.where(lambda row: keep(pointing[row[key]]))


def t(name: str) -> Table:
    """A table of one of the models by its name."""
    for group in tables().values():
        if name in group:
            return Table(name, group[name])
    raise KeyError(name)
