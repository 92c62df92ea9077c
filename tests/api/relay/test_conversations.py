"""Conversations with the model `answerable`: kept in a session, or by a client that sends all words again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import anthropic
import httpx
import openai
import pytest

from tests.api.relay.gateway import Bed, new_bed
from tests.chat.conversations import new_session, shown, text
from tests.factories.callers import Caller, Workspace, register
from tests.factories.uploads import ORDERS, upload_dataset

TOTAL = "total amount by country in 2024"
ONLY = "only Germany"


@pytest.fixture(scope="module")
async def shop(client: httpx.AsyncClient, base_url: str, admin_url: str, worker: None) -> AsyncIterator[Bed]:
    """A workspace with a table."""
    bed = await new_bed(client, base_url, admin_url)
    assert (await upload_dataset(bed.owner, "orders.csv", ORDERS))["status"] == "ready"
    yield bed
    await bed.client.aclose()


def of_openai(bed: Bed) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url=f"{bed.url}/v1", api_key=bed.key, max_retries=0)


async def chat(bed: Bed, *said: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """The Answer to what was said in turns, the user's first."""
    messages = [
        {"role": "assistant" if number % 2 else "user", "content": words} for number, words in enumerate(said)
    ]
    async with of_openai(bed) as client:
        answer = await client.chat.completions.create(
            model="answerable",
            messages=messages,  # type: ignore[arg-type]
            extra_headers=headers,
        )
    whole: dict[str, Any] = answer.model_extra["answerable"]  # type: ignore[index]
    assert answer.choices[0].message.content == whole["text"]
    return whole


def countries(answer: dict[str, Any]) -> Sequence[Any]:
    return [row[0] for row in answer["evidence"][0]["rows"]]


async def test_a_follow_up_goes_on_from_the_answer_that_the_client_sends_again(shop: Bed) -> None:
    first = await chat(shop, TOTAL)
    second = await chat(shop, TOTAL, first["text"] + "\n", ONLY)
    assert second["carried_over"]["from_answer_id"] == first["id"]
    assert (second["status"], "Germany" in second["text"]) == ("answered", True)
    third = await chat(shop, TOTAL, first["text"], ONLY, second["text"], "by month")
    assert third["carried_over"]["from_answer_id"] == second["id"]
    assert third["evidence"][0]["query"]["time"]["grain"] == "month"


async def test_the_same_over_responses_and_messages(shop: Bed) -> None:
    first = await chat(shop, TOTAL)
    turns: Any = [
        {"role": "user", "content": TOTAL},
        {"role": "assistant", "content": first["text"]},
        {"role": "user", "content": ONLY},
    ]
    async with of_openai(shop) as client:
        response = await client.responses.create(model="answerable", input=turns)
    assert response.model_extra["answerable"]["carried_over"]["kind"] == "query"  # type: ignore[index]
    async with anthropic.AsyncAnthropic(base_url=shop.url, api_key=shop.key, max_retries=0) as of_anthropic:
        message = await of_anthropic.messages.create(model="answerable", max_tokens=500, messages=turns)
    assert message.model_extra["answerable"]["carried_over"]["kind"] == "query"  # type: ignore[index]


async def test_words_that_the_system_never_said_are_no_conversation(shop: Bed) -> None:
    made_up = await chat(shop, TOTAL, "It was 12 EUR in Atlantis.", ONLY)
    assert made_up["carried_over"] is None
    assert "Atlantis" not in str(made_up)


async def test_nobody_goes_on_from_the_answer_of_another_member(shop: Bed, client: httpx.AsyncClient) -> None:
    first = await chat(shop, TOTAL)
    other = await Workspace(shop.owner.workspace_id, shop.owner).member("admin")
    key = (await other.post("/api/v1/api-keys", json={"name": "other"})).json()["key"]
    theirs = Bed(shop.url, other, key, "", shop.client, shop.admin_url)
    assert (await chat(theirs, TOTAL, first["text"], ONLY))["carried_over"] is None


