"""The most and the least: top five customers, which country has the highest revenue, the latest orders."""

from __future__ import annotations

from dataclasses import replace

from answerable.data.questions.chart import Grammar
from answerable.data.questions.context import Context
from answerable.data.questions.meanings import (
    Both,
    Buckets,
    Field,
    Part,
    Rank,
    RankBy,
    Rows,
    Sorting,
    TimeUnit,
    When,
    Where,
)
from answerable.data.semantics.model import FieldRole
from answerable.data.semantics.query import Grain

SEVERAL = 10
_MOST = (
    "most|highest|largest|biggest|greatest|longest|top|best|max|maximum|strongest|highest number of|largest"
    " number of|largest amount of|greatest number of|highest count of|highest overall"
)
_LEAST = (
    "least|fewest|lowest|smallest|shortest|worst|min|minimum|weakest|lowest number of|smallest number of"
    "|fewest number of|least number of|lowest count of|lowest overall"
)
_HAS = (
    "has|have|had|with|generated|generates|generate|made|makes|brought|brought in|brings in|got|gets|get"
    "|received|receives"
    "|saw|sees|showed|shows|achieved|produced|produces|placed|earned|earns|contributed|contributes"
    "|recorded|is|was|are|were"
    "|is one with|has had|have had|had had|delivered|does have|did have|booked|gave|gives|ordered|bought"
    "|drove|drives|taught|teaches|treated|treats|hosted|hosts|welcomed|welcomes|used|uses|consumed|consumes"
    "|completed|completes|did|does|took|takes|ran|runs|employs|employ|contains|contain|carries|carry|holds|hold"
    "|stores|keeps|keep|offers|offer|delivers|supplies|supplied|provides|provided|handles|handled|attracts|attracted"
    "|in terms of|by|bring|brings|bring in|brings in|brought in"
)


def add_rules(grammar: Grammar) -> None:
    """The rules of ranking; the clauses are `Rank`, `RankBy` and `Sorting`."""
    grammar.words_as("Sup", _MOST, True)
    grammar.words_as("Sup", _LEAST, False)
    for words, descending in (
        (
            "top|highest|largest|biggest|strongest|busiest|longest|top performing|highest ranking",
            True,
        ),
        (
            "bottom|lowest|smallest|weakest|quietest|least busy|worst performing|lowest performing"
            "|least performing",
            False,
        ),
    ):
        grammar.words_as("Top", words, descending)
    for words, descending in (("best", True), ("worst", False)):
        grammar.rule(
            "Rank", f"({words}) Count? UnitHead", lambda c, n, u, d=descending: _top_units(c, d, n, u)
        )
        grammar.rule(
            "Rank", f"Count ({words}) UnitHead", lambda c, n, u, d=descending: _top_units(c, d, n, u)
        )
    for words, descending in (
        ("best|leading|best performing|most important", True),
        ("worst|poorest", False),
    ):
        for many in ("Dim", "Rows"):
            grammar.rule(
                "Rank",
                f"({words}) Count? {many}",
                lambda c, n, f, d=descending: _vague(c, d, n, f),
                cost=-0.05,
            )
            grammar.rule(
                "Rank",
                f"Count ({words}) {many}",
                lambda c, n, f, d=descending: _vague(c, d, n, f),
                cost=-0.05,
            )
    grammar.words_as("@Has", _HAS)
    for unit in (TimeUnit.DAY, TimeUnit.WEEK, TimeUnit.MONTH, TimeUnit.QUARTER, TimeUnit.YEAR):
        grammar.words_as("UnitHead", unit, Buckets(Grain(unit.value)))
        grammar.words_as("UnitHead", f"{unit}s", Buckets(Grain(unit.value), many=True))
    _heads(grammar)
    _questions(grammar)
    grammar.rule(
        "Rank",
        "(who is|who are|who was|who were|what is|what are|what was|what were|which are|which is) Rank",
        lambda _c, rank: rank,
    )
    _selling(grammar)
    _by(grammar)
    _latest(grammar)
    _sorting(grammar)


