"""The whole system as one command: start, kill, restart, stop."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import psutil
import psycopg
import pytest

from answerable.kit.postgres import Cluster
from tests.factories.callers import PASSWORD
from tests.factories.servers import Server
from tests.factories.waiting import wait_until

PERSON = {"email": "ada@example.com", "password": PASSWORD, "workspace_name": "Engines"}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    (tmp_path / "data").mkdir()
    server = Server(tmp_path / "data")
    server.start()
    yield server
    server.remove()


def sign_in(server: Server) -> int:
    credentials = {name: PERSON[name] for name in ("email", "password")}
    return httpx.post(f"{server.url}/api/v1/auth/login", json=credentials).status_code


def test_accounts_survive_kill_9_of_everything(server: Server) -> None:
    assert httpx.post(f"{server.url}/api/v1/auth/register", json=PERSON).status_code == 201
    server.kill_everything()
    server.start()
    assert sign_in(server) == 200


def test_a_process_that_dies_is_started_again(server: Server) -> None:
    victims = server.children()
    assert len(victims) == 2
    for victim in victims:
        victim.kill()
    known = {victim.pid for victim in victims}
    wait_until(lambda: len([c for c in server.children() if c.pid not in known]) == 2)
    wait_until(server.ready)


def test_postgresql_is_started_again_when_it_dies(server: Server) -> None:
    pid = Cluster(server.data_dir).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: Cluster(server.data_dir).pid not in (None, pid))
    wait_until(server.ready)


def test_sigterm_stops_every_process_with_status_0(server: Server) -> None:
    everything = server.processes()
    assert server.stop() == 0
    _, alive = psutil.wait_procs(everything, timeout=60)
    assert alive == []


def test_children_end_when_the_supervisor_is_killed(server: Server) -> None:
    children = server.processes()[1:]
    assert server.process is not None
    server.process.kill()
    server.process.wait(60)
    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []


def test_two_replicas_start_at_once_on_an_empty_database(admin_url: str, tmp_path: Path, unique: str) -> None:
    url = urlunsplit(urlsplit(admin_url)._replace(path=f"/replicas_{unique}"))
    replicas = []
    for name in ("one", "two"):
        (tmp_path / name / "data").mkdir(parents=True)
        environment = {"ANSWERABLE_DATABASE_URL": url, "ANSWERABLE_AUTH__SECRET": "x" * 40}
        replicas.append(Server(tmp_path / name / "data", environment))
    try:
        for replica in replicas:
            replica.launch()
        for replica in replicas:
            wait_until(replica.ready, seconds=60)
        assert httpx.post(f"{replicas[0].url}/api/v1/auth/register", json=PERSON).status_code == 201
        assert sign_in(replicas[1]) == 200
    finally:
        for replica in replicas:
            replica.stop()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
