"""How time is said in English, as rules of the grammar.

`Span` is a closed stretch of days, `Named` a month, quarter or half whose year is not said,
`When` a range as a question uses it, open ones included.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from answerable.data.questions.chart import Grammar, Item
from answerable.data.questions.context import Context
from answerable.data.questions.meanings import Number, Span, TimeUnit, When, YearPart
from answerable.data.questions.numbers import ordinal
from answerable.data.questions.time import parts_of_year, resolve
from answerable.data.questions.tokens import Kind, Token

_MONTHS = (
    "january|jan", "february|feb", "march|mar", "april|apr", "may", "june|jun", "july|jul", "august|aug",
    "september|sep|sept", "october|oct", "november|nov", "december|dec",
)  # fmt: skip
_FISCAL = re.compile(r"fy(\d{4}|\d{2})")
_DayOfMonth = tuple[int, int]  # month, day


def terminals(tokens: list[Token]) -> list[Item]:
    """Years, ordinals and dates in digits."""
    items: list[Item] = []
    for at, token in enumerate(tokens):
        if token.kind is Kind.DATE:
            items += [Item("Span", at, at + 1, span, 0.0) for span in _written_dates(token.norm)]
        elif len(token.norm) == 4 and token.norm.isdecimal() and int(token.norm) in resolve.YEARS:
            items.append(Item("YearNo", at, at + 1, int(token.norm), 0.0))
        elif (fiscal := _FISCAL.fullmatch(token.norm)) is not None:
            items.append(Item("FiscalNo", at, at + 1, resolve.whole_year(int(fiscal[1])), 0.0))
        rank = ordinal(token.norm)
        if rank is not None:
            items.append(Item("Ord", at, at + 1, rank, 0.0))
    return items


def _written_dates(text: str) -> list[Span]:
    """The days that digits may mean: 03/04/2025 is one of two."""
    parts = [int(part) for part in text.replace("/", "-").replace(".", "-").split("-")]
    spans: list[Span | None]
    if len(parts) == 2:
        year, month = parts
        spans = [resolve.part_of_year(TimeUnit.MONTH, month, year)] if 1 <= month <= 12 else []
    elif parts[0] > 31:
        spans = [resolve.single_day(*parts)]
    else:
        first, second, year = parts
        spans = [resolve.single_day(year, second, first)]
        if first != second and "." not in text:
            spans.append(resolve.single_day(year, first, second))
    return [span for span in spans if span is not None and span.start and span.start.year in resolve.YEARS]


def add_rules(grammar: Grammar) -> None:
    """The rules of time."""
    _units(grammar)
    parts_of_year.add_rules(grammar)
    _weeks(grammar)
    _days(grammar)
    _relative(grammar)
    _parts(grammar)
    _ranges(grammar)
    _open(grammar)
    grammar.rule("When", "(in|during|for|over|on|of|from|at|within|throughout|across|as of)? Span", _when)
    grammar.rule("When", "Since", lambda _c, span: When(span))


def _when(_context: Context, span: Span) -> When:
    return When(span)


def _units(grammar: Grammar) -> None:
    for unit in TimeUnit:
        if unit is not TimeUnit.HALF:
            grammar.words_as("Unit", f"{unit}|{unit}s", unit)
    for unit in (TimeUnit.YEAR, TimeUnit.QUARTER):
        # Where years begin in another month, those of the calendar have no buckets.
        calendar = f"calendar {unit}|calendar {unit}s"
        grammar.rule("Unit", f"({calendar})", lambda c, u=unit: None if c.now.is_fiscal else u)
        fiscal = "|".join(f"{word} {unit}|{word} {unit}s" for word in ("fiscal", "financial"))
        grammar.words_as("Unit", fiscal, unit)
    grammar.words_as("Unit", "fy", TimeUnit.YEAR)
    for number, names in enumerate(_MONTHS, 1):
        grammar.words_as("MonthName", names, number)
    grammar.rule("Count", "Number", lambda _c, n: n.count)


def _weeks(grammar: Grammar) -> None:
    grammar.rule("Span", "(week|cw|calendar week) Number (of|in|,)? YearNo", lambda _c, n, y: _week(n, y))
    grammar.rule("Span", "YearNo (week|cw) Number", lambda _c, y, n: _week(n, y))
    grammar.rule("Span", "(week|cw|calendar week) Number (of|in)? RelYear", lambda _c, n, y: _week(n, y))
    grammar.rule("Span", "(week|cw|calendar week) Number", _latest_week, cost=0.05)


def _week(number: Number, year: int) -> Span | None:
    return resolve.iso_week(number.count, year) if number.count else None


def _latest_week(context: Context, number: Number) -> Span | None:
    today = context.now.today
    if context.now.year is not None:
        return _week(number, context.now.year)
    span = _week(number, today.year)
    if span is not None and span.start is not None and span.start > today:
        return _week(number, today.year - 1)
    return span


def _days(grammar: Grammar) -> None:
    grammar.rule("DayNo", "Ord", lambda _c, n: n if n <= 31 else None)
    grammar.rule("DayNo", "Number", lambda _c, n: n.count if n.count and n.count <= 31 else None)
    grammar.rule("Span", "MonthName Number", _short_year)
    grammar.rule("DayOf", "DayNo of? MonthName", lambda _c, d, m: (m, d))
    grammar.rule("DayOf", "MonthName DayNo", lambda _c, m, d: (m, d))
    grammar.rule("Span", "DayOf (,|of|in)? YearNo", lambda _c, d, y: resolve.single_day(y, *d))
    grammar.rule("Span", "DayOf", _latest_day, cost=0.05)


def _short_year(_context: Context, month: int, number: Number) -> Span | None:
    """March 25 may be March 2025."""
    short = number.count
    return resolve.part_of_year(TimeUnit.MONTH, month, 2000 + short) if short and 15 <= short <= 40 else None


def _latest_day(context: Context, day: _DayOfMonth) -> Span | None:
    today = context.now.today
    if context.now.year is not None:
        return resolve.single_day(context.now.year, *day)
    span = resolve.single_day(today.year, *day)
    if span is None or (span.start is not None and span.start > today):
        return resolve.single_day(today.year - 1, *day)
    return span


def _relative(grammar: Grammar) -> None:
    current = resolve.current
    grammar.rule(
        "Span", "(last|previous|prior) Unit", lambda c, u: current(u, -1, c.now, f"last {c.now.called(u)}")
    )
    grammar.rule("Span", "past Unit", lambda c, u: current(u, -1, c.now, f"last {c.now.called(u)}"))
    grammar.rule("Span", "past Unit", _rolling_unit)
    grammar.rule(
        "Span", "(this|current|present) Unit", lambda c, u: current(u, 0, c.now, f"this {c.now.called(u)}")
    )
    grammar.rule(
        "Span", "(next|coming|following) Unit", lambda c, u: current(u, 1, c.now, f"next {c.now.called(u)}")
    )
    grammar.rule("Span", "today", lambda c: current(TimeUnit.DAY, 0, c.now, "today"))
    grammar.rule("Span", "yesterday", lambda c: current(TimeUnit.DAY, -1, c.now, "yesterday"))
    grammar.rule("Span", "tomorrow", lambda c: current(TimeUnit.DAY, 1, c.now, "tomorrow"))
    words = "(last|past|previous|prior|trailing|rolling|preceding|recent|most recent)"
    grammar.rule(
        "Span",
        f"{words} Count (full|complete|completed|whole)? Unit",
        lambda c, n, u: resolve.past(u, n, c.now),
    )
    grammar.rule("Span", "(next|coming|following) Count Unit", lambda c, n, u: resolve.coming(u, n, c.now))
    grammar.rule(
        "Span", "Count Unit ago", lambda c, n, u: current(u, -n, c.now, f"{n} {c.now.called(u)}s ago")
    )
    grammar.rule(
        "Span", "Unit before last", lambda c, u: current(u, -2, c.now, f"the {c.now.called(u)} before last")
    )
    for unit, code in (
        (TimeUnit.YEAR, "ytd|fytd|fiscal ytd"),
        (TimeUnit.QUARTER, "qtd"),
        (TimeUnit.MONTH, "mtd"),
        (TimeUnit.WEEK, "wtd"),
    ):
        grammar.rule("Span", f"({code})", lambda c, unit=unit: resolve.to_date(unit, c.now))
    grammar.rule("Span", "this? (year to date|year so far)", lambda c: resolve.to_date(TimeUnit.YEAR, c.now))
    grammar.rule("Span", "(this|current)? Unit (to date|so far)", lambda c, u: resolve.to_date(u, c.now))
    grammar.rule("Span", "so far (this|in this|in current) Unit", lambda c, u: resolve.to_date(u, c.now))
    grammar.rule("Span", "until now (this|in this) Unit", lambda c, u: resolve.to_date(u, c.now))


def _rolling_unit(context: Context, unit: TimeUnit) -> Span | None:
    end = context.now.today
    start = resolve.add(end, unit, -1)
    label = f"the {unit} up to yesterday"
    return Span(start, end, label=label, relative=True) if unit is not TimeUnit.DAY else None


def _parts(grammar: Grammar) -> None:
    grammar.rule("Span", "first Count Unit (of|in) Span", lambda _c, n, u, s: _first(s, u, n))
    grammar.rule("Span", "(last|final) Count Unit (of|in) Span", lambda _c, n, u, s: _final(s, u, n))
    grammar.rule("Span", "(whole|entire|full|all|all of) Span", lambda _c, s: s)
    grammar.rule("Span", "calendar Span", lambda c, s: None if c.now.is_fiscal else s)


def _first(span: Span, unit: TimeUnit, count: int) -> Span | None:
    if span.start is None or span.end is None or unit is TimeUnit.WEEK:
        return None
    end = resolve.add(span.start, unit, count)
    return Span(span.start, end, label=f"first {count} {unit}s of {span.label}") if end <= span.end else None


def _final(span: Span, unit: TimeUnit, count: int) -> Span | None:
    if span.start is None or span.end is None or unit is TimeUnit.WEEK:
        return None
    start = resolve.add(span.end, unit, -count)
    return (
        Span(start, span.end, label=f"last {count} {unit}s of {span.label}") if start >= span.start else None
    )


def _ranges(grammar: Grammar) -> None:
    to = "(to|until|till|through|thru|up to|and)"
    grammar.rule("Span", f"from Span {to} Span", _range)
    grammar.rule("Span", "between Span and Span", _range)
    grammar.rule("Span", "Span (to|until|till|through|thru) Span", _range)
    grammar.rule("Span", f"from Named {to} Span", _named_range, cost=-0.4)
    grammar.rule("Span", "between Named and Span", _named_range, cost=-0.4)
    grammar.rule("Span", "Named (to|until|till|through|thru) Span", _named_range, cost=-0.4)
    named = "Named (of|in|,)? YearNo"
    grammar.rule("Span", f"(from|between) {named} {to} Named", _range_on, cost=-0.4)
    grammar.rule("Span", f"{named} (to|until|till|through|thru) Named", _range_on, cost=-0.4)
    grammar.rule("Span", f"(from|between) DayNo {to} Span", _day_range)
    grammar.rule("Span", "DayNo to Span", _day_range)
    grammar.rule("Span", f"(from|between) DayOf {to} Span", _day_of_range, cost=-0.4)
    grammar.rule("Span", "DayOf to Span", _day_of_range, cost=-0.4)
    grammar.rule("Span", "Span (and|or) Span", _both_ways)
    grammar.rule("Span", "Named (and|or) Span", _named_both, cost=-0.4)


def _range(_context: Context, first: Span, last: Span) -> Span | None:
    mixed = first.fiscal is not last.fiscal and first.unit is last.unit
    return None if first.endpoints or last.endpoints or mixed else resolve.between(first, last)


def _named_range(context: Context, first: YearPart, last: Span) -> Span | None:
    """January to March 2025: the first takes the year of the last, or the one before."""
    span = parts_of_year.beside(context, first, last)
    if span is not None and span.start is not None and last.start is not None and span.start >= last.start:
        span = parts_of_year.beside(context, first, last, years=-1)
    return _range(context, span, last) if span is not None else None


def _range_on(context: Context, first: YearPart, year: int, last: YearPart) -> Span | None:
    """March 2025 to June: the last takes the year of the first, or the one after."""
    if first.unit is not last.unit or (context.now.is_fiscal and first.unit is not TimeUnit.MONTH):
        return None
    start = resolve.part_of_year(first.unit, first.number, year)
    end = parts_of_year.beside(context, last, start, years=int(last.number <= first.number))
    return _range(context, start, end) if end is not None else None


def _day_range(_context: Context, day: int, last: Span) -> Span | None:
    if last.unit is not TimeUnit.DAY or last.start is None or last.relative:
        return None
    first = resolve.single_day(last.start.year, last.start.month, day)
    return resolve.between(first, last) if first else None


def _day_of_range(_context: Context, day: _DayOfMonth, last: Span) -> Span | None:
    if last.unit is not TimeUnit.DAY or last.start is None or last.relative:
        return None
    first = resolve.single_day(last.start.year, *day)
    return resolve.between(first, last) if first else None


def _both(_context: Context, first: Span, second: Span) -> Span | None:
    """Two spans that touch make one; others would need two ranges."""
    mixed = first.unit is not second.unit or first.fiscal is not second.fiscal
    if first.end is None or first.end != second.start or mixed or second.endpoints:
        return None
    joined = resolve.between(replace(first, endpoints=None), second)
    return (
        replace(joined, label=f"{first.label} and {second.label}", listed=True, unit=first.unit)
        if joined
        else None
    )


def _both_ways(context: Context, first: Span, second: Span) -> Span | None:
    return _both(context, first, second) or _both(context, second, first)


def _named_both(context: Context, first: YearPart, second: Span) -> Span | None:
    span = parts_of_year.beside(context, first, second)
    return _both(context, span, second) if span is not None else None


def _open(grammar: Grammar) -> None:
    start = "(start|beginning) of"
    grammar.rule(
        "Since",
        f"(since|starting|starting in|starting from|as of|from) ({start})? Span (on|onwards|onward|forward)",
        _since,
    )
    grammar.rule("Since", f"(since|starting|starting in|starting from|beginning) ({start})? Span", _since)
    grammar.rule("Since", f"(from) {start} Span", _since)
    grammar.rule("Since", "Span (onwards|onward|or later|and later|and after)", _since)
    grammar.rule("Since", "on or after Span", _since)
    grammar.rule("Since", f"(before|prior to|earlier than) ({start})? Span", _before)
    grammar.rule("Since", f"(until|till|up to) {start} Span", _before)
    grammar.rule("Since", "(after|later than) (end of)? Span", _after)
    grammar.rule("Since", "(until|till|up to|through|up until|by|before) end of Span", _through)
    grammar.rule("Since", "(through|up to and including|until and including|on or before|by) Span", _through)
    grammar.rule("Since", "Span (or earlier|and earlier|and before)", _through)
    grammar.rule("Since", "(until|till|up to|up until) Span", _through)
    grammar.rule("Since", "(until|till|up to|up until) Span", _before_unit)
    grammar.rule("Since", "older than Count Unit", _older)


def _since(_context: Context, span: Span) -> Span | None:
    return Span(span.start, None, label=f"since {span.label}") if span.start and not span.endpoints else None


def _before(_context: Context, span: Span) -> Span | None:
    return Span(None, span.start, label=f"before {span.label}") if span.start and not span.endpoints else None


def _before_unit(context: Context, span: Span) -> Span | None:
    """`until March` may leave March out; `until 4 March` takes the day in."""
    return None if span.unit is TimeUnit.DAY else _before(context, span)


def _after(_context: Context, span: Span) -> Span | None:
    return Span(span.end, None, label=f"after {span.label}") if span.end and not span.endpoints else None


def _through(_context: Context, span: Span) -> Span | None:
    label = f"up to and including {span.label}"
    return Span(None, span.end, label=label) if span.end and not span.endpoints else None


def _older(context: Context, count: int, unit: TimeUnit) -> Span:
    day: date = resolve.add(context.now.today, unit, -count)
    return Span(None, day, label=f"more than {count} {unit}s ago")