def _heads(grammar: Grammar) -> None:
    grammar.rule("Rank", "Top Count? Dim", _top)
    grammar.rule("Rank", "Count Top Dim", lambda c, n, t, f: _top(c, t, n, f))
    grammar.rule("Rank", "Top Count? Rows", _top_rows, cost=0.1)
    grammar.rule("Rank", "Count Top Rows", lambda c, n, t, r: _top_rows(c, t, n, r), cost=0.1)
    for head, action in (("Dim", _top), ("Rows", _top_rows)):
        grammar.rule(
            "Rank", f"Top Count? Described {head}", lambda c, t, n, w, f, a=action: _both(a(c, t, n, f), w)
        )
        grammar.rule(
            "Rank", f"Count Top Described {head}", lambda c, n, t, w, f, a=action: _both(a(c, t, n, f), w)
        )
    grammar.rule("Rank", "Top Count? UnitHead", _top_units)
    grammar.rule("Rank", "Count Top UnitHead", lambda c, n, t, u: _top_units(c, t, n, u))
    grammar.rule(
        "Rank",
        "(top|best|first|highest|only top|just top|limit to top|show top) Count",
        lambda _c, n: Rank(True, n),
        cost=0.2,
    )
    grammar.rule("Rank", "(bottom|worst|lowest|only bottom) Count", lambda _c, n: Rank(False, n), cost=0.2)


def _both(rank: Rank | None, where: Where | Both | When) -> Both | None:
    return Both(rank, where) if rank is not None else None


def _n(count: int | None, head: Field | Rows | Buckets) -> int:
    """The n said; unsaid, one for the singular and ten for the plural."""
    return count or (SEVERAL if head.many else 1)


def _top(context: Context, descending: bool, count: int | None, field: Field) -> Rank | None:
    if context.is_identity(field.name):
        return None
    return Rank(descending, _n(count, field), field=field.name)


def _vague(context: Context, descending: bool, count: int | None, head: Field | Rows) -> Rank | None:
    """The best of something: by what, another phrase must say."""
    if isinstance(head, Rows):
        return replace(_top_rows(context, descending, count, head), vague=True)
    rank = _top(context, descending, count, head)
    return replace(rank, vague=True) if rank is not None else None


def _top_rows(_context: Context, descending: bool, count: int | None, rows: Rows) -> Rank:
    return Rank(descending, _n(count, rows), rows=True)


def _top_units(_context: Context, descending: bool, count: int | None, unit: Buckets) -> Rank:
    return Rank(descending, _n(count, unit), grain=unit.grain)


def _questions(grammar: Grammar) -> None:
    which = "(which|what|in which|in what|from which|on which|for which|who is|who are|during which)"
    link = (
        "(did we have|do we have|did we get|do we get|did we make|do we make|did we see|do we see"
        "|did we receive|do we receive|were there|are there|we had|we have|we get|we made|there were)"
    )
    of = "(of|in|during) When"
    for said in ("@Has Sup (Measure|Rows)", f"{link} Sup (Measure|Rows)"):
        grammar.rule("Rank", f"{which} Count? UnitHead {of} {said}", _most_unit_of)
    grammar.rule("Rank", f"{which} UnitHead {of} (is|was|are|were) Top", _top_unit_of)
    done = "(is|was|are|were) Sup Rows TimeVerb"
    grammar.rule("Rank", f"{which} Count? UnitHead {of} {done}", _most_done_of)
    grammar.rule("Rank", f"{which} Count? Dim (that|which|is one that)? @Has Sup (Measure|Rows)", most)
    grammar.rule("Rank", f"{which} Count? Dim {link} Sup (Measure|Rows)", most)
    grammar.rule("Rank", f"{which} Count? Dim (that|which|is one that)? @Has Sup Described Rows", _most_of)
    grammar.rule("Rank", "Count? Dim (that|who|which)? (with|having|@Has) Sup Described Rows", _most_of)
    grammar.rule("Rank", f"{which}? Count? Rows (that|which|who)? @Has Sup Measure", _rows_with_most)
    grammar.rule("Rank", f"{which} Count? UnitHead (that|which)? @Has Sup (Measure|Rows)", most_unit)
    grammar.rule("Rank", f"{which} Count? UnitHead {link} Sup (Measure|Rows)", most_unit)
    grammar.rule("Rank", "Count? Dim (that|who|which)? (with|having|@Has) Sup (Measure|Rows)", most)
    grammar.rule("Rank", "Count? UnitHead (that|which)? (with|having|@Has) Sup (Measure|Rows)", most_unit)
    grammar.rule("Rank", f"{which} (Dim|UnitHead) (is|was|are|were) Top", _which_is_top)
    grammar.rule(
        "Rank", f"{which} (is|was|are|were) Top (Dim|UnitHead)", lambda c, t, f: _which_is_top(c, f, t)
    )
    grammar.rule("Rank", "Sup (Measure|Rows) Dim", lambda c, s, m, f: most(c, None, f, s, m), cost=0.2)
    grammar.rule(
        "Rank", "Sup (Measure|Rows) UnitHead", lambda c, s, m, u: most_unit(c, None, u, s, m), cost=0.2
    )


