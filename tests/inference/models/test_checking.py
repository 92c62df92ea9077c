"""Trying a provider out says what is wrong with it: address, key or model."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import psycopg
import pytest
from pydantic import JsonValue

from answerable.kit import ids
from tests.factories.callers import Caller
from tests.factories.servers import free_port
from tests.factories.upstream import Fail, RawBytes, Reply, Tokens, Upstream
from tests.factories.waiting import eventually
from tests.inference.models.configuring import KEY, add_provider


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        yield server


async def check(caller: Caller, provider: dict[str, JsonValue], **body: JsonValue) -> dict[str, JsonValue]:
    answer = await caller.post(f"/api/v1/providers/{provider['id']}/check", json=body)
    assert answer.status_code == 200, answer.text
    assert KEY not in answer.text
    outcome: dict[str, JsonValue] = answer.json()
    return outcome


@pytest.mark.parametrize("kind", ["openai", "anthropic", "gemini"])
async def test_a_provider_that_works_is_said_to_work(owner: Caller, upstream: Upstream, kind: str) -> None:
    upstream.reset()
    made = await add_provider(owner, "acme", "small", kind=kind, base_url=upstream.url)
    outcome = await check(owner, made)
    assert outcome["ok"], outcome
    assert [model["model"] for model in outcome["models"]] == ["small"]  # type: ignore[union-attr,index,call-overload]
    assert KEY in str(upstream.last.headers) + upstream.last.path


async def test_each_model_is_tried_and_each_failure_has_its_name(owner: Caller, upstream: Upstream) -> None:
    upstream.reset()
    upstream.by_model.update(
        {
            "good": Reply(),
            "unknown": Fail(404, "The model `unknown` does not exist", code="model_not_found"),
            "refused": Fail(401, f"Incorrect API key provided: {KEY}", code="invalid_api_key"),
            "busy": Fail(429, "Slow down", code="rate_limit_exceeded"),
            "broken": Fail(500),
            "garbage": RawBytes(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"),
        }
    )
    names = ["good", "unknown", "refused", "busy", "broken", "garbage"]
    made = await add_provider(owner, "acme", *names, base_url=upstream.openai_url)
    outcome = await check(owner, made)
    problems = {each["model"]: each["problem"] for each in outcome["models"]}  # type: ignore[union-attr,index,call-overload]
    assert problems == {
        "good": None,
        "unknown": "model",
        "refused": "key",
        "busy": "limit",
        "broken": "provider",
        "garbage": "address",
    }
    assert not outcome["ok"]
    assert (await check(owner, made, model="good"))["ok"]


async def test_an_address_where_nobody_answers_is_named(owner: Caller) -> None:
    made = await add_provider(owner, "acme", "small", base_url=f"http://127.0.0.1:{free_port()}/v1")
    [model] = (await check(owner, made))["models"]  # type: ignore[misc]
    assert model["problem"] == "address"  # type: ignore[index,call-overload]
    assert "base_url" in model["detail"]  # type: ignore[index,call-overload,operator]


async def test_a_provider_of_patterns_is_tried_with_a_name(owner: Caller, upstream: Upstream) -> None:
    upstream.reset()
    made = await add_provider(owner, "acme", "gpt-*", base_url=upstream.openai_url)
    path = f"/api/v1/providers/{made['id']}/check"
    assert (await owner.post(path)).status_code == 422
    assert (await owner.post(path, json={"model": "gpt-5"})).json()["ok"]
    assert upstream.last.body["model"] == "gpt-5"


PRICE: JsonValue = {"input_per_mtok": 2, "output_per_mtok": 10}


async def rows(admin_url: str, caller: Caller, count: int) -> list[tuple[object, ...]]:
    """The usage rows of the caller's workspace by model, once there are so many."""

    async def found() -> list[tuple[object, ...]]:
        with psycopg.connect(admin_url, autocommit=True) as connection:
            rows = connection.execute(
                "SELECT model, route, operation, outcome, error_code, attempts, input_tokens, output_tokens,"
                " estimated, cost_usd FROM usage_records WHERE workspace_id = %s ORDER BY model",
                [ids.decode("ws", caller.workspace_id)],
            ).fetchall()
        return rows if len(rows) >= count else []

    told = await eventually(found)
    assert len(told) == count
    return told


async def test_each_call_of_a_check_is_on_the_books(
    owner: Caller, upstream: Upstream, admin_url: str
) -> None:
    upstream.reset()
    upstream.by_model.update(
        {
            "a-chat": Reply(tokens=Tokens(1_000, 100)),
            "b-silent": Reply(text="Yes, OK.", usage="none"),
            "c-broken": Fail(500),
        }
    )
    models: list[JsonValue] = [{"name": name, "price": PRICE} for name in ("a-chat", "b-silent", "c-broken")]
    spoken: list[JsonValue] = [{"name": "d-embed", "price": PRICE}, "e-tts"]
    made = await add_provider(owner, "acme", *models, *spoken, base_url=upstream.openai_url)
    await check(owner, made)
    chat, silent, broken, embedding, speech = await rows(admin_url, owner, 5)
    of_check = ("provider_check", "chat.completions")
    assert chat == ("a-chat", *of_check, "answered", None, 1, 1_000, 100, False, Decimal("0.003"))
    assert silent[:6] == ("b-silent", *of_check, "answered", None, 1)
    assert silent[8]
    assert silent[9] > 0  # type: ignore[operator]
    assert broken == ("c-broken", *of_check, "failed", "overloaded", 1, 0, 0, False, 0)
    assert embedding[2:4] == ("embeddings", "answered")
    assert embedding[9] > 0  # type: ignore[operator]
    assert speech[2:4] == ("audio.speech", "answered")


async def test_a_check_that_nobody_answers_is_a_failed_call(owner: Caller, admin_url: str) -> None:
    made = await add_provider(owner, "acme", "small", base_url=f"http://127.0.0.1:{free_port()}/v1")
    await check(owner, made)
    [row] = await rows(admin_url, owner, 1)
    assert row[3:5] == ("failed", "connect")


async def test_a_used_up_budget_refuses_a_check(owner: Caller, upstream: Upstream, admin_url: str) -> None:
    upstream.reset()
    upstream.default = Reply(tokens=Tokens(1_000, 100))
    models: list[JsonValue] = [{"name": "small", "price": PRICE}]
    made = await add_provider(owner, "acme", *models, base_url=upstream.openai_url)
    budget = {"subject": {"type": "workspace"}, "period": "day", "limit_usd": 0.002}
    assert (await owner.post("/api/v1/budgets", json=budget)).status_code == 201
    assert (await check(owner, made))["ok"]
    await rows(admin_url, owner, 1)
    [refused] = (await check(owner, made))["models"]  # type: ignore[misc]
    assert refused["problem"] == "budget"  # type: ignore[index,call-overload]
    assert "budget" in refused["detail"]  # type: ignore[index,call-overload,operator]
    assert len(upstream.seen) == 1
    assert {row[3] for row in await rows(admin_url, owner, 2)} == {"answered", "refused"}
