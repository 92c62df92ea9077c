"""A table that is dropped into a conversation is asked about and queried there and nowhere else."""

from __future__ import annotations

import psycopg
import pytest

from answerable.kit import ids
from answerable.kit.runtime import Runtime
from tests.chat.conversations import new_session, part, say, text
from tests.chat.files.dropped import TARGETS, drop_table, ids_at
from tests.factories.callers import Caller, Workspace
from tests.factories.uploads import ORDERS, send_file, settled, upload_dataset
from tests.factories.waiting import eventually

pytestmark = pytest.mark.usefixtures("worker")

QUESTION = "total pledged by region"


async def test_the_conversation_computes_from_its_table_and_nothing_else_does(
    workspace: Workspace, viewer: Caller
) -> None:
    chat, other = await new_session(viewer), await new_session(viewer)
    dataset = await drop_table(viewer, chat, "targets.csv", TARGETS)
    assert (dataset["status"], dataset["session_id"], dataset["label"]) == ("ready", chat, "targets")
    sent = await say(viewer, chat, QUESTION, files=[dataset["id"]])
    assert part(sent["message"], "file") == {
        "type": "file",
        "name": "targets.csv",
        "document_id": None,
        "dataset_ids": [dataset["id"]],
    }
    assert [row[1] for row in part(sent["reply"], "table")["rows"]] == [15600, 14400]
    evidence = part(sent["reply"], "evidence")["evidence"]
    again = {
        **evidence["query"],
        "versions": evidence.get("data_versions") or {dataset["id"]: 1},
        "model_revision": evidence["model_revision"],
    }
    assert (await viewer.post("/api/v1/query", json={**again, "session_id": chat})).status_code == 200
    for caller, where in ((viewer, {}), (viewer, {"session_id": other}), (workspace.owner, {})):
        refused = await caller.post("/api/v1/query", json={**again, **where})
        assert refused.status_code in (404, 422), refused.text
    theft = await workspace.owner.post("/api/v1/query", json={**again, "session_id": chat})
    assert theft.status_code == 404
    assert (await say(viewer, other, QUESTION))["reply"]["answer"]["status"] == "abstained"
    for caller in (viewer, workspace.owner):
        assert (await caller.post("/api/v1/ask", json={"question": QUESTION})).json()["status"] == "abstained"
        assert await ids_at(caller, "/api/v1/datasets") == []
        models = (await caller.get("/api/v1/semantic-models")).json()["items"]
        assert models == []
    query = {"dataset": dataset["name"], "measures": [{"aggregation": "count"}]}
    pinned = await viewer.post("/api/v1/insights", json={"name": "x", "query": query})
    assert pinned.status_code in (403, 422)
    pinned = await workspace.owner.post("/api/v1/insights", json={"name": "x", "query": query})
    assert pinned.status_code == 422, pinned.text


def _said(reply: object) -> list[str]:
    """What of a reply people read: texts, titles and labels, not the names that queries use."""
    if isinstance(reply, dict):
        inner = {"query", "sql", "name", "field", "dataset", "values", "id"}
        return [text for key, value in reply.items() if key not in inner for text in _said(value)]
    if isinstance(reply, list):
        return [text for value in reply for text in _said(value)]
    return [reply] if isinstance(reply, str) else []


