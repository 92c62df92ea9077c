"""The model `answerable`: the whole system in front of the official clients, with its evidence."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass

import anthropic
import httpx
import openai
import pytest

from tests.api.relay.gateway import Bed, chat, new_bed
from tests.chat.asking.conftest import HANDBOOK, writes
from tests.chat.asking.live import FIRST, SECOND, held_after_first
from tests.factories.uploads import ORDERS, upload_dataset, upload_document
from tests.factories.upstream import Fail, Reply, Upstream

FOUNDED = "When was Northwind Traders founded?"
OPEN = "What should I know about money that I lay out for the firm?"


@dataclass(frozen=True)
class Library:
    """A workspace with a handbook and a table."""

    bed: Bed
    document_id: str
    text: str


@pytest.fixture(scope="session")
async def library(
    client: httpx.AsyncClient, base_url: str, admin_url: str, upstream_server: Upstream, worker: None
) -> AsyncIterator[Library]:
    bed = await new_bed(client, base_url, admin_url)
    document = await upload_document(bed.owner, "handbook.md", HANDBOOK)
    assert document["status"] == "ready"
    assert (await upload_dataset(bed.owner, "orders.csv", ORDERS))["status"] == "ready"
    await bed.provider(upstream_server, "main", "small", "large")
    text = (await bed.owner.get(f"/api/v1/documents/{document['id']}/text")).json()["text"]
    yield Library(bed, str(document["id"]), text)
    await bed.client.aclose()


@pytest.fixture
async def client_of_openai(library: Library) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(
        base_url=f"{library.bed.url}/v1", api_key=library.bed.key, max_retries=0
    ) as client:
        yield client


@pytest.fixture
async def client_of_anthropic(library: Library) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with anthropic.AsyncAnthropic(
        base_url=library.bed.url, api_key=library.bed.key, max_retries=0
    ) as client:
        yield client


async def test_openais_chat_has_evidence_as_annotations(
    client_of_openai: openai.AsyncOpenAI, library: Library
) -> None:
    answer = await client_of_openai.chat.completions.create(
        model="answerable", messages=[{"role": "user", "content": FOUNDED}]
    )
    message = answer.choices[0].message
    assert message.content is not None
    assert "1987" in message.content
    assert message.annotations
    cited = message.annotations[0].url_citation
    assert message.content[cited.start_index : cited.end_index] == "[1]"
    assert library.document_id in cited.url
    whole = answer.model_extra["answerable"]  # type: ignore[index]
    assert (whole["status"], whole["stage"]) == ("answered", "rules")
    quote = whole["evidence"][0]
    assert library.text[quote["start"] : quote["end"]] == quote["quote"]


async def test_openais_stream_ends_with_the_evidence(client_of_openai: openai.AsyncOpenAI) -> None:
    stream = await client_of_openai.chat.completions.create(
        model="answerable",
        messages=[{"role": "user", "content": FOUNDED}],
        stream=True,
        stream_options={"include_usage": True},
    )
    chunks = [chunk async for chunk in stream]
    assert chunks[0].choices[0].delta.role == "assistant"
    text = "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    last = chunks[-2]
    assert last.choices[0].finish_reason == "stop"
    assert last.model_extra["answerable"]["text"] == text  # type: ignore[index]
    assert last.choices[0].delta.model_extra["annotations"]  # type: ignore[index]
    assert chunks[-1].usage is not None


async def test_openais_responses_carry_the_evidence(
    client_of_openai: openai.AsyncOpenAI, library: Library
) -> None:
    answer = await client_of_openai.responses.create(model="answerable", input=FOUNDED)
    content = answer.output[0].content[0]  # type: ignore[union-attr]
    assert content.annotations[0].file_id == library.document_id  # type: ignore[union-attr]
    assert "1987" in answer.output_text
    assert answer.model_extra["answerable"]["status"] == "answered"  # type: ignore[index]


async def test_openais_streamed_responses_carry_the_evidence(
    client_of_openai: openai.AsyncOpenAI, library: Library
) -> None:
    async with client_of_openai.responses.stream(model="answerable", input=FOUNDED) as stream:
        events = [event async for event in stream]
        final = await stream.get_final_response()
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert "response.output_text.annotation.added" in [event.type for event in events]
    content = final.output[0].content[0]  # type: ignore[union-attr]
    assert content.annotations[0].file_id == library.document_id  # type: ignore[union-attr]
    assert final.model_extra["answerable"]["status"] == "answered"  # type: ignore[index]


async def test_anthropics_messages_have_citations(
    client_of_anthropic: anthropic.AsyncAnthropic, library: Library
) -> None:
    answer = await client_of_anthropic.messages.create(
        model="answerable", max_tokens=500, messages=[{"role": "user", "content": FOUNDED}]
    )
    block = answer.content[0]
    assert block.type == "text"
    assert block.citations
    cited = block.citations[0]
    assert cited.type == "char_location"
    assert library.text[cited.start_char_index : cited.end_char_index] == cited.cited_text
    assert answer.model_extra["answerable"]["status"] == "answered"  # type: ignore[index]


async def test_anthropics_stream_has_citations(client_of_anthropic: anthropic.AsyncAnthropic) -> None:
    async with client_of_anthropic.messages.stream(
        model="answerable", max_tokens=500, messages=[{"role": "user", "content": FOUNDED}]
    ) as stream:
        final = await stream.get_final_message()
    block = final.content[0]
    assert block.type == "text"
    assert "1987" in block.text
    assert block.citations
    assert final.stop_reason == "end_turn"


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_question_over_tables_is_answered_with_its_query(library: Library, streamed: bool) -> None:
    body = chat("answerable", stream=streamed)
    body["messages"] = [{"role": "user", "content": "total amount in Germany in 2024"}]
    answer = await library.bed.client.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200
    assert '"kind":"query"' in answer.text
    assert "url_citation" in answer.text


async def test_the_model_is_listed(client_of_openai: openai.AsyncOpenAI) -> None:
    assert "answerable" in {model.id async for model in client_of_openai.models.list()}
    assert (await client_of_openai.models.retrieve("answerable")).id == "answerable"


async def test_a_call_to_the_system_is_one_row_and_its_models_are_legs(
    client: httpx.AsyncClient, base_url: str, admin_url: str, upstream: Upstream, worker: None
) -> None:
    bed = await new_bed(client, base_url, admin_url)
    await upload_document(bed.owner, "handbook.md", HANDBOOK)
    await bed.provider(upstream, "main", "small")
    await bed.alias("answers", ["small"])
    upstream.default = writes(("Expenses above 500 euros need the approval of the department head.", [1]))
    body = chat("answerable")
    body["messages"] = [{"role": "user", "content": FOUNDED}]
    assert (await bed.client.post("/v1/chat/completions", json=body)).status_code == 200
    assert [row.model for row in await bed.rows(1)] == [None]
    records = (await bed.owner.get("/api/v1/usage/records")).json()["items"]
    assert [record["stage"] for record in records] == ["answerable"]
    body["messages"] = [{"role": "user", "content": OPEN}]
    answer = (await bed.client.post("/v1/chat/completions", json=body)).json()
    assert answer["answerable"]["stage"] == "small"
    assert answer["usage"]["prompt_tokens"] == 1_000
    rows = await bed.rows(3)
    assert [(row.model, row.input_tokens, row.outcome) for row in rows[1:]] == [
        (None, 0, "answered"),
        ("small", 1_000, "answered"),
    ]
    upstream.default = Fail(500)
    down = (await bed.client.post("/v1/chat/completions", json=body)).json()
    assert down["answerable"]["status"] in ("partial", "answered")
    assert "models_away" in json.dumps(down["answerable"]["warnings"])
    await bed.client.aclose()


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"messages": [{"role": "user", "content": "x" * 5_000}]}, 400),
        ({"messages": [{"role": "user", "content": "  "}]}, 400),
        ({"messages": [{"role": "system", "content": "hi"}]}, 400),
        ({"response_format": {"type": "json_object"}}, 400),
        ({"tool_choice": "required"}, 400),
    ],
)
async def test_what_the_system_cannot_be_asked_is_refused(
    library: Library, more: dict[str, object], status: int
) -> None:
    answer = await library.bed.client.post("/v1/chat/completions", json=chat("answerable", **more))
    assert answer.status_code == status, answer.text


async def test_who_may_only_call_models_may_not_ask_the_system(library: Library) -> None:
    made = await library.bed.owner.post(
        "/api/v1/api-keys", json={"name": "narrow", "scopes": ["models:call"]}
    )
    assert made.status_code == 201, made.text
    headers = {"Authorization": f"Bearer {made.json()['key']}"}
    answer = await library.bed.client.post("/v1/chat/completions", json=chat("answerable"), headers=headers)
    assert answer.status_code == 403


async def test_the_floor_answers_first_and_models_the_rest(library: Library, upstream: Upstream) -> None:
    upstream.default = Reply(text="A model's words.")
    made = await library.bed.owner.post(
        "/api/v1/model-aliases",
        json={
            "name": "frugal",
            "cascade": [{"model": "answerable", "min_confidence": 0.5}, {"model": "small"}],
        },
    )
    assert made.status_code == 201, made.text
    body = chat("frugal")
    body["messages"] = [{"role": "user", "content": FOUNDED}]
    sure = await library.bed.client.post("/v1/chat/completions", json=body)
    assert sure.headers["x-answerable-stage"] == "answerable"
    assert "1987" in sure.text
    assert upstream.seen == []
    body["messages"] = [{"role": "user", "content": "Write a poem about whales."}]
    unsure = await library.bed.client.post("/v1/chat/completions", json=body)
    assert unsure.headers["x-answerable-stage"] == "small"
    assert len(upstream.seen) == 1
    narrow = await library.bed.owner.post(
        "/api/v1/api-keys", json={"name": "narrow2", "scopes": ["models:call"]}
    )
    headers = {"Authorization": f"Bearer {narrow.json()['key']}"}
    body["messages"] = [{"role": "user", "content": FOUNDED}]
    without = await library.bed.client.post("/v1/chat/completions", json=body, headers=headers)
    assert without.headers["x-answerable-stage"] == "small"
    assert not re.search(r"\b1987\b", without.text)  # an id may hold the digits


@pytest.mark.parametrize("position", ["first", "last"])
@pytest.mark.parametrize("path", ["chat/completions", "responses", "messages"])
@pytest.mark.parametrize("stream", [False, True])
async def test_a_cascade_with_a_floor_answers_though_every_model_is_down(
    library: Library, upstream: Upstream, position: str, path: str, stream: bool
) -> None:
    name = f"floor-{position}-{path.partition('/')[0]}-{stream}".lower()
    floor: dict[str, object] = {"model": "answerable", "min_confidence": 0.5}
    models = [{"model": "small"}, {"model": "large"}]
    stages = [floor, *models] if position == "first" else [*models, floor]
    made = await library.bed.owner.post("/api/v1/model-aliases", json={"name": name, "cascade": stages})
    assert made.status_code == 201, made.text
    upstream.default = Fail(503)

    async def told(question: str) -> dict[str, object]:
        body: dict[str, object] = {"model": name, "stream": stream}
        if path == "responses":
            body["input"] = question
        else:
            body |= {"messages": [{"role": "user", "content": question}], "max_tokens": 200}
        answer = await library.bed.client.post(f"/v1/{path}", json=body)
        assert answer.status_code == 200, answer.text
        if not stream:
            assert answer.headers["x-answerable-stage"] == "answerable"
            whole: dict[str, object] = answer.json()["answerable"]
            return whole
        assert "event: error" not in answer.text
        assert '"error":{' not in answer.text
        events = [json.loads(line[5:]) for line in answer.text.splitlines() if line.startswith("data: {")]
        found = [event.get("response", event).get("answerable") for event in events]
        (last,) = [each for each in found if each is not None]
        assert isinstance(last, dict)
        return last

    sure = await told(FOUNDED)
    assert sure["status"] == "answered"
    assert "1987" in str(sure["text"])
    unsure = await told(OPEN)
    assert unsure["status"] in ("partial", "answered")
    assert unsure["evidence"]
    assert "models_away" in json.dumps(unsure["warnings"])


async def test_a_floor_stands_in_for_no_limit_and_no_mistake(library: Library, upstream: Upstream) -> None:
    # A provider of its own: the breakers of the other one may still be open.
    await library.bed.provider(upstream, "strict", "strict-small")
    stages = [{"model": "answerable", "min_confidence": 0.9}, {"model": "strict-small"}]
    made = await library.bed.owner.post("/api/v1/model-aliases", json={"name": "strict", "cascade": stages})
    assert made.status_code == 201, made.text
    upstream.default = Fail(400, message="messages: too strange")
    body = {"model": "strict", "messages": [{"role": "user", "content": OPEN}]}
    answer = await library.bed.client.post("/v1/chat/completions", json=body)
    assert (answer.status_code, "too strange" in answer.text) == (400, True)


@pytest.mark.parametrize("protocol", ["chat", "responses", "messages"])
async def test_the_official_clients_get_each_sentence_once_it_is_checked(
    client: httpx.AsyncClient, base_url: str, admin_url: str, upstream: Upstream, worker: None, protocol: str
) -> None:
    bed = await new_bed(client, base_url, admin_url)
    assert (await upload_document(bed.owner, "handbook.md", HANDBOOK))["status"] == "ready"
    await bed.provider(upstream, "main", "small")
    await bed.alias("answers", ["small"])
    upstream.default = held_after_first()
    texts: list[str] = []
    async with aclosing(heard(protocol, bed)) as stream:  # type: ignore[type-var]
        async for text in stream:
            texts.append(text)
            if "".join(texts) == f"{FIRST} [1]":
                upstream.release()  # nothing of the second sentence was written before
    assert "".join(texts) == f"{FIRST} [1] {SECOND} [2]"
    assert [row.outcome for row in await bed.rows(2)] == ["answered", "answered"]
    await bed.client.aclose()


async def test_a_client_that_leaves_a_written_answer_is_on_the_books(
    client: httpx.AsyncClient, base_url: str, admin_url: str, upstream: Upstream, worker: None
) -> None:
    bed = await new_bed(client, base_url, admin_url)
    assert (await upload_document(bed.owner, "handbook.md", HANDBOOK))["status"] == "ready"
    await bed.provider(upstream, "main", "small")
    await bed.alias("answers", ["small"])
    upstream.default = held_after_first()
    async with aclosing(heard("chat", bed)) as stream:  # type: ignore[type-var]
        async for text in stream:
            if text:
                break
    upstream.release()
    assert [(row.model, row.outcome) for row in await bed.rows(2)] == [
        (None, "abandoned"),
        ("small", "answered"),
    ]
    await bed.client.aclose()


async def heard(protocol: str, bed: Bed) -> AsyncIterator[str]:
    """The words of a streamed answer as an official client gives them."""
    if protocol == "messages":
        async with (
            anthropic.AsyncAnthropic(base_url=bed.url, api_key=bed.key, max_retries=0) as client,
            client.messages.stream(
                model="answerable", max_tokens=500, messages=[{"role": "user", "content": OPEN}]
            ) as message,
        ):
            async for text in message.text_stream:
                yield text
        return
    async with openai.AsyncOpenAI(base_url=f"{bed.url}/v1", api_key=bed.key, max_retries=0) as of_openai:
        if protocol == "chat":
            async with await of_openai.chat.completions.create(
                model="answerable", messages=[{"role": "user", "content": OPEN}], stream=True
            ) as chunks:
                async for chunk in chunks:
                    yield (chunk.choices[0].delta.content or "") if chunk.choices else ""
        else:
            async for event in await of_openai.responses.create(model="answerable", input=OPEN, stream=True):
                yield event.delta if event.type == "response.output_text.delta" else ""
