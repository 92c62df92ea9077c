"""Answers that are given again: equal calls, calls under way, and who says that he wants none of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from decimal import Decimal

import httpx
import openai
import psycopg
import pytest

from answerable.inference.cache.forgetting import forget
from answerable.inference.cache.service import AnswerCache
from answerable.kit import ids
from answerable.kit.principal import Principal
from answerable.kit.runtime import Runtime
from tests.api.relay.gateway import Bed, chat
from tests.factories.upstream import Fail, Reply, Upstream
from tests.factories.upstream.script import Call
from tests.factories.waiting import eventually

CHAT = "/v1/chat/completions"


def certain(text: str = "Hello?", **more: object) -> dict[str, object]:
    """A chat that asks for determinism."""
    return {**chat(temperature=0, **more), "messages": [{"role": "user", "content": text}]}


def how(answer: httpx.Response) -> str | None:
    """What the answer says of the cache."""
    return answer.headers.get("x-answerable-cache")


def hits(bed: Bed) -> list[tuple[str, str | None, str | None, int, Decimal]]:
    """Outcome, cache, model, tokens and cost of the workspace's calls, in order."""
    workspace = ids.decode("ws", bed.owner.workspace_id)
    with psycopg.connect(bed.admin_url, autocommit=True) as connection:
        return connection.execute(
            "SELECT outcome, cache, model, input_tokens + output_tokens, cost_usd FROM usage_records"
            " WHERE workspace_id = %s ORDER BY started_at",
            [workspace],
        ).fetchall()


@pytest.fixture
async def sdk(bed: Bed, relay_url: str) -> AsyncIterator[openai.AsyncOpenAI]:
    """OpenAI's own client, of the bed's workspace."""
    async with openai.AsyncOpenAI(base_url=f"{relay_url}/v1", api_key=bed.key, max_retries=0) as client:
        yield client


async def test_an_equal_call_is_answered_without_the_provider(bed: Bed, upstream: Upstream) -> None:
    first = await bed.client.post(CHAT, json=certain())
    again = await bed.client.post(CHAT, json=certain(user="someone else", metadata={"run": "2"}))
    assert (how(first), how(again)) == ("miss", "exact")
    assert again.content == first.content
    assert int(again.headers["age"]) >= 0
    assert len(upstream.seen) == 1
    await bed.rows(2)
    assert hits(bed) == [("answered", None, "small", 18, 0), ("cached", "exact", "small", 0, 0)]


async def test_only_calls_that_ask_for_determinism_are_kept_unasked(bed: Bed, upstream: Upstream) -> None:
    for body in (chat(), chat(temperature=0.7)):
        assert [how(await bed.client.post(CHAT, json=body)) for _ in range(2)] == [None, None]
    seeded = [how(await bed.client.post(CHAT, json=chat(seed=7))) for _ in range(2)]
    assert seeded == ["miss", "exact"]
    assert len(upstream.seen) == 5


async def test_embeddings_are_kept_unasked(bed: Bed, upstream: Upstream, sdk: openai.AsyncOpenAI) -> None:
    await bed.provider(upstream, "vectors", "text-embedding-3-small")
    found = [
        await sdk.embeddings.create(model="text-embedding-3-small", input=["one", "two"]) for _ in range(2)
    ]
    assert found[0].data == found[1].data
    assert len(upstream.seen) == 1


async def test_an_alias_says_what_is_kept(bed: Bed, upstream: Upstream) -> None:
    await bed.cached_alias("kept", "main/small", {"mode": "exact"})
    await bed.cached_alias("fresh", "main/small", {"mode": "off"})
    kept = [how(await bed.client.post(CHAT, json=chat("kept", temperature=1))) for _ in range(2)]
    fresh = [how(await bed.client.post(CHAT, json=chat("fresh", temperature=0))) for _ in range(2)]
    assert kept == ["miss", "exact"]
    assert fresh == [None, None]


