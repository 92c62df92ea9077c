"""The connector of the guide, as a package that is installed and approved."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from answerable.inference.providers import registry as providers
from answerable.inference.providers.registry import plugin_host, start_plugins
from answerable.knowledge.sources import registry
from answerable.knowledge.sources.errors import UnknownConnector
from answerable.knowledge.sources.registry import connector_for, take_connectors
from answerable.plugins import PluginStatus
from tests.factories.callers import Caller
from tests.factories.servers import ROOT
from tests.knowledge.sources.syncing import add_source, documents, items, sync, text_of
from tests.plugins.packages import Packages

GUIDE = ROOT / "docs" / "guides" / "sources.md"
KINDS = ["folder", "web", "s3", "sql", "json_api", "llama_index"]


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Packages]:
    """An environment with packages of the test's own; what the process knows is put back afterwards."""
    monkeypatch.setattr(registry, "_connectors", dict(registry._connectors))
    monkeypatch.setattr(providers, "_adapters", dict(providers._adapters))
    monkeypatch.setattr(providers, "_host", providers._host)
    packages = Packages(tmp_path, monkeypatch)
    yield packages
    packages.forget()


def example() -> str:
    """The code of the guide's package."""
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return str(code)


def load(*allowed: str) -> dict[str, tuple[PluginStatus, str]]:
    """Start plugins and take their connectors; what became of each package."""
    start_plugins(allowed)
    take_connectors()
    return {state.package: (state.status, state.detail) for state in plugin_host().states}


def test_the_built_in_connectors_use_the_hook_too() -> None:
    assert [connector.kind for connector in registry.all_connectors()] == KINDS


def test_a_connector_that_is_not_approved_is_not_there(packages: Packages) -> None:
    packages.install("journal", example())
    assert load()["journal"] == (PluginStatus.NOT_APPROVED, "")
    assert not packages.started("journal")
    with pytest.raises(UnknownConnector, match="folder, web, s3, sql, json_api, llama_index"):
        connector_for("journal")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("def answerable_connectors(): return [3]", "no connector"),
        ("def answerable_connectors(): 1 / 0", "ZeroDivisionError"),
        ("class C:\n    kind = 'folder'\n    summary = config = snapshot = check = changes = None\n"
         "@hookimpl\ndef answerable_connectors(): return [C()]", "'folder' is taken"),
    ],
)  # fmt: skip
def test_a_connector_that_is_none_is_reported_and_left_out(
    packages: Packages, code: str, reason: str
) -> None:
    marked = code if "@hookimpl" in code else f"@hookimpl\n{code}"
    packages.install("broken", f"from answerable.plugins import hookimpl\n{marked}\n")
    status, detail = load("broken")["broken"]
    assert status is PluginStatus.FAILED
    assert reason in detail
    assert [connector.kind for connector in registry.all_connectors()] == KINDS


@pytest.mark.usefixtures("worker")
async def test_the_guides_connector_syncs_changes_alone(
    packages: Packages, owner: Caller, tmp_path: Path
) -> None:
    packages.install("journal", example())
    assert load("journal")["journal"] == (PluginStatus.LOADED, "")
    journal = tmp_path / "journal.jsonl"

    def write(*entries: dict[str, object]) -> None:
        with journal.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(entry) + "\n" for entry in entries)

    await asyncio.to_thread(write, *({"id": f"e{n}", "text": f"Entry number {n}."} for n in range(8)))
    source = await add_source(owner, "journal", path=str(journal))
    assert (await sync(owner, source))["counts"]["added"] == 8

    await asyncio.to_thread(write, {"id": "e0", "deleted": True}, {"id": "e1", "text": "Entry one, anew."})
    counts = (await sync(owner, source))["counts"]
    assert counts == {"seen": 2, "added": 0, "changed": 1, "unchanged": 0, "deleted": 1, "failed": 0}
    held = await items(owner, source)
    assert set(held) == {f"e{n}" for n in range(1, 8)}
    await documents(owner, source)
    assert "anew" in await text_of(owner, {"id": held["e1"]["document_id"]})


CLUMSY = """
from pydantic import BaseModel
from answerable.plugins import hookimpl
from answerable.plugins.connectors import ConnectorFailure, Content, Item


class Config(BaseModel):
    pass


class Clumsy:
    kind = "clumsy"
    summary = "Breaks in each way"
    config = Config
    tries = {"later": 0, "down": 0}

    def snapshot(self, config):
        return False

    async def check(self, config, context):
        raise ConnectorFailure("away", "It is away.", retryable=True)

    async def changes(self, config, cursor, context):
        for name in ("fine", "breaks", "later", "down", "x" * 2001, "last"):
            if name > (cursor or ""):
                yield Item(name, fetch=self.fetch_of(name), version="1", cursor=None)

    def fetch_of(self, name):
        async def chunks():
            if name == "breaks":
                raise KeyError("needle")
            yield f"Text of {name}.".encode()

        async def fetch(known):
            if name in self.tries:
                self.tries[name] += 1
                if name == "down" or self.tries[name] < 3:
                    raise ConnectorFailure("busy", "Try later.", retryable=True)
            return Content(chunks(), f"{name}.txt")

        return fetch


@hookimpl
def answerable_connectors():
    return [Clumsy()]
"""


@pytest.mark.usefixtures("worker")
async def test_an_item_at_which_a_connector_breaks_costs_that_item_alone(
    packages: Packages, owner: Caller
) -> None:
    packages.install("clumsy", CLUMSY)
    load("clumsy")
    source = await add_source(owner, "clumsy")
    counts = (await sync(owner, source))["counts"]
    assert (counts["added"], counts["failed"]) == (3, 3)
    failed = await items(owner, source, failed=True)
    codes = {name[:6]: item["error"]["code"] for name, item in failed.items()}
    assert codes == {"breaks": "connector_broken", "down": "busy", "xxxxxx": "bad_id"}
    assert "needle" not in json.dumps(failed)
    assert set(await documents(owner, source)) == {"fine.txt", "later.txt", "last.txt"}
    tried = await owner.post("/api/v1/sources/check", json={"kind": "clumsy", "config": {}})
    assert (tried.status_code, tried.json()["code"]) == (503, "away")
