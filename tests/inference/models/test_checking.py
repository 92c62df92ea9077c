"""Trying a provider out says what is wrong with it: address, key or model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import JsonValue

from tests.factories.callers import Caller
from tests.factories.servers import free_port
from tests.factories.upstream import Fail, RawBytes, Reply, Upstream
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
