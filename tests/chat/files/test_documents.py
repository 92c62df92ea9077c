"""A document that is dropped into a conversation is seen, searched and asked about there and nowhere else."""

from __future__ import annotations

import httpx
import psycopg
import pytest

from answerable.chat.retention.service import delete_expired
from answerable.kit import ids
from answerable.kit.runtime import Runtime
from tests.chat.conversations import is_missing, new_session, part, say, text
from tests.chat.files.dropped import HOIST, drop_document, found, ids_at
from tests.chat.retention.test_retention import age
from tests.factories.callers import Caller, Workspace
from tests.factories.uploads import RETURNS_POLICY, send_file, upload_document
from tests.factories.waiting import eventually
from tests.knowledge.documents.test_members import tar

pytestmark = pytest.mark.usefixtures("worker")

QUESTION = "How much does the hoist of the Zephyrion crane lift?"


async def test_the_conversation_answers_from_its_file_and_nothing_else_does(
    workspace: Workspace, viewer: Caller
) -> None:
    chat, other = await new_session(viewer), await new_session(viewer)
    document = await drop_document(viewer, chat, "crane.md", HOIST)
    assert (document["status"], document["session_id"]) == ("ready", chat)
    reply = (await say(viewer, chat, QUESTION))["reply"]
    assert "4,200 kilograms" in text(reply)
    assert part(reply, "evidence")["evidence"]["document_id"] == document["id"]
    asked = await viewer.post("/api/v1/ask", json={"question": QUESTION, "session_id": chat})
    assert "4,200 kilograms" in asked.json()["text"]

    assert "4,200" not in text((await say(viewer, other, QUESTION))["reply"])
    for caller in (viewer, workspace.owner):
        assert (await caller.post("/api/v1/ask", json={"question": QUESTION})).json()["status"] == "abstained"
        assert await found(caller, "hoist Zephyrion") == []
        assert await found(caller, "hoist Zephyrion", mode="lexical") == []
        assert await found(caller, "hoist Zephyrion", document_ids=[document["id"]]) == []
        assert await ids_at(caller, "/api/v1/documents") == []


async def test_a_question_searches_the_conversations_files_and_the_workspaces(
    workspace: Workspace, viewer: Caller
) -> None:
    policy = await upload_document(workspace.owner, "returns.md", RETURNS_POLICY)
    chat = await new_session(viewer)
    document = await drop_document(viewer, chat, "crane.md", HOIST)
    for mode in ("hybrid", "dense", "lexical"):
        both = await found(viewer, "hoist damage reported", session_id=chat, mode=mode)
        assert set(both) == {document["id"], policy["id"]}, mode
        assert set(await found(viewer, "hoist damage reported", mode=mode)) <= {policy["id"]}, mode
    narrowed = await found(viewer, "hoist", session_id=chat, document_ids=[document["id"]])
    assert set(narrowed) == {document["id"]}
    assert "48 hours" in text((await say(viewer, chat, "When must damage be reported?"))["reply"])


async def test_it_is_read_within_the_conversation_by_its_owner_alone(
    workspace: Workspace, viewer: Caller, stranger: Caller, client: httpx.AsyncClient
) -> None:
    chat = await new_session(viewer)
    document = await drop_document(viewer, chat, "crane.md", HOIST)
    url = f"/api/v1/documents/{document['id']}"
    for path in ("", "/text", "/chunks", "/file"):
        assert (await viewer.get(f"{url}{path}?session_id={chat}")).status_code == 200, path
        missing = await viewer.get(f"/api/v1/documents/{ids.new_id('doc')}{path}")
        assert missing.json()["code"] == "not_found"
        assert (await viewer.get(f"{url}{path}")).status_code == 404, path
        members = [await workspace.member(role) for role in ("viewer", "editor", "admin")]
        for other in (workspace.owner, stranger, *members):
            assert (await other.get(f"{url}{path}")).status_code == 404, path
            assert (await other.get(f"{url}{path}?session_id={chat}")).status_code == 404, path
        assert (await client.get(f"{url}{path}?session_id={chat}")).status_code == 401, path
    own = await new_session(workspace.owner)
    assert (await workspace.owner.get(f"{url}?session_id={own}")).status_code == 404
    assert (await workspace.owner.delete(url)).status_code == 404
    assert (await workspace.owner.patch(url, json={"title": "Mine"})).status_code == 404


