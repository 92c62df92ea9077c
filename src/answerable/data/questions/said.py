"""Phrases of the grammar on their own: found in a text, or standing for the whole of it."""

from __future__ import annotations

from answerable.data.questions.chart import Chart, Item
from answerable.data.questions.context import Context
from answerable.data.questions.english import ARTICLES
from answerable.data.questions.grammar import numbers as number_rules
from answerable.data.questions.grammar.english import english
from answerable.data.questions.time import phrases
from answerable.data.questions.time.resolve import Now
from answerable.data.questions.tokens import Token, tokenise
from answerable.data.semantics.model import Dataset, SemanticModel


def context_of(model: SemanticModel, dataset: Dataset, now: Now) -> Context:
    """What the rules may know of the dataset when no question is asked of it."""
    metrics = tuple(metric.face for metric in model.metrics if metric.dataset == dataset.name)
    return Context(dataset, metrics, model.calendar, now)


def phrases_in(tokens: list[Token], context: Context) -> list[Item]:
    """Every phrase of numbers and times in the words; none where they are too many."""
    grammar = english()
    items = [Item(t.norm, at, at + 1, t.norm, 0.0) for at, t in enumerate(tokens) if t.norm in grammar.words]
    items += phrases.terminals(tokens)
    items += number_rules.terminals(tokens)
    chart = Chart(grammar, context)
    found = chart.fill(items)
    return [] if chart.overflowed else found


def whole(text: str, category: str, context: Context) -> list[Item]:
    """The phrases of that category that the whole text is, articles aside, the likeliest first."""
    tokens = [token for token in tokenise(text) if token.norm not in ARTICLES]
    found = [
        item
        for item in phrases_in(tokens, context)
        if item.category == category and item.start == 0 and item.end == len(tokens)
    ]
    return sorted(found, key=lambda item: item.cost)
