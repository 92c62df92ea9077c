"""Connecting a database, importing its tables, and asking where the rows lie."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import Any

import psycopg
import pytest

from answerable.data.engines.external.engine import ExternalEngine
from answerable.kit.runtime import Runtime
from tests.data.connections.shop import PASSWORD, connected, duckdb_shop, imported, sqlite_shop
from tests.data.datasets.uploads import ingested
from tests.factories.callers import Caller
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")

TOTAL = {
    "dataset": "orders",
    "measures": [{"aggregation": "sum", "field": "amount"}, {"aggregation": "count"}],
    "group_by": [{"field": "customers__country"}],
}


async def test_a_database_is_connected_imported_and_asked(owner: Caller, shop: dict[str, Any]) -> None:
    connection = await connected(owner, shop)
    assert connection["facts"]["warnings"] == [] or "zones" in connection["facts"]["warnings"][0]
    made = await imported(owner, connection, "orders", "customers")
    assert set(made) == {"orders", "customers"}
    orders = (await owner.get(f"/api/v1/datasets/{made['orders']}")).json()
    kinds = {field["name"]: field["type"] for field in orders["fields"]}
    assert kinds == {
        "order_id": "integer", "customer": "integer", "ordered_on": "date", "amount": "decimal",
        "paid": "boolean", "notes": "string",
    }  # fmt: skip
    answer = (await owner.post("/api/v1/query", json=TOTAL)).json()
    assert answer["rows"] == [["Germany", 30.3, 2], [None, 5.0, 1], ["France", 0.3, 1]], answer
    assert f"Read from {connection['name']} as it is now." in answer["warnings"]
    rows = (await owner.get(f"/api/v1/datasets/{made['orders']}/rows", params={"limit": 2})).json()
    assert rows["rows"][0] == [1, 1, "2024-01-05", 10.1, True, "first"]
    asked = await owner.post("/api/v1/ask", json={"question": "total amount by country in February 2024"})
    assert asked.json()["status"] == "answered", asked.text
    assert asked.json()["evidence"][0]["rows"] == [["Germany", 20.2], ["France", 0.3]]


async def test_the_password_goes_in_and_never_out(
    owner: Caller, postgresql: dict[str, Any], admin_url: str
) -> None:
    connection = await connected(owner, postgresql)
    path = f"/api/v1/connections/{connection['id']}"
    for answer in (await owner.get(path), await owner.get("/api/v1/connections")):
        assert PASSWORD not in answer.text
        assert answer.status_code == 200
    assert connection["has_password"]
    with psycopg.connect(admin_url) as database:
        rows = database.execute("SELECT row_to_json(c)::text, sealed FROM connections c").fetchall()
    assert any(sealed is not None for _, sealed in rows)
    assert all(
        PASSWORD not in text and PASSWORD.encode() not in bytes(sealed or b"") for text, sealed in rows
    )
    wrong = await owner.post("/api/v1/connections/check", json={**_check(postgresql), "password": "no"})
    assert (wrong.status_code, wrong.json()["code"]) == (409, "connection_authentication")


async def test_a_kept_password_is_not_sent_to_another_server(
    owner: Caller, postgresql: dict[str, Any]
) -> None:
    connection = await connected(owner, postgresql)
    path = f"/api/v1/connections/{connection['id']}"
    without = {name: value for name, value in postgresql.items() if name != "password"}
    renamed = await owner.put(path, json={**without, "name": "Renamed"})
    assert (renamed.status_code, renamed.json()["name"]) == (200, "Renamed"), renamed.text
    moved = await owner.put(path, json={**without, "database": "elsewhere"})
    assert moved.json()["code"] == "connection_authentication", moved.text


def _check(config: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in config.items() if name != "name"}


async def test_a_role_that_could_write_is_refused_with_the_remedy(
    owner: Caller, postgresql: dict[str, Any], admin_url: str, mariadb: dict[str, Any] | None
) -> None:
    with psycopg.connect(admin_url) as database:
        who = {"username": database.info.user, "password": database.info.password}
    writing = [{**postgresql, **who}]
    if mariadb is not None:
        writing.append({**mariadb, "username": "writer"})
    for config in writing:
        refused = await owner.post("/api/v1/connections", json=config)
        assert (refused.status_code, refused.json()["code"]) == (422, "connection_role_writes"), refused.text
        assert "GRANT" in refused.json()["detail"]
        taken = await owner.post("/api/v1/connections", json={**config, "accept_writing_role": True})
        assert taken.status_code == 201, taken.text
        assert "could write" in taken.json()["facts"]["warnings"][0]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"host": "localhost"}, "connection_place_refused"),
        ({"host": "169.254.169.254"}, "connection_place_refused"),
        ({"host": "2130706433"}, "connection_place_refused"),
        ({"host": "[::ffff:127.0.0.1]"}, "connection_place_refused"),
        ({"port": 1}, "connection_unreachable"),
        ({"tls": "require"}, "connection_tls"),
        ({"tls": "verify"}, "connection_tls"),
        ({"database": "nothing_here"}, "connection_unknown_database"),
        ({"username": "nobody"}, "connection_authentication"),
    ],
)
async def test_what_cannot_be_connected_says_why(
    owner: Caller, postgresql: dict[str, Any], change: dict[str, Any], code: str
) -> None:
    answer = await owner.post("/api/v1/connections", json={**postgresql, **change})
    assert answer.json()["code"] == code, answer.text
    assert answer.json()["detail"]
    assert (await owner.get("/api/v1/connections")).json()["items"] == []


async def test_files_lie_where_the_operator_allows(owner: Caller, files: Any, settings: Any) -> None:
    for config in (sqlite_shop(files), duckdb_shop(files)):
        for path in (
            "/etc/passwd",
            "relative.db",
            f"{files}/none.db",
            str(settings.data_dir / "secrets.key"),
        ):
            answer = await owner.post("/api/v1/connections", json={**config, "database": path})
            assert answer.json()["code"] == "connection_place_refused", answer.text
    (files / "no.db").write_bytes(b"this is no database at all, but long enough to look at" * 100)
    for dialect in ("sqlite", "duckdb"):
        config = {"name": "x", "dialect": dialect, "database": str(files / "no.db")}
        answer = await owner.post("/api/v1/connections", json=config)
        assert answer.json()["code"] == "connection_not_a_database", answer.text


async def test_another_workspace_sees_no_connection(
    owner: Caller, stranger: Caller, postgresql: dict[str, Any]
) -> None:
    connection = await connected(owner, postgresql)
    path = f"/api/v1/connections/{connection['id']}"
    missing = "/api/v1/connections/con_06fzzzzzzzzzzzzzzzzzzzzzzz"
    for method, end, body in (
        ("GET", "", None), ("PUT", "", postgresql), ("DELETE", "", None), ("POST", "/test", None),
        ("GET", "/tables", None), ("POST", "/tables", {"tables": ["x"]}),
    ):  # fmt: skip
        for place in (path, missing):
            answer = await stranger.request(method, place + end, json=body)
            assert answer.status_code == 404, (method, place + end, answer.text)
    assert (await owner.get(path)).status_code == 200


async def test_only_administrators_connect(
    owner: Caller, editor: Caller, viewer: Caller, postgresql: dict[str, Any]
) -> None:
    connection = await connected(owner, postgresql)
    path = f"/api/v1/connections/{connection['id']}"
    for caller in (editor, viewer):
        for method, end in (
            ("POST", "/api/v1/connections"), ("POST", "/api/v1/connections/check"), ("PUT", path),
            ("DELETE", path), ("POST", f"{path}/test"), ("GET", f"{path}/tables"), ("POST", f"{path}/tables"),
        ):  # fmt: skip
            answer = await caller.request(method, end, json=postgresql if method != "DELETE" else None)
            assert answer.status_code in (403, 422), (method, end, answer.text)
            assert answer.status_code == 403 or end.endswith(("check", "tables"))
        for where in ("/api/v1/connections", path):
            told = await caller.get(where)
            assert told.status_code == 403, told.text
            assert postgresql["host"] not in told.text


async def test_deleting_a_connection_takes_its_datasets(owner: Caller, postgresql: dict[str, Any]) -> None:
    connection = await connected(owner, postgresql)
    made = await imported(owner, connection, "orders")
    assert (await owner.delete(f"/api/v1/connections/{connection['id']}")).status_code == 204
    assert (await owner.get(f"/api/v1/datasets/{made['orders']}")).status_code == 404
    assert (await owner.post("/api/v1/query", json=TOTAL)).json()["code"] == "invalid_query"


async def test_tables_of_two_places_are_not_joined(owner: Caller, postgresql: dict[str, Any]) -> None:
    connection = await connected(owner, postgresql)
    await imported(owner, connection, "orders")
    uploaded = await ingested(owner, b"customer_id,region\n1,north\n2,south\n", "regions.csv")
    models = (await owner.get("/api/v1/semantic-models")).json()["items"]
    model = (await owner.get(f"/api/v1/semantic-models/{models[0]['id']}")).json()
    model["relationships"].append(
        {"left": "orders", "left_field": "customer", "right": uploaded["name"],
         "right_field": "customer_id", "cardinality": "many_to_one"}
    )  # fmt: skip
    assert (await owner.put(f"/api/v1/semantic-models/{models[0]['id']}", json=model)).status_code == 200
    query = {**TOTAL, "group_by": [{"field": f"{uploaded['name']}__region"}]}
    answer = await owner.post("/api/v1/query", json=query)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_query")
    assert "connected database" in answer.json()["detail"]


async def test_live_rows_have_no_versions(owner: Caller, postgresql: dict[str, Any], admin_url: str) -> None:
    connection = await connected(owner, postgresql)
    made = await imported(owner, connection, "orders")
    query = {"dataset": "orders", "measures": [{"aggregation": "count"}]}
    first = (await owner.post("/api/v1/query", json=query)).json()
    schema = connection["name"].removeprefix("Shop ")
    with psycopg.connect(admin_url, autocommit=True) as database:
        database.execute(f'INSERT INTO "{schema}".orders VALUES (5, 1, now(), 1, true, NULL)'.encode())
    second = (await owner.post("/api/v1/query", json=query)).json()
    assert (first["rows"], second["rows"], second["cached"]) == ([[4]], [[5]], False)
    old = await owner.post("/api/v1/query", json={**query, "versions": {made["orders"]: 7}})
    assert (old.status_code, old.json()["code"]) == (410, "version_expired")
    pin = {"name": "x", "query": query, "version_policy": "pinned"}
    refused = await owner.post("/api/v1/insights", json=pin)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "version_policy")
    upload = await owner.post(
        "/api/v1/datasets", files={"file": ("a.csv", b"a,b\n1,2\n")}, data={"dataset_id": made["orders"]}
    )
    assert (upload.status_code, upload.json()["code"]) == (409, "dataset_read_live")


async def test_importing_again_keeps_edits_and_follows_the_catalogue(
    owner: Caller, postgresql: dict[str, Any], admin_url: str
) -> None:
    connection = await connected(owner, postgresql)
    made = await imported(owner, connection, "orders", "customers")
    path = f"/api/v1/semantic-models/{made['orders']}"
    model = (await owner.get(path)).json()
    model["datasets"][0]["label"] = "Bestellungen"
    links = model["relationships"]
    assert [(link["left"], link["right"], link["confidence"]) for link in links] == [
        ("orders", "customers", 1.0)
    ]
    model["relationships"] = []
    assert (await owner.put(path, json=model)).status_code == 200
    schema = connection["name"].removeprefix("Shop ")
    with psycopg.connect(admin_url, autocommit=True) as database:
        database.execute(f'ALTER TABLE "{schema}".orders ADD COLUMN channel text'.encode())
        database.execute(f'ALTER TABLE "{schema}".orders DROP COLUMN notes'.encode())
    gone = await owner.post("/api/v1/query", json={"dataset": "orders", "columns": ["notes"]})
    assert gone.json()["code"] == "connection_gone", gone.text
    assert await imported(owner, connection, "orders", "customers") == made
    model = (await owner.get(path)).json()
    orders = next(d for d in model["datasets"] if d["id"] == made["orders"])
    names = [field["name"] for field in orders["fields"]]
    assert ("channel" in names, "notes" in names) == (True, False)
    assert "Bestellungen" in [d["label"] for d in model["datasets"]]
    assert model["relationships"] == []


async def test_unknown_tables_are_named(owner: Caller, postgresql: dict[str, Any]) -> None:
    connection = await connected(owner, postgresql)
    answer = await owner.post(
        f"/api/v1/connections/{connection['id']}/tables", json={"tables": ["pg_catalog.pg_authid", "x"]}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "connection_no_such_table")
    assert [error["field"] for error in answer.json()["errors"]] == ["tables.0", "tables.1"]


async def test_a_table_that_no_question_can_be_asked_of_is_named(owner: Caller, files: Any) -> None:
    config = sqlite_shop(files)
    with sqlite3.connect(config["database"]) as writer:
        writer.execute("CREATE TABLE pictures (content BLOB)")
    writer.close()
    connection = await connected(owner, config)
    answer = await owner.post(
        f"/api/v1/connections/{connection['id']}/tables", json={"tables": ["orders", "pictures"]}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "connection_no_such_table")
    assert [error["field"] for error in answer.json()["errors"]] == ["tables.1"]
    assert "no column" in answer.json()["detail"]


async def test_a_query_that_nobody_waits_for_is_stopped(owner: Caller, runtime: Runtime, files: Any) -> None:
    config = sqlite_shop(files)
    with sqlite3.connect(config["database"]) as writer:
        writer.execute(
            "CREATE VIEW many AS WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) "
            "SELECT n FROM r"
        )
    writer.close()
    await imported(owner, await connected(owner, config), "many")
    engine = runtime.get(ExternalEngine)
    query = {"dataset": "many", "measures": [{"aggregation": "count"}]}
    asking = asyncio.create_task(owner.post("/api/v1/query", json=query))

    async def at_work() -> list[Any]:
        assert not asking.done()
        return [each for each in engine._all - engine._free.keys() if each.worker.running]

    (working,) = await eventually(at_work)
    asking.cancel()

    async def stopped() -> bool:
        return not working.worker.running and working in engine._free

    await eventually(stopped)
