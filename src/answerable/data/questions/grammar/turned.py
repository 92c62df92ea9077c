"""Turned sentences: in which month were most tickets opened, most trips were made by which driver."""

from __future__ import annotations

from dataclasses import replace

from answerable.data.questions.chart import Grammar
from answerable.data.questions.context import Context
from answerable.data.questions.grammar.ranking import most, most_unit
from answerable.data.questions.meanings import Both, Buckets, Field, Part, Rank, Rows

_AT = ("in", "on", "at", "by", "with", "to", "from", "for", "during", "of")
_DEED = (
    "made|handled|taken|driven|done|processed|managed|belong to|belongs to|belong|come from|came from|sold"
    "|recorded|generated|placed|booked|ordered|found|happen|occur|contain|concern|located"
)
_CHOSEN = "ordered|sold|used|booked|chosen|bought|handled|visited|requested|purchased|picked"


def add_rules(grammar: Grammar) -> None:
    """The rules of turned questions for the most and the least; the clause is `Rank`."""
    grammar.words_as("Most", "most|highest number of|largest number of|greatest number of|majority of", True)
    grammar.words_as("Most", "fewest|least|lowest number of|smallest number of", False)
    grammar.words_as("@Which", "which|what")
    grammar.words_as("@AtWhich", "|".join(f"{at} {which}" for at in _AT for which in ("which", "what")))
    grammar.words_as("@Was", "were|are|was|is|do|does|did|have")
    grammar.words_as("@Saw", "has|had|saw|sees")
    grammar.words_as("@Deed", _DEED)
    grammar.words_as("@Chosen", _CHOSEN)
    grammar.rule("Done", "(TimeVerb|TimeForm)", lambda _c, f: f)
    _months(grammar)
    _things(grammar)


def _months(grammar: Grammar) -> None:
    for pattern in (
        "(@Which|@AtWhich) UnitHead @Was? there? Most Rows Done in?",
        "(@Which|@AtWhich) UnitHead @Saw Most Rows Done",
        "UnitHead @AtWhich @Was? Most Rows @Was? Done",
        "UnitHead when Most Rows @Was? Done",
    ):
        grammar.rule("Rank", pattern, _done_in)
    grammar.rule(
        "Rank",
        "Most Rows @Was? Done @AtWhich UnitHead",
        lambda c, s, r, f, u: _done_in(c, u, s, r, f),
    )
    grammar.rule("Rank", "(@Which|@AtWhich) UnitHead @Saw Most TimeStem", _stems_in)
    for pattern in (
        "(@Which|@AtWhich) UnitHead @Was Measure Sup",
        "(@Which|@AtWhich) UnitHead Measure @Was Sup",
    ):
        grammar.rule("Rank", pattern, lambda c, u, m, s: most_unit(c, None, u, s, m))
    grammar.rule("Rank", "Measure @Was Sup @AtWhich UnitHead", lambda c, m, s, u: most_unit(c, None, u, s, m))
    grammar.rule(
        "Rank",
        "@AtWhich UnitHead @Was (there)? Sup (Measure|Rows)",
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
    asked = "(@Which|@AtWhich) Dim @Was"
    grammar.rule("Rank", f"{asked} there? Most Rows @Deed?", _ranked, cost=0.05)
    grammar.rule("Rank", f"{asked} there? Sup Measure @Deed?", _ranked, cost=0.05)
    grammar.rule("Rank", f"{asked} Measure Sup", lambda c, f, m, s: _ranked(c, f, s, m), cost=0.05)
    grammar.rule("Rank", f"{asked} there? Most Rows (TimeVerb|TimeForm)", _recurring)
    for subject in ("Most Rows", "Sup Measure"):
        grammar.rule(
            "Rank",
            f"{subject} @Was? @Deed? @AtWhich Dim",
            lambda c, s, m, f: _ranked(c, f, s, m),
            cost=0.05,
        )
        grammar.rule(
            "Rank",
            f"{subject} @Was? @Deed @Which Dim",
            lambda c, s, m, f: _ranked(c, f, s, m),
            cost=0.05,
        )
    for words, descending in (("most", True), ("least", False)):
        grammar.rule(
            "Rank",
            f"@Which Dim (@Was|gets|get|got) @Chosen ({words}) (often|frequently)",
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
