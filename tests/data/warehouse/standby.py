"""A standby of the tests' PostgreSQL: it follows, and takes no writes."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from answerable.kit.postgres import Cluster, binaries
from tests.factories.tcp_to_socket import tcp_port_to
from tests.factories.waiting import wait_until

_PORT = 5433  # only names the socket file


@dataclass
class Standby:
    """`port` leads to it over TCP."""

    port: int
    admin: str

    def pause(self) -> None:
        """Let it follow no more."""
        self._run("SELECT pg_wal_replay_pause()")

    def resume(self) -> None:
        """Let it catch up."""
        self._run("SELECT pg_wal_replay_resume()")

    def _run(self, statement: str) -> None:
        with psycopg.connect(self.admin, autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def standby_of(cluster: Cluster) -> Iterator[Standby]:
    """The standby, until the block ends."""
    bin_folder, user = binaries.bin_folder(), binaries.system_user()
    as_user = {"user": user.pw_uid, "group": user.pw_gid} if user is not None else {}
    folder = cluster.folder / "standby"
    with psycopg.connect(cluster.admin_url) as connection:
        info = connection.info
        socket, environment = info.host, {**os.environ, "PGPASSWORD": info.password}
        origin = ["-h", info.host, "-p", str(info.port), "-U", info.user]
    copy = [str(bin_folder / "pg_basebackup"), *origin, "-D", str(folder), "-R", "-X", "stream", "-c", "fast"]
    subprocess.run(copy, check=True, env=environment, capture_output=True, **as_user)  # type: ignore[call-overload]
    serve = [str(bin_folder / "postgres"), "-D", str(folder), "-k", socket, "-p", str(_PORT)]
    log = folder.parent / "standby.log"
    with log.open("wb") as words:
        server = subprocess.Popen(serve, stdout=words, stderr=words, **as_user)  # type: ignore[call-overload]
    admin = f"{cluster.admin_url.rpartition('port=')[0]}port={_PORT}"
    try:
        wait_until(lambda: _answers(admin), seconds=60)
        with tcp_port_to(f"{socket}/.s.PGSQL.{_PORT}") as port:
            yield Standby(port, admin)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _answers(admin: str) -> bool:
    try:
        with psycopg.connect(admin) as connection:
            return connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
    except psycopg.OperationalError:
        return False
