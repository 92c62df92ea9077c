"""A MariaDB of a test's own, where it is installed."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pymysql

from tests.factories.servers import free_port
from tests.factories.waiting import wait_until

_SYSTEM_TABLES = ("mysql_system_tables.sql", "mysql_performance_tables.sql", "mysql_system_tables_data.sql")
_SCRIPTS = [Path("/usr/share/mysql") / name for name in _SYSTEM_TABLES]


def mariadb_is_installed() -> bool:
    """Whether one can be started here."""
    return _server() is not None and all(script.exists() for script in _SCRIPTS)


@contextmanager
def mariadb_server(folder: Path, start: str, user: str, password: str, database: str) -> Iterator[int]:
    """The port of a server that has run the statements of `start`, which make the user and the database."""
    server, port = _server(), free_port()
    assert server is not None
    (folder / "start.sql").write_text(start, encoding="utf-8")
    (folder / "data" / "mysql").mkdir(parents=True)
    options = ["--no-defaults", f"--datadir={folder}/data", f"--user={getpass.getuser()}"]
    tables = b"USE mysql;\n" + b"\n".join(script.read_bytes() for script in _SCRIPTS)
    subprocess.run([server, *options, "--bootstrap"], input=tables, check=True, capture_output=True)
    listening = [f"--port={port}", "--bind-address=127.0.0.1", f"--socket={folder}/s"]
    starting = [f"--init-file={folder}/start.sql", "--character-set-server=utf8mb4"]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([server, *options, *listening, *starting], stdout=quiet, stderr=quiet)
    try:
        wait_until(lambda: _answers(port, user, password, database), seconds=60)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def _server() -> str | None:
    return shutil.which("mariadbd", path=f"{os.environ['PATH']}:/usr/sbin")


def _answers(port: int, user: str, password: str, database: str) -> bool:
    try:
        pymysql.connect(host="127.0.0.1", port=port, user=user, password=password, database=database).close()
    except pymysql.Error:
        return False
    return True
