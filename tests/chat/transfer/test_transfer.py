"""Conversations out of the system and into it again."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from answerable.chat.transfer.document import KeptConversation, from_markdown, to_markdown
from tests.chat.conversations import Json, new_session, part, say, session, shown, text
from tests.factories.callers import Caller, Workspace

IMPORT = "/api/v1/chat/import"


async def export(caller: Caller, chat: str, format: str = "json") -> str:
    answer = await caller.get(f"/api/v1/chat/sessions/{chat}/export", params={"format": format})
    assert answer.status_code == 200, answer.text
    return answer.text


async def put_in(caller: Caller, body: str, kind: str = "application/json") -> Json:
    answer = await caller.post(IMPORT, content=body.encode(), headers={"Content-Type": kind})
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


async def test_json_comes_back_as_it_went_with_all_branches(shop: Workspace) -> None:
    chat = await new_session(shop.owner, title="Amounts", tags=["eu"])
    first = await say(shop.owner, chat, "total amount by country")
    await say(shop.owner, chat, "When must damage be reported?")
    await say(shop.owner, chat, "number of orders", parent_id=first["reply"]["id"])
    exported = await export(shop.owner, chat)
    made = await put_in(shop.owner, exported)
    assert json.loads(await export(shop.owner, made["id"])) == json.loads(exported)
    before, after = await shown(shop.owner, chat), await shown(shop.owner, made["id"])
    assert [message["parts"] for message in after] == [message["parts"] for message in before]
    assert (made["title"], made["tags"], made["channel"]) == ("Amounts", ["eu"], "import")
    assert {message["run_id"] for message in after} == {None}


async def test_markdown_comes_back_as_it_went(shop: Workspace) -> None:
    chat = await new_session(shop.owner, title="Amounts")
    await say(shop.owner, chat, "total amount by country")
    await say(shop.owner, chat, "# When must damage\n be reported?")
    exported = await export(shop.owner, chat, "markdown")
    assert "| Germany |" in exported
    assert "48 hours" in exported
    made = await put_in(shop.owner, exported, "text/markdown")
    assert await export(shop.owner, made["id"], "markdown") == exported
    assert text((await shown(shop.owner, made["id"]))[0]) == "total amount by country"


async def test_a_conversation_that_was_put_in_can_be_gone_on_with(viewer: Caller) -> None:
    chat = await new_session(viewer)
    await say(viewer, chat, "First?")
    made = await put_in(viewer, await export(viewer, chat))
    await say(viewer, made["id"], "Second?")
    assert len(await shown(viewer, made["id"])) == 4
    assert (await session(viewer, made["id"]))["title"] == "First"


async def test_a_question_goes_on_from_a_conversation_that_was_put_in(shop: Workspace) -> None:
    chat = await new_session(shop.owner)
    await say(shop.owner, chat, "total amount by country in 2024")
    made = await put_in(shop.owner, await export(shop.owner, chat))
    told = (await shown(shop.owner, made["id"]))[-1]
    kept = (await say(shop.owner, chat, "only Germany"))["reply"]
    reply = (await say(shop.owner, made["id"], "only Germany"))["reply"]
    carried = reply["answer"]["carried_over"]
    assert (carried["kind"], carried["from_answer_id"]) == ("query", told["id"])
    assert part(reply, "table")["rows"] == part(kept, "table")["rows"]
    later = (await say(shop.owner, made["id"], "and 2025?"))["reply"]
    assert later["answer"]["carried_over"]["from_answer_id"] == reply["answer"]["id"]
    written = await put_in(shop.owner, await export(shop.owner, chat, "markdown"), "text/markdown")
    alone = (await say(shop.owner, written["id"], "by month"))["reply"]
    assert part(alone, "text")["text"], "Markdown has no queries to go on from"


_TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1).map(str.strip).filter(bool)
_LINES = st.lists(
    st.one_of(_TEXT, st.sampled_from(["# a", "## You · 2026-01-01T00:00:00Z", "\\# b", "\\\\#", "|"])),
    min_size=1,
)


@given(st.lists(_LINES.map("\n".join), max_size=6))
def test_every_text_comes_back_from_markdown(bodies: list[str]) -> None:
    messages = [
        {
            "parent": place - 1 if place else None,
            "role": "user" if place % 2 == 0 else "assistant",
            "parts": [{"type": "text", "text": body}],
            "created_at": "2026-01-02T03:04:05Z",
        }
        for place, body in enumerate(bodies)
    ]
    kept = KeptConversation.model_validate(
        {"title": "T", "active": len(bodies) - 1 if bodies else None, "messages": messages}
    )
    written = to_markdown(kept.title, kept.messages)
    assert from_markdown(written) == kept
    assert to_markdown(kept.title, from_markdown(written).messages) == written


QUESTION = {"role": "user", "parts": [{"type": "text", "text": "x"}], "created_at": "2026-01-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"messages": [{**QUESTION, "parent": 0}], "active": 0}, "messages.0.parent"),
        ({"messages": [{**QUESTION, "parent": None, "role": "assistant"}], "active": 0}, "messages.0.role"),
        ({"messages": [{**QUESTION, "parent": None}, {**QUESTION, "parent": 0}], "active": 0},
         "messages.1.role"),
        ({"messages": [{**QUESTION, "parent": None}], "active": 7}, "active"),
        ({"messages": [{**QUESTION, "parent": None}], "active": None}, "active"),
        ({"messages": [], "active": None, "version": 2}, "version"),
        ({"messages": [{**QUESTION, "parent": None, "parts": [{"type": "script"}]}], "active": 0},
         "messages.0.parts.0"),
    ],
)  # fmt: skip
async def test_what_is_no_conversation_is_refused_with_the_place(
    viewer: Caller, document: Json, field: str
) -> None:
    answer = await viewer.post(IMPORT, json={"title": "T", **document})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert (await viewer.get("/api/v1/chat/sessions")).json()["items"] == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"# T\n\nstray words\n",
        b"\xff\xfe",
        b"# T\n\n## Answerable \xc2\xb7 2026-01-01T00:00:00Z\n\nx",
    ],
)
async def test_what_is_no_such_markdown_is_refused(viewer: Caller, body: bytes) -> None:
    answer = await viewer.post(IMPORT, content=body, headers={"Content-Type": "text/markdown"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
