"""Connected databases from the command line, on a real server."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path

import pytest

from answerable.kit.settings import Settings
from tests.cli.command import Finished, run
from tests.data.connections.shop import statements
from tests.factories.callers import Caller

pytestmark = pytest.mark.usefixtures("worker")


@pytest.fixture(autouse=True)
def _server(base_url: str, owner: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANSWERABLE_URL", base_url)
    monkeypatch.setenv("ANSWERABLE_KEY", owner.token)
    monkeypatch.setenv("ANSWERABLE_DATA_DIR", str(tmp_path))


@pytest.fixture
def file(settings: Settings, unique: str) -> Path:
    """A SQLite file of the shop, where connections may read files."""
    path = settings.data_dir.parent / f"shop-{unique}.db"
    connection = sqlite3.connect(path)
    for statement in statements():
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


async def connections(*words: object) -> Finished:
    """In a thread, because the server runs in this one."""
    return await asyncio.to_thread(run, "connections", *words)


async def test_a_database_is_added_tested_taken_in_listed_and_removed(file: Path) -> None:
    made = await connections("add", "shop", "--dialect", "sqlite", "--database", str(file))
    assert made.status == 0, made.errors
    assert "Connected shop (SQLite" in made.errors
    nothing = await connections("refresh", "shop")
    assert (nothing.status, "customers, orders" in nothing.errors) == (1, True), nothing.errors
    tested = await connections("test", "shop")
    assert "shop answers: SQLite" in tested.output
    taken = json.loads((await connections("refresh", "shop", "orders", "--json")).output)
    assert {t["name"]: t["dataset_id"] is not None for t in taken["items"]} == {
        "customers": False,
        "orders": True,
    }
    assert (await connections("refresh", "shop", "--all")).output.count("ds_") == 2
    listed = await connections("list")
    assert "shop" in listed.output
    assert "read-only file" in listed.output
    assert (await connections("remove", "shop")).status == 0
    assert json.loads((await connections("list", "--json")).output)["items"] == []


async def test_what_fails_says_why(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = ("--dialect", "postgresql", "--host", "127.0.0.1", "--database", "x")
    unset = await connections("add", "shop", *server, "--password-from", "NOT_SET")
    assert (unset.status, "NOT_SET is not set" in unset.errors) == (1, True)
    monkeypatch.setenv("SHOP_PASSWORD", "needle")
    gone = await connections(
        "add", "shop", *server, "--set", "port=1", "--set", "tls=off", "--password-from", "SHOP_PASSWORD"
    )
    assert (gone.status, "does not answer" in gone.errors) == (1, True), gone.errors
    assert "needle" not in gone.errors + gone.output
    unknown = await connections("test", "shop")
    assert (unknown.status, "There are: none" in unknown.errors) == (1, True)
    no_pem = await connections("add", "shop", *server, "--ca", str(file))
    assert (no_pem.status, "PEM" in no_pem.errors) == (1, True)
