"""One sentence that states a result: numbers with units, the period, the change; honest about gaps."""

from __future__ import annotations

from decimal import Decimal

from answerable.data.questions.beginnings import beginnings
from answerable.data.questions.cut_buckets import cut_note
from answerable.data.questions.formatting import (
    format_cell,
    format_number,
    format_period,
    in_unit,
    join_words,
    lower_first,
    plural,
    upper_first,
)
from answerable.data.questions.left_out import left_out
from answerable.data.questions.lookup import by_key, row_words
from answerable.data.questions.wording import (
    describe_filter,
    describe_thresholds,
    field_label,
    measure_words,
)
from answerable.data.semantics.model import Aggregation, SemanticModel, Unit
from answerable.data.semantics.query import SemanticQuery
from answerable.data.semantics.result import Cell, Column, QueryResult

_FOLLOWERS = 2
_GAPS_NAMED = 3
# Of what is summed or counted 0 is nothing; an average of 0 is a value as any other.
_ADDED = frozenset({Aggregation.SUM, Aggregation.COUNT, Aggregation.COUNT_DISTINCT})


def state_result(query: SemanticQuery, model: SemanticModel, result: QueryResult) -> str:
    """What the result says, in one sentence; a second one names periods without data or a cut."""
    speaker = _Speaker(query, model, result)
    text = speaker.main()
    # A value of the data stands as it is written there.
    opening = text if speaker.starts_with_a_value else upper_first(text)
    return " ".join([f"{opening}.", *speaker.notes()])


