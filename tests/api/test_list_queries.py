"""A list costs as many statements for many rows as for one: no N+1."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from answerable.kit.runtime import Runtime
from tests.factories.callers import Caller, Workspace
from tests.factories.uploads import send_file

LISTS = (
    "/api/v1/documents",
    "/api/v1/datasets",
    "/api/v1/jobs",
    "/api/v1/api-keys",
    "/api/v1/workspaces",
    "/api/v1/workspaces/{workspace_id}/members",
    "/api/v1/workspaces/{workspace_id}/invitations",
    "/api/v1/semantic-models",
    "/api/v1/providers",
    "/api/v1/model-aliases",
    "/api/v1/models",
    "/api/v1/budgets",
    "/api/v1/limits",
    "/api/v1/chat/sessions",
    "/api/v1/dashboards",
    "/api/v1/events",
    "/api/v1/proposals",
    "/api/v1/verified-questions",
    "/api/v1/confidence/versions",
    "/api/v1/sources",
    "/api/v1/tools",
)

PAGED = (
    *LISTS[:3],
    "/api/v1/dashboards",
    "/api/v1/chat/sessions",
    "/api/v1/providers",
    "/api/v1/model-aliases",
    "/api/v1/budgets",
    "/api/v1/limits",
    *LISTS[-2:],
)


@contextmanager
def counted(runtime: Runtime) -> Iterator[list[str]]:
    """The statements that the app sends meanwhile."""
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    engine = runtime.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def add_one_of_each(workspace: Workspace, name: str) -> None:
    owner = workspace.owner
    created = [
        await send_file(owner, "/api/v1/documents", f"{name}.txt", f"Notes about {name}."),
        await send_file(owner, "/api/v1/datasets", f"{name}.csv", f"{name},b\n1,2\n"),
        await owner.post("/api/v1/api-keys", json={"name": name}),
        await Caller(owner.client, owner.token).post("/api/v1/workspaces", json={"name": name}),
        await owner.post(
            f"/api/v1/workspaces/{workspace.id}/invitations",
            json={"email": f"{name}@example.com", "role": "viewer"},
        ),
        await owner.post(
            "/api/v1/budgets",
            json={"subject": {"type": "workspace"}, "period": "day", "limit_usd": 5, "model": name},
        ),
        await owner.post(
            "/api/v1/limits",
            json={"subject": {"type": "workspace"}, "measure": "requests", "limit": 60, "model": name},
        ),
        await owner.post(
            "/api/v1/providers",
            json={"name": f"of-{name}", "kind": "openai", "models": [f"{name}-small", f"{name}-large"]},
        ),
        await owner.post(
            "/api/v1/model-aliases", json={"name": name, "targets": [{"model": f"{name}-small"}]}
        ),
        await owner.post("/api/v1/chat/sessions", json={"title": name}),
        await owner.post("/api/v1/tools", json={"name": name}),
        await owner.post("/api/v1/dashboards", json={"name": name}),
        await owner.post(
            "/api/v1/sources", json={"name": name, "kind": "folder", "config": {"path": f"/{name}"}}
        ),
    ]
    assert {answer.status_code for answer in created} <= {201, 202}
    await workspace.member("viewer")


async def test_lists_cost_the_same_number_of_statements_however_long(
    runtime: Runtime, workspace: Workspace, unique: str
) -> None:
    costs: list[dict[str, int]] = []
    for rounds in (1, 3):
        for number in range(rounds):
            await add_one_of_each(workspace, f"{unique}{rounds}{number}")
        cost = {}
        for path in LISTS:
            with counted(runtime) as statements:
                answer = await workspace.owner.get(path.format(workspace_id=workspace.id))
            assert answer.status_code == 200, answer.text
            cost[path] = len(statements)
        costs.append(cost)
    assert costs[0] == costs[1]
    assert max(costs[0].values()) <= 10


async def test_lists_are_paged_without_gaps_or_repeats(workspace: Workspace, unique: str) -> None:
    for number in range(3):
        await add_one_of_each(workspace, f"{unique}{number}")
    for path in PAGED:
        whole = [item["id"] for item in (await workspace.owner.get(path)).json()["items"]]
        paged: list[str] = []
        cursor: str | None = None
        while True:
            parameters = {"limit": 2, **({"cursor": cursor} if cursor else {})}
            page = (await workspace.owner.get(path, params=parameters)).json()
            paged += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert paged == whole, path
        assert len(whole) >= 3, path
