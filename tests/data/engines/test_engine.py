"""The pool of engine processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from tests.factories.waiting import eventually

from answerable.data.engines.duckdb.engine import DuckDBEngine
from answerable.data.engines.errors import QueryFailed, QueryTimeout, QueryTooLarge
from answerable.data.engines.query_limits.bounds import QueryLimits
from answerable.kit.settings import QuerySettings

ALL_TYPES = """
SELECT DATE '2025-01-02' AS "day", TIMESTAMP '2025-01-02 03:04:05.678901' AS "moment",
    TIME '03:04:05' AS "clock",
    CAST(1.10 AS DECIMAL(12, 2)) AS "money", CAST(2 AS BIGINT) AS "whole", CAST(0.5 AS DOUBLE) AS "part",
    true AS "flag", 'text ''quoted'' 🙂' AS "word", CAST('nan' AS DOUBLE) AS "no_number", NULL AS "nothing",
    CAST(170141183460469231731687303715884105727 AS HUGEINT) AS "huge"
"""


@dataclass
class Store:
    engine: DuckDBEngine
    table: Path


def make(folder: Path, **settings: object) -> Store:
    path = folder / "numbers.parquet"
    if not path.exists():
        with duckdb.connect() as connection:
            connection.execute(f"COPY (SELECT range AS n FROM range(5000)) TO '{path}' (FORMAT parquet)")
    return Store(DuckDBEngine(QuerySettings(**settings), folder), path)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = make(tmp_path, max_rows=100, idle_seconds=0.2)
    yield made
    await made.engine.close()


async def test_every_type_arrives_as_it_left(store: Store) -> None:
    rows = await store.engine.run(ALL_TYPES, {"numbers": store.table})
    assert rows.rows == [
        [
            date(2025, 1, 2),
            datetime.fromisoformat("2025-01-02T03:04:05.678901"),
            time(3, 4, 5),
            Decimal("1.10"),
            2,
            0.5,
            True,
            "text 'quoted' 🙂",
            None,
            None,
            2**127 - 1,
        ]
    ]


async def test_rows_past_the_limit_are_cut_and_said_to_be(store: Store) -> None:
    rows = await store.engine.run('SELECT "n" FROM "numbers" ORDER BY "n"', {"numbers": store.table})
    assert (len(rows.rows), rows.truncated, rows.rows[-1]) == (100, True, [99])
    exact = await store.engine.run(
        'SELECT "n" FROM "numbers" ORDER BY "n" LIMIT 100', {"numbers": store.table}
    )
    assert (len(exact.rows), exact.truncated) == (100, False)


async def test_bytes_past_the_limit_are_cut(tmp_path: Path) -> None:
    store = make(tmp_path, max_result_bytes=1_000)
    rows = await store.engine.run('SELECT repeat(\'x\', 90) AS "x" FROM "numbers"', {"numbers": store.table})
    assert (len(rows.rows), rows.truncated) == (11, True)
    await store.engine.close()


@pytest.mark.parametrize(("letter", "kept"), [("x", 11), ("ß", 5), ("語", 3), ("🙂", 2)])
async def test_what_is_counted_are_bytes_and_not_characters(tmp_path: Path, letter: str, kept: int) -> None:
    store = make(tmp_path, max_result_bytes=1_000)
    rows = await store.engine.run(
        f'SELECT repeat(\'{letter}\', 90) AS "x" FROM "numbers"', {"numbers": store.table}
    )
    assert (len(rows.rows), rows.truncated) == (kept, True)
    await store.engine.close()


async def test_an_estimate_counts_what_would_be_read_and_is_held_against_the_limits(tmp_path: Path) -> None:
    store = make(tmp_path, max_scan_rows=6_000)
    expected = await store.engine.estimate('SELECT SUM("n") FROM "numbers"', {"numbers": store.table})
    assert expected.rows == 5_000
    assert expected.bytes > 1_000
    twice = 'SELECT "n" FROM "numbers" UNION ALL SELECT "n" FROM "numbers" WHERE "n" > 10'
    with pytest.raises(QueryTooLarge, match="10,000 rows"):
        await store.engine.run(twice, {"numbers": store.table})
    own = QueryLimits(max_scan_rows=4_999)
    with pytest.raises(QueryTooLarge, match="5,000 rows; this workspace lets a query read at most 4,999"):
        await store.engine.run('SELECT SUM("n") FROM "numbers"', {"numbers": store.table}, limits=own)
    await store.engine.close()


async def test_a_workspaces_own_deadline_ends_a_statement_and_is_named(store: Store) -> None:
    endless = "SELECT SUM(a.n * b.n + c.n) FROM numbers a, numbers b, numbers c"
    own = QueryLimits(timeout_seconds=0.2)
    with pytest.raises(QueryTimeout, match=r"longer than the 0\.2 seconds that this workspace"):
        await store.engine.run(endless, {"numbers": store.table}, limits=own)


async def test_one_query_cannot_see_the_tables_of_another(store: Store) -> None:
    await store.engine.run('SELECT "n" FROM "numbers" LIMIT 1', {"numbers": store.table})
    other = store.table.parent / "other.parquet"
    other.write_bytes(store.table.read_bytes())
    with pytest.raises(QueryFailed):
        await store.engine.run('SELECT "n" FROM "numbers" LIMIT 1', {"other": other})


async def test_a_replaced_file_is_another_table(store: Store) -> None:
    other = store.table.parent / "second.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY (SELECT 7 AS n) TO '{other}' (FORMAT parquet)")
    sql = 'SELECT COUNT(*) AS "c" FROM "numbers"'
    assert (await store.engine.run(sql, {"numbers": store.table})).rows == [[5_000]]
    assert (await store.engine.run(sql, {"numbers": other})).rows == [[1]]


async def test_more_questions_than_processes_wait_for_their_turn(store: Store) -> None:
    sql = 'SELECT SUM("n") AS "s" FROM "numbers"'
    answers = await asyncio.gather(*(store.engine.run(sql, {"numbers": store.table}) for _ in range(12)))
    assert {answer.rows[0][0] for answer in answers} == {12_497_500}
    assert store.engine.running == 1


async def test_an_idle_process_stops_and_the_next_question_starts_one(store: Store) -> None:
    sql = 'SELECT SUM("n") AS "s" FROM "numbers"'
    await store.engine.run(sql, {"numbers": store.table})

    async def stopped() -> bool:
        return store.engine.running == 0

    await eventually(stopped)
    assert (await store.engine.run(sql, {"numbers": store.table})).rows == [[12_497_500]]
