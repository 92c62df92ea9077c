"""Every object of a conversation as somebody else: another member of each role, another tenant, and whoever
had access and has lost it. A new route over conversations is covered the moment it exists."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import httpx
import psycopg
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from answerable.kit import ids
from tests.chat.conversations import Json, is_missing, new_session, say
from tests.chat.files.dropped import HOIST, TARGETS, drop_document, drop_table
from tests.factories.callers import Caller, Workspace

_PARAMETER = re.compile(r"\{(\w+)\}")
_FILE = {"files": {"file": ("x.csv", b"a,b\n1,2\n")}}
# What a route needs before it looks for its object, where that is more than nothing.
_WANTED: Mapping[str, Json] = {
    "POST /api/v1/chat/sessions/{session_id}/messages": {"json": {"content": "x", "stream": False}},
    "POST /api/v1/chat/sessions/{session_id}/messages/{message_id}/edit": {
        "json": {"content": "x", "stream": False}
    },
    "POST /api/v1/chat/sessions/{session_id}/documents": _FILE,
    "POST /api/v1/chat/sessions/{session_id}/datasets": _FILE,
    "POST /api/v1/chat/sessions/{session_id}/datasets/{dataset_id}/review": {
        "json": {"choices": [{"setting": "totals", "value": "keep"}]}
    },
    "PUT /api/v1/chat/sessions/{session_id}/datasets/{dataset_id}/rules": {"json": {"rules": []}},
}
_NO_BODY = ("GET", "DELETE")
_LACKS_SCOPE = re.compile(r"/keep$")
"""What a viewer may not do in a conversation of their own either."""


@dataclass(frozen=True)
class Conversation:
    """Somebody's conversation with one object of each kind: path parameters and fields of bodies by name."""

    owner: Caller
    ids: Mapping[str, str]
    paths: tuple[tuple[str, str], ...]

    def requests(self, values: Mapping[str, str]) -> Iterator[tuple[str, str, Json]]:
        """One request for each way to one of these objects: method, address, options."""
        for method, path in self.paths:
            options = {} if method in _NO_BODY else _WANTED.get(f"{method} {path}", {"json": {}})
            yield method, _PARAMETER.sub(lambda match: values[match[1]], path), options
        within = {"session_id": values["session_id"]}
        for path in ("", "/text", "/chunks", "/file"):
            yield "GET", f"/api/v1/documents/{values['document_id']}{path}", {"params": within}
        for path in ("", "/versions", "/rows", "/review", "/rules"):
            yield "GET", f"/api/v1/datasets/{values['dataset_id']}{path}", {"params": within}
        trial = f"/api/v1/datasets/{values['dataset_id']}/rules/test"
        yield "POST", trial, {"params": within, "json": {"rules": []}}
        yield "POST", "/api/v1/ask", {"json": {"question": "x", **within}}
        yield "POST", "/api/v1/search", {"json": {"query": "hoist", **within}}
        query = {"dataset": "targets", "measures": [{"aggregation": "count"}]}
        yield "POST", "/api/v1/query", {"json": {**query, **within}}
        said = {"answer_id": values["answer_id"], "rating": "up"}
        yield "POST", "/api/v1/feedback", {"json": said}


def _paths(app: FastAPI) -> tuple[tuple[str, str], ...]:
    """The routes that name an object of a conversation or a run."""
    return tuple(
        (method, str(route.path))
        for route in iter_route_contexts(app.routes)
        for method in sorted((route.methods or set()) - {"HEAD"})
        if re.match(r"/api/v1/(chat/sessions|runs)/\{", str(route.path))
    )


@pytest.fixture
async def theirs(app: FastAPI, workspace: Workspace, worker: None) -> Conversation:
    """A conversation of a member who may make keys."""
    del worker
    owner = await workspace.member("admin")
    chat = await new_session(owner, title="Cranes")
    document = await drop_document(owner, chat, "crane.md", HOIST)
    dataset = await drop_table(owner, chat, "targets.csv", TARGETS)
    reply = (await say(owner, chat, "What does the hoist of the Zephyrion crane lift?"))["reply"]
    assert reply["answer"]["status"] == "answered"
    answer = (await owner.post("/api/v1/ask", json={"question": "Hoist?", "session_id": chat})).json()
    given = await owner.post("/api/v1/feedback", json={"answer_id": answer["id"], "rating": "up"})
    assert given.status_code == 201, given.text
    link = (await owner.post(f"/api/v1/chat/sessions/{chat}/shares", json={})).json()
    objects = {
        "session_id": chat,
        "message_id": reply["id"],
        "run_id": reply["run_id"],
        "document_id": str(document["id"]),
        "dataset_id": str(dataset["id"]),
        "link_id": link["id"],
        "answer_id": answer["id"],
    }
    return Conversation(owner, objects, _paths(app))


def _nothing(objects: Mapping[str, str]) -> dict[str, str]:
    return {name: ids.new_id(value.split("_")[0]) for name, value in objects.items()}


async def _send(caller: Caller, request: tuple[str, str, Json]) -> httpx.Response:
    method, url, options = request
    return await caller.request(method, url, **options)


async def test_each_object_is_its_owners(theirs: Conversation) -> None:
    """The other tests would pass if these requests could reach nothing."""
    for request in theirs.requests(theirs.ids):
        if request[0] != "GET":
            continue
        assert (await _send(theirs.owner, request)).status_code == 200, request


