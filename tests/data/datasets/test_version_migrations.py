"""The migrations of choices and versions, up and down on a database with datasets in it."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit, urlunsplit

import psycopg

from answerable.kit.db.migrate import migrate


def test_datasets_of_before_keep_their_versions_on_the_way_up_and_down(
    cluster: object, admin_url: str, unique: str
) -> None:
    url = urlunsplit(urlsplit(admin_url)._replace(path=f"/versions_{unique}"))
    migrate(url, to="0019")
    workspace, dataset, first, second = (uuid.uuid4() for _ in range(4))
    insert = (
        "INSERT INTO dataset_versions (id, workspace_id, dataset_id, number, upload_id, status, attempt,"
        " file_name, file_key, file_bytes) VALUES (%s, %s, %s, %s, 'u', 'ready', 1, 'a.csv', 'k', 1)"
    )
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO workspaces (id, name) VALUES (%s, 'w')", [workspace])
        connection.execute(
            "INSERT INTO datasets (id, workspace_id, name, label, status) VALUES (%s, %s, 'd', 'd', 'ready')",
            [dataset, workspace],
        )
        connection.execute(insert, [first, workspace, dataset, 1])
        connection.execute(insert, [second, workspace, dataset, 2])
    migrate(url, to="0022")
    with psycopg.connect(url) as connection:
        kept = "SELECT mode, key_columns, base, parts, origin, settings FROM dataset_versions"
        assert set(map(repr, connection.execute(kept))) == {repr(("replace", [], None, None, "upload", {}))}
        connection.execute("UPDATE dataset_versions SET status = 'expired' WHERE id = %s", [first])
    migrate(url, to="-3")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT id FROM dataset_versions").fetchall() == [(second,)]
