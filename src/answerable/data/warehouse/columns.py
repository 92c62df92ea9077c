"""Plain data of a table that is written out as text by one process and copied by another."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict


class ColumnType(StrEnum):
    """What a column of the warehouse holds."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    FLOAT = "float"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    TIME = "time"


class NewColumn(BaseModel):
    """A column of a table that is written. `precision` and `scale` are those of a decimal."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: ColumnType
    precision: int = 0
    scale: int = 0


@dataclass(frozen=True, slots=True)
class NewTable:
    """A table that is to be made, its columns, the file of its rows as text, and how many they are."""

    schema: str
    name: str
    columns: tuple[NewColumn, ...]
    text: Path
    rows: int


class WritingRequest(BaseModel):
    """A Parquet file of ours that is to be written out to `target`."""

    model_config = ConfigDict(frozen=True)

    parquet: Path
    target: Path
    memory_bytes: int
    threads: int


class WritingOutcome(BaseModel):
    """The columns of the rows in `target`, in their order."""

    columns: tuple[NewColumn, ...]
