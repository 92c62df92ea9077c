"""Past one PostgreSQL, as far as one machine allows: chunks partitioned by workspace, and a read replica.

Partitions: the same chunks in one table and in a table partitioned by the hash of the workspace, each
with the same indexes; a small workspace's nearest chunks are looked for in both, behind the tenant wall.
Replica: a streaming standby of the same server; the system's own search runs on it, and the time is taken
until a document that was written to the primary is found there.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import numpy as np
import psycopg

from answerable.kit import ids
from answerable.kit.db import Database
from answerable.kit.db.wall import WORKSPACE
from answerable.kit.postgres import app_url_for, binaries
from answerable.kit.runtime import Runtime
from answerable.knowledge.embedding import TextEncoder, load_encoder
from answerable.knowledge.indexing.preparation import dense_vector
from answerable.knowledge.retrieval import search
from bench.index_writes import Writer
from bench.knowledge_bed import fresh_cluster, member, new_workspace, process
from bench.search_load import Probe, probes
from bench.search_scale import ProbeEncoder
from bench.synthetic_chunks import COLUMNS, STAGED, UNSTAGED, SyntheticChunks

_PARTITIONS = 16
_NEAREST = "SELECT chunk_id FROM {table} ORDER BY embedding::halfvec(384) <=> %s::halfvec(384) LIMIT 40"


def load(admin_url: str, workspaces: Sequence[str], chunks: int) -> None:
    """Give each workspace the same share of the chunks."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute(STAGED)
        for workspace_id in workspaces:
            corpus = SyntheticChunks(workspace_id, chunks // len(workspaces))
            copying = f"COPY staged ({COLUMNS}) FROM STDIN (FORMAT binary)"
            with admin.cursor() as cursor, cursor.copy(copying) as copy:
                for rows in corpus.copied():
                    copy.write(rows)
        for statement in UNSTAGED:
            admin.execute(statement)
        admin.execute(
            "INSERT INTO indexed_documents (document_id, workspace_id, title, chunk_count)"
            " SELECT document_id, workspace_id, 'generated', count(*) FROM chunks GROUP BY 1, 2"
        )
        admin.execute(
            "INSERT INTO lexical_terms (workspace_id, term, chunks)"
            " SELECT c.workspace_id, u.term, count(*) FROM chunks c, unnest(c.terms || 0) AS u(term)"
            " GROUP BY 1, 2"
        )
        admin.execute("VACUUM ANALYZE chunks, chunk_vectors, indexed_documents, lexical_terms")


def partition(admin_url: str) -> float:
    """Copy the chunks into a partitioned table behind the same wall; the seconds that took."""
    started = time.perf_counter()
    with psycopg.connect(admin_url, autocommit=True) as admin:
        admin.execute("CREATE TABLE parted (LIKE chunk_vectors) PARTITION BY HASH (workspace_id)")
        for number in range(_PARTITIONS):
            admin.execute(
                f"CREATE TABLE parted_{number} PARTITION OF parted"
                f" FOR VALUES WITH (MODULUS {_PARTITIONS}, REMAINDER {number})"
            )
        admin.execute("INSERT INTO parted SELECT * FROM chunk_vectors")
        admin.execute("SET maintenance_work_mem = '512MB'")
        admin.execute("CREATE INDEX ON parted USING hnsw ((embedding::halfvec(384)) halfvec_cosine_ops)")
        admin.execute("CREATE INDEX ON parted (workspace_id)")
        admin.execute("ALTER TABLE parted ENABLE ROW LEVEL SECURITY")
        admin.execute(f"CREATE POLICY wall ON parted USING (workspace_id = {WORKSPACE})")
        admin.execute("GRANT SELECT ON parted TO answerable_app")
        admin.execute("ANALYZE parted")
    return round(time.perf_counter() - started, 1)


async def nearest(
    runtime: Runtime, workspace_id: str, asked: Sequence[Probe], table: str
) -> dict[str, float]:
    """The time of a walk through the index, and its recall of the exact ten best."""
    taken, shares = [], []
    for probe in asked:
        vector = dense_vector(probe.vector)
        async with runtime.database.begin(member(workspace_id)) as session:
            await session.set_local(
                ("SET LOCAL hnsw.ef_search = 100", "SET LOCAL hnsw.iterative_scan = 'relaxed_order'")
            )
            connection = await session.connection()
            started = time.perf_counter()
            rows = await connection.exec_driver_sql(_NEAREST.format(table=table), (vector,))
            brought = [row[0] for row in rows]
            taken.append((time.perf_counter() - started) * 1000)
            exact = await connection.exec_driver_sql(
                f"SELECT chunk_id FROM {table} ORDER BY (embedding <=> %s::halfvec) + 0 LIMIT 10", (vector,)
            )
            wanted = {row[0] for row in exact}
            shares.append(len(wanted & set(brought)) / len(wanted))
    return {
        "p50_ms": round(float(np.median(taken)), 2),
        "p99_ms": round(float(np.quantile(taken, 0.99)), 2),
        "recall_at_10": round(float(np.mean(shares)), 4),
    }


@contextmanager
def standby(admin_url: str) -> Iterator[str]:
    """A streaming replica of the server; gives its URL."""
    folder = Path(tempfile.mkdtemp(prefix="answerable-standby-"))
    folder.chmod(0o711)
    data = folder / "data"
    user = binaries.system_user()
    who = {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    programs = binaries.bin_folder()
    copying = [
        str(programs / "pg_basebackup"),
        "-d",
        admin_url,
        "-D",
        str(data),
        "-R",
        "-X",
        "stream",
        "-c",
        "fast",
    ]
    subprocess.run(copying, check=True, cwd=folder, **who)  # type: ignore[call-overload]
    serving = [str(programs / "postgres"), "-D", str(data), "-k", str(folder), "-p", "5433", "-h", ""]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(serving, cwd=folder, stdout=quiet, stderr=quiet, **who)  # type: ignore[call-overload]
    try:
        parts = urlsplit(admin_url)
        url = urlunsplit(parts._replace(query=f"host={folder}&port=5433"))
        wait_ready(url)
        yield url
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def wait_ready(url: str) -> None:
    """Returns when the server answers. TimeoutError."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the replica does not answer")


async def on_replica(
    runtime: Runtime, replica_url: str, workspace_id: str, asked: Sequence[Probe]
) -> dict[str, float]:
    """Search on the primary and on the replica, and how far the replica lies behind."""
    replica = Database(app_url_for(replica_url), prepared_statements=True)
    figures: dict[str, float] = {}
    try:
        for name, database in (("primary", runtime.database), ("replica", replica)):
            taken = []
            for probe in asked:
                started = time.perf_counter()
                async with database.begin(member(workspace_id)) as session:
                    assert (await search(session, runtime, probe.question)).passages
                taken.append((time.perf_counter() - started) * 1000)
            figures[f"{name}_search_p50_ms"] = round(float(np.median(taken[len(taken) // 10 :])), 2)
        figures["lag_p50_ms"] = await lag(runtime, replica, workspace_id)
    finally:
        await replica.close()
    return figures


async def lag(runtime: Runtime, replica: Database, workspace_id: str) -> float:
    """Milliseconds from a document's commit until the replica has it."""
    writer, taken = Writer(runtime, workspace_id), []
    for _ in range(20):
        await writer.write()
        started = time.perf_counter()
        uuid = ids.decode("doc", writer.written[-1])
        while True:
            async with replica.begin(member(workspace_id)) as session:
                connection = await session.connection()
                rows = await connection.exec_driver_sql(
                    "SELECT 1 FROM indexed_documents WHERE document_id = %s", (uuid,)
                )
                if rows.first():
                    break
        taken.append((time.perf_counter() - started) * 1000)
    return round(float(np.median(taken)), 2)


async def run(options: argparse.Namespace) -> dict[str, object]:
    """All figures."""
    with fresh_cluster() as (folder, admin_url):
        workspaces = [new_workspace(admin_url) for _ in range(options.workspaces)]
        load(admin_url, workspaces, options.chunks)
        workspace_id = workspaces[len(workspaces) // 2]
        asked = probes(admin_url, workspace_id, options.probes)
        async with process(folder, admin_url) as runtime:
            inner = TextEncoder(lambda: load_encoder(folder, threads=1))
            runtime.provide(TextEncoder, lambda _: ProbeEncoder(inner, asked))
            seconds = partition(admin_url)
            figures = {
                "chunks": options.chunks,
                "workspaces": options.workspaces,
                "partition_s": seconds,
                "one_table": await nearest(runtime, workspace_id, asked, "chunk_vectors"),
                "partitioned": await nearest(runtime, workspace_id, asked, "parted"),
            }
            with standby(admin_url) as replica_url:
                figures["replica"] = await on_replica(runtime, replica_url, workspace_id, asked)
        return figures


def main() -> int:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument("--workspaces", type=int, default=50)
    parser.add_argument("--probes", type=int, default=100)
    print(json.dumps({"scaling_out": asyncio.run(run(parser.parse_args()))}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
