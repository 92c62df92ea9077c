"""Years, and their months, quarters and halves by name: March 2025, Q2, the first half of last year, FY26 Q3.

Where the model's years begin in another month, "Q2" is the calendar's or the model's own, to be asked, and
"fiscal Q2" the model's. A fiscal year is called after the calendar year of its start or end, as the model
says, or both, to be asked, where it does not say.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from answerable.data.questions.chart import Grammar
from answerable.data.questions.context import Context
from answerable.data.questions.meanings import Number, Span, TimeUnit, YearPart
from answerable.data.questions.time import resolve

_FISCAL = "(fiscal|financial)"
_NAMED_BY = ("end", "start")


def add_rules(grammar: Grammar) -> None:
    """The rules of years and their parts by name; the phrases are `Named` and `Span`."""
    _names(grammar)
    _years(grammar)
    _of_years(grammar)
    _of_fiscal_years(grammar)


def _names(grammar: Grammar) -> None:
    for number in range(1, 5):
        grammar.words_as("Quarter", f"q{number}", number)
    for number in (1, 2):
        grammar.words_as("Half", f"h{number}", number)
    grammar.rule("Quarter", "quarter Number", lambda _c, n: n.count if n.count in (1, 2, 3, 4) else None)
    grammar.rule("Quarter", "Ord quarter", lambda _c, n: n if n <= 4 else None)
    grammar.rule("Half", "Ord half", lambda _c, n: n if n <= 2 else None)
    grammar.words_as("Half", "first six months", 1)
    grammar.rule("Named", "(month of|months of)? MonthName", lambda _c, n: YearPart(TimeUnit.MONTH, n))
    for head, unit in (("Quarter", TimeUnit.QUARTER), ("Half", TimeUnit.HALF)):
        grammar.rule("Named", f"calendar? {head}", lambda _c, n, u=unit: YearPart(u, n))
        grammar.rule("Named", head, lambda c, n, u=unit: YearPart(u, n, True) if c.now.is_fiscal else None)
        grammar.rule("FiscalPart", f"{_FISCAL} {head}", lambda c, n, u=unit: YearPart(u, n, c.now.is_fiscal))
        grammar.rule("FiscalPart", f"Ord {_FISCAL} {unit}", lambda c, n, u=unit: _numbered(c, u, n))
        grammar.rule("FiscalPart", f"{_FISCAL} {unit} Number", lambda c, n, u=unit: _numbered(c, u, n.count))
    grammar.rule("Named", "FiscalPart", lambda _c, part: part)


def _numbered(context: Context, unit: TimeUnit, number: int | None) -> YearPart | None:
    most = 4 if unit is TimeUnit.QUARTER else 2
    return YearPart(unit, number, context.now.is_fiscal) if number and number <= most else None


def _years(grammar: Grammar) -> None:
    grammar.rule("Span", "(year|calendar year)? YearNo", lambda _c, y: resolve.year(y))
    for words, years in (("last|previous", -1), ("this|current", 0), ("next", 1)):
        calendar = f"({'|'.join(f'{word} calendar year' for word in words.split('|'))})"
        grammar.rule(
            "Span",
            calendar,
            lambda c, n=years: resolve.year(c.now.today.year + n) if c.now.is_fiscal else None,
        )
        grammar.rule("RelYear", calendar, lambda c, n=years: c.now.today.year + n)
        grammar.words_as("RelFiscal", f"{words.split('|')[0]} year", years)
        said = [f"{word} {fiscal} year" for word in words.split("|") for fiscal in ("fiscal", "financial")]
        grammar.words_as("RelFiscal", "|".join((*said, *(f"{word} fy" for word in words.split("|")))), years)
    grammar.rule("RelYear", "last year", lambda c: c.now.today.year - 1)
    grammar.rule("RelYear", "this year", lambda c: c.now.today.year)
    grammar.rule("RelYear", "year", lambda c: c.now.today.year, cost=0.2)
    grammar.words_as("RelFiscal", "year", 0, cost=0.2)
    grammar.rule("RelYear", "next year", lambda c: c.now.today.year + 1)
    grammar.rule("FiscalNo", "(fy|fiscal year|financial year|fiscal) YearNo", lambda _c, y: y)
    grammar.rule("FiscalNo", "(fy|fiscal year|financial year) Number", lambda _c, n: _short(n))
    for named_by in _NAMED_BY:
        grammar.rule("Span", "FiscalNo", lambda c, y, by=named_by: _fiscal_year(c, y, by))


def _short(number: Number) -> int | None:
    """FY 26 is that of 2026."""
    return resolve.whole_year(number.count) if number.count and 15 <= number.count <= 40 else None


def _fiscal_year(context: Context, number: int, named_by: str) -> Span | None:
    if not context.now.is_fiscal:
        return resolve.year(number)
    start = _begins(context, number, named_by)
    if start is None:
        return None
    return Span(
        start, resolve.add_months(start, 12), TimeUnit.YEAR, label=f"fiscal year {number}", fiscal=True
    )


def _begins(context: Context, number: int, named_by: str) -> date | None:
    """The first day of the fiscal year of that number, if it may be called so."""
    said = context.calendar.fiscal_year_named_by
    if said not in (None, named_by):
        return None
    return date(number - 1 if named_by == "end" else number, context.now.first_month, 1)


def _of_years(grammar: Grammar) -> None:
    """Parts of the calendar's years."""
    grammar.rule("Span", "Named", latest, cost=0.05)
    grammar.rule("Span", "last Named", _last)
    grammar.rule("Span", "this Named", lambda c, part: _of_relative(c, part, 0) or _of_year(c, part, 0))
    for pattern in ("Named (of|in|,)? YearNo", "Named (of|in)? RelYear"):
        grammar.rule("Span", pattern, lambda _c, part, year: _in_year(part, year))
    for head, unit in (("Quarter", TimeUnit.QUARTER), ("Half", TimeUnit.HALF)):
        grammar.rule("Span", f"YearNo {head}", lambda _c, y, n, u=unit: _in_year(YearPart(u, n), y))
        for by in _NAMED_BY:
            grammar.rule(
                "Span", f"YearNo {head}",
                lambda c, y, n, u=unit, by=by: _in_fiscal(c, YearPart(u, n, c.now.is_fiscal), y, by),
            )  # fmt: skip
    grammar.rule("Span", "last quarter of YearNo", lambda _c, y: resolve.part_of_year(TimeUnit.QUARTER, 4, y))