def _part(context: Context, measured: Part | Rows) -> Part:
    return measured if isinstance(measured, Part) else context.count()


def most(
    context: Context, count: int | None, field: Field, descending: bool, measured: Part | Rows
) -> Rank | None:
    """The groups of a field with the most of something; None where they are the rows themselves."""
    if context.is_identity(field.name):
        return None
    return Rank(descending, _n(count, field), field=field.name, by=_part(context, measured))


def _most_of(
    context: Context, count: int | None, field: Field, descending: bool, where: Where | Both, rows: Rows
) -> Both | None:
    return _both(most(context, count, field, descending, rows), where)


def _rows_with_most(
    context: Context, count: int | None, rows: Rows, descending: bool, part: Part
) -> Both | None:
    if part == context.count():
        return None
    return Both(Rank(descending, _n(count, rows), rows=True), RankBy(part))


def most_unit(
    context: Context, count: int | None, unit: Buckets, descending: bool, measured: Part | Rows
) -> Rank:
    """The months, days and so on with the most of something."""
    return Rank(descending, _n(count, unit), grain=unit.grain, by=_part(context, measured))


def _most_unit_of(
    context: Context,
    count: int | None,
    unit: Buckets,
    when: When,
    descending: bool,
    measured: Part | Rows,
) -> Both:
    return Both(most_unit(context, count, unit, descending, measured), when)


def _most_done_of(
    context: Context,
    count: int | None,
    unit: Buckets,
    when: When,
    descending: bool,
    rows: Rows,
    field: Field,
) -> Both | None:
    if when.field is not None:
        return None
    dated = When(when.span, field.name)
    return Both(most_unit(context, count, unit, descending, rows), dated)


def _top_unit_of(context: Context, unit: Buckets, when: When, descending: bool) -> Both | None:
    return _both(_which_is_top(context, unit, descending), when)


def _which_is_top(context: Context, head: Field | Buckets, descending: bool) -> Rank | None:
    if isinstance(head, Field):
        return _top(context, descending, None, head)
    return Rank(descending, _n(None, head), grain=head.grain)


def _selling(grammar: Grammar) -> None:
    """Best selling: by what `sales` means here."""
    best = "(best selling|top selling|most sold|best sold|highest selling|best seller|most selling)"
    worst = "(worst selling|least sold|lowest selling|slowest selling|worst sold|least selling)"
    for words, descending in ((best, True), (worst, False)):
        grammar.rule("Rank", f"Count {words} Dim", lambda c, n, f, d=descending: _by_sales(c, d, n, f))
        grammar.rule(
            "Rank", f"(top)? {words} Count? Dim", lambda c, n, f, d=descending: _by_sales(c, d, n, f)
        )
        grammar.rule("Rank", f"top Count {words} Dim", lambda c, n, f, d=descending: _by_sales(c, d, n, f))
    for words, descending in (("most", True), ("fewest|least", False)):
        bought = (
            f"(which|what|who) Count? Dim (sold|sells|ordered|bought|buys|orders|purchased)"
            f" ({words}) Positive"
        )
        grammar.rule(
            "Rank", bought.replace("|who", ""), lambda c, n, f, w, d=descending: _by_units(c, n, f, w, d)
        )
    sold = "(sold best|sells best|sell best|sold most|sells most|sell most|is best seller|are best sellers)"
    grammar.rule("Rank", f"(which|what) Count? Dim {sold}", lambda c, n, f: _by_sales(c, True, n, f))
    grammar.rule(
        "Rank",
        "(which|what) Count? Dim (sold|sells|sell) (worst|least)",
        lambda c, n, f: _by_sales(c, False, n, f),
    )


def _by_units(
    context: Context, count: int | None, field: Field, where: Where, descending: bool
) -> Both | None:
    """Who sold the most blenders: pieces of them, where rows count pieces."""
    pieces = context.pieces()
    rank = most(context, count, field, descending, pieces) if pieces else None
    return Both(rank, where) if rank else None


