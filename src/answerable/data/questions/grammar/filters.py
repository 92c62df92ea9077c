"""Conditions on values: in Germany, not shipped, status open or pending."""

from __future__ import annotations

from dataclasses import replace

from answerable.data.questions.chart import Grammar, Item
from answerable.data.questions.context import Context
from answerable.data.questions.english import LEFT_OUT, NEGATED, words
from answerable.data.questions.meanings import Both, Field, Named, Value, Where
from answerable.data.questions.tokens import Kind, Token
from answerable.data.semantics.filters import Operator
from answerable.data.semantics.model import NUMERIC_TYPES, FieldType

_PLACE = (
    "in|from|for|with|at|of|on|within|having|where|whose|that is|that are|which are|who are|that were"
    "|which were"
    "|who were|which is|that was|which was|only|only in|only for|only from|for only|in only|named|called"
    "|from only|paid in|paid by|paid with|paid via|who work in|work in|works in|working in"
    "|that come from|coming from|coming in from|located in|based in|who live in|living in|live in"
    "|lives in|lived in"
    "|that have|which"
    " have|who have"
    "|with a|with an|through|via|using|inside|under|among|who is|of type|of kind|marked as|marked|labelled"
    "|handled by|assigned to|sold by|managed by|made by|owned by|sold in|sold to|delivered to|out of"
    "|in case of|limited to|concerning|regarding|about|taught by|driven by|supplied by|provided by"
    "|delivered by"
    "|stored in|kept in|held in|housed in|treated by|seen by|staying in|staying at|stayed in|stayed at"
    "|studying"
    "|studying in|working at|employed in|employed at|working for|work for|hosted by|run by|led by|offered by"
    "|enrolled in|raised by|coming through|came through|came via|came from|booked through|booked via"
    "|ordered via|ordered through|placed via|placed through|paid using|charged to|allocated to"
    "|measured at|recorded at|taken in|taken by|made through|made via|sold through"
    "|sold via|sent via|sent by|received via|received by|submitted via|opened via|belonging to|belong to"
)
_ORIGINS = words("from origin source pickup start departure sender by owner agent driver")
_IS = "is|=|equals|equal to|was|are|were|being|is either|either|in|of"
_OR = "or|and|,|, or|, and|&|as well as|/|and also|or else"


def terminals(tokens: list[Token], question: str) -> list[Item]:
    """Quoted texts and codes, as the question writes them: words with digits, long numbers."""
    items: list[Item] = []
    for at, token in enumerate(tokens):
        if token.kind is Kind.QUOTED:
            items.append(Item("Quoted", at, at + 1, token.norm, 0.0))
        elif token.norm.isdigit() or (token.kind is Kind.WORD and any(ch.isdigit() for ch in token.norm)):
            items.append(Item("Code", at, at + 1, question[token.start : token.end], 0.0))
    return items


def add_rules(grammar: Grammar) -> None:
    """The rules of conditions; the clause is `Where`."""
    left_out = "|".join(LEFT_OUT | NEGATED)
    for category, phrases in (("@Place", _PLACE), ("@Not", left_out), ("@Is", _IS), ("@Or", _OR)):
        grammar.words_as(category, phrases)
    grammar.rule("Values", "(both|either)? Value", lambda _c, v: Where(v.field, Operator.IN, (v.value,)))
    grammar.rule("Values", "Values @Or Value", _either)
    grammar.rule("Values", "Values (together|combined|taken together)", _together)
    grammar.rule(
        "Values",
        "Value Value",
        lambda c, a, b: _either(c, Where(a.field, Operator.IN, (a.value,)), b),
        cost=0.6,
    )
    grammar.rule(
        "Contrast", "Values (vs|versus|against|compared to|compared with|in comparison to) Value", _contrast
    )
    grammar.rule(
        "Contrast", "(compare|comparing|comparison of) Values (to|with|against|vs|versus) Value", _contrast
    )
    grammar.rule("Contrast", "(difference|comparison|compare) between? Values", lambda _c, w: _contrasted(w))
    grammar.rule("Where", "(@Place|between)? Contrast", lambda _c, w: w)
    grammar.rule("Positive", "@Place? Values", lambda _c, w: w)
    # What people named stands before a value that happens to be called the same.
    grammar.rule("Positive", "(@Place|is|are|was|were|being)? Segment", _segment, cost=-0.35)
    grammar.rule("Positive", "@Place? Segment Dim", _segment_of, cost=-0.35)
    grammar.rule("Positive", "by Values", lambda _c, w: w, cost=0.15)
    grammar.rule("Positive", "by Values Dim", _about, cost=0.2)
    grammar.rule("Positive", "to Values", _destination, cost=0.15)
    grammar.rule("Positive", "@Place? Dim @Is? Values", _named, cost=-0.1)
    grammar.rule("Positive", "@Place? Values Dim", lambda c, w, f: _named(c, f, w), cost=-0.1)
    grammar.rule(
        "Positive",
        "(@Place|is|are|was|were|been|being|have been|has been|had been|that have been|got|who|that|which)?"
        " Flag",
        _flag,
    )
    grammar.rule(
        "Positive", "(is|are|was|were|been|have been|has been|being) Values", lambda _c, w: w, cost=0.05
    )
    grammar.rule("Positive", "@Place? Values Dim", _about, cost=0.2)
    grammar.rule(
        "Where", "(from|of|for|by|to|among|@Place) Dim Positive", lambda c, f, w: _about(c, w, f), cost=0.2
    )
    grammar.rule("Where", "@Place? all Dim @Not Positive", _named_not)
    grammar.rule("Described", "Positive", lambda _c, w: w)
    grammar.rule(
        "Described", "Positive Positive", lambda _c, a, b: Both(a, b) if a.field != b.field else None
    )
    grammar.rule(
        "Described", "Positive and Positive", lambda _c, a, b: Both(a, b) if a.field != b.field else None
    )
    grammar.rule("Where", "(of|for|from|in|with)? all Positive", lambda _c, w: w, cost=0.1)
    grammar.rule("Where", "Positive", lambda _c, w: w)
    grammar.rule("Where", "@Not Positive", lambda _c, w: w.negated())
    grammar.rule(
        "Where",
        "@Place? Dim (is not|!=|not|are not|was not|other than|not in|not equal to) Values",
        _named_not,
    )
    _texts(grammar)
    _blanks(grammar)


