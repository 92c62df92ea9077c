"""What recurs: weekdays, weekends, hours of the day; and how long it takes from one moment to another.

A recurring part is written behind the field: `opened_at@hour`. Without a field (`@hour`) it is of the
time that the question is about, which is found when the phrases are put together.
"""

from __future__ import annotations

from dataclasses import replace

from answerable.data.questions.chart import Grammar, Item
from answerable.data.questions.context import Context
from answerable.data.questions.meanings import Both, Field, Measures, Number, Part, Rank, Rows, Where
from answerable.data.questions.tokens import Kind, Token
from answerable.data.semantics.filters import Operator
from answerable.data.semantics.model import TEMPORAL_TYPES, Aggregation, FieldType

WEEKDAY, HOUR, MONTH = "@weekday", "@hour", "@month"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SPANS = {"minutes": "minute|minutes|mins", "hours": "hour|hours|hrs", "days": "day|days"}
_START = "(that started|that began|starting|started|beginning|which started)"
_TOOK = (
    "(that took|that take|took|taking|take|which took|that lasted|lasting|lasted|which lasted|that were|were"
    "|with)"
)


def terminals(tokens: list[Token]) -> list[Item]:
    """Times of the day that are whole hours: 18:00, 6 pm."""
    items: list[Item] = []
    for at, token in enumerate(tokens):
        if token.kind is Kind.CLOCK:
            hour, minute = (int(part) for part in token.norm.split(":"))
            if minute == 0 and hour <= 24:
                items.append(Item("Clock", at, at + 1, hour, 0.0))
    return items


def add_rules(grammar: Grammar) -> None:
    """The rules of what recurs and of durations; the clauses are `Where`, `Groups`, `Rank` and `Measures`."""
    _parts(grammar)
    _weekdays(grammar)
    _hours(grammar)
    _lapses(grammar)


def _parts(grammar: Grammar) -> None:
    for name, one, many in (
        (WEEKDAY, "weekday|week day|day of week|day of a week", "weekdays|days of week"),
        (HOUR, "hour of day|time of day|hour of a day", "hours of day"),
        (MONTH, "month of year|calendar month of year", "months of year"),
    ):
        grammar.words_as("Recurring", one, Field(name))
        grammar.words_as("Recurring", many, Field(name, many=True))
    grammar.rule("Dim", "Recurring", lambda _c, f: f)
    for link in ("Recurring (of|for) (TimeF|TimeVerb|TimeForm)", "Recurring (Rows)? (was|were)? TimeVerb"):
        grammar.rule("Dim", link, lambda c, part, *rest: _of(c, part, rest[-1]), cost=-0.1)
    grammar.rule("Dim", "(TimeVerb|TimeStem|TimeF) Recurring", lambda c, f, part: _of(c, part, f), cost=-0.1)
    grammar.rule("Dim", "(TimeVerb|TimeStem) hour", lambda c, f: _of(c, Field(HOUR), f), cost=-0.2)


def _of(context: Context, part: Field, field: Field) -> Field | None:
    model_field = context.field(field.name)
    if model_field is None or model_field.type not in TEMPORAL_TYPES or "__" in field.name:
        return None
    return replace(part, name=field.name + part.name)


def _weekdays(grammar: Grammar) -> None:
    for name in _DAYS:
        grammar.words_as("DayNames", f"{name.lower()}s|a {name.lower()}", (name,))
        grammar.words_as("DayName", name.lower(), name)
    grammar.rule("DayNames", "DayNames (and|or|,|, and) DayNames", lambda _c, a, b: (*a, *b))
    grammar.words_as("DayNames", "weekend|weekends", _DAYS[5:])
    grammar.words_as("DayNames", "weekdays only|working days|business days|workdays", _DAYS[:5])
    grammar.rule("DayNames", "DayName (to|through|till|until) DayName", _from_day)
    grammar.rule("DayNames", "DayNames , DayNames", lambda _c, a, b: a if a == b else None)
    grammar.rule(
        "Recurs",
        "(on|at|during|over|in|only on|from)? DayNames only?",
        lambda _c, days: Where(WEEKDAY, Operator.IN, tuple(days)),
    )
    grammar.rule("Recurs", "on weekdays", lambda _c: Where(WEEKDAY, Operator.IN, _DAYS[:5]))
    grammar.rule("Where", "Recurs", lambda _c, w: w)
    grammar.rule(
        "Where",
        "(that were|which were|was|were)? (TimeVerb|TimeF|TimeStem) Recurs",
        _at,
        cost=-0.1,
    )


