"""Providers over HTTP: what may be configured, and that keys never come out."""

from __future__ import annotations

import asyncio

from pydantic import JsonValue

from tests.factories.callers import Caller
from tests.inference.models.configuring import ADDRESS, KEY, add_alias, add_provider, provider


def problems(answer: object) -> dict[str, str]:
    """Field → message of a refused request."""
    return {each["field"]: each["message"] for each in answer.json()["errors"]}  # type: ignore[attr-defined]


async def test_a_provider_is_kept_as_it_was_given_without_its_key(owner: Caller) -> None:
    price = {"input_per_mtok": 0.15, "output_per_mtok": 0.6, "cached_input_per_mtok": 0.075}
    made = await add_provider(
        owner,
        "acme",
        {"name": "small", "upstream_name": "acme-small-1", "context_window": 8_000, "price": price},
        "text-embed-2",
        headers={"X-Team": "secret-header-value"},
        timeouts={"first_byte": 9},
    )
    assert (made["name"], made["base_url"], made["has_key"]) == ("acme", ADDRESS, True)
    assert made["key_ending"] == KEY[-4:]
    assert made["header_names"] == ["X-Team"]
    small, embed = made["models"]  # type: ignore[misc]
    assert small["upstream_name"] == "acme-small-1"  # type: ignore[index,call-overload]
    assert small["price"] == {**price, "version": "configured:0.15/0.6/0.075"}  # type: ignore[index,call-overload]
    assert embed["capabilities"] == ["embeddings"]  # type: ignore[index,call-overload]
    read = await owner.get(f"/api/v1/providers/{made['id']}")
    listed = await owner.get("/api/v1/providers")
    assert read.json() == made
    assert listed.json() == {"items": [made], "next_cursor": None}
    for answer in (read, listed):
        assert KEY not in answer.text
        assert "secret-header-value" not in answer.text


async def test_an_address_that_is_known_may_be_left_out(owner: Caller) -> None:
    body = {"name": "claude", "kind": "anthropic", "api_key": KEY}
    answer = await owner.post("/api/v1/providers", json=body)
    assert answer.json()["base_url"] == "https://api.anthropic.com"


REFUSED: list[tuple[dict[str, JsonValue], str]] = [
    ({"name": "answerable"}, "name"),
    ({"name": "No Spaces"}, "name"),
    ({"kind": "telepathy"}, "kind"),
    ({"base_url": "ftp://models.example.com"}, "base_url"),
    ({"base_url": "https://user:pass@models.example.com"}, "base_url"),
    ({"base_url": "https://models.example.com/#top"}, "base_url"),
    ({"base_url": "http://models.example.com"}, "base_url"),
    ({"base_url": "https://10.0.0.1/v1"}, "base_url"),
    ({"base_url": "https://127.1/v1"}, "base_url"),
    ({"base_url": "https://2130706433/v1"}, "base_url"),
    ({"base_url": "https://0177.0.0.1/v1"}, "base_url"),
    ({"base_url": "https://[::ffff:a9fe:a9fe]/v1"}, "base_url"),
    ({"base_url": "https://169.254.169.254/latest"}, "base_url"),
    ({"base_url": "https://localhost:8000"}, "base_url"),
    ({"base_url": "https://vllm"}, "base_url"),
    ({"base_url": "https://metadata.google.internal"}, "base_url"),
    ({"api_key": "line\r\nbreak"}, "api_key"),
    ({"headers": {"X": "a\nb"}}, "headers.X"),
    ({"headers": {"Host": "elsewhere"}}, "headers.Host"),
    ({"models": [{"name": "answerable"}]}, "models.0.name"),
    ({"models": ["has space"]}, "models.0.name"),
    ({"models": ["twice", "twice"]}, "models"),
    ({"models": [{"name": "m", "price": {"input_per_mtok": -1, "output_per_mtok": 1}}]}, "models.0.price"),
    ({"models": [{"name": "m", "context_window": 0}]}, "models.0.context_window"),
    ({"models": [{"name": "m", "upstream_name": "a\x00b"}]}, "models.0.upstream_name"),
    ({"models": [{"name": "m", "unknown": 1}]}, "models.0.unknown"),
]


async def test_what_cannot_work_is_refused_by_its_field(owner: Caller) -> None:
    for change, field in REFUSED:
        answer = await owner.post("/api/v1/providers", json={**provider("acme", "m"), **change})
        assert answer.status_code == 422, (change, answer.text)
        assert any(name.startswith(field) for name in problems(answer)), (change, answer.text)
        assert KEY not in answer.text
    assert (await owner.get("/api/v1/providers")).json()["items"] == []