async def test_its_routes_answer_others_as_if_there_were_no_conversation(
    workspace: Workspace, viewer: Caller, stranger: Caller, client: httpx.AsyncClient
) -> None:
    chat = await new_session(viewer)
    document = await drop_document(viewer, chat, "crane.md", HOIST)
    base, none = f"/api/v1/chat/sessions/{chat}", f"/api/v1/chat/sessions/{ids.new_id('chat')}"
    for other in (workspace.owner, stranger, await workspace.member("admin")):
        for path in ("/documents", "/datasets"):
            assert is_missing(await other.get(base + path), await other.get(none + path))
            taken = await send_file(other, base + path, "x.csv", "a,b\n1,2\n")
            assert taken.status_code == 404
        there = f"/documents/{document['id']}"
        assert is_missing(await other.delete(base + there), await other.delete(none + there))
        kept = await other.post(f"{base}{there}/keep"), await other.post(f"{none}{there}/keep")
        assert is_missing(*kept)
    for path in ("/documents", "/datasets"):
        assert (await client.get(base + path)).status_code == 401
        assert (await client.post(base + path, files={"file": ("x.md", b"x")})).status_code == 401
    assert await ids_at(viewer, f"{base}/documents") == [document["id"]]


async def test_a_key_needs_the_conversations_scope_and_ends_with_its_revocation(
    workspace: Workspace,
) -> None:
    editor = workspace.owner
    chat = await new_session(editor)
    document = await drop_document(editor, chat, "crane.md", HOIST)
    url = f"/api/v1/documents/{document['id']}?session_id={chat}"

    async def key(*scopes: str) -> tuple[Caller, str]:
        made = (await editor.post("/api/v1/api-keys", json={"name": "k", "scopes": scopes})).json()
        return Caller(editor.client, made["key"]), made["id"]

    narrow, _ = await key("documents:read", "ask")
    assert (await narrow.get(url)).status_code == 403
    answer = await narrow.post("/api/v1/search", json={"query": "hoist", "session_id": chat})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    wide, wide_id = await key("documents:read", "chat:read")
    assert (await wide.get(url)).status_code == 200
    assert (await send_file(wide, f"/api/v1/chat/sessions/{chat}/documents", "b.md", "b")).status_code == 403
    await editor.delete(f"/api/v1/api-keys/{wide_id}")
    assert (await wide.get(url)).status_code == 401


async def test_a_document_of_the_workspace_is_none_of_the_conversations(
    workspace: Workspace, viewer: Caller
) -> None:
    policy = await upload_document(workspace.owner, "returns.md", RETURNS_POLICY)
    chat = await new_session(viewer)
    base = f"/api/v1/chat/sessions/{chat}/documents"
    assert (await viewer.delete(f"{base}/{policy['id']}")).status_code == 404
    assert await ids_at(viewer, base) == []
    assert await ids_at(viewer, "/api/v1/documents") == [policy["id"]]


async def test_the_same_bytes_are_one_document_in_each_place(workspace: Workspace, editor: Caller) -> None:
    kept = await upload_document(editor, "crane.md", HOIST)
    chat, other = await new_session(editor), await new_session(editor)
    document = await drop_document(editor, chat, "crane.md", HOIST)
    assert document["id"] != kept["id"]
    again = await send_file(editor, f"/api/v1/chat/sessions/{chat}/documents", "b.md", HOIST)
    assert (again.status_code, again.json()["document"]["id"]) == (200, document["id"])
    assert (await drop_document(editor, other, "crane.md", HOIST))["id"] != document["id"]
    up = await send_file(workspace.owner, "/api/v1/documents", "crane.md", HOIST)
    assert (up.status_code, up.json()["document"]["id"]) == (200, kept["id"])


async def test_an_upload_is_repeated_and_refused_as_any_other(viewer: Caller) -> None:
    chat = await new_session(viewer)
    base = f"/api/v1/chat/sessions/{chat}/documents"
    files = {"file": ("crane.md", HOIST.encode())}
    key = {"Idempotency-Key": ids.new_id("none")}
    first = await viewer.post(base, files=files, headers=key)
    again = await viewer.post(base, files=files, headers=key)
    assert first.status_code == again.status_code == 202
    assert first.json()["document"]["id"] == again.json()["document"]["id"]
    empty = await send_file(viewer, base, "empty.md", b"")
    assert (empty.status_code, empty.headers["content-type"]) == (422, "application/problem+json")
    wrong = await send_file(viewer, base, "x.md", "x", metadata="[")
    assert [error["field"] for error in wrong.json()["errors"]] == ["metadata"]