def _by_sales(context: Context, descending: bool, count: int | None, field: Field) -> Rank | None:
    if len(context.sales) != 1:
        return None
    return Rank(descending, _n(count, field), field=field.name, by=context.sales[0])


def _by(grammar: Grammar) -> None:
    words = (
        "(by|by their|in terms of|based on|ranked by|according to|in|measured by|ordered by|sorted by"
        "|judged by|for|on"
        "|when it comes to|regarding|as measured by)"
    )
    grammar.rule("RankBy", f"{words} Measure", lambda _c, p: RankBy(p))
    grammar.rule("RankBy", f"{words} Sup Measure", lambda _c, s, p: RankBy(p, s))
    grammar.rule("RankBy", "(with|having) Sup Measure", lambda _c, s, p: RankBy(p, s))
    for adjective, descending in (
        ("most expensive|priciest|dearest", True),
        ("cheapest|least expensive", False),
    ):
        grammar.rule(
            "Rank",
            f"Count? ({adjective}) Count? Described Rows",
            lambda c, n, m, w, r, d=descending: _both(_priced(c, _n(n or m, r), d), w),
        )
        grammar.rule(
            "Rank",
            f"Count? ({adjective}) Count? Rows",
            lambda c, n, m, r, d=descending: _priced(c, _n(n or m, r), d),
        )


def _priced(context: Context, count: int, descending: bool) -> Rank | None:
    """Expensive is said of a price, or of the only money there is; with several there is no single most
    expensive row."""
    numbers = [f for f in context.dataset.fields if context.is_number(f)]
    prices = [f for f in numbers if "price" in f"{f.name} {f.label}".casefold()]
    prices = prices or [f for f in numbers if f.unit is not None and f.unit.kind == "currency"]
    return Rank(descending, count, rows=True, by_field=prices[0].name) if len(prices) == 1 else None


def _latest(grammar: Grammar) -> None:
    new = "(last|latest|newest|most recent|recent)"
    old = "(first|oldest|earliest)"
    for words, descending in ((new, True), (old, False)):
        grammar.rule("Rank", f"{words} Count? Rows", lambda c, n, r, d=descending: _by_time(c, _n(n, r), d))
        grammar.rule(
            "Rank",
            f"Count {words} Described Rows",
            lambda c, n, w, r, d=descending: _both(_by_time(c, _n(n, r), d), w),
        )
        grammar.rule(
            "Rank",
            f"{words} Count? Described Rows",
            lambda c, n, w, r, d=descending: _both(_by_time(c, _n(n, r), d), w),
        )
        grammar.rule("Rank", f"Count {words} Rows", lambda c, n, r, d=descending: _by_time(c, _n(n, r), d))


def _by_time(context: Context, count: int, descending: bool) -> Rank | None:
    times = context.times()
    return Rank(descending, count, rows=True, by_field=times[0]) if times else None


def _sorting(grammar: Grammar) -> None:
    sort = (
        "(sorted by|ordered by|sort by|order by|sort them by|ranked by|rank by|and sort by|arranged by"
        "|sorted on)"
    )
    grammar.words_as(
        "Direction",
        "descending|desc|highest first|largest first|from highest to lowest|in descending order|newest"
        " first|from high to low|from largest to smallest|biggest first",
        True,
    )
    grammar.words_as(
        "Direction",
        "ascending|asc|lowest first|smallest first|from lowest to highest|in ascending order|oldest first"
        "|from low to high|from smallest to largest",
        False,
    )
    grammar.rule(
        "Sorting", f"{sort} Measure Direction?", lambda _c, p, d: Sorting(None, p, True if d is None else d)
    )
    grammar.rule("Sorting", f"{sort} (Num|TimeF|Dim) Direction?", _sorted_by)
    grammar.rule("Sorting", "Direction", lambda _c, d: Sorting(None, None, d))


def _sorted_by(context: Context, field: Field, descending: bool | None) -> Sorting:
    """Numbers and times largest and latest first, names from A to Z, unless it is said."""
    model_field = context.field(field.name)
    by_value = model_field is not None and model_field.role in (FieldRole.MEASURE, FieldRole.TIME)
    return Sorting(field.name, None, by_value if descending is None else descending)
