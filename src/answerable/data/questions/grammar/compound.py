"""Conditions over several fields at once, on two fields of a row, and on what did not happen."""

from __future__ import annotations

from decimal import Decimal

from answerable.data.questions.chart import Grammar
from answerable.data.questions.context import Context
from answerable.data.questions.meanings import Compound, Field, Value, Where
from answerable.data.semantics.filters import Operator
from answerable.data.semantics.model import NUMERIC_TYPES, TEMPORAL_TYPES, FieldRole

# What a number is held against, rather than a number of its own.
_LIMITS = frozenset(
    {"level", "limit", "minimum", "maximum", "target", "threshold", "capacity", "quota", "budget", "plan"}
)
_NOT = "(except|excluding|without|but not|except for|other than|not counting|leaving out|ignoring|apart from)"
_WHO = "(who|that|which)?"
_NEVER = (
    "(not|not yet|never|have not|has not|have not been|has not been|were not|was not|are not|is not"
    "|have never|have never been|has never been|not been|still not|are still not|that are not"
    "|that were not|have not yet|have not yet been|did not get|were never|were not yet)"
)
_ALREADY = "(have|has|had|have been|has been|have already|already|have already been|were already|are already)"


def add_rules(grammar: Grammar) -> None:
    """The rules of conditions over several fields; the clauses are `Compound` and `Where`."""
    grammar.rule("Compound", f"{_NOT} Positive Rows Positive", lambda _c, a, _r, b: _neither(a, b))
    grammar.rule("Compound", f"{_NOT} Positive Positive Rows", lambda _c, a, b, _r: _neither(a, b))
    _neither_nor(grammar)
    _two_fields(grammar)
    _absent(grammar)


def _neither(first: Where, second: Where) -> Compound | None:
    """Except returned orders from Italy: those that are both."""
    if not isinstance(first, Where) or not isinstance(second, Where) or first.field == second.field:
        return None
    return Compound(((first, second),), negated=True)


def _neither_nor(grammar: Grammar) -> None:
    grammar.rule(
        "Where",
        "(@Place|that are|that were|which are|who are|are|were)? neither Positive nor Positive",
        lambda _c, a, b: _nor(a, b),
    )


def _nor(first: Where, second: Where) -> Where | None:
    if not isinstance(first, Where) or not isinstance(second, Where) or first.field != second.field:
        return None
    if first.operator is not Operator.IN or second.operator is not Operator.IN:
        return None
    return Where(first.field, Operator.NOT_IN, (*first.values, *second.values))


def _two_fields(grammar: Grammar) -> None:
    """Units in stock below the reorder level."""
    head = "(with|where|whose|have|has|had|that have|which have|who have|having)?"
    fallen = "fallen|dropped|fell|gone|risen"
    grammar.words_as("@Fallen", f"that are|which are|are|is|were|was|that were|{fallen}")
    grammar.words_as(
        "@Fallen", "|".join(f"{have} {past}" for have in ("have", "that have") for past in fallen.split("|"))
    )
    for words, operator in (
        (
            "below|under|less than|lower than|smaller than|fewer than|beneath|falls below|is below",
            Operator.LT,
        ),
        (
            "above|over|greater than|more than|higher than|larger than|bigger than|exceeding|exceeds|exceed"
            "|exceeded|surpassed|beyond",
            Operator.GT,
        ),
        ("at most|not above|no more than", Operator.LE),
        ("at least|not below|no less than", Operator.GE),
    ):
        grammar.rule(
            "Where",
            f"{head} Num (is|are|was|were|being)? ({words}) Num",
            lambda c, a, b, o=operator: _compared(c, a, b, o),
            cost=-0.2,
        )
        held = f"@Held{operator}"
        grammar.words_as(held, words)
        grammar.rule(
            "Where", f"@Fallen? {held} Num", lambda c, f, o=operator: _against_limit(c, f, o), cost=0.1
        )
    for words, operator in (("less|fewer", Operator.LT), ("more", Operator.GT)):
        grammar.rule(
            "Where",
            f"@Has? ({words}) Num than Num",
            lambda c, a, b, o=operator: _compared(c, a, b, o),
            cost=-0.2,
        )
    _two_dates(grammar)


def _two_dates(grammar: Grammar) -> None:
    """Shipped after their due date."""
    grammar.words_as("@Dated", "that were|which were|were|was|with|whose")
    grammar.rule("Moved", "(TimeVerb|TimeF)", lambda _c, f: f)
    for words, operator in (
        ("after|later than|past", Operator.GT),
        ("before|earlier than", Operator.LT),
        ("on or before|no later than|not later than|not after|by", Operator.LE),
        ("on or after|not before|no earlier than", Operator.GE),
    ):
        grammar.rule(
            "Where",
            f"@Dated? Moved (is|was|were)? ({words}) (they were|it was|being)? Moved",
            lambda c, a, b, o=operator: _dates_compared(c, a, b, o),
            cost=-0.2,
        )


