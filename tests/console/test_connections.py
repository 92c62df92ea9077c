"""Connections: a database is tried, connected, its tables imported and asked, and deleted by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from answerable.kit.settings import Settings
from tests.console.conftest import OpenVisit
from tests.data.connections.shop import sqlite_shop
from tests.factories.callers import Workspace


@pytest.fixture
def shop_file(settings: Settings, unique: str) -> dict[str, Any]:
    """How a SQLite file with the shop is connected."""
    folder = Path(settings.data_dir.parent / f"connected-{unique}")
    folder.mkdir()
    return sqlite_shop(folder)


async def test_a_database_is_tried_connected_imported_and_deleted_by_name(
    visit: OpenVisit,
    workspace: Workspace,
    worker: None,
    shop_file: dict[str, Any],
) -> None:
    del worker
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open("/connections")
    await expect(page.get_by_role("heading", name="No connections yet")).to_be_visible()
    await page.get_by_role("button", name="Connect a database").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="Name").fill("Shop")
    await expect(dialog.get_by_role("textbox", name="Password")).to_be_visible()
    assert await window.accessible() == []
    await dialog.get_by_role("combobox", name="Kind").click()
    await page.get_by_role("option", name="SQLite file").click()
    await dialog.get_by_label("Path of the file").fill("/etc/passwd")
    await dialog.get_by_role("button", name="Test").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("a folder that the server's operator allows")
    await dialog.get_by_label("Path of the file").fill(shop_file["database"])
    await dialog.get_by_role("button", name="Test").click()
    await expect(dialog.get_by_role("status")).to_contain_text("SQLite")
    await dialog.get_by_role("button", name="Add").click()
    card = page.get_by_role("region", name="Shop")
    await expect(card).to_contain_text("SQLite file")

    await card.get_by_role("button", name="Tables").click()
    await dialog.get_by_role("checkbox", name="orders").check()
    await dialog.get_by_role("checkbox", name="customers").check()
    assert await window.accessible() == []
    await dialog.get_by_role("button", name="Import 2 tables").click()
    await expect(dialog.get_by_text("Imported. You can ask about them now.")).to_be_visible()
    await expect(dialog.get_by_role("link", name="In use")).to_have_count(2)
    await page.keyboard.press("Escape")

    await card.get_by_role("button", name="Test").click()
    await expect(card.get_by_role("status")).to_contain_text("SQLite")
    assert await window.accessible() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await card.get_by_role("button", name="Actions for “Shop”").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(dialog.get_by_role("button", name="Delete")).to_be_disabled()
    await dialog.get_by_role("textbox").fill("Shop")
    await dialog.get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("heading", name="No connections yet")).to_be_visible()
    assert (await workspace.owner.get("/api/v1/datasets")).json()["items"] == []


async def test_an_editor_sees_no_connections(
    visit: OpenVisit, workspace: Workspace, shop_file: dict[str, Any]
) -> None:
    made = await workspace.owner.post("/api/v1/connections", json=shop_file)
    assert made.status_code == 201, made.text
    editor = await workspace.member("editor")
    window = await visit()
    page = window.page
    await window.sign_in(editor, workspace)
    await window.open("/connections")
    await expect(page.get_by_text("You may not see this")).to_be_visible()
    await expect(page.get_by_role("region", name=shop_file["name"])).to_have_count(0)
    await expect(page.get_by_role("button", name="Connect a database")).to_have_count(0)
    await window.show_navigation()
    await expect(page.get_by_role("link", name="Connections")).to_have_count(0)
