"""A trial of rules: plain data, which the parent process reads without the engine."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from answerable.data.ingestion.quality import Finding
from answerable.data.ingestion.rules.model import Rule
from answerable.data.semantics.model import FieldType


class TrialRequest(BaseModel):
    """The first `limit` rows of `parquet`, or `rows` with texts in its columns; `columns` are their types."""

    model_config = ConfigDict(extra="forbid")

    folder: Path
    parquet: Path
    columns: dict[str, FieldType]
    rows: list[dict[str, str | None]] | None = None
    rules: tuple[Rule, ...]
    limit: int = 20


class TrialRow(BaseModel):
    """A row before and after, as texts; `after` is None for a row that is left out."""

    before: dict[str, str | None]
    after: dict[str, str | None] | None


class Trial(BaseModel):
    """What the rules do: each row, and a finding a rule."""

    rows: list[TrialRow]
    findings: list[Finding]
