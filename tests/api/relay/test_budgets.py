"""Budgets and limits as clients of the gateway meet them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import anthropic
import httpx
import openai
import pytest
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from answerable.api.assembly import build_runtime
from answerable.kit.db.notifications import Notifications
from answerable.kit.settings import Settings
from tests.api.relay.gateway import Bed, chat, new_bed, served
from tests.factories.upstream import Fail, Reply, Upstream
from tests.factories.upstream.script import Tokens

EVERYBODY = {"type": "workspace"}
HELLO: Any = {"role": "user", "content": "Hello?"}  # fits the types of both clients


async def test_a_budget_that_is_used_up_ends_calls_before_they_are_sent(bed: Bed, upstream: Upstream) -> None:
    dear = {"name": "dear", "price": {"input_per_mtok": 1, "output_per_mtok": 1}}
    provider = {"kind": "openai", "base_url": upstream.openai_url, "api_key": "sk-test", "models": [dear]}
    await bed.owner.post("/api/v1/providers", json={"name": "priced", **provider})
    budget = await bed.owner.post(
        "/api/v1/budgets", json={"subject": EVERYBODY, "period": "month", "limit_usd": 1.5}
    )
    upstream.default = Reply(tokens=Tokens(input=1_000_000, output=0))
    statuses = []
    for _ in range(3):
        answer = await bed.client.post("/v1/chat/completions", json=chat("dear", max_tokens=10))
        statuses.append(answer.status_code)
    assert statuses == [200, 200, 429]
    assert answer.json()["error"]["code"] == answer.json()["error"]["type"] == "insufficient_quota"
    assert "1.5 US dollars a month" in answer.json()["error"]["message"]
    assert int(answer.headers["retry-after"]) > 0
    assert len(upstream.seen) == 2
    assert [row.outcome for row in await bed.rows(3)] == ["answered", "answered", "refused"]
    standing = (await bed.owner.get(f"/api/v1/budgets/{budget.json()['id']}")).json()
    assert (standing["spent_usd"], standing["remaining_usd"]) == (2.0, 0.0)
    cheap = await bed.client.post("/v1/chat/completions", json=chat("small", max_tokens=10))
    assert cheap.status_code == 200, "a model without a known price costs no budget"


async def priced(bed: Bed, upstream: Upstream, *names: str) -> None:
    """A provider whose models cost a dollar for each million tokens."""
    models = [{"name": name, "price": {"input_per_mtok": 1, "output_per_mtok": 1}} for name in names]
    provider = {"kind": "openai", "base_url": upstream.openai_url, "api_key": "sk-test", "models": models}
    answer = await bed.owner.post("/api/v1/providers", json={"name": "priced", **provider})
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("bound", ["dear", "priced/dear"])
async def test_a_budget_on_a_model_binds_whatever_leads_to_it(
    bed: Bed, upstream: Upstream, bound: str
) -> None:
    await priced(bed, upstream, "dear", "other")
    await bed.alias("quick", ["dear"])
    await bed.alias("quicker", ["quick"])
    budget = {"subject": EVERYBODY, "period": "month", "limit_usd": 1, "model": bound}
    made = (await bed.owner.post("/api/v1/budgets", json=budget)).json()
    upstream.default = Reply(tokens=Tokens(input=400_000, output=0))

    async def status(name: str) -> int:
        body = chat(name, max_tokens=10)
        return (await bed.client.post("/v1/chat/completions", json=body)).status_code

    assert [await status(name) for name in ("priced/dear", "quick", "quicker")] == [200, 200, 200]
    assert [await status(name) for name in ("dear", "priced/dear", "quick", "quicker")] == [429] * 4
    assert await status("other") == 200
    await bed.rows(8)
    standing = (await bed.owner.get(f"/api/v1/budgets/{made['id']}")).json()
    assert standing["spent_usd"] == 1.2
    later = {"subject": EVERYBODY, "period": "day", "limit_usd": 1, "model": "dear"}
    assert (await bed.owner.post("/api/v1/budgets", json=later)).json()["spent_usd"] == 1.2


async def test_a_limit_on_a_model_counts_only_the_calls_that_were_sent_to_it(
    bed: Bed, upstream: Upstream
) -> None:
    await priced(bed, upstream, "dear", "other")
    await bed.alias("either", ["dear"], ["other"])
    limit = {"subject": EVERYBODY, "measure": "requests", "limit": 2, "period": "day", "model": "dear"}
    made = (await bed.owner.post("/api/v1/limits", json=limit)).json()
    upstream.by_model["dear"] = Fail(400, code="context_length_exceeded")
    for _ in range(3):
        answer = await bed.client.post("/v1/chat/completions", json=chat("either"))
        assert answer.status_code == 200, answer.text
    upstream.by_model.clear()
    assert {row.model for row in await bed.rows(3)} == {"other"}
    assert (await bed.owner.get(f"/api/v1/limits/{made['id']}")).json()["used"] == 0
    statuses = [
        (await bed.client.post("/v1/chat/completions", json=chat("either"))).status_code for _ in range(3)
    ]
    assert statuses == [200, 200, 429]


async def test_a_budget_holds_for_the_dearest_model_that_may_be_asked(bed: Bed, upstream: Upstream) -> None:
    await priced(bed, upstream, "dear")
    await bed.alias("safe", ["small"], ["dear"])
    budget = {"subject": EVERYBODY, "period": "month", "limit_usd": 0.5}
    await bed.owner.post("/api/v1/budgets", json=budget)
    answer = await bed.client.post("/v1/chat/completions", json=chat("safe", max_tokens=1_000_000))
    assert answer.status_code == 422
    assert not upstream.seen


async def test_every_answer_that_is_asked_for_is_reserved(bed: Bed, upstream: Upstream) -> None:
    await priced(bed, upstream, "dear")
    budget = {"subject": EVERYBODY, "period": "month", "limit_usd": 1.5}
    await bed.owner.post("/api/v1/budgets", json=budget)
    many = await bed.client.post("/v1/chat/completions", json=chat("dear", max_tokens=1_000_000, n=2))
    assert many.status_code == 422
    assert not upstream.seen
    one = await bed.client.post("/v1/chat/completions", json=chat("dear", max_tokens=1_000_000, n=1))
    assert one.status_code == 200
    wrong = await bed.client.post("/v1/chat/completions", json=chat("dear", n=1_000))
    assert (wrong.status_code, wrong.json()["error"]["param"]) == (400, "n")


@pytest.mark.parametrize(
    ("noun", "body", "limit", "sentence"),
    [
        (
            "budgets",
            {"period": "month", "limit_usd": 0},
            ("cost-usd", "0"),
            "The budget of 0 US dollars a month for the workspace is used up.",
        ),
        (
            "limits",
            {"measure": "concurrent", "limit": 0, "model": "dear"},
            ("concurrent", "0"),
            "The limit of 0 calls at once for the workspace on dear is reached.",
        ),
        (
            "limits",
            {"measure": "tokens", "limit": 0},
            ("tokens", "0"),
            "The limit of 0 tokens a minute for the workspace is reached.",
        ),
    ],
)
async def test_a_refusal_tells_how_the_limit_stands(
    bed: Bed, upstream: Upstream, noun: str, body: dict[str, Any], limit: tuple[str, str], sentence: str
) -> None:
    await priced(bed, upstream, "dear")
    made = await bed.owner.post(f"/api/v1/{noun}", json={"subject": EVERYBODY, **body})
    assert made.status_code == 201, made.text
    refused = await bed.client.post("/v1/chat/completions", json=chat("dear"))
    assert refused.status_code == 429
    assert refused.json()["error"]["message"].startswith(sentence)
    name, amount = limit
    assert refused.headers[f"x-ratelimit-limit-{name}"] == amount
    assert refused.headers[f"x-ratelimit-remaining-{name}"] == amount
    if name == "concurrent":
        assert "x-ratelimit-reset-concurrent" not in refused.headers
    else:
        assert refused.headers[f"x-ratelimit-reset-{name}"].endswith("s")


@pytest.mark.parametrize(
    ("noun", "body", "measure", "whole"),
    [
        ("limits", {"measure": "tokens", "limit": 100}, "tokens", "limit of 100 tokens a minute"),
        (
            "budgets",
            {"period": "day", "limit_usd": 0.0005},
            "cost-usd",
            "budget of 0.0005 US dollars a day",
        ),
    ],
)
async def test_a_call_that_is_larger_than_a_whole_limit_is_told_to_be_smaller(
    bed: Bed, upstream: Upstream, noun: str, body: dict[str, Any], measure: str, whole: str
) -> None:
    """It passes in no window: "is used up", with everything left, and a Retry-After would lead nowhere."""
    await priced(bed, upstream, "dear")
    await bed.owner.post(f"/api/v1/{noun}", json={"subject": EVERYBODY, **body})
    refused = await bed.client.post("/v1/chat/completions", json=chat("dear", max_tokens=1_000))
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (422, "call_exceeds_limit")
    assert error["type"] == "invalid_request_error"
    assert f"more than the whole {whole} for the workspace" in error["message"]
    assert "max_tokens" in error["message"]
    assert "retry-after" not in refused.headers
    amount = refused.headers[f"x-ratelimit-limit-{measure}"]
    assert refused.headers[f"x-ratelimit-remaining-{measure}"] == amount == whole.split()[2]
    assert not upstream.seen
    assert [row.error_code for row in await bed.rows(1)] == ["call_exceeds_limit"]
    small = await bed.client.post("/v1/chat/completions", json=chat("dear", max_tokens=10))
    assert small.status_code == 200, small.text


async def test_a_call_that_what_is_left_has_no_room_for_is_told_how_much_that_is(
    bed: Bed, upstream: Upstream
) -> None:
    await bed.owner.post(
        "/api/v1/limits", json={"subject": EVERYBODY, "measure": "tokens", "period": "day", "limit": 1_500}
    )
    upstream.default = Reply(tokens=Tokens(input=600, output=400))
    first = await bed.client.post("/v1/chat/completions", json=chat(max_tokens=1_000))
    assert first.status_code == 200, first.text
    refused = await bed.client.post("/v1/chat/completions", json=chat(max_tokens=1_000))
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (429, "rate_limit_exceeded")
    left = refused.headers["x-ratelimit-remaining-tokens"]
    assert left == "500"
    assert "500 is left of the limit of 1500 tokens a day for the workspace" in error["message"]
    assert "max_tokens" in error["message"]
    assert int(refused.headers["retry-after"]) > 0


@pytest.mark.parametrize("subject", ["workspace", "key", "member"])
async def test_of_many_calls_at_once_as_many_pass_as_the_limit_holds(
    bed: Bed, upstream: Upstream, subject: str
) -> None:
    names = {"key": bed.key_id, "member": bed.owner.user_id}
    who = {"type": subject, **({"id": names[subject]} if subject in names else {})}
    made = await bed.owner.post(
        "/api/v1/limits", json={"subject": who, "measure": "requests", "period": "day", "limit": 5}
    )
    assert made.status_code == 201, made.text
    calls = [
        bed.client.post("/v1/chat/completions", json=chat(stream=number % 2 == 0)) for number in range(12)
    ]
    answers = await asyncio.gather(*calls)
    assert sorted(answer.status_code for answer in answers) == [200] * 5 + [429] * 7
    assert {answer.headers["x-ratelimit-limit-requests"] for answer in answers} == {"5"}
    assert len(upstream.seen) == 5


async def test_the_official_sdk_understands_a_refusal(bed: Bed) -> None:
    await bed.owner.post("/api/v1/limits", json={"subject": EVERYBODY, "measure": "tokens", "limit": 0})
    async with openai.AsyncOpenAI(api_key=bed.key, base_url=f"{bed.url}/v1", max_retries=0) as client:
        with pytest.raises(openai.RateLimitError) as refused:
            await client.chat.completions.create(model="small", messages=[{"role": "user", "content": "Hi"}])
    assert (refused.value.code, refused.value.type) == ("rate_limit_exceeded", "rate_limit_error")
    assert refused.value.response.headers["x-ratelimit-remaining-tokens"] == "0"
    assert "0 tokens a minute" in refused.value.message


async def test_anthropics_sdk_understands_a_refusal(bed: Bed) -> None:
    await bed.owner.post("/api/v1/limits", json={"subject": EVERYBODY, "measure": "requests", "limit": 0})
    async with anthropic.AsyncAnthropic(api_key=bed.key, base_url=bed.url, max_retries=0) as client:
        with pytest.raises(anthropic.RateLimitError) as refused:
            await client.messages.create(model="small", max_tokens=5, messages=[HELLO])
    assert isinstance(refused.value.body, dict)
    assert refused.value.body["error"]["type"] == "rate_limit_error"
    assert int(refused.value.response.headers["retry-after"]) >= 1


class Deaf(Notifications):
    """Changes are told, and have not arrived yet."""

    @property
    def listening(self) -> bool:
        """Nothing looks amiss."""
        return True

    def start(self) -> None:
        """Hear nothing."""


@pytest.fixture
async def unhearing(
    relay_settings: Settings, app_url: str, admin_url: str, upstream: Upstream
) -> AsyncIterator[Bed]:
    """A gateway that learns of changes by nothing but what it does itself."""
    runtime = build_runtime(relay_settings, app_url)
    runtime.provide(Notifications, lambda made: Deaf(made.database.url))
    async with served(runtime) as url, httpx.AsyncClient(base_url=url, timeout=90) as client:
        bed = await new_bed(client, url, admin_url)
        await bed.provider(upstream, "main", "small")
        yield bed
        await bed.client.aclose()
    await runtime.close()


@pytest.mark.parametrize(
    ("noun", "none", "some"),
    [
        ("limits", {"measure": "concurrent", "limit": 0}, {"limit": 9}),
        ("budgets", {"period": "day", "limit_usd": 0}, {"limit_usd": 9}),
    ],
)
async def test_a_limit_holds_from_its_answer_on(
    unhearing: Bed, upstream: Upstream, noun: str, none: dict[str, object], some: dict[str, object]
) -> None:
    priced = {"name": "dear", "price": {"input_per_mtok": 1, "output_per_mtok": 1}}
    provider = {"kind": "openai", "base_url": upstream.openai_url, "api_key": "sk-test", "models": [priced]}
    await unhearing.owner.post("/api/v1/providers", json={"name": "priced", **provider})

    async def status() -> int:
        return (await unhearing.client.post("/v1/chat/completions", json=chat("dear"))).status_code

    assert await status() == 200, "the server knows by now that nothing binds the call"
    made = await unhearing.owner.post(f"/api/v1/{noun}", json={"subject": EVERYBODY, **none})
    assert made.status_code == 201, made.text
    assert await status() == 429
    place = f"/api/v1/{noun}/{made.json()['id']}"
    assert (await unhearing.owner.patch(place, json=some)).status_code == 200
    assert await status() == 200
    amount = next(iter(some))
    assert (await unhearing.owner.patch(place, json={amount: 0})).status_code == 200
    assert await status() == 429
    assert (await unhearing.owner.delete(place)).status_code == 204
    assert await status() == 200


class Counting(httpx.AsyncBaseTransport):
    """The client's own network, with the requests counted."""

    def __init__(self) -> None:
        self.requests = 0
        self._network = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        return await self._network.handle_async_request(request)

    async def aclose(self) -> None:
        await self._network.aclose()


