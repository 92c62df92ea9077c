"""A server process as far as calls go, to be killed: it makes calls and tells a file what it did.

`s` and an id are written once the call is in the log, as when a provider is asked; `a` and the id once its
end is, as when the client has the last byte.
"""

from __future__ import annotations

import asyncio
import os
import random
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import msgspec

from answerable.inference.limits.errors import LimitExceeded
from answerable.inference.operation import Caller
from answerable.telemetry.logs import configure_logs
from tests.inference.limits.replicas import Replica, replica
from tests.inference.usage.records import a_call

ESTIMATE = Decimal("0.02")


def serve(app_url: str, root: str, told: str, workspace_ids: list[str], seed: int) -> None:
    """The body of the process: calls until it is killed."""
    configure_logs("error", "json")
    asyncio.run(_serve(app_url, Path(root), told, workspace_ids, seed))


async def _serve(app_url: str, root: Path, told: str, workspace_ids: list[str], seed: int) -> None:
    chance = random.Random(seed)
    now = datetime.now(UTC)
    async with replica(app_url, root, now=now, idle_seconds=0.3, recall_seconds=0.2) as server:
        fd = os.open(told, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        clients = [_client(server, fd, workspace_ids, chance) for _ in range(8)]
        await asyncio.gather(*clients)


async def _client(server: Replica, fd: int, workspace_ids: list[str], chance: random.Random) -> None:
    while True:
        caller = Caller(chance.choice(workspace_ids))
        try:
            admission = await server.admit(caller, str(ESTIMATE))
        except LimitExceeded:
            await asyncio.sleep(0.05)
            continue
        record = a_call(caller.workspace_id, cost_usd=ESTIMATE, started_at=server.clock.now())
        server.log.opened(record)
        os.write(fd, f"s {record.id}\n".encode())
        await asyncio.sleep(chance.random() * 0.01)
        came_to = ESTIMATE * chance.randrange(1, 5) / 4
        admission.settle(120, came_to)
        server.log.closed(msgspec.structs.replace(record, cost_usd=came_to))
        os.write(fd, f"a {record.id}\n".encode())
