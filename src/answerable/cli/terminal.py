"""What answers look like in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from answerable.chat.asking.answer import (
    Answer,
    CatalogueEvidence,
    Evidence,
    QueryEvidence,
    QuoteEvidence,
    Status,
)
from answerable.data.semantics.model import NUMERIC_TYPES, FieldType
from answerable.data.semantics.result import Cell, Column

_ROWS_SHOWN = 25
_STATUS = {
    Status.ANSWERED: "green",
    Status.PARTIAL: "yellow",
    Status.ASK_BACK: "cyan",
    Status.ABSTAINED: "yellow",
}


def answer_view(answer: Answer) -> RenderableType:
    """The answer's text, then its evidence, what it asks back, suggests and warns of, then its origin."""
    parts: list[RenderableType] = [Text(answer.text, style="bold"), Text()]
    for evidence in answer.evidence:
        parts += _evidence(evidence)
    if answer.ask_back is not None:
        parts.append(Text(answer.ask_back.question, style="cyan"))
        parts += [Text(f"  {n}. {option.label}") for n, option in enumerate(answer.ask_back.options, 1)]
        parts.append(Text())
    if answer.suggestions:
        parts.append(
            Text("You could ask:" if answer.status is not Status.ANSWERED else "Related:", style="cyan")
        )
        parts += [Text(f"  • {suggestion}") for suggestion in answer.suggestions]
        parts.append(Text())
    parts += [Text(f"Note: {warning.detail}", style="yellow") for warning in answer.warnings]
    parts.append(_origin(answer))
    return Group(*parts)


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


def _evidence(evidence: Evidence) -> list[RenderableType]:
    if isinstance(evidence, QueryEvidence):
        return _query(evidence)
    if isinstance(evidence, CatalogueEvidence):
        source = Text(f"[{evidence.n}] ", style="bold cyan")
        return [
            source.append("The data that there is: " + ", ".join(evidence.datasets), style="default"),
            Text(),
        ]
    return _quote(evidence)


def _query(evidence: QueryEvidence) -> list[RenderableType]:
    parts: list[RenderableType] = []
    single = len(evidence.rows) == 1 and len(evidence.columns) == 1
    if evidence.rows and not single:
        parts.append(rows_table(evidence.columns, evidence.rows, evidence.row_count))
    source = Text(f"[{evidence.n}] ", style="bold cyan")
    source.append(evidence.words, style="default")
    source.append(f"  ({evidence.dataset}, version {evidence.version})", style="dim")
    sql = Syntax(evidence.sql, "sql", background_color="default", word_wrap=True)
    return [*parts, source, Padding(sql, (0, 0, 1, 4))]


def _quote(evidence: QuoteEvidence) -> list[RenderableType]:
    quote = Text(f"[{evidence.n}] ", style="bold cyan")
    quote.append(f"“{' '.join(evidence.quote.split())}”", style="default")
    where = Text(place(evidence.title, evidence.heading_path, evidence.page), style="dim")
    return [quote, Padding(where, (0, 0, 1, 4))]


def place(title: str, heading_path: Sequence[str], page: int | None) -> str:
    """Where a passage stands: document, headings, page; without a first heading that repeats the title."""
    below = heading_path[1:] if heading_path and heading_path[0] == title else heading_path
    return " › ".join((title, *below)) + (f", page {page}" if page is not None else "")


def rows_table(columns: list[Column], rows: list[list[Cell]], row_count: int) -> RenderableType:
    """The first rows of a result, numbers to the right, units in the header."""
    table = Table(header_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        unit = column.unit.symbol if column.unit else None
        label = column.label if not unit or f"({unit})" in column.label else f"{column.label} ({unit})"
        table.add_column(label, justify="right" if column.kind in ("measure", "derived") else "left")
    for row in rows[:_ROWS_SHOWN]:
        cells = zip(columns, row, strict=True)
        table.add_row(*(cell_text(cell, column) for column, cell in cells))
    more = row_count - min(len(rows), _ROWS_SHOWN)
    if more > 0:
        return Group(table, Text(f"… {more:,} more; all with --json", style="dim"), Text())
    return Group(table, Text())


def cell_text(cell: Cell, column: Column) -> str:
    """A cell as people write it: a dash for nothing, measures with grouped thousands."""
    if cell is None:
        return "–"
    if isinstance(cell, bool) or column.type not in NUMERIC_TYPES:
        return str(cell)
    number = Decimal(str(cell))  # exact numbers travel as JSON strings
    grouping = "," if column.kind in ("measure", "derived") else ""
    return (
        f"{number:{grouping}.2f}"
        if number % 1 or column.type is FieldType.FLOAT
        else f"{number:{grouping}.0f}"
    )