def _from_day(_context: Context, first: str, last: str) -> tuple[str, ...] | None:
    start, end = _DAYS.index(first), _DAYS.index(last)
    return _DAYS[start : end + 1] if start < end else None


def _at(context: Context, field: Field, where: Where) -> Where | None:
    found = _of(context, Field(where.field), field)
    return replace(where, field=found.name) if found is not None else None


def _hours(grammar: Grammar) -> None:
    grammar.rule("Clock", "Plain (o clock|o'clock|uhr)", lambda _c, n: _clock(n))
    grammar.words_as("Clock", "noon|midday", 12)
    grammar.rule("Recurs", f"{_START}? (after|from|since) Clock (on|onwards)?", lambda _c, h: _between(h, 24))
    grammar.rule("Recurs", f"{_START}? (before|until) Clock", lambda _c, h: _between(0, h))
    grammar.rule(
        "Recurs", f"{_START}? (between|from) Clock (and|to|until) Clock", lambda _c, a, b: _between(a, b)
    )
    grammar.rule("Recurs", f"{_START}? (between|from) Plain (and|to|until) Clock", _same_half)
    grammar.rule("Recurs", f"{_START}? (at|around) Clock", lambda _c, h: _between(h, h + 1))


def _clock(number: Number) -> int | None:
    count = number.count
    return count if count is not None and count <= 24 else None


def _between(first: int, end: int) -> Where | None:
    """Whole hours from the first, up to and without the end; over midnight where the end is earlier."""
    hours = range(first, end) if first < end else [*range(first, 24), *range(end)]
    found = tuple(sorted(set(hours)))
    return Where(HOUR, Operator.IN, found) if found and first <= 24 and len(found) < 24 else None


def _same_half(_context: Context, low: Number, high: int) -> Where | None:
    """Between 7 and 9 am: the first in the same half of the day as the last."""
    count = low.count
    if count is None or count > 12:
        return None
    first = count + 12 if high > 12 and count < high - 12 else count
    return _between(first, high) if first < high else None


def _lapses(grammar: Grammar) -> None:
    for span, words in _SPANS.items():
        grammar.words_as("LapseUnit", words, span)
    moment = "(TimeF|TimeVerb|TimeStem|TimeForm)"
    took = "(time|duration|length of time|time span|interval|Rows time)"
    ends = f"(from|between) (being)? {moment} (to|and|until|till) (being)? {moment}"
    grammar.rule("Lapse", f"{took} {ends}", lambda c, *p: _lapse(c, p[-2], p[-1], None))
    grammar.rule("Lapse", f"(time|duration|Rows time|Rows duration) in LapseUnit {ends}", _lapse_in)
    grammar.rule("Lapse", f"(number of)? LapseUnit {ends}", lambda c, u, a, b: _lapse(c, a, b, u))
    grammar.rule(
        "Lapse", "(time|time it takes|time needed) to TimeForm (Rows)?", lambda c, f, _r: _to(c, f, None)
    )
    grammar.rule(
        "Lapse", "(number of)? LapseUnit (it takes)? to TimeForm (Rows)?", lambda c, u, f, _r: _to(c, f, u)
    )
    grammar.rule("Lapse", "(Rows)? duration (of Rows)?", _own)
    grammar.rule(
        "Lapse",
        "(time|time it takes) until (Rows)? (is|are|was|were|gets|get|being)? TimeVerb",
        lambda c, _r, f: _to(c, f, None),
    )
    grammar.rule("Measure", "Agg Lapse", _aggregated)
    grammar.rule(
        "Measure", "Agg Lapse in LapseUnit", lambda c, a, w, u: _aggregated(c, a, replace(w, unit=u))
    )
    grammar.rule("Measure", "Lapse on average", lambda c, w: _aggregated(c, Aggregation.AVG, w))
    does = "(does it take|did it take|does it take us|do we take|did we take|do Rows take|do they take)"
    tail = "to TimeForm Rows?"
    for average in (f"on average {tail}", f"{tail} on average"):
        grammar.rule("Measure", f"how long {does} {average}", lambda c, *p: _how_long(c, p, None))
        grammar.rule("Measure", f"how many LapseUnit {does} {average}", lambda c, u, *p: _how_long(c, p, u))
    for words, descending in (("longest", True), ("shortest|least time", False)):
        grammar.rule(
            "Rank",
            f"(which|what) Dim (took|takes|needed|needs) ({words}) (time)? (on average)? to TimeForm Rows?",
            lambda c, f, t, _r, d=descending: _slowest(c, f, t, d),
        )
    grammar.rule("Measure", "how long (are|is|were|was|do|did|does) Rows (last|take)? on average", _length)
    grammar.rule("Measures", "(how many|number of|count of)? TimeVerb Rows", _counted)
    grammar.rule("Measures", "(how many|number of|count of)? TimeStem", _counted)
    _longer(grammar, moment)


