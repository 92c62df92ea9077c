"""Dashboards that redraw by themselves and alerts, in the browser."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.console.conftest import Look, OpenVisit
from tests.console.test_dashboards import TOTAL, open_dashboard, pin
from tests.data.dashboards.boards import dashboard, pinned, tile
from tests.data.datasets.uploads import ingested
from tests.factories.callers import Workspace

pytestmark = pytest.mark.usefixtures("worker")


def stock(amount: int) -> bytes:
    return b"item_id,stocked\nI1,%d\n" % amount


async def test_new_data_redraws_an_open_dashboard_and_rings_the_bell(
    visit: OpenVisit, workspace: Workspace
) -> None:
    owner = workspace.owner
    dataset = await ingested(owner, stock(41), "stock.csv")
    query = {"dataset": dataset["name"], "measures": [{"aggregation": "sum", "field": "stocked"}]}
    await dashboard(owner, tile(await pinned(owner, query, name="Stocked"), height=3), name="Store")
    window = await visit()
    page = window.page
    await window.sign_in(owner)
    await open_dashboard(window, "Store")
    number = page.get_by_role("region", name="Stocked")
    await expect(number).to_contain_text("41")

    await number.get_by_role("button", name=re.compile("Actions for the tile")).click()
    await page.get_by_role("menuitem", name="Set an alert").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Enough")
    await dialog.get_by_label("Value").fill("50")
    assert await window.accessible() == []
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_be_hidden()
    await expect(number.get_by_text("Firing")).to_have_count(0)

    await ingested(owner, stock(97), "stock.csv", dataset_id=dataset["id"])
    await expect(number).to_contain_text("97")
    await expect(number.get_by_text("Firing")).to_be_visible()
    await expect(page.get_by_text(re.compile("Refreshed .* Refreshes with new data"))).to_be_visible()
    assert await window.accessible() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    await number.get_by_role("link", name="Firing").click()
    alert = page.get_by_role("listitem", name="Enough")
    await expect(alert).to_contain_text("97 is above 50.")
    await alert.get_by_role("button", name="History").click()
    await expect(alert).to_contain_text("41 is not above 50.")
    assert await window.accessible() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await alert.get_by_role("button", name="Actions for the alert “Enough”").click()
    await page.get_by_role("menuitem", name="Mute for a day").click()
    await expect(alert).to_contain_text("muted until")
    await alert.get_by_role("button", name="Actions for the alert “Enough”").click()
    await page.get_by_role("menuitem", name="Change the alert").click()
    await dialog.get_by_label("Value").fill("100")
    await dialog.get_by_role("button", name="Save").click()
    await expect(alert).to_contain_text("In order")
    await alert.get_by_role("button", name="Actions for the alert “Enough”").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await dialog.get_by_label("Type “Enough” to confirm").fill("Enough")
    await dialog.get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("No alerts")).to_be_visible()


async def test_a_dashboard_is_set_to_refresh_at_times(visit: OpenVisit, shop: Workspace, look: Look) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    await pin(window, TOTAL, f"Mornings {look.colours}", new=True)
    await open_dashboard(window, f"Mornings {look.colours}")
    await page.get_by_role("button", name="Refresh by itself").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("combobox", name="Refresh").click()
    await page.get_by_role("option", name="At times").click()
    await dialog.get_by_label("Times").fill("whenever")
    await page.keyboard.press("Escape")
    assert await window.accessible() == []
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog.get_by_text("cron line of five fields").first).to_be_visible()
    window.complaints.clear()
    await dialog.get_by_label("Times").fill("0 7 * * 1-5")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_text(re.compile("Next .*:00"))).to_be_visible()


async def test_a_viewer_sees_alerts_and_sets_none(visit: OpenVisit, workspace: Workspace) -> None:
    owner = workspace.owner
    dataset = await ingested(owner, stock(41), "stock.csv")
    query = {"dataset": dataset["name"], "measures": [{"aggregation": "sum", "field": "stocked"}]}
    insight = await pinned(owner, query, name="Stocked")
    await dashboard(owner, tile(insight, height=3), name="Store")
    rule = {"kind": "threshold", "operator": "above", "value": 5}
    body = {"insight_id": insight["id"], "name": "Enough", "rule": rule}
    assert (await owner.post("/api/v1/alerts", json=body)).status_code == 201
    window = await visit()
    page = window.page
    await window.sign_in(await workspace.member("viewer"), workspace)
    await open_dashboard(window, "Store")
    number = page.get_by_role("region", name="Stocked")
    await expect(number.get_by_text("Firing")).to_be_visible()
    await number.get_by_role("button", name=re.compile("Actions for the tile")).click()
    await expect(page.get_by_role("menuitem", name="Save as CSV")).to_be_visible()
    assert await page.get_by_role("menuitem", name="Set an alert").count() == 0
    assert await page.get_by_role("button", name="Refresh by itself").count() == 0
    await window.open("/alerts")
    await expect(page.get_by_role("listitem", name="Enough")).to_be_visible()
    assert await page.get_by_role("button", name=re.compile("Actions for the alert")).count() == 0
    await expect(page.get_by_role("listitem", name="Enough")).to_contain_text("41 is above 5.")
    await page.evaluate("localStorage.setItem('answerable.language', 'de')")
    await window.open("/alerts")
    await expect(page.get_by_role("listitem", name="Enough")).to_contain_text("41 liegt über 5.")


async def test_the_owner_says_how_long_old_versions_stay(visit: OpenVisit, workspace: Workspace) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open("/workspace")
    await page.get_by_role("tab", name="Old data").click()
    await page.get_by_label("Newest versions to keep").fill("5")
    assert await window.accessible() == []
    versions = page.locator("form").filter(has=page.get_by_label("Newest versions to keep"))
    await versions.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog")
    assert await window.accessible() == []
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_be_hidden()
    policy = (await workspace.owner.get("/api/v1/dataset-retention")).json()
    assert (policy["keep_versions"], policy["keep_days"]) == (5, None)
    await page.get_by_role("tab", name="Query limits").click()
    await page.get_by_label("Rows to read").fill("5000000")
    await page.get_by_label("Megabytes to read").fill("1.5")
    assert await window.accessible() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("The limits hold from the next query on")).to_be_visible()
    limits = (await workspace.owner.get("/api/v1/query-limits")).json()
    assert (limits["max_scan_rows"], limits["max_scan_bytes"]) == (5_000_000, 1_500_000)
    assert limits["timeout_seconds"] is None
    viewer = await visit()
    await viewer.sign_in(await workspace.member("viewer"), workspace)
    await viewer.open("/workspace")
    await viewer.page.get_by_role("tab", name="Old data").click()
    await expect(viewer.page.get_by_label("Newest versions to keep")).to_have_value("5")
    assert await viewer.page.get_by_role("button", name="Save").count() == 0
    await viewer.page.get_by_role("tab", name="Query limits").click()
    await expect(viewer.page.get_by_label("Rows to read")).to_have_value("5,000,000")
    assert await viewer.page.get_by_role("button", name="Save").count() == 0