@pytest.mark.parametrize("path", [CHAT, "/v1/responses", "/v1/messages"])
@pytest.mark.parametrize("kind", ["openai", "anthropic", "gemini"])
async def test_streams_and_whole_answers_are_kept_for_each_other(
    bed: Bed, upstream: Upstream, path: str, kind: str
) -> None:
    await bed.provider(upstream, "other", f"{kind}-model", kind=kind)
    base = {"model": f"{kind}-model", "temperature": 0, "max_tokens": 50}
    if path == "/v1/responses":
        base = {"model": f"{kind}-model", "temperature": 0}
    for number, order in enumerate([(False, True, False), (True, False, True)]):
        turns = [{"role": "user", "content": f"Question {number}"}]
        words = {"input": turns} if path == "/v1/responses" else {"messages": turns}
        told = []
        for stream in order:
            answer = await bed.client.post(path, json={**base, **words, "stream": stream})
            assert answer.status_code == 200, answer.text
            assert "Hello" in answer.text
            assert answer.headers["content-type"].startswith("text/event-stream") is stream
            told.append(how(answer))
        assert told == ["miss", "exact", "exact"]
    assert len(upstream.seen) == 2


async def test_the_official_client_reads_replayed_streams(
    bed: Bed, upstream: Upstream, sdk: openai.AsyncOpenAI
) -> None:
    asked = certain("Stream this.")
    whole = await sdk.chat.completions.create(**asked)
    stream = await sdk.chat.completions.create(**asked, stream=True)
    plain = [chunk async for chunk in stream]
    stream = await sdk.chat.completions.create(**asked, stream=True, stream_options={"include_usage": True})
    told = [chunk async for chunk in stream]
    text = "".join(choice.delta.content or "" for chunk in told for choice in chunk.choices)
    assert text == whole.choices[0].message.content
    assert told[-1].usage == whole.usage
    assert told[-2].choices[0].finish_reason == "stop"
    assert all(chunk.usage is None and chunk.choices for chunk in plain)
    assert len(upstream.seen) == 1


async def test_a_stream_without_usage_still_gives_whole_answers_with_it(bed: Bed, upstream: Upstream) -> None:
    streamed = await bed.client.post(CHAT, json=certain("How much?", stream=True))
    assert '"prompt_tokens"' not in streamed.text
    whole = await bed.client.post(CHAT, json=certain("How much?"))
    assert how(whole) == "exact"
    assert whole.json()["usage"]["total_tokens"] == 18


@pytest.mark.parametrize(
    "reply",
    [
        Reply(finish="length"),
        Reply(finish="content_filter"),
        Reply(refusal="I will not say."),
        Reply(tool_calls=(Call("look_up"),)),
        Reply(text="   "),
    ],
)
@pytest.mark.parametrize("stream", [False, True])
async def test_what_is_not_a_whole_answer_is_not_kept(
    bed: Bed, upstream: Upstream, reply: Reply, stream: bool
) -> None:
    upstream.default = reply
    told = [how(await bed.client.post(CHAT, json=certain(stream=stream))) for _ in range(2)]
    assert told == ["miss", "miss"]


@pytest.mark.parametrize("then", ["cut", "garbage", "error"])
async def test_a_broken_stream_is_not_kept(bed: Bed, upstream: Upstream, then: str) -> None:
    upstream.script(Reply(frames=2, then=then))  # type: ignore[arg-type]
    broken = await bed.client.post(CHAT, json=certain(stream=True))
    assert "[DONE]" not in broken.text
    again = await bed.client.post(CHAT, json=certain(stream=True))
    assert how(again) == "miss"
    assert "[DONE]" in again.text


async def test_a_failure_is_not_kept(bed: Bed, upstream: Upstream) -> None:
    upstream.script(Fail(400, "Scripted."))
    failed = await bed.client.post(CHAT, json=certain())
    assert failed.status_code == 400
    again = await bed.client.post(CHAT, json=certain())
    assert (again.status_code, how(again)) == (200, "miss")


@pytest.mark.parametrize(
    ("headers", "told", "later"),
    [
        ({"cache-control": "no-store"}, None, "miss"),
        ({"x-answerable-cache": "off"}, None, "miss"),
        ({"cache-control": "no-cache"}, "miss", "exact"),
        ({"cache-control": "max-age=0"}, "miss", "exact"),
        ({"cache-control": "max-age=60"}, "miss", "exact"),
    ],
)
async def test_a_header_opts_out(
    bed: Bed, upstream: Upstream, headers: dict[str, str], told: str | None, later: str
) -> None:
    assert how(await bed.client.post(CHAT, json=certain(), headers=headers)) == told
    assert how(await bed.client.post(CHAT, json=certain())) == later
    asked = len(upstream.seen)
    fresh = await bed.client.post(CHAT, json=certain(), headers=headers)
    if headers == {"cache-control": "max-age=60"}:
        assert (how(fresh), len(upstream.seen)) == ("exact", asked)
    else:
        assert (how(fresh), len(upstream.seen)) == (told, asked + 1)


