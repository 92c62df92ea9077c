"""What the child that reads a file is told: the file, and what is known of its tables from before."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from answerable.data.ingestion.choices import ColumnChoices, TableChoices
from answerable.data.ingestion.column_types import Hints
from answerable.data.ingestion.rules.model import Rule
from answerable.data.ingestion.versions import KnownColumn
from answerable.data.semantics.model import FieldType

Mode = Literal["replace", "append", "upsert"]


class TableSettings(BaseModel):
    """How one table is read. `label` is what it was called before. The file's rows replace those of the
    version before, are added to them, or replace those of the same `key`. `base` has the rows that they
    are added to, `before` those that changes are counted from, told apart by `compared_by`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    label: str | None = None
    choices: TableChoices = TableChoices()
    known: dict[str, KnownColumn] = {}
    mode: Mode = "replace"
    key: tuple[str, ...] = ()
    base: Path | None = None
    before: Path | None = None
    compared_by: tuple[str, ...] = ()
    schema_changes: Literal["accept", "refuse"] = "accept"
    rules: tuple[Rule, ...] = ()

    def column(self, name: str) -> ColumnChoices:
        """The choices for a column. What identified rows as text stays text, and so does all text that
        rows are added to."""
        chosen, known = self.choices.column(name), self.known.get(name)
        if chosen.type is not None or known is None or known.type is not FieldType.STRING:
            return chosen
        stays = known.identifier or self.mode != "replace"
        return chosen.model_copy(update={"type": "text"}) if stays else chosen

    def hints(self, name: str, table: Hints) -> Hints:
        """What settles a column that leaves a question open: the version before, then the other columns
        of the table."""
        known = self.known.get(name)
        if known is None:
            return table
        comma = table.decimal_comma if known.decimal_mark is None else known.decimal_mark == ","
        return Hints(comma, known.date_order or table.date_order)


class IngestionRequest(BaseModel):
    """`path` is the file, `folder` an empty folder for what is written, `name` the file's own name
    without its ending, by which tables without a better name are called. `main` is the table that the
    file is read for, `others` are known by their labels; `only_main` leaves the others out."""

    model_config = ConfigDict(extra="forbid")

    path: Path
    folder: Path
    name: str
    memory_bytes: int = 1 << 30
    threads: int = 2
    main: TableSettings = TableSettings()
    others: dict[str, TableSettings] = {}
    only_main: bool = False

    def settings(self, labels: list[str]) -> list[TableSettings]:
        """What is known of each table of the file, by their labels in its order."""
        main = self.main_table(labels)
        return [
            self.main if position == main else self.others.get(label, TableSettings())
            for position, label in enumerate(labels)
        ]

    def main_table(self, labels: list[str]) -> int:
        """The position of the table that the file is read for: the one of the known label, else the first."""
        known = self.main.label
        return labels.index(known) if known is not None and known in labels else 0
