"""Fill a PostgreSQL with synthetic chunks: one big workspace with sources, and a small one beside it."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass

import numpy as np
import psycopg

from answerable.kit import ids
from answerable.knowledge.embedding import QueryVector
from bench.knowledge_bed import new_workspace
from bench.synthetic_chunks import COLUMNS, STAGED, UNSTAGED, SyntheticChunks

SOURCES = 100
"""Sources that the documents are dealt out to: a search in one of them sees 1 % of the rows."""
_BUILD_BYTES_A_CHUNK = 3_300
_QUERY_WORDS = 7
_NEAR = 0.05
_LEAST_BUILD_BYTES = 256 << 20
_INDEXES = ("ix_chunks_terms", "ix_chunk_vectors_1_embedding", "ix_chunks_workspace_id")


@dataclass(frozen=True, slots=True)
class Probe:
    """A question: its text, and the vector that stands for it."""

    question: str
    vector: QueryVector


@dataclass(frozen=True, slots=True)
class Bed:
    """A filled database: its big workspace and its small one, and how many seconds filling took."""

    workspace_id: str
    small_workspace_id: str
    seconds: dict[str, float]


def fill(admin_url: str, chunks: int) -> Bed:
    """Bulk-load `chunks` chunks and a workspace of 1 % more, then build the indexes and statistics."""
    big = SyntheticChunks(new_workspace(admin_url), chunks)
    small = SyntheticChunks(new_workspace(admin_url), max(1, chunks // 100))
    started = time.perf_counter()
    with psycopg.connect(admin_url, autocommit=True) as admin:
        definitions = admin.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE indexname = ANY(%s)", [list(_INDEXES)]
        ).fetchall()
        for name, _ in definitions:
            admin.execute(f"DROP INDEX {name}")
        admin.execute(STAGED)
        for corpus in (big, small):
            copying = f"COPY staged ({COLUMNS}) FROM STDIN (FORMAT binary)"
            with admin.cursor() as cursor, cursor.copy(copying) as copy:
                for rows in corpus.copied():
                    copy.write(rows)
        for statement in UNSTAGED:
            admin.execute(statement)
        seconds = {"load_s": round(time.perf_counter() - started, 1)}
        memory = max(_LEAST_BUILD_BYTES, chunks * _BUILD_BYTES_A_CHUNK) >> 10
        admin.execute(f"SET maintenance_work_mem = {memory}")
        for name, definition in definitions:
            started = time.perf_counter()
            admin.execute(definition)
            seconds[f"build_{name}_s"] = round(time.perf_counter() - started, 1)
        _count(admin)
    return Bed(big.workspace_id, small.workspace_id, seconds)


def _count(admin: psycopg.Connection[tuple[object, ...]]) -> None:
    """What indexing keeps beside the chunks: documents, dealt out to sources, and counts of terms."""
    admin.execute(
        "INSERT INTO indexed_documents (document_id, workspace_id, source_id, title, chunk_count)"
        " SELECT document_id, workspace_id, lpad(to_hex(mod(row_number() OVER (), %s)), 32, '0')::uuid,"
        " 'generated', count(*) FROM chunks GROUP BY 1, 2",
        [SOURCES],
    )
    admin.execute(
        "INSERT INTO lexical_terms (workspace_id, term, chunks)"
        " SELECT c.workspace_id, u.term, count(*) FROM chunks c, unnest(c.terms || 0) AS u(term)"
        " GROUP BY 1, 2"
    )
    admin.execute("VACUUM (FREEZE, ANALYZE) chunks, chunk_vectors, lexical_terms, indexed_documents")


def found(admin_url: str) -> Bed | None:
    """The workspaces of a database that was filled before; None when it was not."""
    with psycopg.connect(admin_url) as admin:
        rows = admin.execute(
            "SELECT workspace_id FROM lexical_terms WHERE term = 0 ORDER BY chunks DESC"
        ).fetchall()
    if len(rows) < 2:
        return None
    return Bed(ids.encode("ws", rows[0][0]), ids.encode("ws", rows[1][0]), {})


def probes(admin_url: str, workspace_id: str, count: int) -> list[Probe]:
    """Questions about chunks of a workspace, evenly spread: some of a chunk's words, and a vector close to
    its own."""
    random = np.random.default_rng(5)
    made = []
    with psycopg.connect(admin_url) as admin:
        rows = admin.execute(
            "SELECT text, embedding::text FROM (SELECT c.text, v.embedding,"
            " row_number() OVER (ORDER BY c.id) AS n, count(*) OVER () AS total"
            " FROM chunks c JOIN chunk_vectors v ON v.generation = 1 AND v.chunk_id = c.id"
            " WHERE c.workspace_id = %s AND c.id %% 7 = 0) numbered"
            " WHERE n %% greatest(1, total / %s) = 0 LIMIT %s",
            [ids.decode("ws", workspace_id), count, count],
        ).fetchall()
    for content, embedding in rows:
        words = random.choice(content.lower().replace(".", "").split(), _QUERY_WORDS, replace=False)
        vector = np.array(json.loads(embedding), dtype=np.float32)
        vector = vector + _NEAR * random.standard_normal(len(vector), dtype=np.float32)
        made.append(Probe(" ".join(words), vector / np.linalg.norm(vector)))
    return made


def source_id(number: int) -> str:
    """The id of one of the sources that documents are dealt out to."""
    return ids.encode("src", uuid.UUID(int=number))
