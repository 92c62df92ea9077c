"""Numbers with their units, and comparisons with them."""

from __future__ import annotations

from dataclasses import replace

from answerable.data.questions.chart import Grammar, Item
from answerable.data.questions.context import Context
from answerable.data.questions.meanings import Bound, Field, Number, Part, Threshold, Unit
from answerable.data.questions.numbers import MULTIPLIERS, cardinal
from answerable.data.questions.tokens import Kind, Token
from answerable.data.semantics.filters import Operator
from answerable.data.semantics.model import NUMERIC_TYPES, Aggregation

_CURRENCIES = {
    "EUR": "eur|euro|euros|€",
    "USD": "usd|dollar|dollars|$",
    "GBP": "gbp|pound|pounds|£",
    "CHF": "chf|franc|francs",
    "JPY": "jpy|yen|¥",
}


def terminals(tokens: list[Token]) -> list[Item]:
    """Number tokens and number words."""
    items: list[Item] = []
    for at, token in enumerate(tokens):
        value = cardinal(token.norm) if token.kind in (Kind.NUMBER, Kind.WORD) else None
        if value is not None:
            items.append(Item("Plain", at, at + 1, Number(value), 0.0))
    return items


_OVER = (
    "over|above|more than|greater than|larger than|higher than|bigger than|exceeding|exceeds|exceed"
    "|exceeded|>|beyond"
    "|in excess of|upwards of|longer than|worth more than|bigger than|of more than|of over|costing more than"
)
_LEAST = (
    "at least|minimum of|no less than|not less than|>=|a minimum of|no fewer than|min|of at least"
    "|not under|not below"
)
_UNDER = (
    "under|below|less than|fewer than|smaller than|lower than|<|cheaper than|shorter than|worth less than"
    "|of less than"
    "|of under|costing less than"
)
_MOST = "at most|no more than|not more than|maximum of|up to|<=|not over|not exceeding|not above|of at most"


def add_rules(grammar: Grammar) -> None:
    """The rules of numbers; the clause is `Threshold`."""
    for word, factor in MULTIPLIERS.items():
        grammar.words_as("Times", word, factor)
    for symbol, words in _CURRENCIES.items():
        grammar.words_as("Currency", words, Unit(symbol.casefold()))
    grammar.rule("Number", "Plain", lambda _c, n: n)
    grammar.rule("Scaled", "Plain Times", lambda _c, n, k: Number(n.value * k))
    grammar.rule("Number", "Scaled", lambda _c, n: n)
    grammar.rule("Number", "(Plain|Scaled) (Currency|UnitOf)", _with_unit)
    grammar.rule("Number", "Currency (Plain|Scaled)", lambda _c, unit, n: _with_unit(_c, n, unit))
    grammar.rule("Number", "Plain (%|percent|per cent)", lambda _c, n: Number(n.value, "%"))
    for words, operator in ((_OVER, "gt"), (_LEAST, "ge"), (_UNDER, "lt"), (_MOST, "le")):
        grammar.rule("Bound", f"({words}) Number", lambda _c, n, o=operator: Bound(Operator(o), n))
    grammar.rule(
        "Bound",
        "Number (or more|and more|or above|and above|or higher|+|plus|and up|or over|and over)",
        _at_least,
    )
    grammar.rule(
        "Bound", "Number (or less|or fewer|or below|and below|or lower|or under|and under)", _at_most
    )
    grammar.rule("Bound", "(exactly|equal to|equals|=|precisely) Number", lambda _c, n: Bound(Operator.EQ, n))
    grammar.rule("Bound", "(!=|not equal to|other than) Number", lambda _c, n: Bound(Operator.NE, n))
    grammar.rule("Bound", "(between|from|of between) Number (and|to) Number", _between)
    grammar.rule(
        "Into",
        "(in|into|expressed in|measured in|shown in|given in|converted to|as a|as) UnitName",
        lambda _c, i: i,
    )
    _thresholds(grammar)


def _with_unit(_context: Context, number: Number, unit: Unit) -> Number:
    return Number(number.value, unit.symbol)


def _at_least(_context: Context, number: Number) -> Bound:
    return Bound(Operator.GE, number)


def _at_most(_context: Context, number: Number) -> Bound:
    return Bound(Operator.LE, number)


def _between(_context: Context, low: Number, high: Number) -> Bound | None:
    if low.unit and high.unit and low.unit != high.unit:
        return None
    return Bound(Operator.BETWEEN, low, high) if low.value <= high.value else None


_HOLD = (
    "with|having|where|whose|that have|which have|who have|that had|which had|who had|that has|have|has|had"
)
_HAVE = f"{_HOLD}|for|of"
_IS = "is|was|are|were|of|being|that is|that are"


def _thresholds(grammar: Grammar) -> None:
    grammar.words_as("@Have", _HAVE)
    grammar.words_as("@Been", _IS)
    grammar.rule(
        "Threshold",
        "(for|of|@Been|that are|that were|which are|which were|worth|valued at|priced|costing)? Bound",
        _open,
        cost=0.3,
    )
    grammar.rule("Threshold", f"({_HOLD}) Bound", _held, cost=0.3)
    grammar.rule("Threshold", "@Have? Num @Been? Bound", _on_field)
    grammar.rule("Threshold", "(with|where|whose) Num @Been? Bound", _of_rows)
    grammar.rule("Threshold", "(with|where|whose) Bound (of|in)? Num", lambda _c, b, f: _of_rows(_c, f, b))
    grammar.rule("Threshold", "@Have? Metric @Been? Bound", _on_metric)
    grammar.rule("Threshold", "@Have? Bound (of|in)? Num", lambda _c, b, f: _on_field(_c, f, b))
    grammar.rule("Threshold", "@Have? Bound (of|in)? Metric", lambda _c, b, p: _on_metric(_c, p, b))
    grammar.rule("Threshold", "@Have? Num @Been Number", _equal_to, cost=0.1)
    grammar.rule("Threshold", "@Have Number Num", lambda c, n, f: _equal_to(c, f, n), cost=0.1)
    grammar.rule("Threshold", "@Have Num @Been? Number", _equal_to, cost=0.1)


def _open(_context: Context, bound: Bound) -> Threshold:
    return Threshold(bound)


def _held(_context: Context, bound: Bound) -> Threshold | None:
    """With more than 3 of what, is said by the number's unit alone."""
    return Threshold(bound) if any(n is not None and n.unit for n in (bound.low, bound.high)) else None


def _on_field(context: Context, field: Field, bound: Bound) -> Threshold | None:
    model_field = context.field(field.name)
    if field.as_rows:
        return None  # more than 12 sales, in a table of sales: of them, not of their money
    return Threshold(bound, field=field.name) if model_field and model_field.type in NUMERIC_TYPES else None


def _of_rows(context: Context, field: Field, bound: Bound) -> Threshold | None:
    found = _on_field(context, field, bound)
    return replace(found, of_rows=True) if found else None


def _on_metric(context: Context, part: Part, bound: Bound) -> Threshold | None:
    """A metric in a row's condition stands for the field that it sums."""
    metric = context.metric(part.metric or "")
    if metric is None or metric.field is None or metric.aggregation is not Aggregation.SUM:
        return None
    return Threshold(bound, field=metric.field)


def _equal_to(context: Context, field: Field, number: Number) -> Threshold | None:
    return _on_field(context, field, Bound(Operator.EQ, number))
