"""What is measured: totals, averages, counts, extremes."""

from __future__ import annotations

from dataclasses import replace

from answerable.data.questions.chart import Grammar
from answerable.data.questions.context import Context
from answerable.data.questions.english import SALES_ROWS, words
from answerable.data.questions.meanings import Both, Field, Groups, Measures, Part, Rows, Where
from answerable.data.semantics.filters import Operator
from answerable.data.semantics.model import Aggregation

_WORDS = {
    Aggregation.SUM: "total|sum of|total of|sum|sum up|overall|combined|total sum of|add up|grand total of",
    Aggregation.AVG: "average|avg|mean|average of|mean of|avg of|on average|typical",
    Aggregation.MEDIAN: "median|median of",
    Aggregation.MIN: "minimum|min|lowest|smallest|minimum of|min of|minimal",
    Aggregation.MAX: "maximum|max|highest|largest|biggest|maximum of|max of|peak|maximal|greatest",
}
WORTH_MONEY = words("sale purchase expense payment invoice transaction")
_JOINED = words("since joined join joining signup registered registration enrolled hired hire")
_CHOICES = 3
_DISTINCT = "(different|distinct|unique|individual|separate)"
_WORTH = "(value|amount|total|size|worth|volume)"


def add_rules(grammar: Grammar) -> None:
    """The rules of measures; the clause is `Measures`."""
    for aggregation, said in _WORDS.items():
        grammar.words_as("Agg", said, aggregation)
    grammar.rule(
        "Measure", "(how much|amount of|total amount of|volume of|value of)? Metric", lambda _c, part: part
    )
    grammar.rule("Measure", "(how much|amount of)? Num", _number)
    grammar.rule("Measure", "(how many|number of|total number of|count of) Num", _units)
    for place in range(_CHOICES):
        cost = 0.3 + place / 100  # the likeliest is offered first
        grammar.rule("Measure", "Num", lambda c, f, at=place: _per_item(c, f, at), cost=cost)
    grammar.rule("Measures", "Agg (and|or|,|&) Agg (of|and)? Num", _two_aggregations)
    grammar.rule("Stated", "Agg single? of? Num (amount|score|figure|level)?", _aggregated_field)
    grammar.rule("Measure", "Stated", lambda _c, part: part)
    grammar.rule("Measure", "Agg single? of? Num value", _aggregated_value)
    grammar.rule("Measure", "Agg (of|all|all of)? Rows Num", lambda c, a, _r, f: _aggregated_field(c, a, f))
    grammar.rule("Measure", "Agg (all|all of) Num", _aggregated_field)
    grammar.rule(
        "Measure", "Measure (overall|in total|altogether|in all|all in all)", lambda _c, part: part, cost=0.05
    )
    grammar.rule("Measure", "Agg number of Num", _aggregated_field)
    grammar.rule(
        "Measure",
        "how much (is|was|were|are) (Metric|Num)",
        lambda c, m: m if isinstance(m, Part) else _number(c, m),
    )
    grammar.rule("Measure", "Agg of? Metric", _aggregated_metric)
    grammar.rule(
        "Measures",
        "(rank|ranking of|rank all) Dim (by|by their|in terms of|according to|on) Measure",
        _ranked,
    )
    grammar.rule("Measures", "Dim (ranked|sorted|ordered) by Measure", _ranked)
    grammar.rule("Measure", "Metric (total|sum)", lambda c, p: c.aggregated(p, Aggregation.SUM))
    grammar.rule("Measure", "Num (total|sum)", lambda c, f: _aggregated_field(c, Aggregation.SUM, f))
    grammar.rule("Measure", "(average|mean|avg) (Metric|Num) per Rows", _per_row)
    grammar.rule("Measure", "(Metric|Num) per Rows", _per_row)
    # `order amount`: the amount of orders, never their number beside it.
    grammar.rule("Measure", "Rows Metric", lambda _c, rows, part: None if rows.many else part)
    grammar.rule("Measure", "Rows Num", lambda c, rows, f: None if rows.many else _number(c, f))
    _counts(grammar)
    _worth(grammar)
    _dates(grammar)
    grammar.rule("Measures", "Measure", lambda _c, part: Measures((part,)))
    grammar.rule("Measures", "Measures (and|,|&|, and|as well as|plus|along with) Measure", _and)
    grammar.rule("Measures", "Measure (vs|versus|against|compared to|compared with) Measure", _versus)
    grammar.rule("Measures", "(compare|comparison of) Measure (and|to|with|vs|versus) Measure", _versus)


def _number(context: Context, field: Field) -> Part | None:
    return context.number_of(field.name, many=field.many)


def _units(context: Context, field: Field) -> Part | None:
    """`how many units`: a sum of a quantity, never of money."""
    model_field = context.field(field.name)
    if model_field is None or (model_field.unit is not None and model_field.unit.kind == "currency"):
        return None
    return context.number_of(field.name) if context.is_additive(model_field) else None


