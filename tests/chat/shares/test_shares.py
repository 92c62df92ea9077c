"""A link shows its conversation to whoever has it, until it ends, and shows nothing else."""

from __future__ import annotations

import httpx
import psycopg
import pytest

from answerable.kit import ids
from tests.chat.conversations import Json, is_missing, new_session, say, text
from tests.factories.callers import Caller, Workspace

NOTHING = "/api/v1/chat/shared/anss_nothing"


async def share(caller: Caller, chat: str, **wanted: object) -> Json:
    answer = await caller.post(f"/api/v1/chat/sessions/{chat}/shares", json=wanted)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


async def test_whoever_has_the_link_reads_the_conversation_as_it_was(
    shop: Workspace, client: httpx.AsyncClient
) -> None:
    chat = await new_session(shop.owner, title="Amounts")
    kept = await say(shop.owner, chat, "total amount by country")
    link = await share(shop.owner, chat)
    await say(shop.owner, chat, "When must damage be reported?")
    renamed = await shop.owner.patch(f"/api/v1/chat/sessions/{chat}", json={"title": "Said later"})
    assert renamed.json()["title"] == "Said later"
    read = await client.get(link["path"])
    assert read.status_code == 200, read.text
    shared = read.json()
    assert set(shared) == {"title", "expires_at", "messages"}
    assert shared["title"] == "Amounts"
    assert [message["parts"] for message in shared["messages"]] == [
        kept["message"]["parts"],
        kept["reply"]["parts"],
    ]
    assert all(set(message) == {"role", "status", "parts", "created_at"} for message in shared["messages"])
    for secret in (
        chat,
        kept["reply"]["id"],
        kept["reply"]["run_id"],
        shop.id,
        shop.owner.user_id,
        "48 hours",
    ):
        assert secret not in read.text
    assert read.headers["cache-control"] == "no-store"


async def test_a_links_token_opens_nothing_else(viewer: Caller, client: httpx.AsyncClient) -> None:
    chat = await new_session(viewer)
    await say(viewer, chat, "Anything?")
    token = (await share(viewer, chat))["token"]
    for path in (f"chat/sessions/{chat}", "chat/sessions", "documents", "auth/me"):
        answer = await client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401, path


async def test_the_token_is_shown_once_and_kept_as_a_hash(viewer: Caller, admin_url: str) -> None:
    chat = await new_session(viewer)
    await say(viewer, chat, "Anything?")
    made = await share(viewer, chat)
    listed = await viewer.get(f"/api/v1/chat/sessions/{chat}/shares")
    assert made["token"] not in listed.text
    assert [item["id"] for item in listed.json()["items"]] == [made["id"]]
    with psycopg.connect(admin_url) as connection:
        row = connection.execute(
            "SELECT to_jsonb(s)::text FROM chat_shares s WHERE id = %s", [ids.decode("link", made["id"])]
        ).fetchone()
    assert row is not None
    assert made["token"].removeprefix(made["prefix"]) not in row[0]


async def expire(admin_url: str, link: Json) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(
            "UPDATE chat_shares SET expires_at = now() - interval '1 second' WHERE id = %s",
            [ids.decode("link", link["id"])],
        )


@pytest.mark.parametrize("how", ["revoked", "expired", "deleted", "left", "tampered"])
async def test_an_ended_link_is_like_one_that_never_was(
    workspace: Workspace, viewer: Caller, client: httpx.AsyncClient, admin_url: str, how: str
) -> None:
    chat = await new_session(viewer)
    await say(viewer, chat, "Anything?")
    link = await share(viewer, chat)
    path = link["path"]
    assert (await client.get(path)).status_code == 200
    match how:
        case "revoked":
            gone = await viewer.delete(f"/api/v1/chat/sessions/{chat}/shares/{link['id']}")
            assert gone.status_code == 204
        case "expired":
            await expire(admin_url, link)
        case "deleted":
            await viewer.delete(f"/api/v1/chat/sessions/{chat}")
        case "left":
            url = f"/api/v1/workspaces/{workspace.id}/members/{viewer.user_id}"
            assert (await workspace.owner.delete(url)).status_code == 204
        case _:
            path = path[:-1] + ("a" if path[-1] != "a" else "b")
    assert is_missing(await client.get(path), await client.get(NOTHING))


async def test_nobody_else_lists_makes_or_ends_links(
    workspace: Workspace, viewer: Caller, stranger: Caller
) -> None:
    chat = await new_session(viewer)
    await say(viewer, chat, "Anything?")
    link = await share(viewer, chat)
    url, nothing = (
        f"/api/v1/chat/sessions/{chat}/shares",
        f"/api/v1/chat/sessions/{ids.new_id('chat')}/shares",
    )
    for other in (workspace.owner, await workspace.member("editor"), stranger):
        assert is_missing(await other.get(url), await other.get(nothing))
        assert is_missing(await other.post(url, json={}), await other.post(nothing, json={}))
        assert is_missing(await other.delete(f"{url}/{link['id']}"), await other.delete(f"{nothing}/link_x"))
    assert len((await viewer.get(url)).json()["items"]) == 1


async def test_an_empty_conversation_and_a_foreign_message_cannot_be_shared(viewer: Caller) -> None:
    chat, other = await new_session(viewer), await new_session(viewer)
    url = f"/api/v1/chat/sessions/{chat}/shares"
    assert (await viewer.post(url, json={})).json()["code"] == "nothing_to_share"
    elsewhere = (await say(viewer, other, "Anything?"))["reply"]
    assert (await viewer.post(url, json={"message_id": elsewhere["id"]})).status_code == 404
    assert (await viewer.post(url, json={"days": 0})).status_code == 422


async def test_an_earlier_message_can_end_what_is_shared(viewer: Caller, client: httpx.AsyncClient) -> None:
    chat = await new_session(viewer)
    first = await say(viewer, chat, "First?")
    await say(viewer, chat, "Second?")
    link = await share(viewer, chat, message_id=first["reply"]["id"])
    messages = (await client.get(link["path"])).json()["messages"]
    assert text(messages[0]) == "First?"
    assert len(messages) == 2
