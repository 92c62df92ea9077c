"""Processes killed at random moments: no call is lost or counted twice, and budgets hold to the cent."""

from __future__ import annotations

import asyncio
import os
import signal
from decimal import Decimal
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from answerable.kit import ids
from tests.factories.processes import spawn
from tests.factories.system import random_moments
from tests.factories.waiting import eventually
from tests.inference.limits import program
from tests.inference.limits.replicas import Books, replica

ROUNDS = 8


class Site:
    """A data folder and the processes on it."""

    def __init__(self, app_url: str, folder: Path, workspace_ids: list[str]) -> None:
        self._app_url = app_url
        self._folder = folder
        self._workspace_ids = workspace_ids
        self._told = folder / "told"
        self._told.touch()

    @property
    def root(self) -> Path:
        """Where the logs lie."""
        return self._folder / "usage"

    def start(self, seed: int) -> BaseProcess:
        """Start a process."""
        arguments = (self._app_url, str(self.root), str(self._told), self._workspace_ids, seed)
        return spawn(program.serve, *arguments)

    def calls(self, kind: str) -> list[str]:
        """The ids that processes told of: `s`ent to a provider, `a`nswered."""
        lines = self._told.read_text().splitlines()
        return [line[2:] for line in lines if line.startswith(f"{kind} ") and len(line) == 33]


async def kill(process: BaseProcess) -> None:
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    await asyncio.to_thread(process.join)


async def test_processes_killed_at_random_moments_lose_no_call_and_double_none(
    app_url: str, admin_url: str, tmp_path: Path
) -> None:
    books, chance = Books(admin_url), random_moments()
    workspaces = [books.workspace() for _ in range(3)]
    limits = [books.limit(workspace, "cost_usd", "1000") for workspace in workspaces]
    site = Site(app_url, tmp_path, workspaces)
    living = site.start(chance.randrange(2**32))
    for _ in range(ROUNDS):
        victim, told = site.start(chance.randrange(2**32)), len(site.calls("a"))
        wanted = told + chance.randrange(20, 300)

        async def enough(wanted: int = wanted) -> bool:
            return len(site.calls("a")) >= wanted

        await eventually(enough)
        await kill(victim)
    await kill(living)
    async with replica(app_url, site.root) as last:
        await last.log.replay()
    rows = {
        ids.encode("call", row[0]): row[1]  # type: ignore[arg-type]
        for workspace in workspaces
        for row in books.execute(
            "SELECT id, outcome FROM usage_records WHERE workspace_id = %s", ids.decode("ws", workspace)
        )
    }
    assert set(site.calls("s")) <= rows.keys()
    assert {call: rows[call] for call in site.calls("a") if rows[call] != "answered"} == {}
    interrupted = [call for call, outcome in rows.items() if outcome == "interrupted"]
    assert len(interrupted) <= 8 * (ROUNDS + 1)
    for workspace, limit in zip(workspaces, limits, strict=True):
        assert books.spent(limit) == books.cost(workspace)
        assert books.leased(limit) == 0
    assert [path for path in site.root.iterdir() if path.is_dir()] == []


@pytest.mark.parametrize("killed", [0, 1])
async def test_two_processes_share_a_budget_of_n_calls_and_exactly_n_pass(
    app_url: str, admin_url: str, tmp_path: Path, killed: int
) -> None:
    books, chance = Books(admin_url), random_moments()
    workspace = books.workspace()
    limit = books.limit(workspace, "requests", "700")
    money = books.limit(workspace, "cost_usd", "1000")
    site = Site(app_url, tmp_path, [workspace])
    running = [site.start(chance.randrange(2**32)) for _ in range(2)]
    moment = chance.randrange(50, 650)

    async def reached(calls: int) -> bool:
        return len(site.calls("s")) >= calls

    await eventually(lambda: reached(moment))
    for process in running[:killed]:
        await kill(process)

    async def all_used() -> bool:
        return books.spent(limit) == 700

    await eventually(all_used)
    for process in running[killed:]:
        await kill(process)
    async with replica(app_url, site.root) as last:
        await last.log.replay()
    [(count,)] = books.execute(
        "SELECT count(*) FROM usage_records WHERE workspace_id = %s", ids.decode("ws", workspace)
    )
    assert count == 700
    assert books.spent(limit) == 700
    assert books.spent(money) == books.cost(workspace) > Decimal(0)
    # What a process asked for as it died may be granted after its leases were dropped: that runs out.
    for one in (limit, money):
        books.execute(
            "DELETE FROM limit_leases WHERE limit_id = %s AND expires_at < now() + interval '60 s'", one
        )
    assert books.leased(limit) == books.leased(money) == 0