async def test_its_name_is_said_as_the_files_and_told_apart_only_where_two_are_alike(
    workspace: Workspace, viewer: Caller
) -> None:
    chat = await new_session(viewer)
    dataset = await drop_table(viewer, chat, "targets.csv", TARGETS)
    mark = str(dataset["name"]).removeprefix("targets_")
    counted = await say(viewer, chat, "number of targets by region")
    assert "number of targets: 12" in text(counted["reply"])
    unanswered = await say(viewer, chat, "targets of the unknown Blorp")
    loose = await say(viewer, chat, "which region has most targets")
    assert "Number of targets by region" in unanswered["reply"]["answer"]["suggestions"]
    said = _said([counted["reply"], unanswered["reply"], loose["reply"]])
    assert len(said) > 20
    assert [each for each in said if mark in each] == []
    await drop_table(viewer, chat, "targets.csv", TARGETS.replace("North", "East"))
    both = await say(viewer, chat, "number of targets 2 by region")
    assert "East has the highest number of targets 2: 12" in text(both["reply"])
    # Whoever has no such table knows of none.
    other = await new_session(workspace.owner)
    await drop_table(workspace.owner, other, "targets.csv", TARGETS)
    alone = await say(workspace.owner, other, "number of targets by region")
    assert "number of targets: 12" in text(alone["reply"])


async def test_it_is_read_within_the_conversation_by_its_owner_alone(
    workspace: Workspace, viewer: Caller, stranger: Caller
) -> None:
    chat = await new_session(viewer)
    dataset = await drop_table(viewer, chat, "targets.csv", TARGETS)
    url = f"/api/v1/datasets/{dataset['id']}"
    for path in ("", "/versions", "/rows"):
        assert (await viewer.get(f"{url}{path}?session_id={chat}")).status_code == 200, path
        assert (await viewer.get(f"{url}{path}")).status_code == 404, path
        for other in (workspace.owner, stranger, await workspace.member("admin")):
            assert (await other.get(f"{url}{path}")).status_code == 404, path
            assert (await other.get(f"{url}{path}?session_id={chat}")).status_code == 404, path
    new_version = await send_file(
        workspace.owner, "/api/v1/datasets", "targets.csv", TARGETS, dataset_id=str(dataset["id"])
    )
    assert new_version.status_code == 404
    assert (await workspace.owner.delete(url)).status_code == 404


async def test_a_question_may_read_the_conversations_table_and_the_workspaces(
    workspace: Workspace, viewer: Caller
) -> None:
    await upload_dataset(workspace.owner, "orders.csv", ORDERS)
    chat = await new_session(viewer)
    await drop_table(viewer, chat, "targets.csv", TARGETS)
    for question in (QUESTION, "total amount by country"):
        reply = (await say(viewer, chat, question))["reply"]
        assert reply["answer"]["status"] == "answered", text(reply)
    outside = await viewer.post("/api/v1/ask", json={"question": "total amount by country"})
    assert outside.json()["status"] == "answered"


async def test_metrics_of_the_same_name_do_not_meet(workspace: Workspace, viewer: Caller) -> None:
    await upload_dataset(workspace.owner, "orders.csv", ORDERS)
    chat = await new_session(viewer)
    twin = await drop_table(viewer, chat, "orders.csv", ORDERS.replace("Germany", "Norway"))
    query = {"dataset": twin["name"], "measures": [{"aggregation": "count"}]}
    counted = await viewer.post("/api/v1/query", json={**query, "session_id": chat})
    assert counted.json()["rows"] == [[120]]
    again = await send_file(
        viewer, f"/api/v1/chat/sessions/{chat}/datasets", "orders.csv", ORDERS.replace("Germany", "Norway")
    )
    assert (again.status_code, again.json()["datasets"][0]["id"]) == (200, twin["id"])


async def test_a_new_version_of_the_conversations_table(viewer: Caller) -> None:
    chat = await new_session(viewer)
    dataset = await drop_table(viewer, chat, "targets.csv", TARGETS)
    base = f"/api/v1/chat/sessions/{chat}/datasets"
    more = await send_file(
        viewer, base, "targets.csv", TARGETS.replace("2400", "9900"), dataset_id=str(dataset["id"])
    )
    assert more.status_code == 202, more.text

    async def second() -> bool:
        shown = await settled(viewer, f"/api/v1/datasets/{dataset['id']}?session_id={chat}")
        return shown["version"] == 2

    assert await eventually(second)
    assert "9,900" in str((await say(viewer, chat, "highest pledged"))["reply"]["parts"])