def _per_item(context: Context, field: Field, place: int) -> Part | None:
    """A bare price, rate or limit, to be asked back: its average, its least or its total, its greatest."""
    if context.number_of(field.name, many=field.many) is not None:
        return None
    middle = Aggregation.SUM if context.fits(field.name, Aggregation.SUM) else Aggregation.MIN
    aggregation = (Aggregation.AVG, middle, Aggregation.MAX)[place]
    if not context.fits(field.name, aggregation):
        return None
    return context.canonical(Part(aggregation=aggregation, field=field.name))


def _aggregated_field(context: Context, aggregation: Aggregation, field: Field) -> Part | None:
    if not context.fits(field.name, aggregation):
        return None
    part = context.canonical(Part(aggregation=aggregation, field=field.name))
    summed = context.number_of(field.name, many=field.many)
    found = _as_rate(part, aggregation, summed is not None and summed != part)
    return replace(found, many=True) if found.rate and field.many else found


def _aggregated_value(context: Context, aggregation: Aggregation, field: Field) -> Part | None:
    """The total order value is money; the value of a stock is not its number of pieces."""
    model_field = context.field(field.name)
    money = [f for f in context.dataset.fields if f.unit is not None and f.unit.kind == "currency"]
    counted = model_field is not None and model_field.unit is None and context.is_additive(model_field)
    return None if counted and money else _aggregated_field(context, aggregation, field)


def _two_aggregations(
    context: Context, first: Aggregation, second: Aggregation, field: Field
) -> Measures | None:
    parts = [_aggregated_field(context, aggregation, field) for aggregation in (first, second)]
    found = tuple(part for part in parts if part is not None)
    return Measures(found) if len(set(found)) == 2 else None


def _aggregated_metric(context: Context, aggregation: Aggregation, part: Part) -> Part | None:
    metric = context.metric(part.metric or "")
    if metric is not None and metric.aggregation in (Aggregation.COUNT, Aggregation.COUNT_DISTINCT):
        return part if aggregation is Aggregation.SUM else None
    if (
        aggregation in (Aggregation.MIN, Aggregation.MAX)
        and metric is not None
        and metric.aggregation is Aggregation.SUM
    ):
        return None  # the highest revenue is of a group or a month, and none was said
    found = context.aggregated(part, aggregation)
    summed = metric is not None and metric.aggregation is Aggregation.SUM
    return _as_rate(found, aggregation, summed) if found else None


def _as_rate(part: Part, aggregation: Aggregation, summed: bool) -> Part:
    """Marks the average of what is usually summed: per month, it may be an average of sums."""
    return replace(part, rate=summed and aggregation in (Aggregation.AVG, Aggregation.MEDIAN))


def _ranked(context: Context, field: Field, part: Part) -> Both | None:
    if context.is_identity(field.name):
        return None
    return Both(Measures((part,)), Groups((field.name,)))


def _per_row(context: Context, measured: Part | Field, _rows: Rows) -> Part | None:
    """Revenue per order is the average of its field where a row is an order."""
    part = measured if isinstance(measured, Part) else Part(aggregation=Aggregation.SUM, field=measured.name)
    return context.aggregated(part, Aggregation.AVG)


def _counts(grammar: Grammar) -> None:
    how_many = (
        "(how many|number of|total number of|count of|total count of|count|count up|overall number of|no"
        " of|quantity of"
        "|how many total)"
    )
    grammar.rule("Measure", f"{how_many} (all|of)? {_DISTINCT}? Rows", lambda c, _r: c.count())
    grammar.rule("Measure", "(total|amount of|volume of) Rows", lambda c, r: c.count() if r.many else None)
    grammar.rule(
        "Measures",
        f"{how_many} {_DISTINCT}? Described Rows",
        lambda c, w, _r: Both(Measures((c.count(),)), w),
    )
    grammar.rule(
        "Measures",
        f"{how_many} {_DISTINCT}? Segment",
        lambda c, s: (
            Both(Measures((c.count(),)), Where(s.segment, Operator.EQ, segment=True))
            if s.many and s.owner is None
            else None
        ),
    )
    grammar.rule("Measures", f"{how_many} {_DISTINCT}? Positive Dim", _filtered_distinct, cost=0.3)
    sold = (
        "(did we sell|we sold|have we sold|were sold|sold|have been sold|did we ship|were ordered|have"
        " been ordered|was sold)"
    )
    grammar.rule("Measures", f"(how many|number of) Positive {sold}", _units_of)
    grammar.rule("Measures", f"(how many|number of) Num {sold}", lambda c, f: _measures(_units(c, f)))
    grammar.rule(
        "Measures",
        f"{how_many} Rows (were|was|have)? TimeVerb",
        lambda c, _r, f: Both(Measures((c.count(),)), f),
    )
    grammar.rule(
        "Measures",
        f"{how_many} Rows (did we|did they|did you|do we|have we|we) (TimeVerb|TimeForm|TimeStem)",
        lambda c, _r, f: Both(Measures((c.count(),)), f),
    )
    # Rows that are counted themselves go before things that rows lead to.
    grammar.rule("Measure", f"{how_many} Dim", lambda c, f: _distinct(c, f) if f.many else None, cost=0.35)
    grammar.rule("Measure", f"{how_many} {_DISTINCT} Dim", _distinct, cost=0.3)
    grammar.rule("Measure", f"{_DISTINCT} Dim count?", _distinct, cost=0.3)
    grammar.rule("Measure", "Rows (count|volume|numbers|totals)", lambda c, _r: c.count())
    grammar.rule("Measure", f"{_DISTINCT}? Dim count", _distinct, cost=0.3)
    grammar.rule("Measure", "Rows", lambda c, rows: c.count() if rows.many else None, cost=0.5)
    grammar.rule("Measure", "how many", lambda c: c.count(), cost=0.7)  # of rows that are mentioned
    grammar.rule("Measure", "how much Rows", _how_much)
    grammar.rule("Measure", "(aov|average basket|average basket value)", _basket)
    grammar.rule("Measures", f"{how_many}? new Rows", _new)
    grammar.rule("Measure", "how often", lambda c: c.count(), cost=0.5)
    grammar.rule("Measure", "count", lambda c: c.count(), cost=0.7)


