"""A vector store that a package brings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from answerable.inference.providers import registry as providers
from answerable.inference.providers.registry import plugin_host, start_plugins
from answerable.kit.outbound import Outbound
from answerable.kit.settings import SearchSettings
from answerable.knowledge.stores import registry
from answerable.knowledge.stores.registry import kinds, opened, take_stores
from answerable.plugins import PluginStatus
from answerable.plugins.vector_stores import VectorStoreAway
from tests.plugins.packages import Packages

SHELF = """
from pydantic import BaseModel
from answerable.plugins import hookimpl
from answerable.plugins.vector_stores import VectorStoreAway


class Config(BaseModel):
    place: str


class Shelf:
    copies = None

    def __init__(self, place):
        self.place = place

    async def nearest(self, collection, query):
        return []

    async def check(self):
        return f"at {self.place}"


class Kind:
    name = "@name"
    summary = "A shelf"
    config = Config

    def open(self, config, outbound):
        return Shelf(config.place)


@hookimpl
def answerable_vector_stores():
    return [Kind()]
"""


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Packages]:
    """An environment with packages of the test's own; what the process knows is put back afterwards."""
    monkeypatch.setattr(registry, "_kinds", dict(registry._kinds))
    monkeypatch.setattr(providers, "_adapters", dict(providers._adapters))
    monkeypatch.setattr(providers, "_host", providers._host)
    packages = Packages(tmp_path, monkeypatch)
    yield packages
    packages.forget()


def load(*allowed: str) -> dict[str, tuple[PluginStatus, str]]:
    """Start plugins and take their stores; what became of each package."""
    start_plugins(allowed)
    take_stores()
    return {state.package: (state.status, state.detail) for state in plugin_host().states}


def test_the_built_in_stores_use_the_hook_too() -> None:
    assert [kind.name for kind in kinds()] == ["pgvector", "chroma"]


async def test_an_approved_packages_store_is_opened_with_its_entry(packages: Packages) -> None:
    packages.install("shelf", SHELF.replace("@name", "shelf"))
    assert load()["shelf"][0] is PluginStatus.NOT_APPROVED
    settings = SearchSettings.model_validate({"stores": {"shelf": {"place": "the hall"}}})
    with pytest.raises(VectorStoreAway, match="Known stores: pgvector, chroma"):
        opened("shelf", settings, Outbound())
    assert load("shelf")["shelf"][0] is PluginStatus.LOADED
    assert await opened("shelf", settings, Outbound()).check() == "at the hall"
    wrong = SearchSettings.model_validate({"stores": {"shelf": {}}})
    with pytest.raises(VectorStoreAway, match=r"search\.stores\.shelf: place"):
        opened("shelf", wrong, Outbound())


def test_a_store_cannot_take_a_name_that_is_there(packages: Packages) -> None:
    packages.install("thief", SHELF.replace("@name", "chroma"))
    status, detail = load("thief")["thief"]
    assert (status, "'chroma' is taken" in detail) == (PluginStatus.FAILED, True)
