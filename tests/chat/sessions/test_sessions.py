"""Sessions through HTTP: one member's own, with title, tags and marks."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from tests.chat.conversations import is_missing, new_session, say, session
from tests.factories.callers import Caller, Workspace

SESSIONS = "/api/v1/chat/sessions"


async def test_a_session_is_titled_by_its_first_question(viewer: Caller) -> None:
    chat = await new_session(viewer)
    assert (await session(viewer, chat))["title"] is None
    await say(viewer, chat, "  how many orders\n were there in 2024?")
    await say(viewer, chat, "And what is the weather like?")
    assert (await session(viewer, chat))["title"] == "How many orders were there in 2024"


async def test_a_long_question_is_cut_between_words(viewer: Caller) -> None:
    chat = await new_session(viewer)
    await say(viewer, chat, "Please tell me, as exactly as you can, how long customers have to return goods")
    title = (await session(viewer, chat))["title"]
    assert title == "Please tell me, as exactly as you can, how long customers…"
    assert len(title) <= 60


async def test_a_given_title_stays(viewer: Caller) -> None:
    chat = await new_session(viewer, title="Returns")
    await say(viewer, chat, "Anything?")
    assert (await session(viewer, chat))["title"] == "Returns"


async def test_a_session_is_renamed_tagged_pinned_and_archived(viewer: Caller) -> None:
    chat = await new_session(viewer)
    wanted = {"title": "Q3", "tags": ["sales", "sales", "eu"], "pinned": True, "archived": True}
    changed = await viewer.patch(f"{SESSIONS}/{chat}", json=wanted)
    assert changed.status_code == 200, changed.text
    assert {name: changed.json()[name] for name in wanted} == {**wanted, "tags": ["sales", "eu"]}
    back = await viewer.patch(f"{SESSIONS}/{chat}", json={"archived": False})
    assert (back.json()["archived"], back.json()["title"]) == (False, "Q3")


async def test_the_list_is_filtered_and_shows_the_one_used_last_first(viewer: Caller) -> None:
    first, second, third = [await new_session(viewer, tags=[tag]) for tag in ("a", "b", "a")]
    await viewer.patch(f"{SESSIONS}/{second}", json={"archived": True})
    await viewer.patch(f"{SESSIONS}/{third}", json={"pinned": True})
    await say(viewer, first, "Anything?")

    async def listed(**filters: object) -> list[str]:
        answer = await viewer.get(SESSIONS, params=filters)
        return [item["id"] for item in answer.json()["items"]]

    assert await listed() == [first, third, second]
    assert await listed(archived=False) == [first, third]
    assert await listed(archived=True) == [second]
    assert await listed(pinned=True) == [third]
    assert await listed(tag="a") == [first, third]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"title": " \n "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"tags": ["x" * 51]}, "tags.0"),
        ({"tags": [str(n) for n in range(21)]}, "tags"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_what_a_session_cannot_be_is_refused(
    viewer: Caller, body: dict[str, object], field: str
) -> None:
    for answer in (
        await viewer.post(SESSIONS, json=body),
        await viewer.patch(f"{SESSIONS}/{await new_session(viewer)}", json=body),
    ):
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


async def test_a_session_repeated_with_its_key_exists_once(viewer: Caller) -> None:
    answers = [
        await viewer.post(SESSIONS, json={"title": "Once"}, headers={"Idempotency-Key": "k1"})
        for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert len((await viewer.get(SESSIONS)).json()["items"]) == 1


async def test_a_deleted_session_takes_messages_and_runs_along(viewer: Caller) -> None:
    chat = await new_session(viewer)
    reply = (await say(viewer, chat, "Anything?"))["reply"]
    assert (await viewer.delete(f"{SESSIONS}/{chat}")).status_code == 204
    for path in (f"chat/sessions/{chat}", f"chat/sessions/{chat}/messages", f"runs/{reply['run_id']}/events"):
        assert (await viewer.get(f"/api/v1/{path}")).status_code == 404, path
    assert (await viewer.delete(f"{SESSIONS}/{chat}")).status_code == 404


@pytest.mark.parametrize("who", ["colleague", "owner", "stranger"])
async def test_nobody_else_learns_that_a_session_exists(
    workspace: Workspace, viewer: Caller, stranger: Caller, who: str
) -> None:
    chat = await new_session(viewer)
    reply = (await say(viewer, chat, "Anything?"))["reply"]
    callers = {"colleague": await workspace.member("editor"), "owner": workspace.owner, "stranger": stranger}
    other = callers[who]
    nothing, no_message = ids.new_id("chat"), ids.new_id("msg")
    for method, path in (
        ("GET", ""),
        ("PATCH", ""),
        ("DELETE", ""),
        ("GET", "/messages"),
        ("GET", "/tree"),
        ("GET", "/recap"),
        ("GET", "/export"),
        ("GET", "/shares"),
        ("POST", "/shares"),
        ("POST", "/messages/{message}/regenerate"),
        ("POST", "/messages/{message}/edit"),
        ("POST", "/messages"),
        ("GET", "/messages/{message}"),
    ):
        body = {"content": "x"} if path.endswith(("messages", "edit")) else {}
        options = {} if method in ("GET", "DELETE") else {"json": body}
        for stream in (True, False) if "messages" in path and method == "POST" else (None,):
            if stream is not None:
                options["json"]["stream"] = stream
            foreign = await other.request(
                method, f"{SESSIONS}/{chat}{path.format(message=reply['id'])}", **options
            )
            missing = await other.request(
                method, f"{SESSIONS}/{nothing}{path.format(message=no_message)}", **options
            )
            assert is_missing(foreign, missing), (method, path, foreign.text)
    asked = {"question": "x", "session_id": chat}
    missing = await other.post("/api/v1/ask", json={**asked, "session_id": nothing})
    for stream in (True, False):
        assert is_missing(await other.post("/api/v1/ask", json={**asked, "stream": stream}), missing)
    assert (await other.get(SESSIONS)).json()["items"] == []
    assert (await session(viewer, chat))["id"] == chat


async def test_a_key_writes_into_its_makers_sessions_only_with_the_scope(workspace: Workspace) -> None:
    owner = workspace.owner
    chat = await new_session(owner)
    made = await owner.post("/api/v1/api-keys", json={"name": "asks", "scopes": ["ask"]})
    key = Caller(owner.client, made.json()["key"])
    for stream in (True, False):
        refused = await key.post("/api/v1/ask", json={"question": "x", "session_id": chat, "stream": stream})
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert (await owner.get(f"{SESSIONS}/{chat}/messages")).json()["items"] == []


async def test_the_database_itself_hides_a_members_conversations(
    workspace: Workspace, viewer: Caller, runtime: Runtime
) -> None:
    """What a query that forgot whose rows it wants would see."""
    await say(viewer, await new_session(viewer), "Anything?")
    seen = {}
    for name, user_id in (("member", viewer.user_id), ("owner", workspace.owner.user_id), ("job", None)):
        async with runtime.database.begin(Principal(workspace.id, user_id)) as session:
            seen[name] = [
                await session.scalar(text(f"SELECT count(*) FROM {table}"))
                for table in ("chat_sessions", "chat_messages")
            ]
    assert seen == {"member": [1, 2], "owner": [0, 0], "job": [1, 2]}
