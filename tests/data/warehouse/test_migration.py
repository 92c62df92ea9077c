"""The migration of the warehouse, up and down on a database with a dataset in it."""

from __future__ import annotations

import uuid
from urllib.parse import urlsplit, urlunsplit

import psycopg

from answerable.kit.db.migrate import migrate


def test_a_dataset_of_before_lies_in_parquet_and_one_of_the_warehouse_is_read_from_it_after_going_back(
    admin_url: str, unique: str
) -> None:
    url = urlunsplit(urlsplit(admin_url)._replace(path=f"/warehouse_{unique}"))
    migrate(url, to="0049")
    workspace, dataset, version = (uuid.uuid4() for _ in range(3))
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO workspaces (id, name) VALUES (%s, 'w')", [workspace])
        connection.execute(
            "INSERT INTO datasets (id, workspace_id, name, label, status) VALUES (%s, %s, 'd', 'd', 'ready')",
            [dataset, workspace],
        )
        connection.execute(
            "INSERT INTO dataset_versions (id, workspace_id, dataset_id, number, upload_id, status, attempt,"
            " file_name, file_key, file_bytes, table_path)"
            " VALUES (%s, %s, %s, 1, 'u', 'ready', 1, 'a.csv', 'k', 1, 'p')",
            [version, workspace, dataset],
        )
    migrate(url, to="0050")
    with psycopg.connect(url) as connection:
        shown = (
            "SELECT engine, relation, table_path FROM datasets d JOIN dataset_versions v ON dataset_id = d.id"
        )
        assert connection.execute(shown).fetchall() == [("parquet", None, "p")]
        connection.execute("UPDATE datasets SET engine = 'postgresql'")
        connection.execute("UPDATE dataset_versions SET relation = 'r'")
        connection.execute("INSERT INTO warehouse_schemas VALUES (%s)", [workspace])
        connection.execute("DELETE FROM workspaces WHERE id = %s", [uuid.uuid4()])
    migrate(url, to="-1")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT table_path FROM dataset_versions").fetchall() == [("p",)]
        assert connection.execute("SELECT to_regclass('warehouse_schemas')").fetchone() == (None,)
