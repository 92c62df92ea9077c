"""Keys for the command line, made on a real server."""

from __future__ import annotations

import asyncio
import json
import secrets
from pathlib import Path

import pytest

from answerable.cli.credentials import read_credentials
from tests.cli.command import Finished, run

PASSWORD = "correct horse battery staple"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, base_url: str) -> Path:
    monkeypatch.setenv("ANSWERABLE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("ANSWERABLE_URL", base_url)
    monkeypatch.setenv("ANSWERABLE_PASSWORD", PASSWORD)
    return tmp_path


async def command(*words: object) -> Finished:
    """In a thread, because the server runs in this one."""
    return await asyncio.to_thread(run, *words)


async def register(*options: object) -> Finished:
    email = f"{secrets.token_hex(6)}@example.com"
    return await command("keys", "create", "laptop", "--email", email, "--register", *options)


async def test_registering_keeps_a_key_that_the_other_commands_use(folder: Path) -> None:
    made = await register()
    assert made.status == 0, made.errors
    kept = read_credentials(folder)
    assert kept is not None
    assert made.output.strip() == kept.key
    assert kept.password is None
    listed = await command("keys", "list")
    assert "laptop" in listed.output
    assert kept.key not in listed.output


async def test_the_key_of_a_persons_own_commands_configures_models_and_others_do_not(folder: Path) -> None:
    await register()
    provider = ("providers", "add", "acme", "--kind", "openai", "--without-key", "--model", "small")
    made = await command(*provider)
    assert made.status == 0, made.errors
    other = json.loads((await command("keys", "create", "app", "--json")).output)
    assert "models:write" not in other["scopes"]
    assert "models:read" in other["scopes"]
    assert (await command("providers", "remove", "acme", "--key", other["key"])).status == 1


async def test_a_kept_key_with_a_budget_cannot_set_prices(folder: Path) -> None:
    made = json.loads((await register("--budget-day", "5", "--json")).output)
    assert "models:write" not in made["scopes"]


async def test_a_key_that_is_not_saved_leaves_no_trace(folder: Path) -> None:
    made = await register("--no-save")
    assert made.status == 0
    assert read_credentials(folder) is None


async def test_a_second_key_has_the_scopes_asked_for_and_replaces_nothing(folder: Path) -> None:
    await register()
    kept = read_credentials(folder)
    second = await command("keys", "create", "app", "--scope", "ask", "--scope", "data:read", "--json")
    assert sorted(json.loads(second.output)["scopes"]) == ["ask", "data:read"]
    assert read_credentials(folder) == kept


async def test_a_revoked_key_is_refused(folder: Path) -> None:
    await register()
    second = json.loads((await command("keys", "create", "app", "--json")).output)
    assert (await command("keys", "list", "--key", second["key"])).status == 0
    assert (await command("keys", "revoke", second["id"])).status == 0
    refused = await command("keys", "list", "--key", second["key"])
    assert refused.status == 1
    assert "refused the key" in refused.errors
    assert (await command("keys", "revoke", "key_nothing")).status == 1


async def test_a_wrong_password_is_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await register()
    monkeypatch.setenv("ANSWERABLE_PASSWORD", "not this one")
    finished = await command("keys", "create", "app")
    assert finished.status == 1
    assert finished.errors.count("\n") == 1
    assert "password" in finished.errors


async def test_nobody_known_is_told_what_to_say(folder: Path) -> None:
    finished = await command("keys", "create", "app")
    assert finished.status == 1
    assert "--email" in finished.errors


async def test_a_key_is_made_with_a_budget(folder: Path) -> None:
    await register()
    bounds = ("--budget-month", "50", "--requests-per-minute", "60", "--concurrent", "4")
    made = await command("keys", "create", "batch", *bounds, "--json")
    assert made.status == 0, made.errors
    assert [(each["period"], each["limit_usd"]) for each in json.loads(made.output)["budgets"]] == [
        ("month", 50.0)
    ]
    listed = (await command("keys", "list")).output
    assert "0 of 50 $/month" in " ".join(listed.split())