class _Speaker:
    def __init__(self, query: SemanticQuery, model: SemanticModel, result: QueryResult) -> None:
        self._query = query
        self._model = model
        self._result = result
        self._dataset = model.dataset(query.dataset)
        self._noun = self._dataset.row_noun if self._dataset is not None else "row"
        self._columns = {column.name: index for index, column in enumerate(result.columns)}
        self._measures = [column for column in result.columns if column.kind == "measure"]
        self._groups = [column for column in result.columns if column.kind == "group"]
        self._grain = query.time.grain if query.time is not None else None
        self.starts_with_a_value = False

    def main(self) -> str:
        """The sentence itself, without its full stop."""
        rows = self._result.rows
        if not rows or self._nothing_but_nulls():
            return self._nothing()
        if self._query.count_groups:
            return self._groups_counted(rows[0])
        if not self._measures:
            return self._values() if self._groups else self._listing()
        if self._grain is not None:
            return self._trend_of_groups() if self._groups else self._trend()
        if self._groups and not self._chosen_one():
            return self._ranking()
        return self._single(rows[0])

    def notes(self) -> list[str]:
        """Sentences about what is missing."""
        notes = []
        if self._grain is not None and not self._groups and self._measures and not self._nothing_but_nulls():
            notes += self._gaps()
        time = self._query.time
        cut = cut_note(time.period, time.grain, self._model.calendar) if time is not None else None
        if cut is not None and self._measures and not self._nothing_but_nulls():
            notes.append(cut)
        if not self._nothing_but_nulls():
            notes += beginnings(self._query, self._model)
            notes += left_out(self._query, self._model)
        if self._groups and self._measures and self._grain is None:
            notes += self._ties()
        if self._result.truncated:
            notes.append(f"Only the first {self._result.row_count:,} rows are included.")
        return notes

    def _nothing(self) -> str:
        period = self._period()
        key = by_key(self._query, self._dataset)
        if key is not None:
            return f"there is no {self._noun} {str(key[1]).removeprefix(f'{self._noun} ')}"
        none = [f"there are no {plural(self._noun, 2)}"]
        if self._measures and any(self._result.rows) and not self._query.where and not period:
            return f"there is no value of {self._name(self._measures[0])}"
        if self._query.where is not None:
            none.append(f"where {describe_filter(self._query.where, self._query, self._model)}")
        if period:
            none.append(period)
        thresholds = " that pass the threshold" if self._query.having else ""
        return " ".join(none) + thresholds

    def _nothing_but_nulls(self) -> bool:
        if not self._measures:
            return False
        return all(self._cell(row, c.name) is None for row in self._result.rows for c in self._measures)

    def _single(self, row: list[Cell]) -> str:
        """One number, or several about the same rows."""
        of = self._group_words(row)
        subject = f" for {of}" if of else ""
        period = f" {self._period()}" if self._period() else ""
        parts = [(self._with_article(c), self._value(row, c), self._extras(row, c)) for c in self._measures]
        if len(parts) == 1:
            name, value, extras = parts[0]
            return f"{name}{subject}{self._where()} {self._verb()} {value}{period}{extras}"
        said = [f"{name} {self._verb()} {value}{extras}" for name, value, extras in parts]
        return f"{join_words(said)}{subject}{self._where()}{period}"

    def _groups_counted(self, row: list[Cell]) -> str:
        """There are 12 clients with number of repairs that is at least 8 in 2026."""
        labels = [field_label(group.field, self._query, self._model) for group in self._query.group_by]
        count = self._cell(row, self._measures[0].name)
        one = count == 1
        noun = join_words([label if one else plural(label, 2) for label in labels])
        held = describe_thresholds(self._query, self._model)
        text = f"there {'is' if one else 'are'} {self._value(row, self._measures[0])} {noun} {held}"
        return f"{text.rstrip()}{self._scope()}"

    def _extras(self, row: list[Cell], column: Column) -> str:
        """Share of the total and change, each only when it was asked for."""
        parts = []
        share = self._cell(row, f"{column.name}_share")
        if share is not None and not isinstance(share, str):
            parts.append(f"{self._derived(row, column, 'share')} of the total")
        change = self._change(row, column)
        if change:
            parts.append(change)
        return "".join(f", {part}" for part in parts)

    def _change(self, row: list[Cell], column: Column) -> str:
        if f"{column.name}_previous" not in self._columns:
            return ""
        other = self._compared_words()
        before, change = (self._cell(row, f"{column.name}_{part}") for part in ("previous", "change"))
        if before is None:
            return f"with no data {other} to compare with"
        earlier = f"{self._derived(row, column, 'previous')} {other}".strip()
        if not isinstance(change, (int, float, Decimal)):
            return f"after {earlier}"
        if change == 0:
            return f"the same as {other.removeprefix('in ') or 'before'}"
        direction = "up" if change > 0 else "down"
        amount = _difference(-change if change < 0 else change, column.unit)
        fraction = self._cell(row, f"{column.name}_change_pct")
        if isinstance(fraction, float):
            return f"{direction} {format_number(abs(fraction) * 100)}% ({amount}) from {earlier}"
        return f"{direction} {amount} from {earlier}"

    def _ranking(self) -> str:
        rows = [row for row in self._result.rows if not self._is_rest(row)] or self._result.rows
        column, descending = self._ranked_by()
        dimension = join_words([lower_first(group.label) for group in self._groups])
        scope = self._scope()
        # One group is the highest of nothing, unless it was sought among others.
        if column is None or (len(self._result.rows) == 1 and not self._cut()):
            first = column or self._measures[0]
            parts = [f"{self._group_words(row)} {self._worth(row, first)}" for row in rows[: _FOLLOWERS + 1]]
            more = f" and {len(rows) - len(parts)} more" if len(rows) > len(parts) else ""
            change = self._change(rows[0], first) if len(rows) == 1 else ""
            more += f", {change}" if change else ""
            return f"{self._name(first)} by {dimension}{scope}: {', '.join(parts)}{more}"
        self.starts_with_a_value = True
        return self._led(rows, column, f"{self._name(column)}{scope}", descending=descending)

    def _led(self, rows: list[list[Cell]], column: Column, of: str, *, descending: bool) -> str:
        """The first of what is ranked, groups or periods, and those that follow."""
        leader, side = rows[0], "highest" if descending else "lowest"
        words = self._bucket if self._grain is not None else self._group_words
        text = f"{words(leader)} {self._have()} the {side} {of}: {self._value(leader, column)}"
        measure = self._measure_of(column)
        text += self._extras(leader, measure) if column is measure else ""
        followers = [f"{words(row)} ({self._worth(row, column)})" for row in rows[1:][:_FOLLOWERS]]
        if followers:
            text += f"; followed by {join_words(followers)}"
        if len(rows) > _FOLLOWERS + 1:
            text += f", of {len(rows):,} shown" if self._cut() else f", out of {len(rows):,} in all"
        return text

    def _trend(self) -> str:
        assert self._grain is not None
        ranked, descending = self._ranked_by()
        if self._query.limit is not None and self._query.order and ranked is not None:
            # The first few of the periods are no course: there were others between them.
            of = f"{self._name(ranked)} by {self._grain.value}{self._scope()}"
            rows = [row for row in self._result.rows if self._cell(row, ranked.name) is not None]
            return self._led(rows, ranked, of, descending=descending)
        column = self._told(self._leading())
        rows = [row for row in self._result.rows if not self._is_absent(row, column)]
        rows = rows or list(self._result.rows)
        rows.sort(key=lambda row: str(self._cell(row, "period")))
        name = self._name(column)
        if len(rows) == 1:
            number, bucket = self._value(rows[0], column), self._bucket(rows[0])
            extras = self._extras(rows[0], column) if column.kind == "measure" else ""
            return f"{self._with_article(column)}{self._where()} {self._verb()} {number} in {bucket}{extras}"
        first, last = rows[0], rows[-1]
        change = self._across(first, last, column)
        text = (
            f"{name} by {self._grain.value}{self._scope()} went from {self._value(first, column)} "
            f"in {self._bucket(first)} to {self._value(last, column)} in {self._bucket(last)}{change}"
        )
        if len(rows) > 2:
            high = max(rows, key=lambda row: self._number(row, column))
            low = min(rows, key=lambda row: self._number(row, column))
            text += (
                f"; highest in {self._bucket(high)} ({self._value(high, column)}), "
                f"lowest in {self._bucket(low)} ({self._value(low, column)})"
            )
        return text

    def _trend_of_groups(self) -> str:
        column = self._told(self._leading())
        assert self._grain is not None
        rows = [row for row in self._result.rows if not self._is_absent(row, column)]
        rows = rows or [row for row in self._result.rows if self._cell(row, column.name) is not None]
        latest = max(str(self._cell(row, "period")) for row in rows)
        in_latest = [row for row in rows if str(self._cell(row, "period")) == latest]
        leader = max(in_latest, key=lambda row: self._number(row, column))
        names = {self._group_words(row) for row in self._result.rows}
        dimension = join_words([lower_first(group.label) for group in self._groups])
        return (
            f"{self._name(column)} by {self._grain.value} and {dimension}{self._scope()}, "
            f"for {len(names):,} {'value' if len(names) == 1 else 'values'} of {dimension}; in "
            f"{self._bucket(leader)} {self._group_words(leader)} {self._have()} the highest with "
            f"{self._value(leader, column)}"
        )

    def _values(self) -> str:
        rows = self._result.rows
        dimension = join_words([lower_first(group.label) for group in self._groups])
        shown = [self._group_words(row) for row in rows[:10]]
        if len(rows) > len(shown):
            shown.append(f"{len(rows) - len(shown):,} more")
        noun = "value" if len(rows) == 1 else "values"
        return f"{dimension}{self._scope()} has {len(rows):,} {noun}: {join_words(shown)}"

    def _listing(self) -> str:
        count = self._result.row_count
        key = by_key(self._query, self._dataset)
        if key is not None and count == 1:
            return row_words(self._noun, key[0], self._result.rows[0], self._result.columns)
        rows = f"{count:,} {plural(self._noun, count)}{self._scope()}"
        if self._cut():
            return f"showing {rows}"
        return f"there {'is' if count == 1 else 'are'} {rows}"

    def _gaps(self) -> list[str]:
        column = self._leading()
        empty = [row for row in self._result.rows if self._is_absent(row, column)]
        if not empty or len(empty) == len(self._result.rows):
            return []
        names = [self._bucket(row) for row in empty[:_GAPS_NAMED]]
        if len(empty) > len(names):
            names.append(f"{len(empty) - len(names)} more")
        none = "no data" if any(self._cell(row, column.name) is None for row in empty) else "nothing"
        return [f"There is {none} for {join_words(names)}."]

    def _ties(self) -> list[str]:
        """That several groups share a place, where a top shows more groups than were asked for."""
        top = next((group.top for group in self._query.group_by if group.top is not None), None)
        rows = [row for row in self._result.rows if not self._is_rest(row)]
        column = next((c for c in self._measures if top is not None and c.name == top.by), None)
        if top is None or column is None or len(self._groups) > 1 or len(rows) <= top.n:
            return []
        place = self._cell(rows[top.n - 1], column.name)
        tied = [self._group_words(row) for row in rows if self._cell(row, column.name) == place]
        shown = [
            *tied[:_GAPS_NAMED],
            *([f"{len(tied) - _GAPS_NAMED} more"] if len(tied) > _GAPS_NAMED else []),
        ]
        return [f"{join_words(shown)} are equal, so {len(rows)} are shown."]

    def _across(self, first: list[Cell], last: list[Cell], column: Column) -> str:
        start, end = self._number(first, column), self._number(last, column)
        if start in (0, end):
            return ""
        fraction = abs((end - start) / abs(start))
        return f" ({'up' if end > start else 'down'} {format_number(fraction * 100)}%)"

    def _ranked_by(self) -> tuple[Column | None, bool]:
        """The measure or derived column that orders the groups; None when something else does."""
        if any(group.top is not None and group.top.each for group in self._query.group_by):
            return None, True
        if self._query.order:
            order = self._query.order[0]
            index = self._columns.get(order.by)
            column = self._result.columns[index] if index is not None else None
            if column is None or column.kind not in ("measure", "derived"):
                return None, True
            return column, order.descending
        top = next((group.top for group in self._query.group_by if group.top is not None), None)
        if top is not None and top.by in self._columns:
            return self._result.columns[self._columns[top.by]], top.descending
        in_sequence = any(group.part is not None for group in self._query.group_by)
        if in_sequence or any(group.type.value in ("date", "timestamp") for group in self._groups):
            return None, True
        return self._measures[0], True

    def _measure_of(self, column: Column) -> Column:
        return next((m for m in self._measures if m.name in (column.name, column.of)), self._measures[0])

    def _leading(self) -> Column:
        """The first measure that has a value anywhere: the one that a trend is told of."""
        known = (
            c for c in self._measures if any(self._cell(r, c.name) is not None for r in self._result.rows)
        )
        return next(known, self._measures[0])

    def _told(self, column: Column) -> Column:
        """The running total, the moving average or the share, where one was asked for; else the measure."""
        for derivation in ("running_total", "moving_average", "share"):
            index = self._columns.get(f"{column.name}_{derivation}")
            if index is not None:
                return self._result.columns[index]
        return column

    def _is_rest(self, row: list[Cell]) -> bool:
        has_rest = any(group.top is not None and group.top.others for group in self._query.group_by)
        return has_rest and any(self._cell(row, g.name) in ("Other", "All others") for g in self._groups)

    def _chosen_one(self) -> bool:
        """One row is left because one group was asked for, not because there is only one."""
        narrowed = any(group.only for group in self._query.group_by)
        return narrowed and len(self._result.rows) == 1

    def _group_words(self, row: list[Cell]) -> str:
        return ", ".join(format_cell(self._cell(row, group.name), group) for group in self._groups)

    def _bucket(self, row: list[Cell]) -> str:
        column = self._result.columns[self._columns["period"]]
        return format_cell(self._cell(row, "period"), column, self._grain, self._model.calendar)

    def _name(self, column: Column) -> str:
        if column.kind == "derived":
            words = {"change_pct": "change in percent", "share": "share of the total"}
            derivation = column.derivation or ""
            of = self._name(self._measure_of(column))
            return f"{words.get(derivation, derivation.replace('_', ' '))} of {of}"
        index = self._measures.index(column)
        if index < len(self._query.measures):
            return measure_words(self._query.measures[index], self._query, self._model)
        return lower_first(column.label)

    def _with_article(self, column: Column) -> str:
        name = self._name(column)
        if column.kind == "derived":
            return f"the {name}"
        index = self._measures.index(column)
        computed = index < len(self._query.measures) and self._query.measures[index].metric is None
        return f"the {name}" if computed else name

    def _value(self, row: list[Cell], column: Column) -> str:
        return format_cell(self._cell(row, column.name), column)

    def _worth(self, row: list[Cell], column: Column) -> str:
        """The value, and what part of the total it is where that was asked for."""
        share = self._cell(row, f"{column.name}_share")
        value = self._value(row, column)
        return value if share is None else f"{value}, {self._derived(row, column, 'share')} of the total"

    def _derived(self, row: list[Cell], column: Column, part: str) -> str:
        name = f"{column.name}_{part}"
        return format_cell(self._cell(row, name), self._result.columns[self._columns[name]])

    def _cell(self, row: list[Cell], name: str) -> Cell:
        index = self._columns.get(name)
        return row[index] if index is not None else None

    def _is_absent(self, row: list[Cell], column: Column) -> bool:
        """Whether a period has no value, or nothing of what is summed or counted."""
        value = self._cell(row, column.name)
        return value is None or (value == 0 and self._adds_up(self._measure_of(column)))

    def _adds_up(self, column: Column) -> bool:
        index = self._measures.index(column)
        measure = self._query.measures[index] if index < len(self._query.measures) else None
        if measure is None or measure.per is not None:
            return False
        part = self._model.face(measure.metric) or measure
        return part.aggregation in _ADDED

    def _number(self, row: list[Cell], column: Column) -> float:
        value = self._cell(row, column.name)
        return float(value) if isinstance(value, (int, float, Decimal)) else 0.0

    def _period(self) -> str:
        return format_period(self._query.time.period) if self._query.time is not None else ""

    def _compared_words(self) -> str:
        comparison = self._query.time.comparison if self._query.time is not None else None
        if comparison is None:
            return ""
        return format_period(comparison.period) or "the period before"

    def _where(self) -> str:
        if self._query.where is None:
            return ""
        return f" where {describe_filter(self._query.where, self._query, self._model)}"

    def _scope(self) -> str:
        period = self._period()
        return self._where() + (f" {period}" if period else "")

    def _verb(self) -> str:
        return "was" if self._period() else "is"

    def _have(self) -> str:
        return "had" if self._period() else "has"

    def _cut(self) -> bool:
        query = self._query
        topped = any(group.top is not None for group in query.group_by)
        return self._result.truncated or topped or query.limit is not None


def _difference(change: float | Decimal, unit: Unit | None) -> str:
    """A change in its unit; of a percentage it is in percentage points."""
    if unit is not None and unit.kind == "percent":
        return f"{format_number(in_unit(change, unit))} percentage points"
    return format_number(change, unit)
