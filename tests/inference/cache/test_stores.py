"""What every store of kept answers does: the same tests for PostgreSQL and for Redis."""

from __future__ import annotations

import asyncio
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from answerable.inference.cache.forgetting import Marks, forget
from answerable.inference.cache.kept import SealedAnswer
from answerable.inference.cache.postgres import PostgresAnswers
from answerable.inference.cache.redis import RedisAnswers
from answerable.inference.cache.store import AnswerStore, StoreBounds, StoreUnavailable
from answerable.kit.clock import FixedClock
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from tests.conftest import CreateWorkspace
from tests.factories.waiting import wait_until

BOUNDS = StoreBounds(max_entries=4, max_bytes=4_000)


@pytest.fixture(scope="session")
def redis_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A Redis of this test process's own."""
    command = shutil.which("redis-server")
    assert command is not None, "redis-server is missing. On Debian and Ubuntu: apt install redis-server"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("redis")
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
    server = subprocess.Popen([command, *options], stdout=subprocess.DEVNULL)
    wait_until(lambda: _listens(port))
    yield port
    server.terminate()
    server.wait()


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@pytest.fixture(params=["postgres", "redis"])
async def store(
    request: pytest.FixtureRequest, runtime: Runtime, clock: FixedClock, redis_port: int
) -> AsyncIterator[AnswerStore]:
    """Each store in turn, on a clock that the test moves."""
    made: AnswerStore
    if request.param == "postgres":
        made = PostgresAnswers(runtime.database, clock, BOUNDS)
    else:
        url = f"redis://127.0.0.1:{redis_port}"
        made = RedisAnswers(url, clock, BOUNDS, runtime.get(Marks).lately)
    yield made
    await made.close()


@pytest.fixture
async def workspace_id(create_workspace: CreateWorkspace) -> str:
    """A fresh workspace."""
    return (await create_workspace()).id


def sealed(clock: FixedClock, number: int, *, ttl: float = 60.0, size: int = 10) -> SealedAnswer:
    """An answer of a store's."""
    now = clock.now().timestamp()
    return SealedAnswer(bytes([number]) * 32, b"x" * size, now, now + ttl, ("t",), 0.0)


def vector(*values: float) -> np.ndarray:
    """A unit vector."""
    found = np.asarray(values, np.float32)
    return found / np.linalg.norm(found)


async def keys(store: AnswerStore, workspace_id: str, numbers: Sequence[int]) -> list[int]:
    """Those of the numbers whose answers are there."""
    return [n for n in numbers if await store.get(workspace_id, bytes([n]) * 32) is not None]


async def test_what_is_put_is_there(store: AnswerStore, workspace_id: str, clock: FixedClock) -> None:
    answer = sealed(clock, 1)
    await store.put(workspace_id, [answer])
    assert await store.get(workspace_id, answer.key) == answer.sealed
    await store.put(workspace_id, [replace(answer, sealed=b"newer")])
    assert await store.get(workspace_id, answer.key) == b"newer"


async def test_another_workspace_sees_nothing(
    store: AnswerStore, workspace_id: str, clock: FixedClock, create_workspace: CreateWorkspace
) -> None:
    answer = replace(sealed(clock, 1), scope=b"s" * 32, encoder="e", vector=vector(1, 0))
    await store.put(workspace_id, [answer])
    other = (await create_workspace()).id
    assert await store.get(other, answer.key) is None
    assert await store.near(other, b"s" * 32, "e", vector(1, 0), count=5) == []


async def test_an_answer_past_its_time_is_not_given_out(
    store: AnswerStore, workspace_id: str, clock: FixedClock
) -> None:
    await store.put(workspace_id, [sealed(clock, 1, ttl=60), sealed(clock, 2, ttl=120)])
    clock.advance(timedelta(seconds=61))
    assert await keys(store, workspace_id, [1, 2]) == [2]


async def test_what_expires_first_makes_room(
    store: AnswerStore, workspace_id: str, clock: FixedClock
) -> None:
    for number in range(6):
        await store.put(workspace_id, [sealed(clock, number, ttl=60 + number)])
    assert await keys(store, workspace_id, range(6)) == [2, 3, 4, 5]
    await store.put(workspace_id, [sealed(clock, 9, ttl=100, size=3_985)])
    assert await keys(store, workspace_id, range(10)) == [5, 9]


async def test_the_nearest_of_the_same_scope_and_encoder_come_first(
    store: AnswerStore, workspace_id: str, clock: FixedClock
) -> None:
    places = [(1, b"s", "e", (1, 0)), (2, b"s", "e", (1, 1)), (3, b"o", "e", (1, 0)), (4, b"s", "f", (1, 0))]
    for number, scope, encoder, values in places:
        answer = replace(sealed(clock, number), scope=scope * 32, encoder=encoder, vector=vector(*values))
        await store.put(workspace_id, [answer])
    found = await store.near(workspace_id, b"s" * 32, "e", vector(1, 0.1), count=5)
    assert [near.key[0] for near in found] == [1, 2]
    assert found[0].cosine == pytest.approx(0.995, abs=0.002)


async def test_what_was_forgotten_is_removed(
    store: AnswerStore, workspace_id: str, clock: FixedClock, runtime: Runtime
) -> None:
    years = 10.0**8  # the sweep goes by the database's clock, which the test cannot move
    kept = sealed(clock, 1, ttl=years)
    gone = replace(sealed(clock, 2, ttl=years), tags=("document:doc_1", "t"))
    await store.put(workspace_id, [kept, gone])
    async with runtime.database.begin(Principal.system(workspace_id)) as session:
        await forget(session, ["document:doc_1"])
    await store.sweep()
    assert await keys(store, workspace_id, [1, 2]) == [1]


async def test_a_store_that_is_away_says_so(clock: FixedClock, runtime: Runtime) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        url = f"redis://127.0.0.1:{probe.getsockname()[1]}"
        store = RedisAnswers(url, clock, BOUNDS, runtime.get(Marks).lately)
        with pytest.raises(StoreUnavailable):
            await asyncio.wait_for(store.get("ws_1", b"k" * 32), 60)
        await store.close()


async def test_answers_past_their_time_leave_the_database(
    workspace_id: str, runtime: Runtime, admin_url: str
) -> None:
    store = PostgresAnswers(runtime.database, runtime.clock, BOUNDS)
    now = runtime.clock.now().timestamp()
    old = SealedAnswer(b"o" * 32, b"x", now - 20, now - 10, ("t",), 0.0)
    await store.put(workspace_id, [old, replace(old, key=b"n" * 32, expires_at=now + 60)])
    assert await store.sweep() >= 1
    assert await store.get(workspace_id, b"n" * 32) is not None
