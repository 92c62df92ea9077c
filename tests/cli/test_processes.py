"""What the commands that run processes say when they cannot."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from answerable.kit.db.revision import head_revision
from tests.cli.command import run
from tests.factories.servers import Server, free_port


@pytest.mark.parametrize("command", ["serve", "web", "worker", "migrate", "doctor", "demo"])
def test_a_wrong_setting_is_named(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSWERABLE_JOBS__CONCURRENCY", "none")
    finished = run(command, "--data-dir", tmp_path)
    assert finished.status == 1
    assert finished.errors.startswith("answerable: the setting ANSWERABLE_JOBS__CONCURRENCY is wrong: ")


def test_a_taken_port_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        server = Server(tmp_path / "data", port=other.getsockname()[1])
        done = subprocess.run(
            [sys.executable, "-m", "answerable.cli.main", "serve"],
            env=server.variables, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert f"port {server.port} is taken" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("command", ["web", "worker", "migrate"])
def test_a_single_process_needs_a_database(command: str, tmp_path: Path) -> None:
    finished = run(command, "--data-dir", tmp_path)
    assert finished.status == 1
    assert "ANSWERABLE_DATABASE_URL" in finished.errors


def test_a_database_that_does_not_answer_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSWERABLE_DATABASE_URL", f"postgresql://a:b@127.0.0.1:{free_port()}/x")
    finished = run("migrate")
    assert finished.status == 1
    assert finished.errors.count("\n") == 1


def test_migrating_twice_changes_nothing(admin_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSWERABLE_DATABASE_URL", admin_url)
    for _ in range(2):
        assert run("migrate").output == f"The database is at revision {head_revision()}.\n"


def test_a_database_of_a_newer_version_is_left_alone(admin_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSWERABLE_DATABASE_URL", admin_url)
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        try:
            finished = run("migrate")
        finally:
            connection.execute("UPDATE alembic_version SET version_num = %s", [head_revision()])
    assert finished.status == 1
    assert "newer version" in finished.errors