def _how_much(context: Context, rows: Rows) -> Part | None:
    """How much orders: their number, said by people who learn English; of sales it may be their money."""
    return context.count() if rows.many and context.dataset.row_noun not in WORTH_MONEY else None


def _basket(context: Context) -> Part | None:
    sold = SALES_ROWS.issuperset(context.dataset.row_noun.split()[-1:])
    return _row_worth(context, Aggregation.AVG) if sold else None


def _new(context: Context, _rows: Rows) -> Both | None:
    """New customers are those who joined in the time that is said."""
    own = context.dataset.default_time
    joined = own is not None and bool(_JOINED & set(own.split("_")))
    return Both(Measures((context.count(),)), Field(own)) if own is not None and joined else None


def _measures(part: Part | None) -> Measures | None:
    return Measures((part,)) if part else None


def _units_of(context: Context, where: Where) -> Both | None:
    """How many toasters were sold: the one quantity of the rows, not the number of rows."""
    part = context.pieces()
    return Both(Measures((part,)), where) if part else None


def _filtered_distinct(context: Context, where: Where, field: Field) -> Both | None:
    part = _distinct(context, field)
    return Both(Measures((part,)), where) if part and where.field != field.name else None


def _distinct(context: Context, field: Field) -> Part | None:
    model_field = context.field(field.name)
    if model_field is None or context.is_flag(model_field) or context.is_identity(field.name):
        return None
    return context.canonical(Part(aggregation=Aggregation.COUNT_DISTINCT, field=field.name))


def _worth(grammar: Grammar) -> None:
    for aggregation in (
        Aggregation.AVG,
        Aggregation.MEDIAN,
        Aggregation.MIN,
        Aggregation.MAX,
        Aggregation.SUM,
    ):
        said = _WORDS[aggregation]
        grammar.rule(
            "Measure", f"({said}) Rows {_WORTH}", lambda c, _r, a=aggregation: _row_worth(c, a), cost=0.1
        )
        grammar.rule(
            "Measure", f"({said}) {_WORTH} of Rows", lambda c, _r, a=aggregation: _row_worth(c, a), cost=0.1
        )
        grammar.rule(
            "Measure", f"({said}) {_WORTH} per Rows", lambda c, _r, a=aggregation: _row_worth(c, a), cost=0.1
        )
    grammar.rule("Measure", "(value|worth) of Rows", lambda c, _r: _row_worth(c, Aggregation.SUM), cost=0.2)


def _row_worth(context: Context, aggregation: Aggregation) -> Part | None:
    worth = context.worth()
    if len(worth) != 1:
        return None
    return context.canonical(Part(aggregation=aggregation, field=worth[0]))


def _dates(grammar: Grammar) -> None:
    first, last = "(first|earliest|oldest)", "(last|latest|most recent|newest)"
    for said, aggregation in ((first, Aggregation.MIN), (last, Aggregation.MAX)):
        grammar.rule("Measure", f"{said} TimeF", lambda c, f, a=aggregation: _aggregated_field(c, a, f))
        grammar.rule(
            "Measure",
            f"(when was|when were|date of) {said} Rows",
            lambda c, _r, a=aggregation: _row_date(c, a),
        )
        grammar.rule(
            "Measure", f"when (was|were|did) {said} Rows", lambda c, _r, a=aggregation: _row_date(c, a)
        )


def _row_date(context: Context, aggregation: Aggregation) -> Part | None:
    times = context.times()
    return context.canonical(Part(aggregation=aggregation, field=times[0])) if times else None


def _and(_context: Context, measures: Measures | Both, part: Part) -> Measures | None:
    if isinstance(measures, Both) or measures.versus or part in measures.parts or len(measures.parts) > 4:
        return None
    return Measures((*measures.parts, part))


def _versus(_context: Context, first: Part, second: Part) -> Measures | None:
    return Measures((first, second), versus=True) if first != second else None