def _dates_compared(context: Context, first: Field, second: Field, operator: Operator) -> Where | None:
    fields = [context.field(field.name) for field in (first, second)]
    known = [f for f in fields if f is not None and f.type in TEMPORAL_TYPES and "__" not in f.name]
    if len(known) < 2 or first.name == second.name:
        return None
    return Where(first.name, operator, other=second.name)


def _against_limit(context: Context, limit: Field, operator: Operator) -> Where | None:
    """Below the reorder level: the only number that can be held against it."""
    field = context.field(limit.name)
    if field is None or field.type not in NUMERIC_TYPES or not _LIMITS & set(field.name.split("_")):
        return None
    others = [
        f for f in context.dataset.fields
        if f.name != field.name and f.role is FieldRole.MEASURE and f.unit == field.unit
        and f.type in NUMERIC_TYPES
    ]  # fmt: skip
    if len(others) != 1 or _LIMITS & set(others[0].name.split("_")):
        return None
    return Where(others[0].name, operator, other=field.name, implied=True)


def _compared(context: Context, first: Field, second: Field, operator: Operator) -> Where | None:
    fields = [context.field(field.name) for field in (first, second)]
    known = [f for f in fields if f is not None and f.type in NUMERIC_TYPES]
    if len(known) < 2 or first.name == second.name or known[0].unit != known[1].unit:
        return None
    return Where(first.name, operator, other=second.name)


def _absent(grammar: Grammar) -> None:
    """What has not happened has no date yet; a tip that was not given is nothing, or unknown."""
    grammar.rule("Where", f"{_WHO} {_NEVER} TimeVerb yet?", lambda c, f: _dated(c, f, Operator.IS_NULL))
    grammar.rule("Where", f"{_WHO} {_ALREADY} TimeVerb", lambda c, f: _dated(c, f, Operator.NOT_NULL))
    nobody = "(nobody|no one|noone)"
    grammar.rule(
        "Where", f"{nobody} (has|have|had)? TimeVerb yet?", lambda c, f: _dated(c, f, Operator.IS_NULL)
    )
    grammar.rule("Where", f"{nobody} (has|have|had)? Flag", lambda _c, v: _not_flagged(v))
    still = "(that are|which are|are|is|were|still|are still|is still|that are still|were still|currently)"
    grammar.rule("Where", f"{still}? Untimed", lambda c, f: _dated(c, f, Operator.IS_NULL))
    some = "(with|that have|which have|who have|having|have|has|had)"
    none = (
        "(without|with no|with zero|that have no|which have no|who have no|have no|has no|had no|having no)"
    )
    grammar.rule("Where", f"{some} TimeF", lambda c, f: _dated(c, f, Operator.NOT_NULL), cost=0.2)
    grammar.rule("Where", f"{none} TimeF yet?", lambda c, f: _dated(c, f, Operator.IS_NULL))
    grammar.rule("Where", f"{none} Num (score|rating|value)? yet?", _nothing)
    grammar.rule("Where", f"{some} Num", _something, cost=0.4)


def _not_flagged(value: Value) -> Where:
    return Where(value.field, Operator.EQ, (value.value,)).negated()


def _dated(context: Context, field: Field, operator: Operator) -> Where | None:
    model_field = context.field(field.name)
    if model_field is None or model_field.type not in TEMPORAL_TYPES or not model_field.nullable:
        return None
    return Where(field.name, operator)


def _nothing(context: Context, field: Field) -> Where | None:
    """Without a value where values can be missing; else with a value of 0."""
    model_field = context.field(field.name)
    if model_field is None or model_field.type not in NUMERIC_TYPES or field.as_rows:
        return None
    amount = model_field.unit is not None or context.is_additive(model_field)
    if model_field.nullable:
        # Without a discount: of 0, or unknown. A score cannot be 0.
        return None if amount else Where(field.name, Operator.IS_NULL, bare=True)
    return Where(field.name, Operator.EQ, (Decimal(0),), bare=True)


def _something(context: Context, field: Field) -> Where | None:
    model_field = context.field(field.name)
    if model_field is None or model_field.type not in NUMERIC_TYPES or field.many:
        return None
    if model_field.nullable:
        amount = model_field.unit is not None or context.is_additive(model_field)
        return None if amount else Where(field.name, Operator.NOT_NULL, bare=True)
    return Where(field.name, Operator.GT, (Decimal(0),), bare=True)