@pytest.mark.parametrize("who", ["viewer", "editor", "admin", "owner", "stranger"])
async def test_to_everybody_else_each_object_is_one_that_does_not_exist(
    workspace: Workspace, stranger: Caller, theirs: Conversation, who: str
) -> None:
    other = {"owner": workspace.owner, "stranger": stranger}.get(who) or await workspace.member(who)
    asked = zip(theirs.requests(theirs.ids), theirs.requests(_nothing(theirs.ids)), strict=True)
    for request, void in asked:
        foreign, missing = await _send(other, request), await _send(other, void)
        if who == "viewer" and _LACKS_SCOPE.search(request[1]):
            assert foreign.status_code == missing.status_code == 403, request
            assert foreign.json()["detail"] == missing.json()["detail"], request
        else:
            assert is_missing(foreign, missing), (request, foreign.status_code, foreign.text)
    for request in theirs.requests(theirs.ids):
        if request[0] == "GET":  # and nothing of it has changed
            assert (await _send(theirs.owner, request)).status_code == 200, request


async def test_no_object_is_reached_through_a_conversation_of_ones_own(
    workspace: Workspace, theirs: Conversation
) -> None:
    other = await workspace.member("editor")
    own = {"session_id": await new_session(other)}
    void = {**_nothing(theirs.ids), **own}
    pairs = zip(theirs.requests({**theirs.ids, **own}), theirs.requests(void), strict=True)
    reached = 0
    for (method, url, options), empty in pairs:
        if not any(theirs.ids[name] in url for name in theirs.ids if name != "session_id"):
            continue
        foreign, missing = await _send(other, (method, url, options)), await _send(other, empty)
        assert is_missing(foreign, missing), (method, url, foreign.text)
        reached += 1
    assert reached > 10


async def test_no_list_and_no_search_tells_of_it(
    workspace: Workspace, stranger: Caller, theirs: Conversation
) -> None:
    for other in (workspace.owner, await workspace.member("admin"), stranger):
        for url in ("chat/sessions", "chat/search?q=hoist", "documents", "datasets"):
            found = (await other.get(f"/api/v1/{url}")).json()["items"]
            assert found == [], url
        searched = await other.post("/api/v1/search", json={"query": "hoist"})
        assert searched.json()["results"] == []


async def _key(caller: Caller) -> tuple[Caller, str]:
    made = (await caller.post("/api/v1/api-keys", json={"name": "app"})).json()
    return Caller(caller.client, made["key"]), made["id"]


def _set(admin_url: str, statement: str, *values: object) -> None:
    with psycopg.connect(admin_url, autocommit=True) as connection:
        assert connection.execute(statement, values).rowcount == 1


@pytest.mark.parametrize("how", ["revoked", "expired", "maker removed", "maker disabled"])
async def test_a_key_that_has_ended_reaches_nothing(
    workspace: Workspace, theirs: Conversation, admin_url: str, how: str
) -> None:
    key, key_id = await _key(theirs.owner)
    assert (await key.get(f"/api/v1/chat/sessions/{theirs.ids['session_id']}")).status_code == 200
    match how:
        case "revoked":
            assert (await theirs.owner.delete(f"/api/v1/api-keys/{key_id}")).status_code == 204
        case "expired":
            ended = "UPDATE api_keys SET expires_at = now() - interval '1 second' WHERE id = %s"
            _set(admin_url, ended, ids.decode("key", key_id))
        case "maker removed":
            url = f"/api/v1/workspaces/{workspace.id}/members/{theirs.owner.user_id}"
            assert (await workspace.owner.delete(url)).status_code == 204
        case _:
            _disable(admin_url, theirs.owner)
    for request in theirs.requests(theirs.ids):
        assert (await _send(key, request)).status_code == 401, request


def _disable(admin_url: str, person: Caller) -> None:
    """As the server's owner does."""
    _set(admin_url, "UPDATE users SET disabled_at = now() WHERE id = %s", ids.decode("usr", person.user_id))


async def test_a_person_who_was_removed_or_disabled_reaches_nothing(
    workspace: Workspace, theirs: Conversation, admin_url: str
) -> None:
    url = f"/api/v1/workspaces/{workspace.id}/members/{theirs.owner.user_id}"
    assert (await workspace.owner.delete(url)).status_code == 204
    for request in theirs.requests(theirs.ids):
        assert (await _send(theirs.owner, request)).status_code == 404, request
    _disable(admin_url, theirs.owner)
    for request in theirs.requests(theirs.ids):
        assert (await _send(theirs.owner, request)).status_code == 401, request


async def test_who_was_demoted_keeps_the_conversation_and_loses_what_the_role_gave(
    workspace: Workspace, theirs: Conversation
) -> None:
    url = f"/api/v1/workspaces/{workspace.id}/members/{theirs.owner.user_id}"
    assert (await workspace.owner.patch(url, json={"role": "viewer"})).status_code == 200
    for request in theirs.requests(theirs.ids):
        if request[0] == "GET":
            assert (await _send(theirs.owner, request)).status_code == 200, request
        elif _LACKS_SCOPE.search(request[1]):
            assert (await _send(theirs.owner, request)).status_code == 403, request


async def test_a_share_ends_when_its_giver_is_disabled(
    theirs: Conversation, client: httpx.AsyncClient, admin_url: str
) -> None:
    url = f"/api/v1/chat/sessions/{theirs.ids['session_id']}/shares"
    path = (await theirs.owner.post(url, json={})).json()["path"]
    read = await client.get(path)
    assert read.status_code == 200
    for name in ("session_id", "message_id", "run_id", "link_id", "answer_id"):
        assert theirs.ids[name] not in read.text
    _disable(admin_url, theirs.owner)
    assert is_missing(await client.get(path), await client.get("/api/v1/chat/shared/anss_nothing"))
