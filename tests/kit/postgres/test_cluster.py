from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from answerable.kit.postgres import Cluster
from answerable.kit.postgres.memory import shared_buffers_mb
from tests.factories.waiting import wait_until


@pytest.fixture
def own_cluster(tmp_path: Path) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path)
    cluster.start()
    yield cluster
    cluster.stop()
    shutil.rmtree(cluster.folder, ignore_errors=True)


def maintenance(cluster: Cluster) -> str:
    return cluster.admin_url.replace("@/answerable", "@/postgres")


def test_rows_survive_kill_9_of_the_server(own_cluster: Cluster) -> None:
    with psycopg.connect(maintenance(own_cluster), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
    assert own_cluster.pid is not None
    os.kill(own_cluster.pid, signal.SIGKILL)
    wait_until(lambda: not own_cluster.is_alive())
    own_cluster.start()
    with psycopg.connect(maintenance(own_cluster)) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (42,)


def test_a_start_while_the_last_server_still_ends_waits_for_it(own_cluster: Cluster) -> None:
    pid = own_cluster.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)  # it has taken its pid file away and is not gone yet
    (own_cluster.folder / "data" / "postmaster.pid").unlink()
    assert not own_cluster.is_alive()
    end = threading.Timer(0.3, os.kill, (pid, signal.SIGKILL))
    end.start()
    own_cluster.start()
    end.join()
    assert not psutil.pid_exists(pid)


def test_a_second_start_adopts_the_server_that_runs(own_cluster: Cluster, tmp_path: Path) -> None:
    again = Cluster(tmp_path)
    again.start()
    assert again.pid == own_cluster.pid


def test_a_data_folder_made_anew_at_the_same_path_has_a_database_of_its_own(tmp_path: Path) -> None:
    folders = []
    for _ in range(2):
        cluster = Cluster(tmp_path / "data")
        cluster.start()
        folders.append(cluster.folder)
        try:
            with psycopg.connect(maintenance(cluster), autocommit=True) as connection:
                connection.execute("CREATE TABLE registered AS SELECT 'me@example.com' AS email")
            assert Cluster(tmp_path / "data").folder == cluster.folder
        finally:
            cluster.stop()
        shutil.rmtree(tmp_path / "data")
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize(
    ("memory", "megabytes"),
    [(512 << 20, 256), (2 << 30, 256), (8 << 30, 1024), (16 << 30, 2048), (512 << 30, 2048)],
)
def test_an_eighth_of_the_memory_keeps_pages_within_bounds(memory: int, megabytes: int) -> None:
    assert shared_buffers_mb(memory) == megabytes


def test_a_folder_of_before_starts_with_the_room_that_is_set_now(
    own_cluster: Cluster, tmp_path: Path
) -> None:
    own_cluster.stop()
    own_cluster = Cluster(tmp_path, shared_buffers_mb=48)
    own_cluster.start()
    try:
        with psycopg.connect(maintenance(own_cluster)) as connection:
            assert connection.execute("SHOW shared_buffers").fetchone() == ("48MB",)
    finally:
        own_cluster.stop()


def test_the_socket_asks_for_a_password_and_its_folder_is_closed(own_cluster: Cluster) -> None:
    user, _, rest = maintenance(own_cluster).partition("://")[2].partition("@")
    del user
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://postgres@{rest}")
    assert own_cluster.folder.stat().st_mode & 0o077 == 0
