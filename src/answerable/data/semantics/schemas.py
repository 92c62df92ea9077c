"""What HTTP carries of a semantic model."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from answerable.data.semantics.differences import Change
from answerable.data.semantics.model import (
    Calendar,
    Dataset,
    HiddenField,
    Metric,
    Relationship,
    RowPolicy,
    Segment,
    SemanticModel,
)
from answerable.data.semantics.repository import StoredModel


class SemanticModelSummary(BaseModel):
    """A model in a list."""

    id: str
    revision: str
    datasets: list[str]
    metrics: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, stored: StoredModel) -> SemanticModelSummary:
        """The summary of a stored model."""
        return cls(
            id=stored.id,
            revision=stored.revision,
            datasets=[d.name for d in stored.model.datasets],
            metrics=len(stored.model.metrics),
            created_at=stored.created_at,
            updated_at=stored.updated_at,
        )


class RevisionView(BaseModel):
    """A revision of the model; `created_at` is when it was last put in force, `current` whether it is now."""

    model_config = ConfigDict(from_attributes=True)

    revision: str
    created_at: datetime
    current: bool


class ChangeView(BaseModel):
    """A part of the model that differs from before, with its place and what differs of it alone. How sure a
    guess is makes no difference."""

    part: str
    name: str
    path: str = Field(description="Where it stands: datasets.orders.fields.amount, metrics.revenue.")
    change: Literal["added", "changed", "removed"]
    before: dict[str, JsonValue]
    after: dict[str, JsonValue]

    @classmethod
    def of(cls, changes: Sequence[Change]) -> list[ChangeView]:
        """The views of changes."""
        return [
            cls(
                part=each.part,
                name=each.name,
                path=each.path,
                change=each.change,
                before=dict(each.before),
                after=dict(each.after),
            )
            for each in changes
        ]


class DifferencesView(BaseModel):
    """What leads from one revision to another, in the model's order."""

    before: str
    after: str
    changes: list[ChangeView]


class GoBack(BaseModel):
    """The revision to go back to."""

    model_config = ConfigDict(extra="forbid")

    revision: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class SemanticModelView(BaseModel):
    """The parts of a model with its id and revision beside them. Send it back with
    `If-Match: <revision>` to change it; `id`, `revision` and `updated_at` are not read then."""

    id: str
    revision: str
    updated_at: datetime
    version: int
    datasets: tuple[Dataset, ...]
    metrics: tuple[Metric, ...]
    segments: tuple[Segment, ...]
    relationships: tuple[Relationship, ...]
    calendar: Calendar
    policies: tuple[RowPolicy, ...]
    hidden_fields: tuple[HiddenField, ...]

    @classmethod
    def of(cls, stored: StoredModel) -> SemanticModelView:
        """The view of a stored model."""
        parts = {name: getattr(stored.model, name) for name in SemanticModel.model_fields}
        return cls(id=stored.id, revision=stored.revision, updated_at=stored.updated_at, **parts)
