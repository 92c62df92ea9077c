"""Expressions out of rules: trees of syntax, with people's texts as literals alone."""

from __future__ import annotations

from collections.abc import Mapping as Table
from decimal import Decimal

from sqlglot import exp

from answerable.data.ingestion import sql
from answerable.data.ingestion.arguments import RuleSaid, RuleTypeSaid
from answerable.data.ingestion.rules.model import (
    Between,
    Derive,
    Fits,
    Lookup,
    Mapping,
    Normalise,
    OneOf,
    Ranges,
    Required,
    Step,
    Unique,
    Validate,
)
from answerable.data.semantics.model import NUMERIC_TYPES, FieldType

Types = Table[str, FieldType]


def problem_of(
    rule: Normalise | Derive | Validate, position: int, types: Types
) -> RuleSaid | RuleTypeSaid | None:
    """Why a rule cannot run over a table of these columns; None when it can."""
    read = rule.source if isinstance(rule, Derive) else rule.column
    if read not in types:
        return RuleSaid(code="rule_lacks_column", rule=position, column=read)
    if isinstance(rule, Derive) and rule.column in types:
        return RuleSaid(code="rule_column_exists", rule=position, column=rule.column)
    if isinstance(rule, Normalise) and types[read] is not FieldType.STRING:
        return RuleTypeSaid(code="rule_needs_texts", rule=position, column=read, type=types[read])
    numbers = isinstance(rule, Derive) and isinstance(rule.by, Ranges)
    numbers = numbers or (isinstance(rule, Validate) and isinstance(rule.check, Between))
    if numbers and types[read] not in NUMERIC_TYPES:
        return RuleTypeSaid(code="rule_needs_numbers", rule=position, column=read, type=types[read])
    return None


def normalised(rule: Normalise) -> exp.Expression:
    """A column's texts after all steps; null where nothing is left."""
    cell = sql.column(rule.column)
    for step in rule.steps:
        cell = _step(cell, step)
    return sql.call("nullif", cell, "")


def _step(cell: exp.Expression, step: Step) -> exp.Expression:
    if isinstance(step, Mapping):
        return _looked_up(cell, step.map, cell.copy())
    if step in ("upper", "lower", "trim"):
        return sql.call(step, cell)
    pattern, replacement = {
        "collapse_spaces": (r"\s+", " "),
        "remove_spaces": (r"\s", ""),
        "digits_only": (r"[^0-9]", ""),
        "letters_and_digits": (r"[^\p{L}\p{N}]", ""),
    }[step]
    return sql.call("regexp_replace", cell, pattern, replacement, "g")


def derived(rule: Derive) -> exp.Expression:
    """The values of a derived column."""
    otherwise = sql.text(rule.otherwise) if rule.otherwise is not None else sql.null()
    source = sql.column(rule.source)
    if isinstance(rule.by, Ranges):
        pairs = [(_within(source, r.at_least, r.below), sql.text(r.value)) for r in rule.by.ranges]
        value = sql.when(pairs, otherwise)
    else:
        words = sql.cast(source, "VARCHAR")
        if isinstance(rule.by, Lookup):
            value = _looked_up(words, rule.by.table, otherwise)
        else:
            value = sql.when(
                [(sql.matches(words, case.pattern), sql.text(case.value)) for case in rule.by.cases],
                otherwise,
            )
    blank = exp.Is(this=source.copy(), expression=sql.null())
    return sql.when([(blank, otherwise.copy())], value)


def broken(rule: Validate) -> exp.Expression:
    """Whether a row's cell does not hold."""
    cell, check = sql.column(rule.column), rule.check
    blank = exp.Is(this=cell, expression=sql.null())
    if isinstance(check, Required):
        return blank
    filled = exp.Not(this=blank)
    words = sql.cast(cell.copy(), "VARCHAR")
    if isinstance(check, Unique):
        several = exp.Window(this=exp.Count(this=exp.Star()), partition_by=[cell.copy()])
        wrong: exp.Expression = exp.GT(this=several, expression=exp.Literal.number(1))
    elif isinstance(check, Fits):
        wrong = exp.Not(this=sql.matches(words, check.pattern))
    elif isinstance(check, OneOf):
        wrong = exp.Not(this=sql.among(_folded(words), {value.strip().lower() for value in check.values}))
    else:
        wrong = exp.Not(this=exp.Paren(this=_between(cell.copy(), check)))
    return exp.And(this=filled, expression=exp.Paren(this=wrong))


def _folded(words: exp.Expression) -> exp.Expression:
    return sql.call("lower", sql.call("trim", words))


def _looked_up(words: exp.Expression, table: Table[str, str], otherwise: exp.Expression) -> exp.Expression:
    pairs = [
        (exp.EQ(this=_folded(words.copy()), expression=sql.text(key.strip().lower())), sql.text(value))
        for key, value in table.items()
    ]
    return sql.when(pairs, otherwise)


def _within(cell: exp.Expression, at_least: Decimal | None, below: Decimal | None) -> exp.Expression:
    parts: list[exp.Expression] = []
    if at_least is not None:
        parts.append(exp.GTE(this=cell.copy(), expression=sql.number(at_least)))
    if below is not None:
        parts.append(exp.LT(this=cell.copy(), expression=sql.number(below)))
    return sql.every(parts)


def _between(cell: exp.Expression, check: Between) -> exp.Expression:
    parts: list[exp.Expression] = [exp.true()]
    if check.minimum is not None:
        parts.append(exp.GTE(this=cell.copy(), expression=sql.number(check.minimum)))
    if check.maximum is not None:
        parts.append(exp.LTE(this=cell.copy(), expression=sql.number(check.maximum)))
    return sql.every(parts)