OPEN_DATES = "day,region,amount (EUR)\n" + "".join(
    f"0{n % 6 + 1}/0{n % 5 + 4}/2025,{('north', 'South')[n % 2]},{n}\n" for n in range(30)
)


async def version_of(caller: Caller, dataset_id: object, chat: str, number: int) -> None:
    """Wait until the dataset shows that version."""

    async def shown() -> bool:
        dataset = await settled(caller, f"/api/v1/datasets/{dataset_id}?session_id={chat}")
        return dataset["version"] == number

    assert await eventually(shown)


async def test_the_conversations_table_is_reviewed_by_its_owner(
    workspace: Workspace, viewer: Caller, stranger: Caller
) -> None:
    chat = await new_session(viewer)
    dataset = await drop_table(viewer, chat, "sales.csv", OPEN_DATES)
    read = f"/api/v1/datasets/{dataset['id']}/review"
    review = (await viewer.get(read, params={"session_id": chat})).json()
    asked = next(finding for finding in review["findings"] if finding["open"])
    assert asked["setting"] == "date_order"
    choice = {"setting": "date_order", "column": "day", "value": "mdy"}
    body = {"choices": [choice], "version": review["version"]}
    write = f"/api/v1/chat/sessions/{chat}/datasets/{dataset['id']}/review"
    for other in (workspace.owner, await workspace.member("editor"), stranger):
        assert (await other.get(read, params={"session_id": chat})).status_code == 404
        assert (await other.post(write, json=body)).status_code == 404
        assert (await other.post(read, json=body)).status_code == 404
    decided = await viewer.post(write, json=body)
    assert (decided.status_code, decided.json()["version"]) == (202, 2), decided.text
    await version_of(viewer, dataset["id"], chat, 2)
    assert (await viewer.post(write, json={"choices": [choice]})).status_code == 200
    assert (await viewer.post(write, json=body)).json()["code"] == "version_outdated"
    after = (await viewer.get(read, params={"session_id": chat})).json()
    assert [finding for finding in after["findings"] if finding["open"]] == []
    wrong = await viewer.post(write, json={"choices": [{**choice, "column": "no"}]})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "choices.0")


async def test_rules_hold_for_the_conversations_table(
    workspace: Workspace, viewer: Caller, stranger: Caller
) -> None:
    chat = await new_session(viewer)
    dataset = await drop_table(viewer, chat, "sales.csv", OPEN_DATES)
    within = {"session_id": chat}
    read = f"/api/v1/datasets/{dataset['id']}/rules"
    write = f"/api/v1/chat/sessions/{chat}/datasets/{dataset['id']}/rules"
    body = {"rules": [{"kind": "normalise", "column": "region", "steps": ["upper"]}]}
    for other in (workspace.owner, await workspace.member("editor"), stranger):
        assert (await other.get(read, params=within)).status_code == 404
        assert (await other.post(f"{read}/test", params=within, json=body)).status_code == 404
        assert (await other.put(write, json=body)).status_code == 404
    tried = await viewer.post(f"{read}/test", params=within, json=body)
    assert tried.status_code == 200, tried.text
    assert "NORTH" in tried.text
    unfit = await viewer.put(write, json={"rules": [{**body["rules"][0], "column": "nothing"}]})
    assert (unfit.status_code, unfit.json()["errors"][0]["field"]) == (422, "rules")
    kept = await viewer.put(write, json=body)
    assert (kept.status_code, kept.json()["version"]) == (202, 2), kept.text
    await version_of(viewer, dataset["id"], chat, 2)
    assert (await viewer.get(read, params=within)).json()["rules"][0]["steps"] == ["upper"]
    assert (await viewer.put(write, json=body)).status_code == 200
    rows = (await viewer.get(f"/api/v1/datasets/{dataset['id']}/rows", params=within)).text
    assert "NORTH" in rows


