"""What HTTP carries of rules."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from answerable.data.datasets.schemas import JobReference
from answerable.data.ingestion.rules.model import Rule, Rules

_Cell = Annotated[str, Field(max_length=10_000)] | None


class RulesView(BaseModel):
    """A dataset's rules, in the order in which they run. `If-Match: <revision>` replaces these alone."""

    dataset_id: str
    rules: list[Rule]
    revision: str


class RulesChange(BaseModel):
    """All rules of a dataset, in the order in which they run."""

    model_config = ConfigDict(extra="forbid")

    rules: Rules


class RulesTrial(BaseModel):
    """Rules to try: on `rows` with texts by column, or on the first `limit` rows that the dataset shows."""

    model_config = ConfigDict(extra="forbid")

    rules: Rules
    rows: Annotated[list[dict[str, _Cell]], Field(min_length=1, max_length=200)] | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 20


class RulesChanged(BaseModel):
    """The rules that hold from now on, their revision, the version that they make and its job; null when
    nothing changed."""

    dataset_id: str
    rules: list[Rule]
    revision: str
    version: int
    job: JobReference | None
