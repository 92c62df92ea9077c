"""Lengths of time in words: longer than half an hour, took more than a week to close, open for two weeks.

A length is in minutes. Weeks are seven days; months, of which none is as long as another, are not lengths.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from answerable.data.questions.chart import Grammar
from answerable.data.questions.context import Context
from answerable.data.questions.meanings import Both, Bound, Field, Number, Stretch, Threshold, Where
from answerable.data.semantics.filters import Operator
from answerable.data.semantics.model import TEMPORAL_TYPES, FieldType, ModelField

Stretches = tuple[Stretch, Stretch]
_MINUTES = {"minute|minutes|mins": 1, "hour|hours|hrs": 60, "day|days": 1440, "week|weeks": 10_080}
_IN_UNIT = {
    "s": Decimal(1) / 60, "sec": Decimal(1) / 60, "second": Decimal(1) / 60, "min": Decimal(1),
    "minute": Decimal(1), "h": Decimal(60), "hr": Decimal(60), "hour": Decimal(60), "d": Decimal(1440),
    "day": Decimal(1440), "wk": Decimal(10_080), "week": Decimal(10_080),
}  # fmt: skip
_TOOK = (
    "that took|that take|took|taking|take|which took|that lasted|lasting|lasted|last|that last|which lasted"
    "|that were|were|was|are|with|needed|that needed|of"
)
_DONE = frozenset(
    {"close", "closed", "closing", "resolve", "resolved", "finish", "finished", "end", "completed"}
)


def add_rules(grammar: Grammar) -> None:
    """The rules of lengths of time; the clauses are `Where` and `Threshold`."""
    grammar.words_as("@Took", _TOOK)
    grammar.rule("Moment", "(TimeF|TimeVerb|TimeStem|TimeForm)", lambda _c, f: f)
    grammar.words_as("@Ahead", "ahead|in advance|beforehand|ahead of time")
    grammar.words_as("@Since", "from|between")
    grammar.words_as("@Until", "to|and|until")
    grammar.words_as("@WasDone", "that were|which were|were|was")
    for words, minutes in _MINUTES.items():
        grammar.rule("Stretch", f"Number ({words})", lambda _c, n, m=minutes: _stretch(n, m))
        one = words.split("|", maxsplit=1)[0]
        grammar.rule("Stretch", f"{one}", lambda _c, m=minutes: Stretch(Decimal(m)), cost=0.1)
        grammar.rule("Stretch", f"half {one}", lambda _c, m=minutes: Stretch(Decimal(m) / 2))
        grammar.rule("Stretch", f"{one} and half", lambda _c, m=minutes: Stretch(Decimal(m) * 3 / 2))
    grammar.words_as("Stretch", "fortnight", Stretch(Decimal(20_160)))
    grammar.words_as("Stretch", "quarter of hour", Stretch(Decimal(15)))
    for words, operator in (
        ("more than|longer than|over|above|in excess of", Operator.GT),
        ("less than|shorter than|under|below|fewer than", Operator.LT),
        ("at least|no less than|not less than", Operator.GE),
        ("at most|no more than|not more than|up to|no longer than|within", Operator.LE),
    ):
        _bounds(grammar, words, operator)
    _ranges(grammar)
    _open(grammar)


def _bounds(grammar: Grammar, words: str, operator: Operator) -> None:
    than = f"@Span{operator}"
    grammar.words_as(than, words)
    bound = f"@Took? {than} Stretch"
    grammar.rule(
        "Where",
        f"{bound} @Since Moment @Until Moment",
        lambda c, s, a, b, o=operator: _between(c, a, b, s, o),
        cost=-0.2,
    )
    for end in (
        "(to|before|until) TimeForm",
        "to (be|get) TimeVerb",
        "before (being|they were|it was) TimeVerb",
    ):
        grammar.rule("Where", f"{bound} {end}", lambda c, s, f, o=operator: _until(c, f, s, o), cost=-0.2)
    done = "@WasDone? TimeVerb"
    after = "after" if operator in (Operator.GT, Operator.GE) else "in"
    grammar.rule("Where", f"{done} {after} {than} Stretch", lambda c, f, s, o=operator: _until(c, f, s, o))
    grammar.rule(
        "Where",
        f"{done} {than} Stretch after (they were|it was|being|they had been)? Moment",
        lambda c, f, s, m, o=operator: _between(c, m, f, s, o),
        cost=-0.2,
    )
    if operator is Operator.LE:
        grammar.rule("Where", f"{done} within Stretch", lambda c, f, s: _until(c, f, s, Operator.LE))
    grammar.rule(
        "Where",
        f"{done} {than} Stretch @Ahead",
        lambda c, f, s, o=operator: _ahead(c, f, s, o),
        cost=-0.2,
    )
    grammar.rule("Threshold", f"{bound} long?", lambda c, s, o=operator: _of_duration(c, s, o), cost=0.1)
    grammar.rule("Where", f"{bound} long?", lambda c, s, o=operator: _own(c, s, o), cost=0.15)


def _ranges(grammar: Grammar) -> None:
    """Took between 2 and 5 days."""
    for words, minutes in _MINUTES.items():
        for said in ("between Number and Number", "from Number to Number", "Number to Number"):
            grammar.rule("Stretches", f"{said} ({words})", lambda _c, a, b, m=minutes: _range(a, b, m))
    grammar.rule("Stretches", "between Stretch and Stretch", lambda _c, a, b: _ordered(a, b))
    grammar.rule("Where", "@Took exactly Stretch", _exactly)
    took = "@Took Stretches"
    grammar.rule("Threshold", took, lambda c, s: _of_duration(c, s, Operator.BETWEEN), cost=0.1)
    grammar.rule("Where", took, lambda c, s: _own(c, s, Operator.BETWEEN), cost=0.15)
    grammar.rule(
        "Where",
        f"{took} @Since Moment @Until Moment",
        lambda c, s, a, b: _between(c, a, b, s, Operator.BETWEEN),
        cost=-0.2,
    )
    grammar.rule(
        "Where",
        f"{took} (to|before|until) TimeForm",
        lambda c, s, f: _until(c, f, s, Operator.BETWEEN),
        cost=-0.2,
    )


def _range(low: Number, high: Number, minutes: int) -> Stretches | None:
    first, second = _stretch(low, minutes), _stretch(high, minutes)
    return _ordered(first, second) if first is not None and second is not None else None


def _ordered(low: Stretch, high: Stretch) -> Stretches | None:
    return (low, high) if low.minutes <= high.minutes else None


def _stretch(number: Number, minutes: int) -> Stretch | None:
    return Stretch(number.value * minutes) if number.unit is None and number.value >= 0 else None


def _between(
    context: Context, since: Field, until: Field, stretch: Stretch | Stretches, operator: Operator
) -> Where | None:
    """The time from one moment of a row to another, in the largest unit that says it whole."""
    fields = [context.field(name) for name in (since.name, until.name)]
    known = [f for f in fields if f is not None and f.type in TEMPORAL_TYPES and "__" not in f.name]
    if len(known) < 2 or since.name == until.name:
        return None
    dated = any(field.type is FieldType.DATE for field in known)
    units = (("days", 1440),) if dated else (("days", 1440), ("hours", 60), ("minutes", 1))
    lengths = [one.minutes for one in _sides(stretch)]
    for unit, minutes in units:
        if all(length % minutes == 0 for length in lengths):
            values = tuple(length / minutes for length in lengths)
            return Where(until.name, operator, values, since=since.name, unit=unit)
    return None


def _sides(stretch: Stretch | Stretches) -> Stretches | tuple[Stretch]:
    return (stretch,) if isinstance(stretch, Stretch) else stretch


def _until(context: Context, until: Field, stretch: Stretch | Stretches, operator: Operator) -> Where | None:
    times = context.times()
    return _between(context, Field(times[0]), until, stretch, operator) if times else None


def _ahead(context: Context, since: Field, stretch: Stretch, operator: Operator) -> Where | None:
    """Booked more than two weeks ahead: of the only other date."""
    others = [name for name in context.times() if name != since.name]
    return _between(context, since, Field(others[0]), stretch, operator) if len(others) == 1 else None


def _durations(context: Context) -> list[ModelField]:
    return [
        f for f in context.dataset.fields
        if f.unit is not None and f.unit.kind == "duration" and context.is_number(f)
    ]  # fmt: skip


def _of_duration(context: Context, stretch: Stretch | Stretches, operator: Operator) -> Threshold | None:
    """Longer than half an hour, said of rows with one duration."""
    fields = _durations(context)
    if len(fields) != 1 or fields[0].unit is None or fields[0].unit.scale != 1:
        return None
    size = _IN_UNIT.get(fields[0].unit.symbol.casefold().removesuffix("s") or "s")
    if size is None:
        return None
    low, *high = (Number(one.minutes / size) for one in _sides(stretch))
    return Threshold(Bound(operator, low, *high), field=fields[0].name)


def _own(context: Context, stretch: Stretch | Stretches, operator: Operator) -> Where | None:
    """The same of rows that have no duration but two moments, or a day and that of their end, the first of
    which places them in time."""
    times = context.times()
    moments = [name for name in times if (f := context.field(name)) and f.type is FieldType.TIMESTAMP]
    if _durations(context) or len(times) != 2:
        return None
    if len(moments) != 2 and not _DONE & set(times[1].split("_")):
        return None
    return _between(context, Field(times[0]), Field(times[1]), stretch, operator)


def _exactly(context: Context, stretch: Stretch) -> Where | None:
    """Of two days alone: no two moments are exactly three days apart."""
    dates = [name for name in context.times() if (f := context.field(name)) and f.type is FieldType.DATE]
    return _own(context, stretch, Operator.EQ) if len(dates) == 2 else None


def _open(grammar: Grammar) -> None:
    """What is open for longer than that was opened before then, and is not closed."""
    grammar.words_as("@Still", "that are|that have been|have been|been|are|is|still|are still|that are still")
    grammar.words_as(
        "@Lasts", "for more than|for over|longer than|for longer than|more than|over|since more than"
    )
    grammar.rule("Where", "@Still? open @Lasts Stretch", _open_for, cost=-0.2)
    grammar.rule("Where", "@Still? still? open after Stretch", _open_for, cost=-0.2)


def _open_for(context: Context, stretch: Stretch) -> Both | None:
    times = context.times()
    if len(times) != 2 or stretch.minutes % 1440:
        return None
    ended = context.field(times[1])
    said = any("open" in (value.casefold() for value in f.values or ()) for f in context.dataset.fields)
    if ended is None or not ended.nullable or said or not _DONE & set(ended.name.split("_")):
        return None
    before = context.now.today - timedelta(days=int(stretch.minutes // 1440))
    return Both(Where(ended.name, Operator.IS_NULL), Where(times[0], Operator.LT, (before,)))
