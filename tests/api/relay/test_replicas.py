"""Two web processes on one database, asked over HTTP: what is refused at one is refused at the other."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from itertools import cycle

import httpx
import pytest

from answerable.kit.settings import Settings
from tests.api.relay.gateway import Bed, chat
from tests.api.relay.test_leaving import streaming, to_the_end
from tests.factories.upstream import Reply, Upstream
from tests.factories.upstream.script import Tokens
from tests.factories.waiting import eventually
from tests.factories.web import WebProcess, web_process

EVERYBODY = {"type": "workspace"}
MILLION = 1_000_000
Pair = tuple[WebProcess, WebProcess]


@pytest.fixture(scope="module")
async def replicas(relay_settings: Settings, app_url: str) -> AsyncIterator[Pair]:
    """The two."""
    async with web_process(relay_settings, app_url) as one, web_process(relay_settings, app_url) as two:
        yield one, two


async def statuses(bed: Bed, replicas: Pair, count: int, body: dict[str, object]) -> Counter[int]:
    """How so many calls are answered, sixteen at once, by both processes in turn."""
    gate = asyncio.Semaphore(16)
    headers = {"authorization": f"Bearer {bed.key}"}
    async with httpx.AsyncClient(headers=headers, timeout=30) as client:

        async def ask(replica: WebProcess, streamed: bool) -> int:
            async with gate:
                url = f"{replica.url}/v1/chat/completions"
                return (await client.post(url, json={**body, "stream": streamed})).status_code

        turns = zip(range(count), cycle(replicas), cycle([True, True, False, False]), strict=False)
        return Counter(await asyncio.gather(*(ask(replica, streamed) for _, replica, streamed in turns)))


async def test_of_a_limit_of_n_requests_exactly_n_pass(bed: Bed, upstream: Upstream, replicas: Pair) -> None:
    made = await bed.owner.post(
        "/api/v1/limits", json={"subject": EVERYBODY, "measure": "requests", "period": "month", "limit": 60}
    )
    assert made.status_code == 201, made.text
    assert await statuses(bed, replicas, 150, chat()) == {200: 60, 429: 90}
    assert len(upstream.seen) == 60
    rows = await bed.rows(150)
    assert Counter(row.outcome for row in rows) == {"answered": 60, "refused": 90}


async def test_of_a_budget_for_n_calls_exactly_n_pass(bed: Bed, upstream: Upstream, replicas: Pair) -> None:
    dear = {"name": "dear", "price": {"input_per_mtok": 0, "output_per_mtok": 1}}
    provider = {"kind": "openai", "base_url": upstream.openai_url, "api_key": "sk-test", "models": [dear]}
    await bed.owner.post("/api/v1/providers", json={"name": "priced", **provider})
    made = await bed.owner.post(
        "/api/v1/budgets", json={"subject": EVERYBODY, "period": "month", "limit_usd": 25}
    )
    upstream.default = Reply(tokens=Tokens(input=11, output=MILLION))  # one dollar a call, as reserved
    assert await statuses(bed, replicas, 80, chat("dear", max_tokens=MILLION)) == {200: 25, 429: 55}
    assert len(upstream.seen) == 25
    rows = await bed.rows(80)
    assert Counter(row.outcome for row in rows) == {"answered": 25, "refused": 55}
    standing = (await bed.owner.get(f"/api/v1/budgets/{made.json()['id']}")).json()
    assert (standing["spent_usd"], standing["remaining_usd"]) == (25.0, 0.0)


async def test_a_key_revoked_at_one_is_refused_at_the_other_and_ends_its_stream(
    bed: Bed, upstream: Upstream, replicas: Pair
) -> None:
    here, there = replicas
    upstream.by_model["large"] = Reply(endless=True, gap=0.02)
    headers = {"authorization": f"Bearer {bed.key}"}
    told: Counter[int] = Counter()
    async with httpx.AsyncClient(base_url=there.url, headers=headers) as client:

        async def status() -> int:
            answer = await client.post("/v1/chat/completions", json=chat())
            told[answer.status_code] += 1
            return answer.status_code

        assert [await status(), await status()] == [200, 200]
        async with streaming(bed, chat("large", stream=True), there.url) as (reader, _):
            await reader.readuntil(b"\n\n")
            async with httpx.AsyncClient(base_url=here.url, headers=bed.owner.headers) as owner:
                assert (await owner.delete(f"/api/v1/api-keys/{bed.key_id}")).status_code == 204

            async def refused() -> bool:
                return await status() == 401

            # The notification's way; what is remembered would be asked anew after five seconds.
            await eventually(refused, seconds=2)
            rest = await asyncio.wait_for(to_the_end(reader), 60)
    assert b'"code":"unauthenticated"' in rest
    rows = await bed.rows(told[200] + 1)
    assert Counter(row.outcome for row in rows) == {"answered": told[200], "cancelled": 1}