def _length(context: Context, _rows: Rows) -> Part | None:
    """How long the rows are: the average of their only duration."""
    known = [f for f in context.dataset.fields if f.unit is not None and f.unit.kind == "duration"]
    if not known and (lapse := _own(context)) is not None:
        return replace(lapse, aggregation=Aggregation.AVG)
    if len(known) != 1:
        return None
    return context.canonical(Part(aggregation=Aggregation.AVG, field=known[0].name))


def _own(context: Context, *_said: object) -> Part | None:
    """How long a row is that has no duration but two moments."""
    times = context.times()
    moments = [name for name in times if (f := context.field(name)) and f.type is FieldType.TIMESTAMP]
    known = any(f.unit is not None and f.unit.kind == "duration" for f in context.dataset.fields)
    if known or len(times) != 2 or len(moments) != 2:
        return None
    return _lapse(context, Field(times[0]), Field(times[1]), None)


def _counted(context: Context, *parts: object) -> Both | None:
    """Scheduled appointments, and hires: rows, by the time of that verb."""
    field = next((part for part in parts if isinstance(part, Field)), None)
    alone = len(parts) == 1
    own = field is not None and field.name.split("_")[0] == context.dataset.row_noun
    if field is None or (alone and (own or not field.many)):
        return None  # orders of an order date are the rows themselves
    return Both(Measures((context.count(),)), replace(field, many=False))


def _lapse_in(context: Context, *parts: object) -> Part | None:
    unit, since, until = parts[-3:]
    assert isinstance(unit, str)
    assert isinstance(since, Field)
    assert isinstance(until, Field)
    return _lapse(context, since, until, unit)


def _lapse(context: Context, since: Field, until: Field, unit: str | None) -> Part | None:
    """The time from one moment of a row to another, in the unit that was said or that fits the two."""
    fields = [context.field(name) for name in (since.name, until.name)]
    known = [f for f in fields if f is not None and f.type in TEMPORAL_TYPES and "__" not in f.name]
    if len(known) < 2 or since.name == until.name:
        return None
    dated = any(field.type is FieldType.DATE for field in known)
    if dated and unit not in (None, "days"):
        return None
    return Part(field=until.name, since=since.name, unit=unit or ("days" if dated else "hours"))


def _to(context: Context, until: Field, unit: str | None) -> Part | None:
    times = context.times()
    return _lapse(context, Field(times[0]), until, unit) if times else None


def _aggregated(_context: Context, aggregation: Aggregation, lapse: Part) -> Part:
    return replace(lapse, aggregation=aggregation)


def _how_long(context: Context, parts: tuple[object, ...], unit: str | None) -> Part | None:
    until = next((part for part in parts if isinstance(part, Field)), None)
    lapse = _to(context, until, unit) if until is not None else None
    return replace(lapse, aggregation=Aggregation.AVG) if lapse is not None else None


def _slowest(context: Context, field: Field, until: Field, descending: bool) -> Rank | None:
    lapse = _to(context, until, None)
    if lapse is None or context.is_identity(field.name):
        return None
    return Rank(descending, 1, field=field.name, by=replace(lapse, aggregation=Aggregation.AVG))


def _longer(grammar: Grammar, moment: str) -> None:
    for words, operator in (
        ("more than|longer than|over|above", Operator.GT),
        ("less than|shorter than|under|below|fewer than", Operator.LT),
        ("at least|no less than|not less than", Operator.GE),
        ("at most|no more than|not more than|up to|no longer than", Operator.LE),
    ):
        bound = f"{_TOOK}? ({words}) Number LapseUnit"
        grammar.rule(
            "Where",
            f"{bound} (from|between) {moment} (to|and|until) {moment}",
            lambda c, n, u, a, b, o=operator: _bounded(_lapse(c, a, b, u), n, o),
            cost=-0.2,
        )
        grammar.rule(
            "Where",
            f"{bound} to TimeForm",
            lambda c, n, u, f, o=operator: _bounded(_to(c, f, u), n, o),
            cost=-0.2,
        )


def _bounded(lapse: Part | None, number: Number, operator: Operator) -> Where | None:
    if lapse is None or lapse.field is None or number.unit is not None:
        return None
    return Where(lapse.field, operator, (number.value,), since=lapse.since, unit=lapse.unit)