async def test_clients_do_not_ask_again_for_a_budget_that_is_used_up(bed: Bed, upstream: Upstream) -> None:
    dear = {"name": "dear", "price": {"input_per_mtok": 1, "output_per_mtok": 1}}
    provider = {"kind": "openai", "base_url": upstream.openai_url, "api_key": "sk-test", "models": [dear]}
    await bed.owner.post("/api/v1/providers", json={"name": "priced", **provider})
    await bed.owner.post("/api/v1/budgets", json={"subject": EVERYBODY, "period": "month", "limit_usd": 0})
    network = Counting()
    async with httpx.AsyncClient(transport=network) as wire:
        client = openai.AsyncOpenAI(api_key=bed.key, base_url=f"{bed.url}/v1", http_client=wire)
        with pytest.raises(openai.RateLimitError) as refused:
            await client.chat.completions.create(model="dear", max_tokens=9, messages=[HELLO])
        assert refused.value.code == "insufficient_quota"
        model = ChatOpenAI(
            model="dear",
            api_key=SecretStr(bed.key),
            base_url=f"{bed.url}/v1",
            http_async_client=wire,
            max_completion_tokens=9,
        )
        with pytest.raises(openai.RateLimitError):
            await model.ainvoke("Hello?")
    assert network.requests == 2
    assert upstream.seen == []


async def test_clients_wait_as_long_as_a_limit_says_and_ask_again(bed: Bed, upstream: Upstream) -> None:
    made = await bed.owner.post(
        "/api/v1/limits", json={"subject": EVERYBODY, "measure": "concurrent", "limit": 1}
    )
    assert made.status_code == 201, made.text
    upstream.default = Reply(wait=0.3)
    network = Counting()
    async with httpx.AsyncClient(transport=network) as wire:
        client = openai.AsyncOpenAI(
            api_key=bed.key, base_url=f"{bed.url}/v1", http_client=wire, max_retries=5
        )
        ask = client.chat.completions.create
        answers = await asyncio.gather(*(ask(model="small", messages=[HELLO]) for _ in range(2)))
    assert [answer.choices[0].message.content for answer in answers] == ["Hello from upstream."] * 2
    assert network.requests >= 3
