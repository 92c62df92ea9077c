"""What a person decided about the reading of a table: remembered, and applied to each later file.

Every field is None until somebody chooses; then the reader's own judgement rules.
"""

from __future__ import annotations

import codecs
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from answerable.data.ingestion.dates import DateOrder

ReadAs = Literal["text", "number", "date", "boolean"]
MOST_PLACEHOLDERS = 50


def _known_encoding(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise ValueError("not an encoding; give a name such as utf-8 or cp1252") from None


class _Choices(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ColumnChoices(_Choices):
    """How one column is read. `placeholders` are the texts that stand for nothing in it, in small
    letters; none when it is empty."""

    type: ReadAs | None = None
    date_order: Literal[DateOrder.DMY, DateOrder.MDY] | None = None
    decimal_mark: Literal[".", ","] | None = None
    bare_percent: Literal["percent", "fraction"] | None = None  # numbers without a sign among percentages
    placeholders: (
        Annotated[
            tuple[Annotated[str, Field(min_length=1, max_length=60)], ...],
            Field(max_length=MOST_PLACEHOLDERS),
        ]
        | None
    ) = None
    spellings: Literal["merge", "keep"] | None = None

    @property
    def nothing(self) -> frozenset[str] | None:
        """The chosen placeholders in small letters; None where nobody chose."""
        return None if self.placeholders is None else frozenset(p.strip().lower() for p in self.placeholders)


class Kept(NamedTuple):
    """What stays in a table that is left out by itself."""

    totals: bool = False
    notes: bool = False
    repeated_headers: bool = False


class TableChoices(_Choices):
    """How one table is read; `columns` by their names. `delimiter` and `encoding` hold for its file."""

    totals: Literal["drop", "keep"] | None = None
    notes: Literal["drop", "keep"] | None = None
    repeated_headers: Literal["drop", "keep"] | None = None
    duplicates: Literal["keep", "drop"] | None = None
    periods: Literal["columns", "rows"] | None = None
    delimiter: Annotated[str, Field(min_length=1, max_length=1)] | None = None
    encoding: Annotated[str, Field(max_length=40), AfterValidator(_known_encoding)] | None = None
    columns: dict[str, ColumnChoices] = {}

    @property
    def kept(self) -> Kept:
        """What stays in the table."""
        return Kept(self.totals == "keep", self.notes == "keep", self.repeated_headers == "keep")

    def column(self, name: str) -> ColumnChoices:
        """The choices for a column."""
        return self.columns.get(name, NO_CHOICES)


NO_CHOICES = ColumnChoices()
