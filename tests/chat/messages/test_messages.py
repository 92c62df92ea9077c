"""Messages through HTTP: questions and answers are kept as typed parts, on the path that is shown."""

from __future__ import annotations

import asyncio

import pytest

from answerable.kit import ids
from tests.chat.conversations import (
    new_session,
    part,
    replay,
    say,
    say_streaming,
    session,
    shown,
    text,
    texts,
)
from tests.factories.callers import Caller, Workspace
from tests.factories.uploads import RETURNS_POLICY, upload_document

TOTAL = "total amount in 2024"


async def test_a_data_answer_is_kept_as_text_evidence_table_and_chart(shop: Workspace) -> None:
    chat = await new_session(shop.owner)
    kept = await say(shop.owner, chat, "total amount by country")
    reply = kept["reply"]
    assert [each["type"] for each in reply["parts"]] == ["text", "evidence", "table", "chart"]
    evidence, table = part(reply, "evidence")["evidence"], part(reply, "table")
    assert (evidence["kind"], evidence["rows"]) == ("query", [])
    assert (evidence["n"], table["row_count"], len(table["rows"])) == (table["n"], 3, 3)
    assert reply["answer"]["status"] == "answered"
    assert reply["parent_id"] == kept["message"]["id"]
    assert await shown(shop.owner, chat) == [kept["message"], reply]


async def test_a_question_is_kept_with_its_lines_and_read_as_one(shop: Workspace) -> None:
    chat = await new_session(shop.owner)
    sent = await say(shop.owner, chat, "\n Total amount\r\nby country \t\n\n\n\n\nin 2025? \n")
    assert text(sent["message"]) == "Total amount\nby country\n\nin 2025?"
    assert sent["reply"]["answer"]["status"] == "answered"
    url = f"/api/v1/chat/sessions/{chat}/messages/{sent['message']['id']}"
    edited = await shop.owner.post(f"{url}/edit", json={"content": "Total amount\nin 2025?", "stream": False})
    assert text(edited.json()["message"]) == "Total amount\nin 2025?"
    again = await shop.owner.post(f"{url}/regenerate", json={"stream": False})
    assert again.json()["reply"]["answer"]["status"] == "answered"
    for nothing in ("\n \n", "\t", "\u00a0\n"):
        refused = await shop.owner.post(f"/api/v1/chat/sessions/{chat}/messages", json={"content": nothing})
        assert refused.status_code == 422


async def test_a_document_answer_is_kept_as_text_and_quotes(shop: Workspace) -> None:
    chat = await new_session(shop.owner)
    reply = (await say(shop.owner, chat, "When must damage be reported?"))["reply"]
    assert {each["type"] for each in reply["parts"]} == {"text", "evidence"}
    assert "48 hours" in part(reply, "evidence")["evidence"]["quote"]


async def test_a_streamed_answer_is_kept_like_a_whole_one(shop: Workspace) -> None:
    chat = await new_session(shop.owner)
    events = await say_streaming(shop.owner, chat, TOTAL)
    started, answer = events[0][2], events[-1][2]
    assert (events[0][1], events[-1][1]) == ("run.started", "answer")
    assert started["session_id"] == answer["session_id"] == chat
    question, reply = await shown(shop.owner, chat)
    assert started["message_id"] == answer["message_id"] == reply["id"]
    assert (text(question), text(reply)) == (TOTAL, answer["text"])
    assert (reply["status"], reply["run_id"]) == ("complete", started["run_id"])
    assert await replay(shop.owner, reply["run_id"]) == events


async def test_asking_with_a_session_keeps_question_and_answer_in_it(shop: Workspace) -> None:
    chat = await new_session(shop.owner)
    body = {"question": TOTAL, "session_id": chat}
    answer = (await shop.owner.post("/api/v1/ask", json=body)).json()
    await shop.owner.post("/api/v1/ask", json={**body, "stream": True})
    messages = await shown(shop.owner, chat)
    assert texts(messages) == [TOTAL, answer["text"], TOTAL, answer["text"]]
    assert (answer["session_id"], answer["message_id"]) == (chat, messages[1]["id"])


async def test_asking_without_a_session_is_kept_in_none(viewer: Caller) -> None:
    answer = (await viewer.post("/api/v1/ask", json={"question": TOTAL})).json()
    assert (answer["session_id"], answer["message_id"]) == (None, None)
    assert (await viewer.get("/api/v1/chat/sessions")).json()["items"] == []


async def test_a_repeated_message_with_its_key_is_kept_once(viewer: Caller) -> None:
    chat = await new_session(viewer)
    url, key = f"/api/v1/chat/sessions/{chat}/messages", {"Idempotency-Key": "once"}
    body = {"content": TOTAL, "stream": False}
    first, again = [await viewer.post(url, json=body, headers=key) for _ in range(2)]
    assert (first.json(), again.headers["Idempotency-Replayed"]) == (again.json(), "true")
    assert len(await shown(viewer, chat)) == 2


