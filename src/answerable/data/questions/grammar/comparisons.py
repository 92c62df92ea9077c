"""One period against another, and parts against the whole."""

from __future__ import annotations

from answerable.data.questions.chart import Action, Grammar
from answerable.data.questions.context import Context
from answerable.data.questions.meanings import (
    Against,
    Be,
    Share,
    Span,
    TimeUnit,
    TwoPeriods,
    Versus,
    YearPart,
)
from answerable.data.questions.time import parts_of_year, resolve
from answerable.data.semantics.query import Grain

_VS = (
    "vs|versus|against|compared to|compared with|in comparison to|in comparison with|relative to|as"
    " compared to|compare to"
    "|compare with|and compare to|and compare with|and compare it to|and compare it with|over|than"
    "|comparing to|as against"
    "|compared against|to compare with"
)
_CHANGE = (
    "change|changes|growth|grow|grew|grown|increase|increased|decrease|decreased|difference|delta|decline"
    "|declined|changed"
    "|growth rate|rate of growth|percentage change|percent change|growing|drop|dropped|fall|fell|rise"
    "|rose|change rate"
    "|% change|% growth|growth rates|percentage growth|percent growth"
)

_A_YEAR_AGO = (
    "last year", "of last year", "in last year", "year ago", "one year ago", "year before", "previous year",
    "of previous year", "in previous year", "year earlier",
)  # fmt: skip


def add_rules(grammar: Grammar) -> None:
    """The rules of comparison and share; the clauses are `TwoPeriods`, `Versus`, `Change`, `Share` and"
    " `Be`."""
    grammar.words_as("@Vs", _VS)
    grammar.words_as("@Change", _CHANGE)
    grammar.rule("TwoPeriods", "(@When)? Span @Vs (in|for|of|during)? Span", _two)
    grammar.words_as("@When", "in|for|of|during|from")
    grammar.rule(
        "TwoPeriods", "(compare|comparing|comparison of|difference between) Span (and|with|to|@Vs) Span", _two
    )
    grammar.rule("TwoPeriods", "Named @Vs Span", _two_named, cost=-0.4)
    grammar.rule("TwoPeriods", "(@When)? Named @Vs Span", _two_named, cost=-0.4)
    grammar.rule("TwoPeriods", "(compare|comparing) Named (and|with|to|@Vs) Span", _two_named, cost=-0.4)
    for years in (0, 1):
        later = "Named (of|in|,)? YearNo {} (in|for|of|during)? Named"
        for pattern in (
            "(@When)? " + later.format("@Vs"),
            "(compare|comparing|comparison of|difference between) " + later.format("(and|with|to|@Vs)"),
        ):
            grammar.rule(
                "TwoPeriods", pattern, lambda c, a, y, b, n=years: _then_named(c, a, y, b, n), cost=-0.4
            )
    grammar.rule("Versus", "@Vs Span", _against_span)
    grammar.rule("VersusWith", "(with|and|to) Span", _against_span)
    before = "(previous period|period before|prior period|one before|preceding period|previous one)"
    ago = (
        "(year ago|year earlier|one year ago|one year earlier|year before|year prior|12 months earlier"
        "|last year same period|"
        + "|".join(f"same {thing} {when}" for thing in ("period", "time") for when in _A_YEAR_AGO)
        + ")"
    )
    grammar.rule("Versus", f"@Vs {before}", lambda _c: Versus(against=Against.PREVIOUS_PERIOD), cost=-0.1)
    grammar.rule("Versus", f"@Vs {ago}", lambda _c: Versus(against=Against.PREVIOUS_YEAR), cost=-0.2)
    for unit in (Grain.WEEK, Grain.MONTH, Grain.QUARTER):
        same = "|".join(f"same {unit} {when}" for when in _A_YEAR_AGO)
        a_year_ago = Versus(against=Against.PREVIOUS_YEAR, grain=unit)
        grammar.rule("Versus", f"@Vs ({same})", _fixed(a_year_ago), cost=-0.2)
        named = f"(previous {unit}|prior {unit}|{unit} before|preceding {unit}|last {unit})"
        grammar.rule(
            "Versus", f"@Vs {named}", _fixed(Versus(against=Against.PREVIOUS_PERIOD, grain=unit)), cost=-0.1
        )
    grammar.rule("Versus", "@Vs (previous|preceding|prior) Count Unit", _previous_several, cost=-0.1)
    grammar.rule(
        "Versus",
        "@Vs (last year|previous year|prior year)",
        lambda _c: Versus(against=Against.LAST_YEAR),
        cost=-0.1,
    )
    for words, against, grain in (
        ("year over year|yoy|year on year|y o y|year by year change", Against.PREVIOUS_YEAR, None),
        ("month over month|mom|month on month|m o m", Against.PREVIOUS_PERIOD, Grain.MONTH),
        ("quarter over quarter|qoq|quarter on quarter", Against.PREVIOUS_PERIOD, Grain.QUARTER),
        ("week over week|wow|week on week", Against.PREVIOUS_PERIOD, Grain.WEEK),
    ):
        grammar.words_as("Versus", f"{words}", Versus(against=against, grain=grain))
        grammar.rule(
            "Versus",
            f"({words}) (@Change|comparison)",
            _fixed(Versus(against=against, grain=grain)),
            cost=-0.1,
        )
    grammar.words_as(
        "Versus",
        "with previous period|with comparison to previous period",
        Versus(against=Against.PREVIOUS_PERIOD),
    )
    grammar.words_as(
        "Change",
        f"{_CHANGE}|by how much did|how much did|how much has|how much have|by how much has",
        Versus(against=Against.ANY),
    )
    grammar.rule("Change", "@Change (in|of)", _fixed(Versus(against=Against.ANY)))
    grammar.rule("Change", "Change Change", lambda _c, a, _b: a, cost=0.1)
    grammar.words_as("Compare", "compare|comparison of|comparing", True)
    _shares(grammar)


