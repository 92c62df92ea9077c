"""What answers look like in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from answerable.chat.asking.answer import (
    Answer,
    CatalogueEvidence,
    QueryEvidence,
    QuoteEvidence,
    Status,
)
from answerable.cli.charts import chart_view
from answerable.data.semantics.model import NUMERIC_TYPES, FieldType
from answerable.data.semantics.query import Grain
from answerable.data.semantics.result import Cell, Column

_ROWS_SHOWN = 25
_SQL_LINES_SHOWN = 20
_STATUS = {
    Status.ANSWERED: "green",
    Status.PARTIAL: "yellow",
    Status.ASK_BACK: "cyan",
    Status.ABSTAINED: "yellow",
}


def answer_view(answer: Answer, *, full_sql: bool = False) -> RenderableType:
    """The answer's text and chart, its evidence, what it asks back, suggests and warns of, then its origin.

    A text that only repeats the quotes is left out, and a long SQL unless `full_sql`.
    """
    quoted = _only_quotes(answer)
    parts: list[RenderableType] = [] if quoted else [Text(answer.text, style="bold"), Text()]
    chart = chart_view(answer.chart) if answer.chart is not None else None
    parts += [chart] if chart is not None else []
    for evidence in answer.evidence:
        if isinstance(evidence, QueryEvidence):
            parts += _query(evidence, full_sql=full_sql)
        elif isinstance(evidence, QuoteEvidence):
            parts += _quote(evidence, style="bold" if quoted else "default")
        else:
            parts += _catalogue(evidence)
    if answer.ask_back is not None:
        if answer.ask_back.question != answer.text:
            parts.append(Text(answer.ask_back.question, style="cyan"))
        parts += [Text(f"  {n}. {option.label}") for n, option in enumerate(answer.ask_back.options, 1)]
        parts.append(Text())
    if answer.suggestions:
        parts.append(
            Text("You could ask:" if answer.status is not Status.ANSWERED else "Related:", style="cyan")
        )
        parts += [Text(f"  • {suggestion}") for suggestion in answer.suggestions]
        parts.append(Text())
    if answer.nearest:
        parts.append(Text("Worth reading:", style="cyan"))
        parts += [Text(f"  • {near}") for near in _places(answer)]
        parts.append(Text())
    parts += [Text(f"Note: {warning.detail}", style="yellow") for warning in answer.warnings]
    parts.append(_origin(answer))
    return Group(*parts)


def _places(answer: Answer) -> list[str]:
    """Where the nearest passages stand, each place once."""
    return list(dict.fromkeys(place(near.title, near.heading_path, None) for near in answer.nearest))


def _origin(answer: Answer) -> Text:
    line = Text(answer.status.value.replace("_", " "), style=_STATUS[answer.status])
    facts = (
        f"from {answer.route.value}",
        f"confidence {answer.confidence:.2f}",
        f"stage {answer.stage}",
        f"{answer.usage.latency_ms:.0f} ms",
        answer.id,
    )
    return line.append(" · " + " · ".join(facts), style="dim")


def _only_quotes(answer: Answer) -> bool:
    """Whether nothing is left of the text once the quotes and their numbers are taken out."""
    quotes = [evidence for evidence in answer.evidence if isinstance(evidence, QuoteEvidence)]
    rest = " ".join(answer.text.split())
    for quote in quotes:
        rest = rest.replace(" ".join(quote.quote.split()), "").replace(f"[{quote.n}]", "")
    return bool(quotes) and not any(letter.isalnum() for letter in rest)


def _catalogue(evidence: CatalogueEvidence) -> list[RenderableType]:
    source = Text(f"[{evidence.n}] ", style="bold cyan")
    return [source.append(f"The data that there is: {', '.join(evidence.datasets)}", style="default"), Text()]


def _query(evidence: QueryEvidence, *, full_sql: bool) -> list[RenderableType]:
    parts: list[RenderableType] = []
    if len(evidence.rows) > 1 or len(evidence.columns) > 1:
        parts.append(rows_table(evidence))
    source = Text(f"[{evidence.n}] ", style="bold cyan")
    source.append(evidence.words, style="default")
    source.append(f"  ({evidence.dataset}, version {evidence.version})", style="dim")
    lines = evidence.sql.count("\n") + 1
    sql: RenderableType = Syntax(evidence.sql, "sql", background_color="default", word_wrap=True)
    if lines > _SQL_LINES_SHOWN and not full_sql:
        sql = Text(f"SQL of {lines} lines: see it with --sql", style="dim")
    return [*parts, source, Padding(sql, (0, 0, 1, 4))]


def _quote(evidence: QuoteEvidence, style: str) -> list[RenderableType]:
    quote = Text(f"[{evidence.n}] ", style="bold cyan")
    quote.append(f"“{' '.join(evidence.quote.split())}”", style=style)
    where = Text(place(evidence.title, evidence.heading_path, evidence.page), style="dim")
    return [quote, Padding(where, (0, 0, 1, 4))]


def place(title: str, heading_path: Sequence[str], page: int | None) -> str:
    """Where a passage stands: document, headings, page; without a first heading that repeats the title."""
    below = heading_path[1:] if heading_path and heading_path[0] == title else heading_path
    return " › ".join((title, *below)) + (f", page {page}" if page is not None else "")


def rows_table(evidence: QueryEvidence) -> RenderableType:
    """The first rows of a result, numbers to the right, units in the header."""
    table = Table(header_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in evidence.columns:
        unit = column.unit.symbol if column.unit else None
        label = column.label if not unit or f"({unit})" in column.label else f"{column.label} ({unit})"
        table.add_column(label, justify="right" if column.kind in ("measure", "derived") else "left")
    grain = evidence.query.time.grain if evidence.query.time else None
    shown = evidence.rows[:_ROWS_SHOWN]
    places = [decimals_of(column, [row[n] for row in shown]) for n, column in enumerate(evidence.columns)]
    for row in shown:
        cells = zip(evidence.columns, row, places, strict=True)
        table.add_row(*(cell_text(cell, column, grain, places=digits) for column, cell, digits in cells))
    more = evidence.row_count - min(len(evidence.rows), _ROWS_SHOWN)
    if more > 0:
        return Group(table, Text(f"… {more:,} more; all with --json", style="dim"), Text())
    return Group(table, Text())


def decimals_of(column: Column, cells: Sequence[Cell]) -> int:
    """How many decimal places a column has: where one number has a fraction, all have its places."""
    if column.type not in NUMERIC_TYPES:
        return 0
    scaled = column.unit is not None and column.unit.scale != 1
    return 2 if scaled or any(c is not None and _has_fraction(c, column) for c in cells) else 0


def _has_fraction(cell: Cell, column: Column) -> bool:
    return column.type is FieldType.FLOAT or bool(Decimal(str(cell)) % 1)


def cell_text(cell: Cell, column: Column, grain: Grain | None = None, *, places: int | None = None) -> str:
    """A cell as people write it: a dash for nothing, measures with grouped thousands, months by name;
    numbers with so many decimal `places`, or as they need.

    Quarters and years stay as their first day, which is right in every fiscal year.
    """
    if cell is None:
        return "–"
    if column.kind == "period" and grain is Grain.MONTH:
        return f"{date.fromisoformat(str(cell)[:10]):%b %Y}"
    if isinstance(cell, bool) or column.type not in NUMERIC_TYPES:
        return str(cell)
    digits = places if places is not None else decimals_of(column, [cell])
    number = Decimal(str(cell))  # exact numbers travel as JSON strings
    if column.unit is not None and column.unit.scale != 1:
        number *= Decimal(str(column.unit.scale))  # in the unit that the header names
        return f"{number:,.{digits}f}"
    grouping = "," if column.kind in ("measure", "derived") else ""
    return f"{number:{grouping}.{digits}f}"
