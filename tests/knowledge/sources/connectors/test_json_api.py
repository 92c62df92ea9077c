"""HTTP APIs that list JSON, read by configuration from a real server."""

from __future__ import annotations

import json

import pytest
from pydantic import JsonValue

from answerable.knowledge.sources.connectors.json_api import JsonApiConnector
from answerable.plugins.connectors import ConnectorContext, ConnectorFailure
from tests.factories.callers import Caller
from tests.factories.web_server import Page, Request, WebServer
from tests.knowledge.sources.connectors.listing import fetched, listed
from tests.knowledge.sources.syncing import add_source, documents, sync, text_of

CONNECTOR = JsonApiConnector()


def answers(web: WebServer, pages: dict[str, JsonValue]) -> None:
    """Write down what each path answers as JSON."""
    for path, page in pages.items():
        web.put(path, json.dumps(page), content_type="application/json")


@pytest.mark.usefixtures("worker")
async def test_articles_of_an_api_are_kept_in_step_and_its_secret_is_never_shown(
    owner: Caller, web: WebServer
) -> None:
    def articles(request: Request) -> Page:
        if request.headers.get("x-token") != "needle-7":
            return Page(status=401)
        article = {"key": 7, "name": "Warranty", "body": {"text": "The warranty lasts 24 months."}, "at": 1}
        return Page(json.dumps({"data": {"rows": [article]}}).encode())

    web.answer = articles
    config: dict[str, object] = {
        "url": f"{web.url}/articles", "items_path": "data.rows", "id_path": "key", "title_path": "name",
        "text_paths": ["body.text"], "version_path": "at", "auth_header": "x-token",
    }  # fmt: skip
    source = await add_source(owner, "json_api", **config, auth_value="needle-7")
    assert source["secrets"] == ["auth_value"]
    assert "needle-7" not in json.dumps(source)
    assert (await sync(owner, source))["counts"]["added"] == 1
    found = await documents(owner, source)
    assert found["7.txt"]["title"] == "Warranty"
    assert "24 months" in await text_of(owner, found["7.txt"])
    assert (await sync(owner, source))["counts"]["unchanged"] == 1

    # A changed configuration brings its secret along, so that none can be sent elsewhere unknown.
    changed = await owner.patch(f"/api/v1/sources/{source['id']}", json={"config": config})
    assert changed.json()["secrets"] == []
    run = await sync(owner, source, status="failed")
    assert run["error"]["code"] == "refused"
    wrong = await owner.post("/api/v1/sources/check", json={"kind": "json_api", "config": config})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "refused")


async def test_pages_are_followed_in_each_way(web: WebServer, context: ConnectorContext) -> None:
    def item(name: str) -> JsonValue:
        return {"id": name, "text": f"Text of {name}."}

    answers(
        web,
        {
            "/counted?page=1": [item("a")], "/counted?page=2": [item("b")], "/counted?page=3": [],
            "/linked": {"rows": [item("a")], "next": "/linked?more"},
            "/linked?more": {"rows": [item("b")], "next": None},
            "/token": {"rows": [item("a")], "next": "t1"},
            "/token?cursor=t1": {"rows": [item("b")], "next": ""},
        },
    )  # fmt: skip
    for config in (
        {"url": f"{web.url}/counted", "page_parameter": "page"},
        {"url": f"{web.url}/linked", "items_path": "rows", "next_path": "next"},
        {"url": f"{web.url}/token", "items_path": "rows", "next_path": "next", "next_parameter": "cursor"},
    ):
        found = await listed(CONNECTOR, context, text_paths=["text"], **config)
        assert [each.id for each in found] == ["a", "b"], config
        assert await fetched(found[1]) == b"Text of b."
        rest = await listed(CONNECTOR, context, found[1].cursor, text_paths=["text"], **config)
        assert [each.id for each in rest] == ["b"], config


async def test_a_next_page_elsewhere_does_not_get_the_secret(
    web: WebServer, context: ConnectorContext
) -> None:
    elsewhere = f"http://127.0.0.1:{web.port}/second".replace("127.0.0.1", "LOCALHOST").lower()
    open_context = ConnectorContext(context.outbound, private_hosts=["127.0.0.1", "localhost"])
    answers(web, {"/first": {"rows": [], "next": elsewhere}, "/second": {"rows": []}})
    await listed(
        CONNECTOR, open_context, url=f"{web.url}/first", items_path="rows", next_path="next",
        text_paths=["text"], auth_value="Bearer needle",
    )  # fmt: skip
    assert web.asked("/first")[0].headers["authorization"] == "Bearer needle"
    assert "authorization" not in web.asked("/second")[0].headers


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (b"<html>", "not_json"),
        (b'{"rows": 3}', "no_items"),
        (b'{"rows": [{"text": "x"}]}', "no_id"),
        (b'{"rows": [], "next": "/api"}', "endless_pages"),
    ],
)
async def test_what_does_not_fit_is_told(
    web: WebServer, context: ConnectorContext, page: bytes, code: str
) -> None:
    web.put("/api", page)
    with pytest.raises(ConnectorFailure) as caught:
        await listed(
            CONNECTOR, context, url=f"{web.url}/api", items_path="rows", next_path="next", text_paths=["text"]
        )
    assert caught.value.code == code
