"""What HTTP carries of insights."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from answerable.data.insights.tables import InsightRow
from answerable.data.semantics.query import SemanticQuery

_Name = Annotated[str, Field(min_length=1, max_length=200)]
_Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
VersionPolicy = Literal["latest", "pinned"]
Chart = Literal["auto", "table"]


class NewInsight(BaseModel):
    """A question to pin. `query` is the semantic query of an answer, `question` its words. With the policy
    `pinned` the insight stays with `versions` and `model_revision`, both as the answer carries them; today's
    where they are left out. `chart` is chosen by the result's shape, or none is drawn."""

    model_config = ConfigDict(extra="forbid")

    name: _Name
    question: Annotated[str, Field(max_length=2_000)] | None = None
    query: SemanticQuery
    chart: Chart = "auto"
    version_policy: VersionPolicy = "latest"
    versions: Annotated[dict[str, _Version], Field(max_length=100)] | None = None
    model_revision: Annotated[str, Field(max_length=64)] | None = None


class InsightChange(BaseModel):
    """What to change; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    name: _Name | None = None
    chart: Chart | None = None


class InsightView(BaseModel):
    """A pinned question. `versions` and `model_revision` are null unless it is pinned to them."""

    id: str
    name: str
    question: str | None
    query: SemanticQuery
    chart: Chart
    version_policy: VersionPolicy
    versions: dict[str, int] | None
    model_revision: str | None
    dataset_ids: list[str]
    created_by: str | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: InsightRow) -> InsightView:
        """The view of an insight."""
        return cls.model_validate(
            {name: getattr(row, name) for name in cls.model_fields}
            | {"versions": row.versions if row.version_policy == "pinned" else None}
        )


class InsightResult(BaseModel):
    """What an insight shows now. `result` is as `POST /api/v1/query` answers, `cached` says that it was kept
    from `computed_at`."""

    insight_id: str
    cached: bool
    computed_at: datetime
    # Any: a result as it was kept; what is in it is QueryAnswer's.
    result: dict[str, Any]
