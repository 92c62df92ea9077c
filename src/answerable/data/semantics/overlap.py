"""What is asked and told of columns whose values may be those of another table's key.

Apart from `containment`, which loads the engine: these words are used in processes that must not.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict


class ColumnPair(BaseModel):
    """A column whose values may point at the rows of another table. The tables are Parquet files."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    left_table: Path
    left_column: str
    right_table: Path
    right_column: str


class Overlap(BaseModel):
    """What the values of a pair show. Counts of rows leave out nulls; `digits` says that the left column
    is text of nothing but digits."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    left_rows: int
    left_distinct: int
    right_rows: int
    right_distinct: int
    right_nulls: int
    shared_values: int
    matched_rows: int
    digits: bool


class ContainmentRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    pairs: list[ColumnPair]
    memory_bytes: int = 1 << 29
    threads: int = 1


class ContainmentOutcome(BaseModel):
    """One overlap for each pair, in their order."""

    overlaps: list[Overlap]
