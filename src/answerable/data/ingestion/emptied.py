"""Cells that become nothing: placeholders, and what is no value of their column's type."""

from __future__ import annotations

from dataclasses import dataclass

from answerable.data.ingestion.arguments import PlaceholdersSaid, UnreadableSaid
from answerable.data.ingestion.column_types import ColumnType
from answerable.data.ingestion.headers import ColumnHeader
from answerable.data.ingestion.quality import Code, Finding, Severity, left_out, noted, shorten


@dataclass(frozen=True, slots=True)
class Emptied:
    """Cells of a column that become null: placeholders, and what is no value of its type. `filled`
    counts the cells that are not blank."""

    placeholders: list[tuple[str, int]]
    lost: list[tuple[str, int]]
    filled: int

    @property
    def count(self) -> int:
        """How many cells."""
        return sum(n for _, n in (*self.placeholders, *self.lost))

    def findings(self, header: ColumnHeader, column: ColumnType) -> list[Finding]:
        """What the report says about them."""
        return _emptied_findings(self, header, column)


def _emptied_findings(emptied: Emptied, header: ColumnHeader, column: ColumnType) -> list[Finding]:
    findings = []
    if emptied.placeholders:
        count = sum(n for _, n in emptied.placeholders)
        texts = tuple(text for text, _ in emptied.placeholders[:5])
        findings.append(
            noted(
                Code.PLACEHOLDERS,
                Severity.CHANGED,
                PlaceholdersSaid(code="placeholders", column=header.label, count=count, texts=texts),
                column=header.name,
                count=count,
                example=emptied.placeholders[0][0],
                examples=left_out(text for text, _ in emptied.placeholders),
            )
        )
    if emptied.lost:
        count = sum(n for _, n in emptied.lost)
        said = UnreadableSaid(
            code="unreadable_cells",
            column=header.label,
            count=count,
            type=column.type,
            texts=tuple(shorten(text, 40) for text, _ in emptied.lost[:5]),
        )
        findings.append(
            noted(
                Code.UNREADABLE_CELLS,
                Severity.DOUBTFUL,
                said,
                column=header.name,
                count=count,
                example=shorten(emptied.lost[0][0]),
                examples=left_out(text for text, _ in emptied.lost),
            )
        )
    return findings
