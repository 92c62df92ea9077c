"""Numbers of before are kept back from whom their rows or fields were taken away, wherever they were kept."""

from __future__ import annotations

import pytest

from tests.chat.conversations import Json, new_session, part, replay, say, text
from tests.data.datasets.uploads import ingested
from tests.data.semantics.test_reach import (
    HIDDEN,
    POLICY,
    SALES,
    asked,
    guarded,
    model_of,
    put_model,
    seller,
)
from tests.factories.callers import Caller, Workspace

pytestmark = pytest.mark.usefixtures("worker")

VALUE = "Germany"  # beside the number, whose digits ids and times have too
QUESTION = "total amount by country"


async def grant(workspace: Workspace, member: Caller, *countries: str) -> None:
    """Give a member rows, or take them all."""
    attributes = {"countries": list(countries)} if countries else {}
    changed = await workspace.owner.patch(
        f"/api/v1/workspaces/{workspace.id}/members/{member.user_id}", json={"attributes": attributes}
    )
    assert changed.status_code == 200, changed.text


async def everywhere(member: Caller, chat: str, link: str) -> dict[str, str]:
    """All places that show the conversation, as they come over HTTP."""
    session = f"/api/v1/chat/sessions/{chat}"
    found = {
        path: await member.get(path)
        for path in (
            f"{session}/messages",
            f"{session}/tree",
            f"{session}/export",
            f"{session}/export?format=markdown",
            f"{session}/recap?by=rules",
            "/api/v1/chat/search?q=Germany",
        )
    }
    found["link"] = await member.client.get(link, headers={"Authorization": ""})
    for path, answer in found.items():
        assert answer.status_code == 200, (path, answer.text)
    return {path: answer.text for path, answer in found.items()}


async def conversation(member: Caller) -> tuple[str, str, Json]:
    """A conversation with one number, and a link to it: (its id, the link, the reply)."""
    chat = await new_session(member)
    reply = (await say(member, chat, QUESTION))["reply"]
    assert part(reply, "table")["rows"] == [["Germany", 90.0]], reply
    link = await member.post(f"/api/v1/chat/sessions/{chat}/shares", json={})
    assert link.status_code == 201, link.text
    return chat, link.json()["path"], reply


async def test_numbers_of_rows_that_were_taken_away_are_kept_back(workspace: Workspace) -> None:
    await guarded(workspace.owner)
    german = await seller(workspace, "Germany")
    chat, link, reply = await conversation(german)
    assert all(VALUE in told for told in (await everywhere(german, chat, link)).values())
    await grant(workspace, german)
    for path, told in (await everywhere(german, chat, link)).items():
        assert VALUE not in told, (path, told)
    (_, shown) = (await german.get(f"/api/v1/chat/sessions/{chat}/messages")).json()["items"]
    assert (shown["status"], part(shown, "error")["code"]) == ("failed", "answer_kept_back")
    *_, (_, name, data) = await replay(german, reply["run_id"])
    assert (name, data["code"]) == ("error", "answer_kept_back")
    await grant(workspace, german, "Germany", "France")  # other rows make another number
    assert VALUE not in (await everywhere(german, chat, link))["link"]
    await grant(workspace, german, "Germany")
    assert all(VALUE in told for told in (await everywhere(german, chat, link)).values())


async def test_numbers_over_a_field_that_was_hidden_are_kept_back(workspace: Workspace) -> None:
    await guarded(workspace.owner)
    german = await seller(workspace, "Germany")
    chat, link, _ = await conversation(german)
    hidden = [HIDDEN, {"dataset": "sales", "field": "country"}]
    assert (await put_model(workspace.owner, policies=[POLICY], hidden_fields=hidden)).status_code == 200
    for path, told in (await everywhere(german, chat, link)).items():
        assert VALUE not in told, (path, told)


async def test_who_sees_everything_keeps_every_number(workspace: Workspace) -> None:
    await guarded(workspace.owner)
    chat = await new_session(workspace.owner)
    before = (await say(workspace.owner, chat, QUESTION))["reply"]
    assert "210" in (await asked(workspace.owner, "total amount"))["text"]
    assert (await put_model(workspace.owner, policies=[], hidden_fields=[])).status_code == 200
    (_, shown) = (await workspace.owner.get(f"/api/v1/chat/sessions/{chat}/messages")).json()["items"]
    assert text(shown) == text(before)


