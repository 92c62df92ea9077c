"""Rows as they are, and questions about the data itself."""

from __future__ import annotations

from answerable.data.questions.chart import Grammar
from answerable.data.questions.context import Context
from answerable.data.questions.meanings import Both, Field, Groups, Listing, Measures, Metadata, Rows
from answerable.data.semantics.model import FieldRole


def add_rules(grammar: Grammar) -> None:
    """The rules of listing and metadata; the clauses are `Listing` and `Metadata`."""
    show = (
        "(show|show me|show us|list every|show every|show me every|show each|list each|find every|list"
        "|display|find|find me|fetch|get|get me|give|give me|give us|print|see|view|pull|pull up"
        "|show all|list all|show me all|give me all|find all|display all|get all|details of|details for"
        "|return|look up"
        "|list out|list of|give me list of|show me list of|show list of|get list of|list me|plot|chart"
        "|graph|draw|calculate|compute)"
    )
    grammar.rule("Listing", show, lambda _c: Listing())
    grammar.rule(
        "Listing",
        f"{show}? (which|what|what are|which are|all|all of) Rows",
        lambda _c, _r: Listing(verb=False),
    )
    grammar.rule("Listing", f"{show} Rows", lambda _c, _r: Listing(verb=False), cost=0.1)
    grammar.rule(
        "Listing",
        f"{show}? (which|what|what are|which are|all|all of) Described Rows",
        lambda _c, w, _r: Both(Listing(verb=False), w),
    )
    grammar.rule(
        "Listing",
        f"{show} Count? Described Rows",
        lambda _c, n, w, _r: Both(Listing(verb=False, n=n), w),
        cost=0.1,
    )
    grammar.rule("Listing", f"{show} Count Rows", lambda _c, n, _r: Listing(verb=False, n=n), cost=0.1)
    grammar.rule(
        "Listing", f"{show} Columns (of|for|from) all? Rows", lambda _c, fields, _r: Listing(False, fields)
    )
    grammar.rule("Measures", f"{show} (all|different|all different|distinct|all distinct) Dim", _values)
    grammar.rule(
        "Measures", "(which|what) Dim (are there|do we have|exist|are available|appear|occur)", _values
    )
    grammar.rule("Columns", "(Dim|Num|TimeF)", lambda _c, f: (f.name,))
    grammar.rule("Columns", "Columns (and|,|, and) (Dim|Num|TimeF)", _more)
    grammar.rule(
        "Mention",
        "(of|from|in|for|across|on|among|with|using)? (all|all of|total)? (Rows|Table)",
        lambda _c, rows: rows,
    )
    grammar.words_as("Mention", "in data|in table|in dataset|in list|in file|in sheet", Rows(""))
    grammar.rule(
        "Mention", "(from|in|of|using)? (Rows|Table) (table|dataset|data|sheet|file)", lambda _c, rows: rows
    )
    _metadata(grammar)


def _values(context: Context, field: Field) -> Both | None:
    """All values of a field, each with its number of rows."""
    model_field = context.field(field.name)
    if model_field is None or model_field.role is FieldRole.KEY or not field.many:
        return None
    return Both(Measures((context.count(),)), Groups((field.name,)))


def _more(_context: Context, fields: tuple[str, ...], field: Field) -> tuple[str, ...] | None:
    return None if field.name in fields else (*fields, field.name)


def _metadata(grammar: Grammar) -> None:
    tables = "(datasets|dataset|tables|table|data|data sets|data sources|sheets|files|sources)"
    have = (
        "(do you have|are there|are available|is available|is there|exist|can you see|do we have|have"
        " you got|do you know|can i ask about|can i query|are loaded)"
    )
    grammar.rule("Metadata", f"(which|what|how many) {tables} {have}?", lambda _c: Metadata("datasets"))
    grammar.rule(
        "Metadata",
        f"(list|show|show me|list all|show all|show me all|display) all? (available)? {tables}",
        lambda _c: Metadata("datasets"),
    )
    grammar.rule("Metadata", "what can i ask", lambda _c: Metadata("datasets"))
    grammar.rule("Metadata", f"available {tables}", lambda _c: Metadata("datasets"))
    columns = (
        "(columns|fields|column|field|attributes|column names|field names|dimensions|measures"
        "|metrics|variables)"
    )
    grammar.rule(
        "Metadata",
        f"(which|what|how many) {columns} (does|do|are in|are there in|are available in|has|is in|are"
        f" there for|are available for|exist in|of) (Rows|Table) (dataset|table)? (have|has|contain)?",
        _fields,
    )
    grammar.rule(
        "Metadata",
        f"(list|show|show me|list all|show all|what are|describe)? {columns} (of|in|for|from) (Rows"
        f"|Table) (dataset|table)?",
        _fields,
    )
    grammar.rule("Metadata", f"(list|show|show me)? (Rows|Table) (dataset|table)? {columns}", _fields)
    grammar.rule("Metadata", "describe (Rows|Table) (dataset|table|data)?", _fields)
    grammar.rule("Metadata", "(structure|schema) of (Rows|Table) (dataset|table|data)?", _fields)
    grammar.rule("Metadata", "what (is|data is) in (Rows|Table) (dataset|table|data)", _fields)


def _fields(_context: Context, rows: Rows) -> Metadata:
    return Metadata("fields", rows.name)
