"""Fiscal years and their quarters, by the model's calendar.

A fiscal year that is no calendar year is called by the year that it starts or ends in. Where the calendar
does not say which, "fiscal 2025" has two readings, and is asked back.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from answerable.data.questions.chart import Grammar
from answerable.data.questions.context import Context
from answerable.data.questions.meanings import Span, TimeUnit
from answerable.data.questions.time import resolve

_YEAR = "(fy|fiscal year|financial year|fiscal|business year)"
_BARE = "(fiscal year|financial year|business year|fy)"
_NAMINGS = ("start", "end")


def add_rules(grammar: Grammar) -> None:
    """The rules of fiscal time; they make `Span`s."""
    for naming in _NAMINGS:
        grammar.rule("FiscalYear", f"{_YEAR} YearNo", lambda c, y, by=naming: _year(c, y, by))
    grammar.rule("Span", "FiscalYear", lambda _c, span: span)
    grammar.rule("Span", "(fiscal)? Quarter (of|in)? FiscalYear", lambda _c, n, span: _quarter(span, n))
    grammar.rule("Span", "FiscalYear Quarter", lambda _c, span, n: _quarter(span, n))
    for naming in _NAMINGS:
        grammar.rule(
            "Span", "fiscal Quarter (of|in)? YearNo", lambda c, n, y, by=naming: _quarter(_year(c, y, by), n)
        )
    for words, offset in (("this|current", 0), ("last|previous|prior", -1), ("next|coming", 1)):
        label = words.split("|")[0]
        grammar.rule(
            "Span",
            f"({words}) {_BARE}",
            lambda c, by=offset, said=label: _around(c, 12, by, f"{said} fiscal year"),
        )
        grammar.rule(
            "Span",
            f"({words}) (fiscal quarter|financial quarter)",
            lambda c, by=offset, said=label: _around(c, 3, by, f"{said} fiscal quarter"),
        )
    grammar.rule("Span", f"{_BARE} (to date|so far)", _to_date)


def _year(context: Context, number: int, naming: str) -> Span | None:
    """The fiscal year of that number, called by the year of its first or of its last month."""
    first = context.calendar.fiscal_year_start
    if first == 1:
        return replace(resolve.year(number), label=f"fiscal year {number}") if naming == "start" else None
    if context.calendar.fiscal_year_named_by not in (None, naming):
        return None
    start = date(number if naming == "start" else number - 1, first, 1)
    label = f"fiscal year {number}"
    return Span(start, resolve.add_months(start, 12), TimeUnit.YEAR, label=label)


def _quarter(year: Span | None, number: int) -> Span | None:
    if year is None or year.start is None:
        return None
    start = resolve.add_months(year.start, 3 * (number - 1))
    return Span(start, resolve.add_months(start, 3), TimeUnit.QUARTER, label=f"Q{number} of {year.label}")


def _around(context: Context, months: int, offset: int, label: str) -> Span:
    """The fiscal year or quarter that today lies in, moved by so many."""
    start = resolve.add_months(_began(context, months), months * offset)
    unit = TimeUnit.YEAR if months == 12 else TimeUnit.QUARTER
    return Span(start, resolve.add_months(start, months), unit, label=label, relative=True)


def _began(context: Context, months: int) -> date:
    """The first day of the fiscal year or quarter that today lies in."""
    today = context.now.today
    index = today.year * 12 + today.month - 1 - (context.calendar.fiscal_year_start - 1)
    index = index // months * months + context.calendar.fiscal_year_start - 1
    return date(index // 12, index % 12 + 1, 1)


def _to_date(context: Context) -> Span:
    end = context.now.today + timedelta(days=1)
    return Span(_began(context, 12), end, label="fiscal year to date", relative=True, to_date=True)