async def test_a_conversation_lets_nobody_decide_about_the_workspaces_tables(
    workspace: Workspace, viewer: Caller
) -> None:
    common = await upload_dataset(workspace.owner, "orders.csv", ORDERS)
    chat = await new_session(viewer)
    base = f"/api/v1/chat/sessions/{chat}/datasets/{common['id']}"
    choices = {"choices": [{"setting": "totals", "value": "keep"}]}
    assert (await viewer.post(f"{base}/review", json=choices)).status_code == 404
    rules = {"rules": [{"kind": "normalise", "column": "country", "steps": ["upper"]}]}
    assert (await viewer.put(f"{base}/rules", json=rules)).status_code == 404
    assert (await viewer.get(f"/api/v1/datasets/{common['id']}/rules")).json()["rules"] == []


@pytest.mark.parametrize("role", ["viewer", "editor"])
async def test_who_may_write_data_keeps_one_for_the_workspace(workspace: Workspace, role: str) -> None:
    member = await workspace.member(role)
    chat = await new_session(member)
    dataset = await drop_table(member, chat, "targets.csv", TARGETS)
    answered = (await say(member, chat, QUESTION))["reply"]
    base = f"/api/v1/chat/sessions/{chat}/datasets"
    kept = await member.post(f"{base}/{dataset['id']}/keep")
    if role == "viewer":
        assert (kept.status_code, kept.json()["code"]) == (403, "forbidden")
        assert await ids_at(workspace.owner, "/api/v1/datasets") == []
        return
    assert (kept.status_code, kept.json()["session_id"]) == (200, None)
    assert await ids_at(member, base) == []
    assert await ids_at(workspace.owner, "/api/v1/datasets") == [dataset["id"]]
    asked = (await workspace.owner.post("/api/v1/ask", json={"question": QUESTION})).json()
    assert asked["status"] == "answered"
    evidence = part(answered, "evidence")["evidence"]
    as_then = {
        **evidence["query"],
        "model_revision": evidence["model_revision"],
        "versions": {dataset["id"]: 1},
        "session_id": chat,
    }
    assert (await member.post("/api/v1/query", json=as_then)).status_code == 200
    twice = await drop_table(member, chat, "targets.csv", TARGETS)
    refused = await member.post(f"{base}/{twice['id']}/keep")
    assert (refused.status_code, refused.json()["code"]) == (409, "already_in_workspace")
    await member.delete(f"/api/v1/chat/sessions/{chat}")
    assert await ids_at(workspace.owner, "/api/v1/datasets") == [dataset["id"]]


async def test_everything_goes_with_the_conversation(
    viewer: Caller, runtime: Runtime, admin_url: str
) -> None:
    chat = await new_session(viewer)
    dataset = await drop_table(viewer, chat, "targets.csv", TARGETS)
    await say(viewer, chat, QUESTION)
    found = ids.decode("ds", str(dataset["id"]))
    with psycopg.connect(admin_url) as connection:
        row = connection.execute(
            "SELECT file_key FROM dataset_versions WHERE dataset_id = %s", [found]
        ).fetchone()
    assert row is not None
    file = runtime.files.path(row[0])
    assert file.is_file()
    assert (await viewer.delete(f"/api/v1/chat/sessions/{chat}")).status_code == 204
    with psycopg.connect(admin_url) as connection:
        for table, column, value in (
            ("datasets", "id", found),
            ("dataset_versions", "dataset_id", found),
            ("run_datasets", "dataset_id", found),
            ("conversation_models", "session_id", ids.decode("chat", chat)),
            ("conversation_model_revisions", "session_id", ids.decode("chat", chat)),
        ):
            left = connection.execute(f"SELECT count(*) FROM {table} WHERE {column} = %s", [value])
            assert left.fetchone() == (0,), table

    async def gone() -> bool:
        return not file.exists()

    assert await eventually(gone)
