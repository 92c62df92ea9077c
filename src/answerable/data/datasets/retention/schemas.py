"""What HTTP carries of it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from answerable.data.datasets.retention.repository import Policy
from answerable.kit.settings import DatasetsSettings

_Versions = Annotated[int, Field(ge=1, le=10_000)]
_Days = Annotated[int, Field(ge=0, le=36_500)]


class RetentionChange(BaseModel):
    """A version stays while it is among the newest `keep_versions` of its dataset, or younger than
    `keep_days` days. Null: as the server is set. Both are given, so that none is changed by being
    forgotten."""

    model_config = ConfigDict(extra="forbid")

    keep_versions: _Versions | None
    keep_days: _Days | None


class RetentionView(BaseModel):
    """What the workspace has set, and what holds where it has set nothing."""

    keep_versions: int | None
    keep_days: int | None
    server_keep_versions: int
    server_keep_days: int

    @classmethod
    def of(cls, policy: Policy, server: DatasetsSettings) -> RetentionView:
        """The view of a policy."""
        return cls(
            keep_versions=policy.keep_versions,
            keep_days=policy.keep_days,
            server_keep_versions=server.keep_versions,
            server_keep_days=server.keep_days,
        )