async def test_names_are_unique_in_a_workspace_and_free_in_another(owner: Caller, stranger: Caller) -> None:
    await add_provider(owner, "acme", "small")
    await add_alias(owner, "quick", "small")
    for body in (provider("acme", "other"), provider("two", "small"), provider("two", "quick")):
        answer = await owner.post("/api/v1/providers", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "name_taken"), answer.text
    alias = {"name": "small", "targets": [{"model": "quick"}]}
    assert (await owner.post("/api/v1/model-aliases", json=alias)).status_code == 409
    await add_provider(stranger, "acme", "small")


async def test_a_patch_changes_what_it_names(owner: Caller) -> None:
    made = await add_provider(owner, "acme", "small", "large")
    path = f"/api/v1/providers/{made['id']}"
    renamed = (await owner.patch(path, json={"name": "apex"})).json()
    assert renamed == {**made, "name": "apex"}
    listed = (await owner.patch(path, json={"models": ["small", "tiny"]})).json()
    assert [model["name"] for model in listed["models"]] == ["small", "tiny"]
    keyless = (await owner.patch(path, json={"api_key": None})).json()
    assert (keyless["has_key"], keyless["key_ending"]) == (False, None)


async def test_a_key_is_not_sent_to_an_address_that_it_was_not_given_for(owner: Caller) -> None:
    made = await add_provider(owner, "acme", "small", headers={"X-Team": "blue"})
    path = f"/api/v1/providers/{made['id']}"
    moved = {"base_url": "https://evil.example.org/v1"}
    for address in (moved["base_url"], "https://models.example.com/another-customer"):
        refused = await owner.patch(path, json={"base_url": address})
        assert refused.status_code == 422
        assert set(problems(refused)) == {"api_key", "headers"}
    assert (await owner.patch(path, json={"base_url": ADDRESS})).status_code == 200
    again = await owner.patch(path, json={**moved, "api_key": "sk-another-key-9999", "headers": {}})
    assert again.json()["key_ending"] == "9999"


async def test_what_an_alias_leads_to_cannot_be_taken_away(owner: Caller) -> None:
    made = await add_provider(owner, "acme", "small", "large")
    await add_alias(owner, "quick", "small")
    await add_alias(owner, "outer", "quick", "large")
    path = f"/api/v1/providers/{made['id']}"
    for attempt in (owner.delete(path), owner.patch(path, json={"models": []})):
        answer = await attempt
        assert (answer.status_code, answer.json()["code"]) == (409, "in_use"), answer.text
        assert "'outer'" in answer.json()["detail"]
        assert "'quick'" in answer.json()["detail"]
    assert len((await owner.get(path)).json()["models"]) == 2
    aliases = (await owner.get("/api/v1/model-aliases")).json()["items"]
    for alias in aliases:  # the newest first: outer before quick
        assert (await owner.delete(f"/api/v1/model-aliases/{alias['id']}")).status_code == 204
    assert (await owner.delete(path)).status_code == 204
    assert (await owner.get(path)).status_code == 404


async def test_another_tenants_provider_is_like_one_that_does_not_exist(
    owner: Caller, stranger: Caller
) -> None:
    made = await add_provider(owner, "acme", "small")
    path = f"/api/v1/providers/{made['id']}"
    missing = await stranger.get("/api/v1/providers/prv_nothing")
    for answer in (
        await stranger.get(path),
        await stranger.patch(path, json={"name": "mine"}),
        await stranger.delete(path),
        await stranger.post(f"{path}/check", json={}),
    ):
        assert (answer.status_code, answer.content) == (404, missing.content)


async def test_the_same_request_twice_makes_one_provider(owner: Caller, unique: str) -> None:
    headers = {"Idempotency-Key": unique}
    first = await owner.post("/api/v1/providers", json=provider("acme", "m"), headers=headers)
    second = await owner.post("/api/v1/providers", json=provider("acme", "m"), headers=headers)
    assert first.json() == second.json()
    assert len((await owner.get("/api/v1/providers")).json()["items"]) == 1


async def test_of_many_who_want_a_name_at_once_one_gets_it(owner: Caller) -> None:
    await add_provider(owner, "base", "m")
    wanted = [owner.post("/api/v1/providers", json=provider(f"p{n}", "contested")) for n in range(4)]
    alias = {"name": "contested", "targets": [{"model": "m"}]}
    wanted += [owner.post("/api/v1/model-aliases", json=alias) for _ in range(4)]
    statuses = sorted(answer.status_code for answer in await asyncio.gather(*wanted))
    assert statuses == [201] + 7 * [409]
