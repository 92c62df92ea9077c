"""Statements that must never work: refused by our check, and harmless without it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import psutil
import pytest
from tests.data.engines.evil import ENORMOUS, EVIL, NEVER_ENDING
from tests.factories.processes import processes_below

from answerable.data.engines.duckdb.check import check_statement
from answerable.data.engines.duckdb.engine import DuckDBEngine
from answerable.data.engines.errors import StatementRefused
from answerable.kit.errors import AnswerableError
from answerable.kit.settings import QuerySettings

CANARY = "canary-7f3a"
TOTAL = 'SELECT COUNT(*) AS "n", SUM("amount") AS "total" FROM "sales"'


@dataclass(frozen=True)
class Ground:
    """A store with two tenants' files, a secret beside it, and a folder that must stay as it is."""

    engine: DuckDBEngine
    folder: Path
    mine: Path
    theirs: Path
    secret: Path
    others: set[psutil.Process]  # sandboxes of the system that other tests share

    def fill(self, statement: str) -> str:
        """The statement about this ground's paths."""
        names = {"mine": self.mine, "theirs": self.theirs, "secret": self.secret, "out": self.folder / "out"}
        for name, path in names.items():
            statement = statement.replace("{" + name + "}", str(path))
        return statement

    def fingerprint(self) -> dict[str, str]:
        """Every file below the folder with the digest of its content."""
        files = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    async def total(self) -> str:
        """The same plain question each time, asked again while the machine is too slow for the deadline."""
        for _ in range(20):
            outcome = await self.attempt(TOTAL)
            if outcome != "query_timeout":
                break
        return outcome

    async def attempt(self, statement: str) -> str:
        """What the sandbox alone gives: the rows as text, or the error's code."""
        try:
            rows = await self.engine.run(self.fill(statement), {"sales": self.mine})
        except AnswerableError as error:
            return error.code
        return repr(rows.rows)


def _write(path: Path, shop: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT range AS sale_id, '{shop}' AS shop, range * 1.5 AS amount FROM range(1000)) "
            f"TO '{path}' (FORMAT parquet)"
        )


@pytest.fixture(scope="module")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    folder = tmp_path_factory.mktemp("evil")
    mine, theirs = folder / "store" / "ws_a" / "mine", folder / "store" / "ws_b" / "theirs"
    _write(mine, "North")
    _write(theirs, CANARY)
    secret = folder / "secret.txt"
    secret.write_text(CANARY)
    os.environ["ANSWERABLE_SECRET"] = CANARY
    settings = QuerySettings(timeout_seconds=0.5, memory_bytes=400_000_000)
    engine = DuckDBEngine(settings, folder / "store")
    yield Ground(engine, folder, mine, theirs, secret, processes_below("answerable.kit.sandbox"))
    await engine.close()
    del os.environ["ANSWERABLE_SECRET"]


def _name(statement: str) -> str:
    return "".join(character if character.isalnum() else "_" for character in statement[:60])


@pytest.mark.parametrize("statement", EVIL, ids=_name)
def test_our_check_refuses_it(statement: str) -> None:
    with pytest.raises(StatementRefused):
        check_statement(statement, ["sales"])


async def test_without_our_check_nothing_is_read_written_or_left_behind(ground: Ground) -> None:
    before = ground.fingerprint()
    total = await ground.total()
    for statement in EVIL:
        outcome = await ground.attempt(statement)
        assert CANARY not in outcome, statement
        assert "root:" not in outcome, statement
    assert ground.fingerprint() == before
    assert await ground.total() == total


@pytest.mark.parametrize("statement", NEVER_ENDING, ids=_name)
async def test_what_never_ends_is_ended_by_the_deadline(ground: Ground, statement: str) -> None:
    assert await ground.attempt(statement) in ("query_timeout", "query_out_of_memory")
    assert await ground.total() == "[[1000, Decimal('749250.0')]]"
    assert ground.engine.running == 1


@pytest.mark.parametrize("statement", ENORMOUS, ids=_name)
async def test_what_needs_too_much_memory_dies_alone(ground: Ground, statement: str) -> None:
    outcome = await ground.attempt(statement)
    assert outcome in ("query_out_of_memory", "query_timeout", "query_failed", "query_engine_unavailable")
    assert await ground.total() == "[[1000, Decimal('749250.0')]]"


async def test_an_ended_statement_leaves_no_process_at_work(ground: Ground) -> None:
    await ground.attempt(NEVER_ENDING[0])
    await ground.total()
    children = list(processes_below("answerable.kit.sandbox") - ground.others)
    assert len(children) == ground.engine.running == 1
    assert children[0].cpu_percent(interval=0.2) < 50


def test_what_the_compiler_writes_passes_and_is_cut_one_row_later() -> None:
    sql = check_statement('SELECT "shop" FROM "sales" ORDER BY "shop" ASC', ["sales"], max_rows=10)
    assert sql.endswith("LIMIT 11")
    kept = check_statement('SELECT "shop" FROM "sales" LIMIT 5', ["sales"], max_rows=10)
    assert kept.endswith("LIMIT 5")


def test_a_stage_may_not_take_the_name_of_a_table() -> None:
    with pytest.raises(StatementRefused):
        check_statement('WITH "sales" AS (SELECT 1 AS x) SELECT x FROM "sales"', ["sales"])
