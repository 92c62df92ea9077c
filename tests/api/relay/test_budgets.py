"""Budgets and limits as clients of the gateway meet them."""

from __future__ import annotations

import asyncio

import openai
import pytest

from tests.api.relay.gateway import Bed, chat
from tests.factories.upstream import Reply, Upstream
from tests.factories.upstream.script import Tokens

EVERYBODY = {"type": "workspace"}


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
    assert answer.json()["error"]["code"] == "budget_exceeded"
    assert "1.5 US dollars a month" in answer.json()["error"]["message"]
    assert int(answer.headers["retry-after"]) > 0
    assert len(upstream.seen) == 2
    assert [row.outcome for row in await bed.rows(3)] == ["answered", "answered", "refused"]
    standing = (await bed.owner.get(f"/api/v1/budgets/{budget.json()['id']}")).json()
    assert (standing["spent_usd"], standing["remaining_usd"]) == (2.0, 0.0)
    cheap = await bed.client.post("/v1/chat/completions", json=chat("small", max_tokens=10))
    assert cheap.status_code == 200, "a model without a known price costs no budget"


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
    assert refused.value.response.headers["x-ratelimit-remaining-tokens"] == "0"
    assert "0 tokens a minute" in refused.value.message
