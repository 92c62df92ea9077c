"""What HTTP carries of them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from answerable.data.engines.query_limits.bounds import QueryLimits
from answerable.kit.settings import QuerySettings

_Most = Annotated[int, Field(ge=1, le=2**63 - 1)]
_Seconds = Annotated[float, Field(ge=1, le=86_400, allow_inf_nan=False)]


class QueryLimitsChange(BaseModel):
    """A query is refused before it runs where it would read more than about `max_scan_rows` rows or
    `max_scan_bytes` bytes, and stopped after `timeout_seconds`. Null: as the server is set, whose limits none
    may exceed. All are given, so that none is changed by being forgotten."""

    model_config = ConfigDict(extra="forbid")

    max_scan_rows: _Most | None
    max_scan_bytes: _Most | None
    timeout_seconds: _Seconds | None

    def limits(self) -> QueryLimits:
        """The limits themselves."""
        return QueryLimits(self.max_scan_rows, self.max_scan_bytes, self.timeout_seconds)


class QueryLimitsView(BaseModel):
    """What the workspace has set, and what holds where it has set nothing."""

    max_scan_rows: int | None
    max_scan_bytes: int | None
    timeout_seconds: float | None
    server_max_scan_rows: int
    server_max_scan_bytes: int
    server_timeout_seconds: float

    @classmethod
    def of(cls, limits: QueryLimits, server: QuerySettings) -> QueryLimitsView:
        """The view of a workspace's limits."""
        return cls(
            max_scan_rows=limits.max_scan_rows,
            max_scan_bytes=limits.max_scan_bytes,
            timeout_seconds=limits.timeout_seconds,
            server_max_scan_rows=server.max_scan_rows,
            server_max_scan_bytes=server.max_scan_bytes,
            server_timeout_seconds=server.timeout_seconds,
        )
