"""One row by its key: order 10234, what is the fee of J00012, when was J00012 received."""

from __future__ import annotations

import re
from collections.abc import Sequence

from answerable.data.questions.chart import Grammar
from answerable.data.questions.context import Context
from answerable.data.questions.meanings import Both, Field, Listing, Rows, Where
from answerable.data.questions.tokens import fold
from answerable.data.semantics.filters import Operator, Scalar
from answerable.data.semantics.model import FieldRole, FieldType

_NUMBER = re.compile(r"\d{3,}")
_YEAR = re.compile(r"(?:19|20)\d\d")
# What is a key without a noun before it: letters and three digits or more, with or without signs between.
_KEY = re.compile(r"(?:[a-z]{1,6}\d{3,}|[a-z]{1,6}(?:[-/][a-z0-9]+)*[-/]\d{3,})[a-z]?")
_PERIOD = re.compile(r"(?:fy|cy|h[12]|q[1-4]|cw|kw)[-/]?\d{2,4}|[a-z]+[-/]?(?:19|20)\d\d")


def add_rules(grammar: Grammar) -> None:
    """The rules of single rows; the clauses are `Where` and `Listing`. `One` is a row by its key."""
    number = "(number|no|id|code|key)?"
    grammar.rule("Where", f"@Place? Rows {number} Code", _keyed)
    grammar.rule("Where", f"@Place? Dim {number} Code", _pointing)
    grammar.rule("One", f"Rows {number} (Code|Quoted)", _keyed)
    grammar.rule("One", "Code", _coded)
    grammar.rule("One", "KeyValue", lambda _c, v: Where(v.field, Operator.EQ, (v.value,)), cost=-0.4)
    grammar.rule("Listing", "(who is|who was|who were)? Columns (of|for|from) One", _asked)
    grammar.rule("Listing", "One 's Columns", lambda c, one, names: _asked(c, names, one))
    grammar.rule(
        "Listing", "(what|which) Columns (is|was|does|did|has|had) One (have|in|of|for|from)?", _asked
    )
    grammar.rule("Listing", "when (was|is|were) One (TimeVerb|TimeStem)", _dated)
    grammar.rule("Listing", "when did One TimeForm", _dated)
    show = (
        "(show|show me|find|find me|get|open|display|look up|pull up|details of|details for|give me"
        "|what about|tell me about|show me details of|show details of)"
    )
    grammar.rule("Listing", f"{show} One", lambda c, one: _asked(c, (), one))
    grammar.rule("Listing", "status of One", lambda c, one: _asked(c, (), one), cost=0.4)  # where no field is
    grammar.rule("Listing", f"Rows {number} Code", lambda c, rows, code: _asked(c, (), _keyed(c, rows, code)))


def _keyed(context: Context, rows: Rows, code: str) -> Where | None:
    """Order 10234: the row with that key. Orders 2025 are those of a year. A key that is called as the rows
    are may begin with their noun: client 012 of the keys "Client 012"."""
    if rows.many and _YEAR.fullmatch(code):
        return None
    found = _key(context, code)
    if found is None or found.operator is not Operator.EQ or not isinstance(found.values[0], str):
        return found
    noun = context.dataset.row_noun
    if found.field != noun:
        return found
    return Where(found.field, Operator.IN, (code, f"{noun} {code}"))


def _pointing(context: Context, field: Field, code: str) -> Where | None:
    """The readings of meter M001: by a key that is not that of the rows."""
    own = context.dataset.field(field.name)
    if own is None or field.many or own.role is not FieldRole.KEY or context.is_identity(field.name):
        return None
    if own.type is FieldType.STRING and is_key(fold(code)):
        return Where(field.name, Operator.EQ, (code,))
    if own.type is FieldType.INTEGER and _NUMBER.fullmatch(code) and not _YEAR.fullmatch(code):
        return Where(field.name, Operator.EQ, (int(code),))
    return None


def is_key(text: str) -> bool:
    """Whether a folded text can only be a key: j00012, ord-1001, no year or quarter."""
    return _KEY.fullmatch(text) is not None and _PERIOD.fullmatch(text) is None


def _coded(context: Context, code: str) -> Where | None:
    return _key(context, code) if is_key(fold(code)) else None


def _key(context: Context, code: str) -> Where | None:
    if len(context.dataset.primary_key) != 1:
        return None
    field = context.field(context.dataset.primary_key[0])
    value: Scalar | None = None
    if field is not None and field.type is FieldType.STRING:
        value = code
    elif field is not None and field.type is FieldType.INTEGER and code.isdigit():
        value = int(code)
    return Where(field.name, Operator.EQ, (value,)) if field is not None and value is not None else None


def _asked(_context: Context, names: Sequence[str], one: Where | None) -> Both | None:
    """The fields that are asked for beside the key; all of them where none is."""
    if one is None or any("__" in name for name in names) or tuple(names) == (one.field,):
        return None
    shown = tuple(dict.fromkeys((one.field, *names))) if names else ()
    return Both(Listing(verb=False, fields=shown), one)


def _dated(context: Context, one: Where, field: Field) -> Both | None:
    return _asked(context, (field.name,), one)
