"""The migration that gives sources their syncs, up and down on a database with rows."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg

from answerable.kit.db.migrate import migrate

BEFORE, AFTER = "0012", "0013"
WATCHES_BEFORE, WATCHES = "0018", "0019"


def test_sources_and_documents_outlive_the_migration_both_ways(admin_url: str, unique: str) -> None:
    url = urlunsplit(urlsplit(admin_url)._replace(path=f"/sources_{unique}"))
    migrate(url, to=BEFORE)
    workspace, uploads, folder, document = (uuid4() for _ in range(4))
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO workspaces (id, name) VALUES (%s, 'Test')", [workspace])
        connection.execute(
            "INSERT INTO sources (id, workspace_id, kind, name) VALUES (%s, %s, 'upload', 'Uploads')",
            [uploads, workspace],
        )
    migrate(url, to=AFTER)
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT status, config, schedule FROM sources").fetchone()
        assert row == ("active", {}, None)
        connection.execute(
            "INSERT INTO sources (id, workspace_id, kind, name) VALUES (%s, %s, 'folder', 'Shelf')",
            [folder, workspace],
        )
        connection.execute(
            "INSERT INTO documents (id, workspace_id, source_id, title, title_given, file_name, file_key,"
            " sha256, size_bytes, status) VALUES (%s, %s, %s, 't', false, 'f', 'k', 's', 1, 'ready')",
            [document, workspace, folder],
        )
        connection.execute(
            "INSERT INTO source_alarms (source_id, tenant, rings_at) VALUES (%s, %s, now())",
            [folder, workspace],
        )
    migrate(url, to="-1")
    with psycopg.connect(url) as connection:
        gone = connection.execute("SELECT to_regclass('sync_runs'), to_regclass('source_alarms')").fetchone()
        assert gone == (None, None)
    migrate(url, to=AFTER)
    with psycopg.connect(url) as connection:
        kinds = connection.execute("SELECT kind FROM sources ORDER BY kind").fetchall()
        assert kinds == [("folder",), ("upload",)]
        assert connection.execute("SELECT source_id FROM documents").fetchall() == [(folder,)]


def test_folders_from_before_are_watched_and_runs_outlive_the_migration_both_ways(
    admin_url: str, unique: str
) -> None:
    url = urlunsplit(urlsplit(admin_url)._replace(path=f"/watches_{unique}"))
    migrate(url, to=WATCHES_BEFORE)
    workspace, folder, paused, bucket, run = (uuid4() for _ in range(5))
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO workspaces (id, name) VALUES (%s, 'Test')", [workspace])
        for source, kind, status in (
            (folder, "folder", "active"),
            (paused, "folder", "paused"),
            (bucket, "s3", "active"),
        ):
            connection.execute(
                "INSERT INTO sources (id, workspace_id, kind, name, status) VALUES (%s, %s, %s, %s, %s)",
                [source, workspace, kind, str(source), status],
            )
    migrate(url, to=WATCHES)
    with psycopg.connect(url) as connection:
        watched = connection.execute("SELECT source_id, tenant FROM source_watches").fetchall()
        assert watched == [(folder, workspace)]
        connection.execute(
            "INSERT INTO sync_runs (id, workspace_id, source_id, reason, status, portion)"
            " VALUES (%s, %s, %s, 'change', 'succeeded', 1)",
            [run, workspace, folder],
        )
    migrate(url, to="-1")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT to_regclass('source_watches')").fetchone() == (None,)
        assert connection.execute("SELECT reason FROM sync_runs").fetchall() == [("schedule",)]
    migrate(url, to=WATCHES)