async def test_the_path_is_paged_from_its_end(viewer: Caller) -> None:
    chat = await new_session(viewer)
    for number in range(4):
        await say(viewer, chat, f"Question {number}?")
    whole = await shown(viewer, chat)
    paged: list[dict[str, object]] = []
    cursor: str | None = None
    while True:
        parameters = {"limit": 3, **({"cursor": cursor} if cursor else {})}
        page = (await viewer.get(f"/api/v1/chat/sessions/{chat}/messages", params=parameters)).json()
        paged = page["items"] + paged
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert paged == whole
    assert texts(whole)[::2] == [f"Question {number}?" for number in range(4)]


@pytest.mark.parametrize("cursor", ["nonsense", ids.encode("msg", ids.NIL)])
async def test_a_cursor_of_no_message_is_refused(viewer: Caller, cursor: str) -> None:
    chat = await new_session(viewer)
    url = f"/api/v1/chat/sessions/{chat}/messages"
    answer = await viewer.get(url, params={"cursor": cursor})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


async def test_a_question_can_go_on_from_any_answer_and_from_the_beginning(viewer: Caller) -> None:
    chat = await new_session(viewer)
    first = await say(viewer, chat, "First?")
    second = await say(viewer, chat, "Second?")
    branch = await say(viewer, chat, "Instead?", parent_id=first["reply"]["id"])
    assert texts(await shown(viewer, chat))[::2] == ["First?", "Instead?"]
    versions = [second["message"]["id"], branch["message"]["id"]]
    assert branch["message"]["siblings"] == versions
    beginning = await say(viewer, chat, "Anew?", parent_id=None)
    assert texts(await shown(viewer, chat))[::2] == ["Anew?"]
    assert beginning["message"]["siblings"] == [first["message"]["id"], beginning["message"]["id"]]
    tree = (await viewer.get(f"/api/v1/chat/sessions/{chat}/tree")).json()["items"]
    assert len(tree) == 8


async def test_another_path_is_shown_on_demand_to_its_newest_end(viewer: Caller) -> None:
    chat = await new_session(viewer)
    first = await say(viewer, chat, "First?")
    second = await say(viewer, chat, "Second?")
    third = await say(viewer, chat, "Third?")
    await say(viewer, chat, "Instead?", parent_id=first["reply"]["id"])
    url = f"/api/v1/chat/sessions/{chat}"
    changed = await viewer.patch(url, json={"active_message_id": second["message"]["id"]})
    assert changed.json()["active_message_id"] == third["reply"]["id"]
    assert texts(await shown(viewer, chat))[::2] == ["First?", "Second?", "Third?"]
    unknown = await viewer.patch(url, json={"active_message_id": ids.new_id("msg")})
    assert unknown.status_code == 404


async def test_a_question_cannot_follow_a_question_or_another_sessions_answer(viewer: Caller) -> None:
    chat, other = await new_session(viewer), await new_session(viewer)
    kept = await say(viewer, chat, "First?")
    url = f"/api/v1/chat/sessions/{chat}/messages"
    after_question = await viewer.post(url, json={"content": "x", "parent_id": kept["message"]["id"]})
    assert (after_question.status_code, after_question.json()["errors"][0]["field"]) == (422, "parent_id")
    elsewhere = f"/api/v1/chat/sessions/{other}/messages"
    foreign = await viewer.post(elsewhere, json={"content": "x", "parent_id": kept["reply"]["id"]})
    assert foreign.status_code == 404


async def test_an_answer_goes_from_the_conversation_with_the_document_that_it_cites(
    owner: Caller, worker: None
) -> None:
    del worker
    document = await upload_document(owner, "returns.md", RETURNS_POLICY)
    chat = await new_session(owner)
    reply = (await say(owner, chat, "When must damage be reported?"))["reply"]
    assert reply["answer"]["status"] == "answered"
    await owner.delete(f"/api/v1/documents/{document['id']}")
    question, gone = await shown(owner, chat)
    assert (gone["status"], part(gone, "error")["code"], gone["run_id"]) == ("failed", "source_gone", None)
    assert "48 hours" not in str([question, gone])


async def test_turns_that_meet_in_one_session_are_both_kept(viewer: Caller) -> None:
    chat = await new_session(viewer)
    kept = await asyncio.gather(*(say(viewer, chat, f"Question {number}?") for number in range(2)))
    tree = (await viewer.get(f"/api/v1/chat/sessions/{chat}/tree")).json()["items"]
    assert {text(message) for message in tree if message["role"] == "user"} == {"Question 0?", "Question 1?"}
    end = (await session(viewer, chat))["active_message_id"]
    assert end in {each["reply"]["id"] for each in kept}