async def test_fields_that_were_named_are_kept_back_once_they_are_hidden(workspace: Workspace) -> None:
    """The answer's query reads no row: the fields are told by the model."""
    await guarded(workspace.owner)
    assert (await put_model(workspace.owner, policies=[], hidden_fields=[])).status_code == 200
    member = await seller(workspace, "Germany")
    chat = await new_session(member)
    fields = (await say(member, chat, "which fields does sales have?"))["reply"]
    tables = (await say(member, chat, "which tables are there?"))["reply"]
    assert "cost" in text(fields).casefold(), fields
    assert part(fields, "evidence")["evidence"]["fields"]["sales"][-1] == "cost"
    hidden = await put_model(workspace.owner, policies=[POLICY], hidden_fields=[HIDDEN])
    assert hidden.status_code == 200
    link = (await member.post(f"/api/v1/chat/sessions/{chat}/shares", json={})).json()["path"]
    for path, told in (await everywhere(member, chat, link)).items():
        assert "cost" not in told.replace("cost_usd", "").casefold(), (path, told)
    *_, (_, name, data) = await replay(member, fields["run_id"])
    assert (name, data["code"]) == ("error", "answer_kept_back")
    items = (await member.get(f"/api/v1/chat/sessions/{chat}/messages")).json()["items"]
    assert text(items[-1]) == text(tables)  # it names no field
    again = (await say(member, chat, "which fields does sales have?"))["reply"]
    assert "cost" not in text(again).casefold()


async def test_readings_over_a_field_are_kept_back_once_it_is_hidden(workspace: Workspace) -> None:
    table = SALES.replace(b"cost (EUR)", b"amount (USD)")
    await ingested(workspace.owner, table, "sales.csv")
    member = await seller(workspace, "Germany")
    chat = await new_session(member)
    asked_back = (await say(member, chat, QUESTION))["reply"]
    assert "USD" in str(part(asked_back, "ask_back")["options"])
    (dataset,) = (await model_of(workspace.owner))["datasets"]
    dollars = next(each["name"] for each in dataset["fields"] if each["label"].endswith("USD)"))
    hidden = [{"dataset": "sales", "field": dollars}]
    assert (await put_model(workspace.owner, policies=[], hidden_fields=hidden)).status_code == 200
    (_, shown) = (await member.get(f"/api/v1/chat/sessions/{chat}/messages")).json()["items"]
    assert (shown["status"], part(shown, "error")["code"]) == ("failed", "answer_kept_back")


async def test_a_suggestion_that_names_a_field_is_left_out_once_it_is_hidden(workspace: Workspace) -> None:
    await ingested(workspace.owner, SALES, "sales.csv")
    member = await seller(workspace, "Germany")
    chat = await new_session(member)
    declined = (await say(member, chat, "total amount by planet"))["reply"]
    assert declined["answer"]["status"] == "abstained"
    before = declined["answer"]["suggestions"]
    assert "country" in str(before).casefold(), before
    hidden = [{"dataset": "sales", "field": "country"}]
    assert (await put_model(workspace.owner, policies=[], hidden_fields=hidden)).status_code == 200
    link = (await member.post(f"/api/v1/chat/sessions/{chat}/shares", json={})).json()["path"]
    for path, told in (await everywhere(member, chat, link)).items():
        assert "country" not in told.casefold(), (path, told)
    (_, shown) = (await member.get(f"/api/v1/chat/sessions/{chat}/messages")).json()["items"]
    assert (shown["status"], text(shown)) == (declined["status"], text(declined))
    assert shown["answer"]["suggestions"] == [each for each in before if "country" not in each.casefold()]
    assert "country" not in str(await replay(member, declined["run_id"])).casefold()
    own = (await workspace.owner.get(f"/api/v1/chat/sessions/{chat}/messages")).status_code
    assert own == 404  # a conversation is its member's alone
