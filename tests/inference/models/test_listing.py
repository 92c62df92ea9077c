"""`GET /api/v1/models`: every name that a workspace may call."""

from __future__ import annotations

from contextlib import closing

from answerable.inference.failures import FailureKind, UpstreamFailure
from answerable.inference.models.catalog import Catalog
from answerable.inference.operation import Operation
from answerable.inference.routing.router import Router
from answerable.kit.runtime import Runtime
from tests.factories.callers import Caller
from tests.inference.models.configuring import KEY, add_alias, add_provider


async def test_names_are_listed_with_what_they_lead_to(owner: Caller) -> None:
    await add_provider(owner, "acme", {"name": "small", "context_window": 8_000}, "m-*", "*")
    await add_alias(owner, "quick", "small", "m-1")
    answer = await owner.get("/api/v1/models")
    items = {item["name"]: item for item in answer.json()["items"]}
    assert list(items) == ["acme/*", "m-*", "quick", "small"]
    assert [items[name]["kind"] for name in items] == ["pattern", "pattern", "alias", "model"]
    assert [target["model"] for target in items["quick"]["targets"]] == ["small", "m-1"]
    assert items["small"]["context_window"] == 8_000
    assert items["small"]["available"]
    assert items["small"]["targets"][0]["state"] == "closed"
    assert KEY not in answer.text


async def test_an_open_breaker_is_shown(owner: Caller, runtime: Runtime) -> None:
    await add_provider(owner, "acme", "small")
    plan = await runtime.get(Catalog).plan(owner.workspace_id, "small", Operation.CHAT)
    with closing(runtime.get(Router).attempts(plan)) as attempts:
        target = await attempts.next()
        assert target is not None
        attempts.failed(target, UpstreamFailure(FailureKind.CREDENTIALS, "refused", status=401))
    [item] = (await owner.get("/api/v1/models")).json()["items"]
    assert not item["available"]
    assert item["targets"][0]["state"] == "open"
    assert item["targets"][0]["reason"] == "credentials"
    assert 250 < item["targets"][0]["retry_in_seconds"] <= 300


async def test_the_list_is_paged_by_name(owner: Caller) -> None:
    await add_provider(owner, "acme", *[f"m{number:02}" for number in range(7)])
    names: list[str] = []
    cursor: str | None = None
    while True:
        parameters = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        page = (await owner.get("/api/v1/models", params=parameters)).json()
        names += [item["name"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert names == [f"m{number:02}" for number in range(7)]
    assert (await owner.get("/api/v1/models", params={"cursor": "%%"})).status_code == 422


async def test_a_price_is_the_configured_one_else_the_public_lists(owner: Caller) -> None:
    price = {"input_per_mtok": 1.5, "output_per_mtok": 2.5}
    listed = {"name": "mini", "upstream_name": "gpt-4o-mini"}
    body = {"base_url": "https://api.openai.com/v1"}
    await add_provider(owner, "openai", {"name": "own", "price": price}, listed, "nobody-knows", **body)
    items = {item["name"]: item["price"] for item in (await owner.get("/api/v1/models")).json()["items"]}
    assert (items["own"]["input_per_mtok"], items["own"]["version"]) == (1.5, "configured:1.5/2.5")
    assert items["mini"]["input_per_mtok"] > 0
    assert "configured" not in items["mini"]["version"]
    assert items["nobody-knows"] is None
