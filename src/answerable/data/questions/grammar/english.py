"""The English grammar: all rules together, and which categories may stand at the top of a question."""

from __future__ import annotations

from functools import cache

from answerable.data.questions.chart import Grammar
from answerable.data.questions.context import Context
from answerable.data.questions.english import SALES_ROWS, words
from answerable.data.questions.grammar import (
    alternatives,
    by_period,
    comparisons,
    compound,
    computed,
    everyday,
    filters,
    groups,
    held,
    held_periods,
    listing,
    lookups,
    measures,
    numbers,
    pointers,
    ranking,
    recurring,
    spans,
    turned,
)
from answerable.data.questions.meanings import Field, When
from answerable.data.questions.time import phrases

# Phrases that a question is made of. `and` may join the later ones: "in Germany and over 100 EUR".
CLAUSES = words(
    "Measures Where Threshold When Groups Trend How Develop Rank RankBy Sorting TwoPeriods Versus "
    "VersusWith Change Share Be Compare Verb Listing Mention Metadata PointedAt Window Compound Into"
)
_JOINED = ("Where", "Threshold", "When", "Groups")


@cache
def english() -> Grammar:
    """The grammar, built once."""
    grammar = Grammar()
    phrases.add_rules(grammar)
    numbers.add_rules(grammar)
    held.add_rules(grammar)
    held_periods.add_rules(grammar)
    measures.add_rules(grammar)
    filters.add_rules(grammar)
    pointers.add_rules(grammar)
    groups.add_rules(grammar)
    ranking.add_rules(grammar)
    comparisons.add_rules(grammar)
    listing.add_rules(grammar)
    lookups.add_rules(grammar)
    computed.add_rules(grammar)
    by_period.add_rules(grammar)
    recurring.add_rules(grammar)
    compound.add_rules(grammar)
    alternatives.add_rules(grammar)
    spans.add_rules(grammar)
    turned.add_rules(grammar)
    everyday.add_rules(grammar)
    for clause in _JOINED:
        grammar.rule(
            clause,
            f"(and|but|, and|, but|and only|but only|but only for) {clause}",
            lambda _c, value: value,
            cost=0.1,
        )
    grammar.rule("When", "(with|by|whose|where)? TimeF (is|was|are|were|of|in|on)? When", _on_field)
    grammar.rule(
        "Verb",
        "(that were|were|which were|was|been)? TimeVerb (to|from|in|by|via|with|for|at)",
        lambda _c, f: f,
    )
    grammar.rule("Verb", "(that were|were|which were|was|been)? TimeVerb", lambda _c, f: f, cost=0.1)
    grammar.rule("When", "(who|that|which|did|have) TimeVerb When", _on_field)
    grammar.rule(
        "When",
        "(that were|which were|that was|were|was|that are|are|is|been|have been)? TimeVerb When",
        _on_field,
    )
    grammar.rule("When", "(that were|which were|that was|were|was)? (placed|made) When", _on_own, cost=0.15)
    return grammar


def _on_own(context: Context, when: When) -> When | None:
    """Placed in 2025, said of orders that have an order date."""
    own, noun = context.dataset.default_time, context.dataset.row_noun.split()[-1:]
    if own is None or when.field is not None or not SALES_ROWS.issuperset(noun):
        return None
    return When(when.span, own) if {*noun, "placed"} & set(own.split("_")) else None


def _on_field(_context: object, field: Field, when: When) -> When | None:
    return When(when.span, field.name) if when.field is None else None
