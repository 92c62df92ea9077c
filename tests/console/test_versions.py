"""The versions of a table: how each came about, two beside each other, a new one uploaded."""

from __future__ import annotations

import re

from playwright.async_api import expect

from answerable.kit.settings import Settings
from tests.console.conftest import OpenVisit
from tests.data.datasets.uploads import ingested
from tests.data.warehouse.house import point, stored, warehouse_beside
from tests.factories.callers import Workspace

STOCK = b"sku,name,price (EUR)\n00501,Cup,2.50\n00502,Pot,7.00\n00503,Pan,9.00\n"
NEWS = b"sku,name,price (EUR)\n00502,Pot,8.00\n00504,Lid,3.00\n"


def _file(name: str, content: bytes) -> dict[str, object]:
    return {"name": name, "mimeType": "text/csv", "buffer": content}


async def test_a_version_is_uploaded_by_key_and_compared(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    dataset = await ingested(workspace.owner, STOCK, "stock.csv")
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open(f"/data/{dataset['id']}?tab=versions")
    await expect(page.get_by_role("row", name="Version 1")).to_contain_text("read from stock.csv")
    await expect(page.get_by_role("row", name="Version 1")).to_contain_text("Ada")

    await page.get_by_role("button", name="New version").click()
    dialog = page.get_by_role("dialog")
    await dialog.locator("input[type=file]").set_input_files(_file("news.csv", NEWS))  # type: ignore[arg-type]
    await dialog.get_by_role("radio", name="Replace those with the same key, keep the others").check()
    assert await window.accessible() == []
    await dialog.get_by_role("button", name="Upload").click()
    await expect(page.get_by_text("The new version is there")).to_be_visible()
    newest = page.get_by_role("row", name="Version 2")
    await expect(newest).to_contain_text("news.csv replaced rows of the same sku")
    await expect(newest).to_contain_text("Added 1")

    await page.get_by_role("button", name="Compare version 2 with version 1").click()
    comparison = page.get_by_role("region", name="Comparison")
    await expect(comparison).to_contain_text("Rows are told apart by sku.")
    await expect(comparison.get_by_role("row").filter(has_text="Changed")).to_contain_text(
        re.compile(r"was 7\.00 ?now 8\.00")
    )
    assert await window.accessible() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_columns_of_another_type_or_unit_are_told_as_people_call_them(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    dataset = await ingested(workspace.owner, STOCK, "stock.csv")
    other = b"sku,name,price (USD)\n00501,11,2.50\n00502,12,7.00\n00503,13,9.00\n"
    await ingested(workspace.owner, other, "other.csv", dataset_id=dataset["id"])
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open(f"/data/{dataset['id']}?tab=versions")
    await page.get_by_role("button", name="Compare version 2 with version 1").click()
    comparison = page.get_by_role("region", name="Comparison")
    await expect(comparison).to_contain_text("name: Text → Whole number · price (USD): EUR → USD")


async def test_a_file_that_does_not_fit_says_why_and_leaves_the_table(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    dataset = await ingested(workspace.owner, STOCK, "stock.csv")
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open(f"/data/{dataset['id']}?tab=versions")
    await page.get_by_role("button", name="New version").click()
    dialog = page.get_by_role("dialog")
    other = STOCK.replace(b"EUR", b"USD").replace(b"Cup", b"Mug")
    await dialog.locator("input[type=file]").set_input_files(_file("dollars.csv", other))  # type: ignore[arg-type]
    await dialog.get_by_role("radio", name="Add to them").check()
    await dialog.get_by_role("button", name="Upload").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("USD")
    await expect(dialog.get_by_role("button", name="Upload")).to_be_enabled()
    assert await window.accessible() == []
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("row", name="Version 2")).to_contain_text("Failed")
    await expect(page.get_by_role("button", name="New version")).to_be_focused()


async def test_a_table_says_which_versions_stay_and_which_files_it_takes(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    dataset = await ingested(workspace.owner, STOCK, "stock.csv")
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open(f"/data/{dataset['id']}?tab=versions")
    await page.get_by_role("button", name="Keeping").click()
    dialog = page.get_by_role("dialog", name="What is kept of “stock”")
    await dialog.get_by_role("combobox", name="Files with other columns").click()
    await page.get_by_role("option", name="Are refused").click()
    await dialog.get_by_label("Newest versions to keep").fill("3")
    # Of two dialogs Escape closes the upper one, and the lower one has the focus again.
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog")).to_have_count(2)
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(1)
    await expect(dialog.get_by_label("Newest versions to keep")).to_be_focused()
    await expect(dialog.get_by_label("Newest versions to keep")).to_have_value("3")
    assert await window.accessible() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await dialog.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("It is kept like this from now on")).to_be_visible()
    path = f"/api/v1/datasets/{dataset['id']}"
    settings = (await workspace.owner.get(path)).json()["settings"]
    assert settings == {"schema_changes": "refuse", "keep_versions": 3, "keep_days": None}

    await page.get_by_role("button", name="Keeping").click()
    await expect(dialog.get_by_label("Newest versions to keep")).to_have_value("3")
    await dialog.get_by_label("Newest versions to keep").fill("")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    settings = (await workspace.owner.get(path)).json()["settings"]
    assert settings == {"schema_changes": "refuse", "keep_versions": None, "keep_days": None}


async def test_a_table_in_the_data_warehouse_says_so(
    visit: OpenVisit, workspace: Workspace, worker: None, settings: Settings, admin_url: str
) -> None:
    del worker
    with warehouse_beside(admin_url) as house:
        point(settings.warehouse, house.url())
        try:
            there = await stored(workspace.owner, STOCK, "there.csv")
            here = await ingested(workspace.owner, STOCK, "here.csv")
            window = await visit()
            await window.sign_in(workspace.owner)
            for dataset, times in ((there, 1), (here, 0)):
                await window.open(f"/data/{dataset['id']}")
                await expect(window.page.get_by_text("3 rows")).to_be_visible()
                await expect(window.page.get_by_text("In the data warehouse")).to_have_count(times)
        finally:
            point(settings.warehouse, None)