def _of_fiscal_years(grammar: Grammar) -> None:
    """Parts of the model's own years."""
    grammar.rule("Span", "Named (of|in)? RelFiscal", _of_relative)
    for named_by in _NAMED_BY:
        grammar.rule(
            "Span", "Named (of|in|,)? YearNo", lambda c, part, y, by=named_by: _in_fiscal(c, part, y, by)
        )
        grammar.rule(
            "Span", "Named (of|in|,)? FiscalNo",
            lambda c, part, y, by=named_by: _in_fiscal(c, _fiscally(c, part), y, by),
        )  # fmt: skip
        grammar.rule(
            "Span", "FiscalNo Named", lambda c, y, part, by=named_by: _in_fiscal(c, _fiscally(c, part), y, by)
        )


def _in_year(part: YearPart, year: int) -> Span | None:
    return None if part.fiscal else resolve.part_of_year(part.unit, part.number, year)


def _fiscally(context: Context, part: YearPart) -> YearPart:
    """A part that is said of a fiscal year is one of it."""
    return replace(part, fiscal=context.now.is_fiscal)


def _in_fiscal(context: Context, part: YearPart, year: int, named_by: str) -> Span | None:
    """The part of the fiscal year of that number; of the calendar year where the two are one."""
    if not context.now.is_fiscal:
        return resolve.part_of_year(part.unit, part.number, year)
    start = _begins(context, year, named_by) if part.fiscal else None
    return _part(part, start, f"fiscal year {year}") if start is not None else None


def _part(part: YearPart, begins: date, called: str = "") -> Span:
    """The part of the year that begins then: a month is the one of that name in it."""
    if part.unit is not TimeUnit.MONTH:
        return resolve.part_of_fiscal_year(part.unit, part.number, begins, called)
    return resolve.part_of_year(part.unit, part.number, begins.year + (part.number < begins.month))


def _of_relative(context: Context, part: YearPart, years: int) -> Span | None:
    """March last year, where it may be that of the last fiscal year."""
    if not context.now.is_fiscal or not (part.fiscal or part.unit is TimeUnit.MONTH):
        return None if context.now.is_fiscal else _of_year(context, part, years)
    return _part(part, _year_of(context, context.now.today, years))


def _of_year(context: Context, part: YearPart, years: int) -> Span | None:
    return _in_year(part, context.now.today.year + years)


def _year_of(context: Context, day: date, years: int = 0) -> date:
    """The first day of the model's year that the day lies in, or of one before or after it."""
    return resolve.add_months(resolve.floor(day, TimeUnit.YEAR, context.now), 12 * years)


def latest(context: Context, part: YearPart) -> Span:
    """The part of the year that is spoken of, else the latest that has begun."""
    now = context.now
    if not part.fiscal:
        return resolve.latest(part.unit, part.number, now)
    if now.year is not None:
        starts = (_part(part, _year_of(context, date(now.year, 12, 31), years)) for years in (0, -1))
        return next(span for span in starts if span.start is not None and span.start.year == now.year)
    span = _part(part, _year_of(context, now.today))
    begun = span.start is not None and span.start <= now.today
    return span if begun else _part(part, _year_of(context, now.today, -1))


def _last(context: Context, part: YearPart) -> Span | None:
    plain = replace(context, now=replace(context.now, year=None))
    span = latest(plain, part)
    if span.end is None or span.end <= context.now.today or span.start is None:
        return span
    if part.fiscal:
        return _part(part, _year_of(context, span.start, -1))
    return resolve.part_of_year(part.unit, part.number, span.start.year - 1)


def beside(context: Context, part: YearPart, other: Span, years: int = 0) -> Span | None:
    """The part of the year that `other` is a like part of: March, beside April 2025; None where they are of
    different kinds."""
    if other.unit is not part.unit or other.start is None or other.fiscal is not part.fiscal:
        return None
    if part.fiscal:
        return _part(part, _year_of(context, other.start, years))
    return resolve.part_of_year(part.unit, part.number, other.start.year + years)
