"""The migration that tells equal uploads, on a database with datasets in it."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit, urlunsplit

import psycopg

from answerable.kit.db.migrate import migrate

DIGEST = "ab" * 32


def test_versions_of_before_get_their_digest_and_survive_the_way_back(
    cluster: object, admin_url: str, unique: str
) -> None:
    url = urlunsplit(urlsplit(admin_url)._replace(path=f"/same_bytes_{unique}"))
    migrate(url, to="0008")
    workspace, dataset, version = (uuid.uuid4() for _ in range(3))
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO workspaces (id, name) VALUES (%s, 'w')", [workspace])
        connection.execute(
            "INSERT INTO datasets (id, workspace_id, name, label, status) VALUES (%s, %s, 'd', 'd', 'ready')",
            [dataset, workspace],
        )
        connection.execute(
            "INSERT INTO dataset_versions (id, workspace_id, dataset_id, number, upload_id, status, attempt,"
            " file_name, file_key, file_bytes) VALUES (%s, %s, %s, 1, 'u', 'ready', 1, 'a.csv', %s, 1)",
            [version, workspace, dataset, f"ws_x/datasets/upl_x/ab/{DIGEST}"],
        )
    migrate(url, to="0009")
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT sha256, opened_as FROM dataset_versions").fetchone()
        assert row == (DIGEST, None)
    migrate(url, to="-1")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT id FROM dataset_versions").fetchone() == (version,)
