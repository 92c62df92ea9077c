"""What the benches of knowledge stand on: a fresh PostgreSQL, a workspace, the runtime of one process."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import psycopg

from answerable.kit import ids
from answerable.kit.db import Database
from answerable.kit.db.migrate import migrate
from answerable.kit.outbound import Outbound
from answerable.kit.postgres import Cluster, app_url_for
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from answerable.kit.settings import Settings
from answerable.knowledge.embedding import TextEncoder, document_encoder
from answerable.knowledge.embedding.encoders import Encoders
from answerable.knowledge.reranking import Reranker, provided_reranker
from answerable.knowledge.stores.registry import OpenStores


@contextmanager
def fresh_cluster() -> Iterator[tuple[Path, str]]:
    """A migrated PostgreSQL in a folder of its own; gives the data folder and the admin's URL."""
    folder = Path(tempfile.mkdtemp(prefix="answerable-bench-"))
    cluster = Cluster(folder)
    try:
        cluster.start()
        migrate(cluster.admin_url)
        yield folder, cluster.admin_url
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(cluster.folder, ignore_errors=True)


@contextmanager
def kept_cluster(folder: Path) -> Iterator[str]:
    """A migrated PostgreSQL in a folder that outlives the bench; gives the admin's URL."""
    folder.mkdir(parents=True, exist_ok=True)
    cluster = Cluster(folder)
    try:
        cluster.start()
        migrate(cluster.admin_url)
        yield cluster.admin_url
    finally:
        cluster.stop()


def new_workspace(admin_url: str) -> str:
    """Make a workspace; returns its public id."""
    workspace_id = ids.new_id("ws")
    with psycopg.connect(admin_url) as connection:
        connection.execute(
            "INSERT INTO workspaces (id, name) VALUES (%s, 'bench')", [ids.decode("ws", workspace_id)]
        )
    return workspace_id


@asynccontextmanager
async def process(
    folder: Path, admin_url: str, *, threads: int | None = None, reranker: Path | None = None
) -> AsyncIterator[Runtime]:
    """The runtime of a process with an encoder that may use `threads` cores, all by default, and the
    cross-encoder of a folder."""
    cores = threads or os.cpu_count() or 1
    last_look = {"folder": reranker, "seconds": 60, "threads": cores}
    search = {"index_threads": cores, "reranker": last_look}
    settings = Settings.model_validate({"data_dir": folder, "search": search})
    database = Database(app_url_for(admin_url), prepared_statements=True)  # as with the embedded one
    runtime = Runtime(settings, database)
    runtime.provide(TextEncoder, document_encoder)
    runtime.provide(Encoders, Encoders)
    runtime.provide(OpenStores, OpenStores)
    runtime.provide(Reranker, provided_reranker)
    runtime.provide(Outbound, lambda _: Outbound())
    try:
        yield runtime
    finally:
        await runtime.close()


def member(workspace_id: str) -> Principal:
    """Who the benches act as."""
    return Principal.system(workspace_id)