def _fixed(versus: Versus) -> Action:
    def give(_context: Context) -> Versus:
        return versus

    return give


def _previous_several(_context: Context, count: int, unit: TimeUnit) -> Versus:
    return Versus(against=Against.PREVIOUS_PERIOD, grain=Grain(unit.value), count=count)


def _two(_context: Context, first: Span, second: Span) -> TwoPeriods | None:
    if first.start is None or second.start is None or first.start == second.start:
        return None
    if first.fiscal is not second.fiscal and first.unit is second.unit:
        return None
    if first.endpoints or second.endpoints or (first.unit, first.count) != (second.unit, second.count):
        return None
    return TwoPeriods(first, second)


def _two_named(context: Context, named: YearPart, second: Span) -> TwoPeriods | None:
    """March vs April 2025: both in 2025. March vs April: the latest of each."""
    first = parts_of_year.beside(context, named, second)
    return _two(context, first, second) if first is not None else None


def _then_named(
    context: Context, part: YearPart, year: int, named: YearPart, years: int
) -> TwoPeriods | None:
    """March 2025 vs April: both in 2025. After November 2025, January may be that of the year after too."""
    if context.now.is_fiscal and part.unit is not TimeUnit.MONTH:
        return None
    if years and named.number >= part.number:
        return None
    first = resolve.part_of_year(part.unit, part.number, year)
    second = parts_of_year.beside(context, named, first, years)
    if second is None or (years and second.start is not None and second.start > context.now.today):
        return None
    return _two(context, first, second)


def _against_span(_context: Context, span: Span) -> Versus | None:
    return None if span.endpoints else Versus(span=span)


_SHARE = (
    "share|percentage|percent|proportion|fraction|%|percentage share|contribution|part|portion"
    "|relative share|percent share"
)


def _shares(grammar: Grammar) -> None:
    part = f"({_SHARE})"
    grammar.words_as("@Share", _SHARE)
    grammar.rule("Share", "(how much|what|which)? @Share (of|in)?", _share)
    grammar.words_as("Share", "how much of", Share(), cost=0.1)
    grammar.rule("Share", "@Share of (total|overall|whole)", _share, cost=0.05)
    grammar.rule("Share", f"(as|in|expressed as) {part} (of (total|whole|overall|all))?", _share)
    grammar.rule("Share", f"(and|with|including|plus) (their|its)? {part} (of total)?", _share, cost=0.1)
    grammar.rule("Share", "Values 's? @Share (of|in)?", lambda _c, w: Share(w))
    grammar.rule("Share", "@Share (of|from|for) Values (in|of|on)", lambda _c, w: Share(w), cost=-0.1)
    grammar.words_as(
        "Be",
        "is|are|was|were|come from|comes from|came from|is from|are from|was from|were from|belong to"
        "|belongs to|went to"
        "|goes to|go to|is due to|has come from|was made in|was generated in|is generated by|was"
        " generated by|is made in"
        "|fall in|falls in|accounted for by|is attributable to|was earned in|comes in from|is made up by"
        "|have|has|had"
        "|came in from|does come from|do come from|did come from|come out of|have been|has been|had been"
        "|got|ended up|came in|come in|coming in|came in through|came through",
        Be(),
    )


def _share(_context: Context, *_parts: object) -> Share:
    return Share()