async def test_members_of_an_archive_belong_to_the_conversation_too(
    workspace: Workspace, viewer: Caller
) -> None:
    chat = await new_session(viewer)
    archive = await drop_document(viewer, chat, "all.tar", tar({"crane.md": HOIST.encode()}))
    base = f"/api/v1/chat/sessions/{chat}/documents"

    async def both() -> list[str] | None:
        listed = (await viewer.get(base)).json()["items"]
        ready = [item["id"] for item in listed if item["status"] == "ready"]
        return ready if len(ready) == 2 else None

    assert await eventually(both, seconds=60)
    assert len(await found(viewer, "hoist Zephyrion", session_id=chat, mode="lexical")) == 1
    assert await found(workspace.owner, "hoist Zephyrion") == []
    assert (await viewer.delete(f"{base}/{archive['id']}")).status_code == 204
    assert await ids_at(viewer, base) == []


@pytest.mark.parametrize("role", ["viewer", "editor"])
async def test_who_may_write_documents_keeps_one_for_the_workspace(workspace: Workspace, role: str) -> None:
    member = await workspace.member(role)
    chat = await new_session(member)
    document = await drop_document(member, chat, "all.tar", tar({"crane.md": HOIST.encode()}))
    base = f"/api/v1/chat/sessions/{chat}/documents"

    async def read() -> bool:
        return len(await found(member, "hoist Zephyrion", session_id=chat, mode="lexical")) == 1

    assert await eventually(read, seconds=60)
    kept = await member.post(f"{base}/{document['id']}/keep")
    if role == "viewer":
        assert (kept.status_code, kept.json()["code"]) == (403, "forbidden")
        assert await found(workspace.owner, "hoist Zephyrion") == []
        return
    assert (kept.status_code, kept.json()["session_id"]) == (200, None)
    assert len(await ids_at(workspace.owner, "/api/v1/documents")) == 2
    for mode in ("hybrid", "dense", "lexical"):
        assert await found(workspace.owner, "hoist Zephyrion", mode=mode), mode
    assert await ids_at(member, base) == []
    await member.delete(f"/api/v1/chat/sessions/{chat}")
    assert len(await found(workspace.owner, "hoist Zephyrion", mode="lexical")) == 1


async def test_what_the_workspace_has_is_not_kept_twice(editor: Caller) -> None:
    await upload_document(editor, "crane.md", HOIST)
    chat = await new_session(editor)
    base = f"/api/v1/chat/sessions/{chat}/documents"
    document = await drop_document(editor, chat, "crane.md", HOIST)
    refused = await editor.post(f"{base}/{document['id']}/keep")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_in_workspace")
    # Of an archive, the member that is there already is taken from there.
    archive = await drop_document(editor, chat, "all.tar", tar({"crane.md": HOIST.encode()}))
    assert (await editor.post(f"{base}/{archive['id']}/keep")).status_code == 200
    members = await ids_at(editor, f"/api/v1/documents?parent_id={archive['id']}")
    assert len(members) == 1
    assert members[0] in await ids_at(editor, "/api/v1/documents")


async def test_a_message_shows_the_files_that_came_with_it(viewer: Caller, editor: Caller) -> None:
    chat = await new_session(viewer)
    document = await drop_document(viewer, chat, "crane.md", HOIST)
    sent = (await say(viewer, chat, QUESTION, files=[document["id"]]))["message"]
    assert part(sent, "file") == {
        "type": "file",
        "name": "crane.md",
        "document_id": document["id"],
        "dataset_ids": [],
    }
    edit = f"/api/v1/chat/sessions/{chat}/messages/{sent['id']}/edit"
    edited = await viewer.post(edit, json={"content": "When is the brake tested?", "stream": False})
    assert part(edited.json()["message"], "file")["name"] == "crane.md"
    foreign = await drop_document(editor, await new_session(editor), "b.md", "Something else.")
    for wrong in (foreign["id"], ids.new_id("doc"), ids.new_id("ds"), "nonsense"):
        refused = await viewer.post(
            f"/api/v1/chat/sessions/{chat}/messages", json={"content": "And?", "files": [wrong]}
        )
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "files.0")


