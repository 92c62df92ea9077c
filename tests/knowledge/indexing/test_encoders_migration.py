"""The migration that keeps vectors by their encoder, up and down on a database with rows."""

from __future__ import annotations

import struct
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import numpy as np
import psycopg

from answerable.kit.db.migrate import migrate
from answerable.knowledge.indexing.passage import SentenceSketch, pack_vectors

BEFORE, AFTER = "0027", "0028"


def test_vectors_outlive_the_migration_both_ways(admin_url: str, unique: str) -> None:
    url = urlunsplit(urlsplit(admin_url)._replace(path=f"/encoders_{unique}"))
    migrate(url, to=BEFORE)
    workspace, document = uuid4(), uuid4()
    vector = np.random.default_rng(1).normal(size=384)
    inner = np.random.default_rng(2).normal(size=(2, 384)).astype(np.float32)
    spans = np.array([[0, 3], [4, 9]], np.int32)
    sketch = SentenceSketch(spans, np.array([1, 2], np.int32), np.array([7, 8, 9], np.int32), inner)
    # as it was written before: the vectors' length in the header, the vectors behind the words
    packed = sketch.pack()
    packed = packed[:2] + struct.pack("<H", 384) + packed[4:] + pack_vectors(inner)
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO workspaces (id, name) VALUES (%s, 'Test')", [workspace])
        connection.execute(
            "INSERT INTO chunks (public_id, workspace_id, document_id, ordinal, start_offset, end_offset,"
            " token_count, heading_path, terms, weights, embedding, text, sentences)"
            " VALUES (%s, %s, %s, 0, 0, 9, 1, '{}', '{1}', '{1:2}/1000000000', %s::halfvec, 'x', %s)",
            [uuid4(), workspace, document, str(vector.tolist()), packed],
        )
    for revision in (AFTER, "-1", AFTER):
        migrate(url, to=revision)
        with psycopg.connect(url) as connection:
            assert connection.execute(
                "SELECT count(*) FROM chunks WHERE embedding IS NOT NULL"
            ).fetchone() == (1,)
            if revision == "-1":
                continue
            row = connection.execute(
                "SELECT c.sentences, v.sentences, v.embedding = c.embedding, w.active"
                " FROM chunks c JOIN chunk_vectors v ON v.chunk_id = c.id"
                " JOIN workspace_encoders w ON w.tenant = v.workspace_id"
            ).fetchone()
        assert row is not None
        read = SentenceSketch.unpack(row[0], row[1])
        np.testing.assert_allclose(read.vectors, inner, atol=0.02)
        assert (read.words.tolist(), row[2], row[3]) == ([7, 8, 9], True, 1)
