"""What HTTP carries about aliases."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from answerable.inference.failures import FailureKind
from answerable.inference.models.configured import (
    AliasDefinition,
    CacheSetting,
    RetrySetting,
    StageSetting,
    TargetSetting,
    TimeoutSetting,
)
from answerable.inference.models.names import AliasName
from answerable.inference.models.reading import alias_of
from answerable.inference.models.tables import ModelAliasRow


class AliasPatch(BaseModel):
    """What is to change; lists and rules replace the present ones as a whole."""

    model_config = ConfigDict(extra="forbid")

    name: AliasName | None = None
    targets: Annotated[tuple[TargetSetting, ...], Field(max_length=50)] | None = None
    retry: RetrySetting | None = None
    timeouts: TimeoutSetting | None = None
    fallback_on: tuple[FailureKind, ...] | None = None
    cache: CacheSetting | None = None
    cascade: Annotated[tuple[StageSetting, ...], Field(max_length=10)] | None = None
    cascade_order: Literal["price", "as_given"] | None = None


class AliasOut(AliasDefinition):
    """An alias as it is configured."""

    model_config = ConfigDict(frozen=True)

    id: str
    created_at: datetime

    @classmethod
    def of(cls, row: ModelAliasRow) -> AliasOut:
        """From the row."""
        definition = alias_of(row)
        return cls(**dict(definition), id=row.id, created_at=row.created_at)
