"""What tables are asked every day by words that no column has: out of stock, earning more, still open."""

from __future__ import annotations

from decimal import Decimal

from answerable.data.questions.chart import Grammar
from answerable.data.questions.context import Context
from answerable.data.questions.english import PEOPLE
from answerable.data.questions.meanings import Both, Bound, Measures, Number, Rank, Rows, Threshold, Where
from answerable.data.questions.numbers import plain
from answerable.data.semantics.filters import Operator
from answerable.data.semantics.model import FieldRole, ModelField

_MARKS = "rating score satisfaction grade stars"
# Verbs of a number, and what the number is called.
_WEIGHT = "weight mass"
_VERBS = (
    (
        "earning|earn|earns|who earn|that earn|making|paid|who are paid|who make",
        "salary wage pay income earnings",
    ),
    ("weighing|weigh|weighs|that weigh", _WEIGHT),
    ("rated|scored|graded|rated at|with rating|with ratings", _MARKS),
)
_DONE = frozenset(["close", "closed", "closing", "resolve", "resolved", "finish", "finished", "completed"])


def add_rules(grammar: Grammar) -> None:
    """The rules of everyday words; the clauses are `Threshold`, `Where`, `Rank` and `Measures`."""
    grammar.words_as("@Being", "are|is|were|was|that are|that were|which are|which were")
    for words, names in _VERBS:
        grammar.rule("Weighing", f"({words}) Bound", lambda c, b, n=names: _verb_bound(c, b, n))
    for words, operator in (("heavier than", Operator.GT), ("lighter than", Operator.LT)):
        weighing = f"@Being? ({words}) Number"
        grammar.rule("Weighing", weighing, lambda c, n, o=operator: _verb_bound(c, Bound(o, n), _WEIGHT))
    grammar.rule("Threshold", "Weighing", lambda _c, threshold: threshold, cost=-0.1)
    marked = "(rated|scored|graded|rated at)"
    grammar.rule("Where", f"{marked} Number stars?", _marked)
    unmarked = "(that are|which are|are|were)? (unrated|not rated|not yet rated|never rated|not scored)"
    grammar.rule("Where", unmarked, _unmarked)
    grammar.rule("Where", f"{marked} Number or Number stars?", _marked)
    for words, descending in (("heaviest", True), ("lightest", False)):
        weighed = lambda c, n, r, d=descending: _heaviest(c, n, r, d)  # noqa: E731
        grammar.rule("Rank", f"({words}) Count? Rows", weighed)
        grammar.rule("Rank", f"Count ({words}) Rows", weighed)
        grammar.rule(
            "Rank",
            f"(which|what) Rows (is|was|are|were) ({words})",
            lambda c, r, d=descending: _heaviest(c, None, r, d),
        )
    for words, descending in (("highest|best|top", True), ("lowest|worst", False)):
        grammar.rule(
            "Rank",
            f"({words}) (paid|earning) Count? Rows",
            lambda c, n, r, d=descending: _best_paid(c, n, r, d),
        )
    out = "(out of stock|sold out|not in stock|with no stock|without stock|no longer in stock|not available)"
    grammar.rule("Where", f"(that are|which are|are|is)? {out}", lambda c: _stocked(c, Operator.EQ))
    grammar.rule(
        "Where",
        "(that are|which are|are|is)? (still|currently)? (in stock|on stock|still in stock)",
        lambda c: _stocked(c, Operator.GT),
        cost=0.1,
    )
    still = "(that are|which are|are|is|still|are still|that are still|which are still|were still)"
    grammar.rule("Positive", f"{still}? (open|unresolved|unfinished)", _not_closed)
    grammar.rule("Measures", "(how many|number of) Values", _by_what_they_are)


def _only(context: Context, names: str) -> ModelField | None:
    """The only number whose name has one of the words."""
    words = frozenset(names.split())
    found = [
        f for f in context.dataset.fields
        if f.role is FieldRole.MEASURE and context.is_number(f) and words & set(f.name.split("_"))
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None


def _verb_bound(context: Context, bound: Bound, names: str) -> Threshold | None:
    field = _only(context, names)
    return Threshold(bound, field=field.name) if field is not None else None


def _marked(context: Context, *marks: Number) -> Where | None:
    """Rated 5: what is marked has the very mark that is said."""
    field = _only(context, _MARKS)
    if field is None or field.unit is not None or any(mark.unit is not None for mark in marks):
        return None
    return Where(field.name, Operator.IN, tuple(plain(mark.value) for mark in marks))


def _unmarked(context: Context) -> Where | None:
    field = _only(context, _MARKS)
    return Where(field.name, Operator.IS_NULL) if field is not None and field.nullable else None


def _best_paid(context: Context, count: int | None, rows: Rows, descending: bool) -> Rank | None:
    field = _only(context, "salary wage pay income earnings")
    if field is None:
        return None
    return Rank(descending, count or (10 if rows.many else 1), rows=True, by_field=field.name)


def _heaviest(context: Context, count: int | None, rows: Rows, descending: bool) -> Rank | None:
    field = _only(context, _WEIGHT)
    if field is None:
        return None
    return Rank(descending, count or (10 if rows.many else 1), rows=True, by_field=field.name)


def _stocked(context: Context, operator: Operator) -> Where | None:
    field = _only(context, "stock")
    return Where(field.name, operator, (Decimal(0),), bare=True) if field is not None else None


def _not_closed(context: Context) -> Where | None:
    """Open is what is not closed, where no value says so and the rows have no other dates."""
    times = context.times()
    ended = context.field(times[1]) if len(times) == 2 else None
    values = {value.casefold() for field in context.dataset.fields for value in field.values or ()}
    if ended is None or not ended.nullable or values & {"open", "opened", "unresolved"}:
        return None
    if not _DONE & set(ended.name.split("_")):
        return None
    return Where(ended.name, Operator.IS_NULL, state=True)


def _by_what_they_are(context: Context, where: Where) -> Both | None:
    """How many juniors: people are told by what they are, and so are rows that have a kind: surgeries."""
    noun = context.dataset.row_noun.split()[-1:]
    kind = set(where.field.split("_")) <= {*noun, "kind", "type"}
    if where.versus or not (kind or PEOPLE.issuperset(noun)):
        return None
    return Both(Measures((context.count(),)), where)