def _either(_context: Context, where: Where, value: Value) -> Where | None:
    if where.field != value.field or value.value in where.values:
        return None
    return replace(where, values=(*where.values, value.value))


def _together(_context: Context, where: Where) -> Where | None:
    return where if len(where.values) > 1 else None


def _contrast(_context: Context, where: Where, value: Value) -> Where | None:
    both = _either(_context, where, value)
    return _contrasted(both) if both else None


def _contrasted(where: Where) -> Where | None:
    return replace(where, versus=True) if len(where.values) > 1 else None


def _named(_context: Context, field: Field, where: Where) -> Where | None:
    return where if where.field == field.name else None


def _destination(_context: Context, where: Where) -> Where | None:
    """To Riga: not where it was sent from."""
    return None if _ORIGINS & set(where.field.split("_")) else where


def _named_not(_context: Context, field: Field, where: Where) -> Where | None:
    return where.negated() if where.field == field.name else None


def _about(context: Context, where: Where, field: Field) -> Where | None:
    """UK customers: the noun says whose country it is, and nothing more."""
    other = context.field(field.name)
    return where if field.many and field.name != where.field and other is not None else None


def _segment(_context: Context, named: Named) -> Where:
    return Where(named.segment, Operator.EQ, segment=True)


def _segment_of(context: Context, named: Named, field: Field) -> Where | None:
    """Revenue of enterprise customers: the noun says of which table the segment is, and nothing more."""
    if named.owner is None or not field.many:
        return None
    says_it = field.name == named.pointer or field.name.startswith(f"{named.owner}__")
    return _segment(context, named) if says_it else None


def _flag(_context: Context, value: Value) -> Where:
    return Where(value.field, Operator.EQ, (value.value,))


def _texts(grammar: Grammar) -> None:
    grammar.rule("Where", "@Place? Dim @Is? Quoted", _text)
    grammar.rule("Where", "(named|called|@Place name|@Place title) Quoted", _called)
    grammar.rule(
        "Where", "@Place? Dim (contains|containing|including|includes|that contains) Quoted", _containing
    )
    grammar.rule("Where", "@Place? Dim (starts with|starting with|beginning with) Quoted", _starting)


def _text(context: Context, field: Field, text: str) -> Where | None:
    """A quoted value of a field whose values are not indexed; string equality ignores case."""
    model_field = context.field(field.name)
    if model_field is None or model_field.type is not FieldType.STRING or model_field.values is not None:
        return None
    return Where(field.name, Operator.EQ, (text,))


def _called(context: Context, text: str) -> Where | None:
    """Customers called "Acme": the field that names the rows, where there is one."""
    names = [
        f.name for f in context.dataset.fields if f.name in ("name", "title") or f.name in context.row_named
    ]
    texts = [name for name in names if _text(context, Field(name), text) is not None]
    return _text(context, Field(texts[0]), text) if len(texts) == 1 else None


def _containing(context: Context, field: Field, text: str) -> Where | None:
    return _matching(context, field, text, Operator.CONTAINS)


def _starting(context: Context, field: Field, text: str) -> Where | None:
    return _matching(context, field, text, Operator.STARTS_WITH)


def _matching(context: Context, field: Field, text: str, operator: Operator) -> Where | None:
    model_field = context.field(field.name)
    if model_field is None or model_field.type is not FieldType.STRING:
        return None
    return Where(field.name, operator, (text,))


def _blanks(grammar: Grammar) -> None:
    empty = (
        "(without|missing|with no|lacking|that have no|which have no|who have no|with missing|with"
        " unknown|with empty)"
    )
    grammar.rule("Where", f"{empty} (Dim|TimeF)", lambda c, f: _blank(c, f, Operator.IS_NULL), cost=0.2)
    named = "(where|whose|for which)? (Dim|TimeF|Num) (is|are|was|were)"
    grammar.rule(
        "Where",
        f"{named} (missing|empty|unknown|blank|null|not known)",
        lambda c, f: _unknown(c, f, Operator.IS_NULL),
    )
    grammar.rule(
        "Where",
        f"{named} (not missing|not empty|known|not null|not blank)",
        lambda c, f: _unknown(c, f, Operator.NOT_NULL),
    )
    grammar.rule(
        "Where",
        "(with missing|with unknown|with empty|with blank|missing) Num",
        lambda c, f: _unknown(c, f, Operator.IS_NULL),
    )


def _unknown(context: Context, field: Field, operator: Operator) -> Where | None:
    """A number that is missing is not known; that there is none of it may mean that it is 0."""
    model_field = context.field(field.name)
    return Where(field.name, operator) if model_field is not None and model_field.nullable else None


def _blank(context: Context, field: Field, operator: Operator) -> Where | None:
    model_field = context.field(field.name)
    if model_field is None or model_field.type in NUMERIC_TYPES or not model_field.nullable:
        return None
    return Where(field.name, operator)
