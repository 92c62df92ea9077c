"""Turned sentences: in which month were most tickets opened, most trips were made by which driver."""

from __future__ import annotations

from dataclasses import replace

from answerable.data.questions.chart import Grammar
from answerable.data.questions.context import Context
from answerable.data.questions.grammar.ranking import most, most_unit
from answerable.data.questions.meanings import Both, Buckets, Field, Part, Rank, Rows

_WHICH = "(which|what)"
_AT = "(in|on|at|by|with|to|from|for|during|of)"
_BE = "(were|are|was|is|do|does|did|have)"
_DEED = (
    "(made|handled|taken|driven|done|processed|managed|belong to|belongs to|belong|come from|came from|sold"
    "|recorded|generated|placed|booked|ordered|found|happen|occur|contain|concern|located)"
)
_CHOSEN = "(ordered|sold|used|booked|chosen|bought|handled|visited|requested|purchased|picked)"


def add_rules(grammar: Grammar) -> None:
    """The rules of turned questions for the most and the least; the clause is `Rank`."""
    grammar.words_as("Most", "most|highest number of|largest number of|greatest number of|majority of", True)
    grammar.words_as("Most", "fewest|least|lowest number of|smallest number of", False)
    _months(grammar)
    _things(grammar)


def _months(grammar: Grammar) -> None:
    done = "(TimeVerb|TimeForm)"
    for pattern in (
        f"{_AT}? {_WHICH} UnitHead {_BE}? there? Most Rows {done} in?",
        f"{_AT}? {_WHICH} UnitHead (has|had|saw|sees) Most Rows {done}",
        f"UnitHead {_AT} {_WHICH} {_BE}? Most Rows {_BE}? {done}",
        f"UnitHead when Most Rows {_BE}? {done}",
    ):
        grammar.rule("Rank", pattern, _done_in)
    grammar.rule(
        "Rank",
        f"Most Rows {_BE}? {done} {_AT} {_WHICH} UnitHead",
        lambda c, s, r, f, u: _done_in(c, u, s, r, f),
    )
    grammar.rule("Rank", f"{_AT}? {_WHICH} UnitHead (has|had|saw|sees) Most TimeStem", _stems_in)
    for pattern in (
        f"{_AT}? {_WHICH} UnitHead {_BE} Measure Sup",
        f"{_AT}? {_WHICH} UnitHead Measure {_BE} Sup",
    ):
        grammar.rule("Rank", pattern, lambda c, u, m, s: most_unit(c, None, u, s, m))
    grammar.rule(
        "Rank", f"Measure {_BE} Sup {_AT} {_WHICH} UnitHead", lambda c, m, s, u: most_unit(c, None, u, s, m)
    )
    grammar.rule(
        "Rank",
        f"{_AT} {_WHICH} UnitHead {_BE} (there)? Sup (Measure|Rows)",
        lambda c, u, s, m: most_unit(c, None, u, s, m),
    )


def _done_in(_context: Context, unit: Buckets, descending: bool, rows: Rows, field: Field) -> Both | None:
    """Most tickets opened in a month: by the time of opening."""
    if not rows.many or unit.many:
        return None
    return Both(most_unit(_context, None, unit, descending, rows), replace(field, many=False))


def _stems_in(context: Context, unit: Buckets, descending: bool, field: Field) -> Both | None:
    """The most hires."""
    if not field.many or unit.many:
        return None
    rows = Rows(context.dataset.name, many=True)
    return _done_in(context, unit, descending, rows, field)


def _things(grammar: Grammar) -> None:
    asked = f"{_AT}? {_WHICH} Dim {_BE}"
    grammar.rule("Rank", f"{asked} there? Most Rows {_DEED}?", _ranked, cost=0.05)
    grammar.rule("Rank", f"{asked} there? Sup Measure {_DEED}?", _ranked, cost=0.05)
    grammar.rule("Rank", f"{asked} Measure Sup", lambda c, f, m, s: _ranked(c, f, s, m), cost=0.05)
    grammar.rule("Rank", f"{asked} there? Most Rows (TimeVerb|TimeForm)", _recurring)
    for subject in ("Most Rows", "Sup Measure"):
        grammar.rule(
            "Rank",
            f"{subject} {_BE}? {_DEED}? {_AT} {_WHICH} Dim",
            lambda c, s, m, f: _ranked(c, f, s, m),
            cost=0.05,
        )
        grammar.rule(
            "Rank",
            f"{subject} {_BE}? {_DEED} {_WHICH} Dim",
            lambda c, s, m, f: _ranked(c, f, s, m),
            cost=0.05,
        )
    for words, descending in (("most", True), ("least", False)):
        grammar.rule(
            "Rank",
            f"{_WHICH} Dim (was|were|is|are|gets|get|got) {_CHOSEN} ({words}) (often|frequently)",
            lambda c, f, d=descending: _ranked(c, f, d, Rows(c.dataset.name)),
        )


def _ranked(context: Context, field: Field, descending: bool, measured: Part | Rows) -> Rank | None:
    return most(context, None, field, descending, measured)


def _recurring(context: Context, part: Field, descending: bool, rows: Rows, moment: Field) -> Rank | None:
    """At what hour of the day do most trips start: the hour of starting. Of other things a verb says which
    rows count, which only their date tells."""
    if not part.name.startswith("@") or "__" in moment.name:
        return None
    return _ranked(context, replace(part, name=moment.name + part.name), descending, rows)