async def test_a_named_session_keeps_the_conversation(shop: Bed) -> None:
    session = await new_session(Caller(shop.client, shop.key))
    named = {"X-Answerable-Session": session}
    first = await chat(shop, TOTAL, headers=named)
    async with of_openai(shop) as client:
        events = await client.chat.completions.create(
            model="answerable",
            messages=[{"role": "user", "content": ONLY}],
            stream=True,
            extra_headers=named,
        )
        words = [chunk.choices[0].delta.content or "" async for chunk in events if chunk.choices]
    messages = await shown(Caller(shop.client, shop.key), session)
    assert [text(message) for message in messages] == [TOTAL, first["text"], ONLY, "".join(words)]
    assert (first["session_id"], first["message_id"]) == (session, messages[1]["id"])
    assert messages[3]["answer"]["carried_over"]["from_answer_id"] == first["id"]


async def test_a_session_of_somebody_else_is_no_session(shop: Bed, client: httpx.AsyncClient) -> None:
    stranger = (await register(client)).owner
    for session in (await new_session(stranger), "chat_nothing", "x"):
        body = {"model": "answerable", "messages": [{"role": "user", "content": TOTAL}]}
        headers = {"X-Answerable-Session": session}
        answer = await shop.client.post("/v1/chat/completions", json=body, headers=headers)
        assert answer.status_code == 404, answer.text


async def test_a_key_that_may_not_write_conversations_is_told_so(shop: Bed) -> None:
    session = await new_session(Caller(shop.client, shop.key))
    made = await shop.owner.post(
        "/api/v1/api-keys", json={"name": "narrow", "scopes": ["models:call", "ask"]}
    )
    body = {"model": "answerable", "messages": [{"role": "user", "content": TOTAL}]}
    headers = {"Authorization": f"Bearer {made.json()['key']}", "X-Answerable-Session": session}
    answer = await shop.client.post("/v1/chat/completions", json=body, headers=headers)
    assert (answer.status_code, "chat:write" in answer.text) == (403, True)
    assert "X-Answerable-Session" in answer.text


async def test_a_question_with_line_breaks_is_gone_on_from_too(shop: Bed) -> None:
    broken = "total amount\n\tby country in 2024"
    first = await chat(shop, broken)
    second = await chat(shop, broken, f"{first['text']}\t\n", ONLY)
    assert second["carried_over"]["from_answer_id"] == first["id"]


@pytest.mark.parametrize("path", ["chat/completions", "messages"])
@pytest.mark.parametrize("stream", [True, False])
async def test_characters_that_nothing_can_keep_are_no_fault(shop: Bed, path: str, stream: bool) -> None:
    turns = [("user", TOTAL), ("assistant", "x\u0000"), ("user", ONLY)]
    messages = [{"role": role, "content": content} for role, content in turns]
    body = {"model": "answerable", "max_tokens": 100, "stream": stream, "messages": messages}
    assert (await shop.client.post(f"/v1/{path}", json=body)).status_code == 200


async def test_turns_that_come_at_once_are_all_shown(shop: Bed) -> None:
    caller = Caller(shop.client, shop.key)
    session = await new_session(caller)
    named = {"X-Answerable-Session": session}
    await asyncio.gather(*(chat(shop, TOTAL, headers=named) for _ in range(4)))
    assert [text(message) for message in await shown(caller, session)][::2] == [TOTAL] * 4


async def test_a_fault_of_ours_is_told_in_the_clients_protocol(
    shop: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("answerable.api.relay.answerable.model._question", broken)
    answer = await shop.client.post(
        "/v1/messages",
        json={"model": "answerable", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]},
    )
    assert (answer.status_code, answer.json()["type"]) == (500, "error")
    assert "secret detail" not in answer.text
    assert answer.headers["x-request-id"]
