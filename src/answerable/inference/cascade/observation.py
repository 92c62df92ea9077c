"""What became of a cascade's stages, kept for the report.

These are statistics, no bill: they are written behind, and what the database does not take in time is
dropped with a line in the log. What calls cost stands in the usage rows, which are never lost.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal

import structlog
from sqlalchemy.exc import SQLAlchemyError

from answerable.inference.cascade.repository import add_legs
from answerable.kit.db import Database
from answerable.kit.principal import Principal

log = structlog.get_logger(__name__)

_MOST_WAITING = 2_000


@dataclass(frozen=True, slots=True)
class Observation:
    """One stage of one call, as `CascadeLegRow` keeps it."""

    id: str
    call_id: str
    alias: str
    position: int
    stage: str
    taken: bool
    failed_check: str | None
    confidence: float | None
    agreed: bool | None
    cost_usd: Decimal
    last_stage_cost_usd: Decimal | None
    at: datetime


class Observations:
    """Takes observations and writes them behind the calls, one transaction a call."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[tuple[str, Sequence[Observation]]] = deque(maxlen=_MOST_WAITING)
        self._writer: asyncio.Task[None] | None = None

    def add(self, workspace_id: str, seen: Sequence[Observation]) -> None:
        """Keep what was seen of one call."""
        self._waiting.append((workspace_id, seen))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.get_running_loop().create_task(self._write())

    async def flush(self) -> None:
        """Wait until everything so far is written or given up."""
        if self._writer is not None:
            await asyncio.shield(self._writer)

    async def close(self) -> None:
        """Write what waits."""
        await self.flush()

    async def _write(self) -> None:
        while self._waiting:
            workspace_id, seen = self._waiting.popleft()
            try:
                async with self._database.begin(Principal.system(workspace_id)) as session:
                    await add_legs(session, [asdict(each) for each in seen])
            except (SQLAlchemyError, OSError) as error:
                log.warning("cascade_not_observed", error_type=type(error).__name__, stages=len(seen))