async def test_a_link_and_an_export_bring_no_file(viewer: Caller, client: httpx.AsyncClient) -> None:
    chat = await new_session(viewer)
    document = await drop_document(viewer, chat, "crane.md", HOIST)
    await say(viewer, chat, "Anything?", files=[document["id"]])
    link = (await viewer.post(f"/api/v1/chat/sessions/{chat}/shares", json={})).json()
    shared = await client.get(link["path"])
    assert "crane.md" in shared.text
    assert document["id"] not in shared.text
    url = f"/api/v1/documents/{document['id']}"
    for path in (f"{url}?session_id={chat}", f"{url}/file?session_id={chat}"):
        assert (await client.get(path)).status_code == 401
        token = {"Authorization": f"Bearer {link['token']}"}
        assert (await client.get(path, headers=token)).status_code == 401
    export = (await viewer.get(f"/api/v1/chat/sessions/{chat}/export")).json()
    brought = (await viewer.post("/api/v1/chat/import", json=export)).json()
    assert await ids_at(viewer, f"/api/v1/chat/sessions/{brought['id']}/documents") == []
    messages = (await viewer.get(f"/api/v1/chat/sessions/{brought['id']}/messages")).json()["items"]
    assert part(messages[0], "file") == {
        "type": "file",
        "name": "crane.md",
        "document_id": None,
        "dataset_ids": [],
    }
    markdown = await viewer.get(f"/api/v1/chat/sessions/{chat}/export?format=markdown")
    assert "File: crane.md" in markdown.text


@pytest.mark.parametrize("way", ["deleted", "expired"])
async def test_everything_goes_with_the_conversation(
    workspace: Workspace, viewer: Caller, runtime: Runtime, admin_url: str, way: str
) -> None:
    chat = await new_session(viewer)
    document = await drop_document(viewer, chat, "crane.md", HOIST)
    await say(viewer, chat, QUESTION)
    with psycopg.connect(admin_url) as connection:
        key = connection.execute(
            "SELECT file_key FROM documents WHERE id = %s", [ids.decode("doc", str(document["id"]))]
        ).fetchone()
    assert key is not None
    path = runtime.files.path(key[0])
    assert path.is_file()
    if way == "deleted":
        assert (await viewer.delete(f"/api/v1/chat/sessions/{chat}")).status_code == 204
    else:
        await workspace.owner.put("/api/v1/chat/retention", json={"days": 30})
        age(admin_url, viewer, 31)
        await delete_expired(runtime)
    with psycopg.connect(admin_url) as connection:
        for table, column in (
            ("documents", "id"),
            ("document_texts", "document_id"),
            ("indexed_documents", "document_id"),
            ("chunks", "document_id"),
            ("chunk_vectors", "document_id"),
            ("run_documents", "document_id"),
        ):
            left = connection.execute(
                f"SELECT count(*) FROM {table} WHERE {column} = %s",
                [ids.decode("doc", str(document["id"]))],
            ).fetchone()
            assert left == (0,), table
    assert (await viewer.get(f"/api/v1/chat/sessions/{chat}")).status_code == 404

    async def gone() -> bool:
        return not path.exists()

    assert await eventually(gone)


async def test_words_of_a_conversation_tell_nothing_outside(
    workspace: Workspace, viewer: Caller, admin_url: str
) -> None:
    chat = await new_session(viewer)
    await drop_document(viewer, chat, "crane.md", HOIST)
    with psycopg.connect(admin_url) as connection:
        counted = connection.execute(
            "SELECT count(*) FROM lexical_terms WHERE workspace_id = %s AND chunks <> 0",
            [ids.decode("ws", workspace.id)],
        ).fetchone()
    assert counted == (0,)


async def test_an_archived_conversation_keeps_its_files(viewer: Caller) -> None:
    chat = await new_session(viewer)
    document = await drop_document(viewer, chat, "crane.md", HOIST)
    await viewer.patch(f"/api/v1/chat/sessions/{chat}", json={"archived": True})
    assert await ids_at(viewer, f"/api/v1/chat/sessions/{chat}/documents") == [document["id"]]
    await viewer.patch(f"/api/v1/chat/sessions/{chat}", json={"archived": False})
    assert "4,200" in text((await say(viewer, chat, QUESTION))["reply"])


async def test_all_branches_of_a_conversation_see_its_files(viewer: Caller) -> None:
    chat = await new_session(viewer)
    await say(viewer, chat, "Anything?")
    await drop_document(viewer, chat, "crane.md", HOIST)
    beginning = await say(viewer, chat, QUESTION, parent_id=None)
    assert "4,200" in text(beginning["reply"])
