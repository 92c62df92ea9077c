"""Bodies of providers and aliases as the tests send them."""

from __future__ import annotations

from pydantic import JsonValue

from tests.factories.callers import Caller

KEY = "sk-test-0123456789-wxyz"
ADDRESS = "https://models.example.com/v1"


def provider(name: str = "acme", *models: JsonValue, **more: JsonValue) -> dict[str, JsonValue]:
    """The body of a provider."""
    return {
        "name": name,
        "kind": "openai",
        "base_url": ADDRESS,
        "api_key": KEY,
        "models": list(models),
        **more,
    }


async def add_provider(caller: Caller, *arguments: JsonValue, **more: JsonValue) -> dict[str, JsonValue]:
    """Add a provider that must be taken."""
    answer = await caller.post("/api/v1/providers", json=provider(*arguments, **more))  # type: ignore[arg-type]
    assert answer.status_code == 201, answer.text
    made: dict[str, JsonValue] = answer.json()
    return made


async def add_alias(caller: Caller, name: str, *targets: str, **more: JsonValue) -> dict[str, JsonValue]:
    """Add an alias that must be taken; its targets are tried in order."""
    body = {
        "name": name,
        "targets": [{"model": each, "group": at} for at, each in enumerate(targets)],
        **more,
    }
    answer = await caller.post("/api/v1/model-aliases", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, JsonValue] = answer.json()
    return made
