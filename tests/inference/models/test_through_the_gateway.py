"""What is configured decides where a call over HTTP goes, from the next call on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from answerable.api.assembly import build_runtime
from answerable.kit.settings import Settings
from tests.api.relay.gateway import served
from tests.factories.callers import Caller
from tests.factories.upstream import Fail, Reply, Upstream
from tests.factories.waiting import eventually
from tests.factories.web import on_folder
from tests.inference.models.configuring import add_alias, add_provider

QUICK = {"attempts": 1, "base_seconds": 0.0}


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        yield server


async def call(caller: Caller, model: str) -> httpx.Response:
    body = {"model": model, "messages": [{"role": "user", "content": "Hello?"}]}
    return await caller.post("/v1/chat/completions", json=body)


async def test_an_alias_goes_on_to_its_next_group_when_the_first_fails(
    owner: Caller, upstream: Upstream
) -> None:
    await add_provider(owner, "acme", "small", "large", base_url=upstream.openai_url)
    await add_alias(owner, "quick", "small", "large", retry=QUICK)
    upstream.by_model.update({"small": Fail(500), "large": Reply("From the large one.")})
    answer = await call(owner, "quick")
    assert answer.json()["choices"][0]["message"]["content"] == "From the large one."
    assert [seen.body["model"] for seen in upstream.seen] == ["small", "large"]


async def test_a_dead_model_is_left_alone_until_it_is_given_another_key(
    owner: Caller, upstream: Upstream
) -> None:
    made = await add_provider(owner, "acme", "small", base_url=upstream.openai_url)
    await add_alias(owner, "quick", "small", retry=QUICK)
    upstream.default = Fail(401, "No.", code="invalid_api_key")
    assert (await call(owner, "quick")).status_code >= 500
    upstream.seen.clear()
    refused = await call(owner, "quick")
    assert refused.status_code == 503
    assert 250 < int(refused.headers["retry-after"]) <= 300
    assert upstream.seen == []
    upstream.default = Reply("Back again.")
    await owner.patch(f"/api/v1/providers/{made['id']}", json={"api_key": "sk-another-key-0000"})
    assert (await call(owner, "quick")).status_code == 200


async def test_a_limited_key_pauses_while_another_key_goes_on(owner: Caller, upstream: Upstream) -> None:
    await add_provider(owner, "one", {"name": "m1", "upstream_name": "m"}, base_url=upstream.openai_url)
    await add_provider(
        owner,
        "two",
        {"name": "m2", "upstream_name": "m"},
        base_url=upstream.openai_url,
        api_key="sk-key-two-0000",
    )
    await add_alias(owner, "quick", "m1", "m2")
    upstream.script(Fail(429, "Slow down.", headers={"retry-after": "60"}))
    for _ in range(3):
        assert (await call(owner, "quick")).status_code == 200
    keys = [seen.headers["authorization"][-4:] for seen in upstream.seen]
    assert keys == ["wxyz", "0000", "0000", "0000"]


async def test_a_removed_model_is_unknown_to_the_next_call(owner: Caller, upstream: Upstream) -> None:
    made = await add_provider(owner, "acme", "small", base_url=upstream.openai_url)
    assert (await call(owner, "small")).status_code == 200
    await owner.delete(f"/api/v1/providers/{made['id']}")
    assert (await call(owner, "small")).status_code == 404


async def test_a_viewer_may_call_what_an_administrator_configured(
    owner: Caller, viewer: Caller, stranger: Caller, upstream: Upstream
) -> None:
    await add_provider(owner, "acme", "small", base_url=upstream.openai_url)
    assert (await call(viewer, "small")).status_code == 200
    assert (await call(stranger, "small")).status_code == 404


async def test_metrics_name_no_workspaces_providers(owner: Caller, upstream: Upstream) -> None:
    await add_provider(owner, "needle", "small-needle", base_url=upstream.openai_url)
    assert (await call(owner, "small-needle")).status_code == 200
    text = (await owner.client.get("/metrics")).text
    assert 'answerable_model_attempts_total{outcome="answered",provider="workspace"}' in text
    assert 'answerable_model_answer_seconds_count{provider="workspace"}' in text
    assert "needle" not in text


async def test_rows_tell_which_price_they_had(owner: Caller, upstream: Upstream) -> None:
    models = [{"name": "small", "price": {"input_per_mtok": 1, "output_per_mtok": 2}}]
    made = await add_provider(owner, "acme", *models, base_url=upstream.openai_url)
    assert (await call(owner, "small")).status_code == 200
    models[0]["price"] = {"input_per_mtok": 5, "output_per_mtok": 9, "cached_input_per_mtok": 0.5}
    changed = await owner.patch(f"/api/v1/providers/{made['id']}", json={"models": models})
    assert changed.status_code == 200
    assert (await call(owner, "small")).status_code == 200

    async def versions() -> list[str]:
        listed = (await owner.get("/api/v1/usage/records")).json()["items"]
        return [item["price_version"] for item in listed] if len(listed) == 2 else []

    assert await eventually(versions) == ["configured:5/9/0.5", "configured:1/2"]


async def test_a_provider_of_the_environment_alone_answers_calls(
    owner: Caller,
    upstream: Upstream,
    settings: Settings,
    app_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-environment-77")
    monkeypatch.setenv("OPENAI_BASE_URL", upstream.openai_url)
    changed = on_folder(settings, tmp_path)
    changed.inference.providers_from_environment = True
    runtime = build_runtime(changed, app_url)
    try:
        async with served(runtime) as url, httpx.AsyncClient(base_url=url, timeout=90) as client:
            answer = await client.post(
                "/v1/chat/completions",
                json={"model": "openai/any-name", "messages": [{"role": "user", "content": "Hello?"}]},
                headers=owner.headers,
            )
    finally:
        await runtime.close()
    assert answer.status_code == 200, answer.text
    assert answer.json()["choices"][0]["message"]["content"] == upstream.default.text  # type: ignore[union-attr]
    assert upstream.last.headers["authorization"] == "Bearer sk-of-the-environment-77"
    assert upstream.last.body["model"] == "any-name"
