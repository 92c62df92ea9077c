"""Providers from the command line, on a real server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import Finished, run
from tests.factories.callers import Caller
from tests.factories.upstream import Fail, Upstream

PUBLIC = "https://models.example.com"
SECRET = "sk-provider-needle-5678"


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        yield server


@pytest.fixture(autouse=True)
def _server(base_url: str, owner: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSWERABLE_URL", base_url)
    monkeypatch.setenv("ANSWERABLE_KEY", owner.token)
    monkeypatch.setenv("ANSWERABLE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("PROVIDER_KEY", SECRET)


async def command(*words: object) -> Finished:
    """In a thread, because the server runs in this one."""
    return await asyncio.to_thread(run, *words)


async def add(upstream: Upstream, *models: str) -> Finished:
    options = [word for model in models for word in ("--model", model)]
    return await command(
        "providers", "add", "acme", "--kind", "openai", "--base-url", upstream.openai_url,
        "--key-variable", "PROVIDER_KEY", *options,
    )  # fmt: skip


async def test_a_provider_is_added_listed_checked_and_removed(upstream: Upstream) -> None:
    upstream.reset()
    made = await add(upstream, "small=acme-small-1", "large")
    assert made.status == 0, made.errors
    listed = await command("providers", "list")
    assert "…5678" in listed.output
    models = json.loads((await command("models", "list", "--json")).output)
    assert [model["name"] for model in models] == ["all-MiniLM-L6-v2", "large", "small"]
    assert "acme/acme-small-1" in (await command("models", "list")).output
    checked = await command("providers", "check", "acme")
    assert checked.status == 0, checked.errors
    assert SECRET in upstream.last.headers["authorization"]
    assert (await command("providers", "remove", "acme")).status == 0
    assert json.loads((await command("providers", "list", "--json")).output)["items"] == []
    for finished in (made, listed, checked):
        assert SECRET not in finished.output + finished.errors


async def test_a_check_that_finds_something_wrong_says_what_to_do(upstream: Upstream) -> None:
    upstream.reset()
    await add(upstream, "small")
    upstream.default = Fail(401, "Incorrect API key", code="invalid_api_key")
    checked = await command("providers", "check", "acme")
    assert checked.status == 1
    assert "Check api_key" in checked.output
    assert "does not answer for small" in checked.errors


async def test_mistakes_are_one_line(upstream: Upstream) -> None:
    for words in (
        ("providers", "remove", "nobody"),
        ("providers", "add", "acme", "--kind", "openai", "--key-variable", "NOT_SET"),
        (
            "providers",
            "add",
            "acme",
            "--kind",
            "telepathy",
            "--base-url",
            "https://a.example.com",
            "--without-key",
        ),
    ):
        finished = await command(*words)
        assert finished.status == 1
        assert finished.errors.strip().count("\n") == 0, finished.errors


def test_a_server_does_not_start_with_models_that_cannot_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "models.yaml").write_text("providers: [{name: a, kind: openai, colour: red}]")
    monkeypatch.setenv("ANSWERABLE_INFERENCE__FILE", str(tmp_path / "models.yaml"))
    for name in ("serve", "web", "worker"):
        finished = run(name, "--data-dir", tmp_path / "data")
        assert finished.status == 1
        assert "providers.0.colour" in finished.errors
    monkeypatch.delenv("ANSWERABLE_INFERENCE__FILE")
    monkeypatch.setenv("ANSWERABLE_SECRETS_KEY", "short")
    finished = run("serve", "--data-dir", tmp_path / "data")
    assert "ANSWERABLE_SECRETS_KEY" in finished.errors
    assert "short" not in finished.errors.replace("shorter", "")