async def test_another_workspace_never_gets_an_answer(bed: Bed, other: Bed, upstream: Upstream) -> None:
    await other.provider(upstream, "main", "small")
    await bed.client.post(CHAT, json=certain())
    assert how(await other.client.post(CHAT, json=certain())) == "miss"
    assert len(upstream.seen) == 2


async def test_what_changes_the_answer_is_another_question(bed: Bed, upstream: Upstream) -> None:
    await bed.client.post(CHAT, json=certain())
    for body in (
        certain(max_tokens=5),
        certain(top_p=0.5),
        {**certain(), "some_new_field": 1},
        {**certain(), "model": "large"},
    ):
        assert how(await bed.client.post(CHAT, json=body)) == "miss"
    beta = {"openai-beta": "something"}
    assert how(await bed.client.post(CHAT, json=certain(), headers=beta)) == "miss"


async def test_a_body_with_a_key_twice_is_neither_kept_nor_answered(bed: Bed, upstream: Upstream) -> None:
    good = json.dumps(certain())
    twice = good[:-1] + ', "messages": [{"role": "user", "content": "Hello?"}]}'
    for body in (twice, good, twice):
        answer = await bed.client.post(CHAT, content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 200
    assert len(upstream.seen) == 3


@pytest.mark.parametrize("stream", [False, True])
async def test_a_hundred_equal_calls_at_once_ask_once(bed: Bed, upstream: Upstream, stream: bool) -> None:
    upstream.default = Reply(wait=0.3, gap=0.02)
    answers = await asyncio.gather(
        *(bed.client.post(CHAT, json=certain("All at once", stream=stream)) for _ in range(100))
    )
    assert len(upstream.seen) == 1
    assert sorted(filter(None, map(how, answers))) == ["joined"] * 99 + ["miss"]
    contents = {answer.content for answer in answers}
    assert len(contents) == 1
    await bed.rows(100)
    rows = hits(bed)
    assert sum(tokens for *_, tokens, _ in rows) == 18
    assert [row[0] for row in rows].count("cached") == 99


async def test_a_stream_joins_a_whole_answer_and_the_other_way_round(bed: Bed, upstream: Upstream) -> None:
    for number, first in enumerate([False, True]):
        upstream.default = Reply(wait=0.3)
        asked = len(upstream.seen)
        bodies = [certain(f"Mixed {number}", stream=stream) for stream in (first, not first)]
        lead = asyncio.create_task(bed.client.post(CHAT, json=bodies[0]))
        await eventually(lambda count=asked: _seen(upstream, count + 1))
        joined = await bed.client.post(CHAT, json=bodies[1])
        assert how(await lead) == "miss"
        assert how(joined) == "joined"
        assert "Hello" in joined.text
        assert len(upstream.seen) == asked + 1


async def _seen(upstream: Upstream, count: int) -> bool:
    return len(upstream.seen) >= count


async def test_a_late_joiner_gets_what_came_and_then_what_comes(bed: Bed, upstream: Upstream) -> None:
    upstream.default = Reply(text="one two three four five six", pieces=6, gap=0.1)
    body = certain("Slowly", stream=True)
    async with bed.client.stream("POST", CHAT, json=body) as lead:
        lines = lead.aiter_lines()
        async for line in lines:
            if "one" in line:
                break
        joined = await bed.client.post(CHAT, json=body)
        rest = [line async for line in lines]
    assert how(joined) == "joined"
    assert joined.text.endswith("data: [DONE]\n\n")
    assert rest[-2] == "data: [DONE]" or rest[-1] == "data: [DONE]"
    events = [json.loads(line[6:]) for line in joined.text.splitlines() if line.startswith("data: {")]
    text = "".join(event["choices"][0]["delta"].get("content") or "" for event in events)
    assert text == "one two three four five six"
    assert len(upstream.seen) == 1


@pytest.mark.parametrize("stream", [False, True])
async def test_a_leader_who_leaves_takes_the_call_from_nobody(
    bed: Bed, upstream: Upstream, stream: bool
) -> None:
    upstream.default = Reply(wait=0.2, gap=0.15, text="Hello you two", pieces=3)
    body = certain("Going", stream=stream)
    leader = httpx.AsyncClient(base_url=bed.url, headers={"authorization": f"Bearer {bed.key}"}, timeout=90)
    lead = asyncio.create_task(leader.post(CHAT, json=body))
    await eventually(lambda: _seen(upstream, 1))
    joined = asyncio.create_task(bed.client.post(CHAT, json=body))
    await asyncio.sleep(0.1)
    lead.cancel()
    await asyncio.gather(lead, return_exceptions=True)
    await leader.aclose()
    answer = await joined
    assert (answer.status_code, how(answer)) == (200, "joined")
    assert all(word in answer.text for word in ("Hello", "you", "two"))
    assert len(upstream.seen) == 1
    await bed.rows(2)
    assert sorted(row[:2] for row in hits(bed)) == [("abandoned", None), ("cached", "joined")]


async def test_who_joined_a_call_that_failed_is_told_so(bed: Bed, upstream: Upstream) -> None:
    upstream.default = Fail(400, "Scripted failure.")
    body = certain("Broken")
    answers = await asyncio.gather(*(bed.client.post(CHAT, json=body) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {400}
    rows = await bed.rows(5)
    assert {row.outcome for row in rows} == {"failed"}


async def test_a_leader_without_a_budget_leaves_the_call_to_the_next(bed: Bed, upstream: Upstream) -> None:
    poor = (await bed.owner.post("/api/v1/api-keys", json={"name": "poor"})).json()
    limit = {"subject": {"type": "key", "id": poor["id"]}, "measure": "tokens", "period": "day", "limit": 1}
    made = await bed.owner.post("/api/v1/limits", json=limit)
    assert made.status_code == 201, made.text
    upstream.default = Reply(wait=0.2)
    body = certain("Who pays?")
    headers = {"authorization": f"Bearer {poor['key']}"}
    refused, answered = await asyncio.gather(
        bed.client.post(CHAT, json=body, headers=headers), bed.client.post(CHAT, json=body)
    )
    assert answered.status_code == 200
    assert refused.status_code in {200, 422}  # no call is small enough for its limit
    # What is there costs nothing, so that it is given beyond a budget too.
    again = await bed.client.post(CHAT, json=body, headers=headers)
    assert (again.status_code, how(again)) == (200, "exact")


async def test_kept_answers_count_as_requests(bed: Bed, upstream: Upstream) -> None:
    limit = {"subject": {"type": "workspace"}, "measure": "requests", "period": "day", "limit": 2}
    assert (await bed.owner.post("/api/v1/limits", json=limit)).status_code == 201
    told = [(await bed.client.post(CHAT, json=certain())).status_code for _ in range(3)]
    assert told == [200, 200, 429]


async def test_what_depends_on_something_forgotten_is_asked_anew(
    bed: Bed, upstream: Upstream, relay_runtime: Runtime
) -> None:
    await bed.client.post(CHAT, json=certain())
    await relay_runtime.get(AnswerCache).flush()
    workspace_id = bed.owner.workspace_id
    async with relay_runtime.database.begin(Principal.system(workspace_id)) as session:
        await forget(session, [f"workspace:{workspace_id}"])
    assert how(await bed.client.post(CHAT, json=certain())) == "miss"
    assert how(await bed.client.post(CHAT, json=certain())) == "exact"


async def test_speech_is_kept_where_an_alias_says_so(bed: Bed, upstream: Upstream) -> None:
    await bed.provider(upstream, "voices", "tts-1")
    await bed.cached_alias("voice", "voices/tts-1", {"mode": "exact"})
    body = {"model": "voice", "input": "Say this.", "voice": "alloy"}
    first, again = [await bed.client.post("/v1/audio/speech", json=body) for _ in range(2)]
    assert (how(first), how(again)) == ("miss", "exact")
    assert again.content == Reply().audio
    assert again.headers["content-type"] == first.headers["content-type"]
