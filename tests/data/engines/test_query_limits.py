"""What one query may cost in a workspace: set by those who administer it, held wherever rows are read."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from tests.data.connections.shop import ROLE, connected, imported, postgresql_shop
from tests.data.dashboards.boards import dashboard, pinned, shown, tile
from tests.data.datasets.uploads import ingested
from tests.data.warehouse.conftest import house, warehouse
from tests.data.warehouse.house import stored
from tests.factories.callers import Caller, Workspace
from tests.factories.waiting import eventually

from answerable.data.engines.query_limits.bounds import QueryLimits
from answerable.kit.settings import QuerySettings, Settings

pytestmark = pytest.mark.usefixtures("worker")

__all__ = ["house", "warehouse"]
URL = "/api/v1/query-limits"
NONE: dict[str, Any] = {"max_scan_rows": None, "max_scan_bytes": None, "timeout_seconds": None}
ROWS = 40
ORDERS = ("day,amount\n" + "".join(f"2025-0{1 + n % 6}-01,{n}.5\n" for n in range(ROWS))).encode()
TOTAL = {"aggregation": "sum", "field": "amount", "alias": "total"}


async def set_to(caller: Caller, **limits: float) -> Any:
    return await caller.put(URL, json={**NONE, **limits})


def refused(problem: dict[str, Any]) -> None:
    """The refusal names the limit, the estimate and what to do."""
    assert (problem["code"], problem["reason"]) == ("query_too_large", "workspace_scan_limit")
    assert f"about {ROWS} rows; this workspace lets a query read at most 10" in problem["detail"]
    assert "Ask an owner or admin to raise its max_scan_rows, or narrow the period." in problem["detail"]
    (over,) = problem["errors"]
    assert (over["field"], over["arguments"]) == ("max_scan_rows", {"estimate": ROWS, "limit": 10})


async def test_admins_set_them_and_members_read_them(
    workspace: Workspace, stranger: Caller, settings: Settings
) -> None:
    server = settings.query
    for role in ("viewer", "editor"):
        member = await workspace.member(role)
        assert (await set_to(member, max_scan_rows=1)).status_code == 403
    admin = await workspace.member("admin")
    assert (await set_to(admin, max_scan_rows=5_000, timeout_seconds=2.5)).status_code == 200
    told = {
        "max_scan_rows": 5_000,
        "max_scan_bytes": None,
        "timeout_seconds": 2.5,
        "server_max_scan_rows": server.max_scan_rows,
        "server_max_scan_bytes": server.max_scan_bytes,
        "server_timeout_seconds": server.timeout_seconds,
    }
    assert (await member.get(URL)).json() == told
    assert (await stranger.get(URL)).json() == {**told, **NONE}
    assert (await set_to(workspace.owner)).json() == {**told, **NONE}
    assert (await workspace.owner.client.get(URL)).status_code == 401


async def test_none_is_above_the_servers_and_none_is_forgotten(owner: Caller, settings: Settings) -> None:
    server = settings.query
    above = {
        "max_scan_rows": server.max_scan_rows + 1,
        "max_scan_bytes": server.max_scan_bytes + 1,
        "timeout_seconds": server.timeout_seconds + 1,
    }
    answer = await set_to(owner, **above)
    assert (answer.status_code, {each["field"] for each in answer.json()["errors"]}) == (422, set(above))
    for body in ({**NONE, "max_scan_rows": 0}, {**NONE, "timeout_seconds": 0.5}, {"max_scan_rows": 5}):
        assert (await owner.put(URL, json=body)).status_code == 422, body
    assert (await owner.get(URL)).json().items() >= NONE.items()


def test_a_server_that_was_lowered_binds_also_what_was_set_before() -> None:
    server = QuerySettings(max_scan_rows=10, max_scan_bytes=1_000, timeout_seconds=3)
    limits = QueryLimits(50, 500, 9)
    assert limits.scans(server) == {"rows": 10, "bytes": 500}
    assert limits.seconds(server) == 3
    assert (limits.too_large(server, "rows", 11).reason, limits.too_slow(server).reason) == (None, None)
    assert "at most 10 are allowed" in limits.too_large(server, "rows", 11).detail


async def test_everything_that_reads_uploaded_rows_is_held_to_them(owner: Caller) -> None:
    dataset = await ingested(owner, ORDERS, "orders.csv")
    query = {"dataset": dataset["name"], "measures": [TOTAL]}
    board = await dashboard(owner, tile(await pinned(owner, query)))
    assert (await set_to(owner, max_scan_rows=10)).status_code == 200

    for body in (query, {**query, "dry_run": True}):
        answer = await owner.post("/api/v1/query", json=body)
        assert answer.status_code == 413
        refused(answer.json())
    for question in ("total amount", "why did amount change in May 2025"):
        asked = (await owner.post("/api/v1/ask", json={"question": question})).json()
        assert asked["status"] != "answered"
        assert "max_scan_rows" in str(asked), asked
    (only,) = await shown(owner, board)
    assert only["result"] is None
    assert only["error"]["code"] == "query_too_large"
    assert "max_scan_rows" in only["error"]["detail"]

    await ingested(owner, ORDERS.replace(b",0.5", b",9.5"), "orders.csv", dataset_id=dataset["id"])

    async def refresh_failed() -> bool:
        events = (await owner.get("/api/v1/events?kind=dashboard.refreshed")).json()["items"]
        return [event["data"] for event in events] == [{"tiles": 1, "computed": 0, "failed": 1}]

    await eventually(refresh_failed)
    assert (await set_to(owner, max_scan_bytes=10)).status_code == 200
    in_bytes = (await owner.post("/api/v1/query", json=query)).json()
    assert in_bytes["errors"][0]["field"] == "max_scan_bytes"

    assert (await set_to(owner, max_scan_rows=ROWS)).status_code == 200
    answer = await owner.post("/api/v1/query", json=query)
    assert (answer.status_code, answer.json()["estimate"]["rows"]) == (200, ROWS)
    assert (await set_to(owner, max_scan_rows=10)).status_code == 200
    known = (await owner.post("/api/v1/query", json=query)).json()
    assert known["cached"] is True, "what was computed already costs nothing"


@pytest.mark.usefixtures("warehouse")
async def test_rows_in_the_warehouse_are_held_to_them(owner: Caller) -> None:
    dataset = await stored(owner, ORDERS, "orders.csv")
    query = {"dataset": dataset["name"], "measures": [TOTAL]}
    assert (await set_to(owner, max_scan_rows=1)).status_code == 200
    for body in (query, {**query, "dry_run": True}):
        answer = await owner.post("/api/v1/query", json=body)
        assert (answer.status_code, answer.json().get("reason")) == (413, "workspace_scan_limit"), answer.text
    assert (await set_to(owner)).status_code == 200
    assert (await owner.post("/api/v1/query", json=query)).status_code == 200


async def test_connected_rows_are_held_to_them_in_time_too(
    owner: Caller, admin_url: str, unique: str
) -> None:
    with (
        postgresql_shop(admin_url, f"shop_{unique}") as shop,
        psycopg.connect(admin_url, autocommit=True) as database,
    ):
        many, slow = f'"shop_{unique}".many', f'"shop_{unique}".slow'
        database.execute(
            f"CREATE TABLE {many} AS SELECT n + 0.5 AS amount FROM generate_series(1, 200) n".encode()
        )
        database.execute(f"ANALYZE {many}".encode())
        database.execute(f"CREATE VIEW {slow} AS SELECT amount FROM {many}".encode())
        database.execute(f"GRANT SELECT ON {slow} TO {ROLE}".encode())
        await imported(owner, await connected(owner, shop), "slow")
        query = {"dataset": "slow", "measures": [TOTAL]}
        assert (await set_to(owner, max_scan_rows=50)).status_code == 200
        answer = await owner.post("/api/v1/query", json=query)
        assert (answer.status_code, answer.json().get("reason")) == (413, "workspace_scan_limit"), answer.text
        # From now on it never ends.
        crossed = f"SELECT a.amount FROM {many} a, {many} b, {many} c, {many} d, {many} e"
        database.execute(f"CREATE OR REPLACE VIEW {slow} AS {crossed}".encode())
        assert (await set_to(owner, timeout_seconds=1)).status_code == 200
        answer = await owner.post("/api/v1/query", json=query)
        assert (answer.status_code, answer.json().get("reason")) == (504, "workspace_time_limit"), answer.text
        assert "longer than the 1 seconds" in answer.json()["detail"]
        assert "raise its timeout_seconds, or narrow the period" in answer.json()["detail"]
