"""Dashboards in the browser: an answer is pinned, arranged, filtered, saved and shared."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.console.conftest import WIDE_LIGHT, Look, OpenVisit, Visit
from tests.factories.callers import Workspace

MONTHS = "Total amount by month in 2025"
TOTAL = "Total amount in 2025"


async def pin(window: Visit, question: str, dashboard: str, *, new: bool = False) -> None:
    """Ask, and pin the answer to a dashboard."""
    page = window.page
    await window.ask(question)
    turn = page.get_by_role("article", name=question).last
    await turn.get_by_role("button", name="Pin to a dashboard").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Title")).to_have_value(question)
    await dialog.get_by_role("combobox", name="Dashboard").click()
    await page.get_by_role("option", name="New dashboard" if new else dashboard).first.click()
    if new:
        await dialog.get_by_label("Name of the new dashboard").fill(dashboard)
    assert await window.accessible() == []
    await dialog.get_by_role("button", name="Pin to a dashboard").click()
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_text(f"Pinned to “{dashboard}”").first).to_be_visible()


async def open_dashboard(window: Visit, name: str) -> None:
    await window.open("/dashboards")
    await window.page.get_by_role("link", name=re.compile(name)).click()
    await expect(window.page.get_by_role("heading", name=name, level=1)).to_be_visible()


async def test_an_answer_becomes_a_tile_that_is_filtered_arranged_and_taken_off(
    visit: OpenVisit, shop: Workspace, look: Look
) -> None:
    window = await visit()
    page = window.page
    name = f"Sales {look.colours}"
    await window.sign_in(shop.owner)
    await pin(window, MONTHS, name, new=True)
    await pin(window, TOTAL, name)
    await open_dashboard(window, name)
    chart, number = page.get_by_role("region", name=MONTHS), page.get_by_role("region", name=TOTAL)
    await expect(chart.locator("canvas")).to_be_visible()
    await expect(number).to_contain_text(re.compile(r"\d"))
    before = await number.inner_text()
    assert await window.accessible() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    await page.get_by_label("From").fill("2025-06-01")
    await page.get_by_label("Before").fill("2025-07-01")
    await expect(number).not_to_contain_text(before.splitlines()[1])

    await page.get_by_role("button", name="Full screen").click()
    await expect(page.get_by_role("heading", name=name)).to_be_hidden()
    await number.get_by_role("button", name=f"Actions for the tile “{TOTAL}”").click()
    table = page.get_by_role("menuitem", name="Save as CSV")
    await expect(table).to_be_visible()
    spot = await table.bounding_box()
    assert spot is not None
    assert await page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).closest('[role=menuitem]') !== null",
        [spot["x"] + spot["width"] / 2, spot["y"] + spot["height"] / 2],
    ), "the menu lies above what fills the screen"
    await page.keyboard.press("Escape")
    await page.evaluate("document.exitFullscreen()")

    await page.get_by_role("button", name="Edit").click()
    await number.get_by_role("button", name=f"Actions for the tile “{TOTAL}”").click()
    for step in ("Wider", "Taller", "Move left"):
        await page.get_by_role("menuitem", name=step).click()
    await page.keyboard.press("Escape")
    await number.get_by_label("Title").fill("All of it")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="All of it")).to_be_visible()
    await page.reload()
    renamed = page.get_by_role("region", name="All of it")
    await expect(renamed).to_be_visible()
    await page.get_by_role("button", name="Edit").click()
    await renamed.get_by_role("button", name="Actions for the tile “All of it”").click()
    await page.get_by_role("menuitem", name="Take off the dashboard").click()
    await expect(renamed).to_be_hidden()
    await page.get_by_role("button", name="Undo").click()
    await expect(renamed).to_be_visible()
    assert await window.accessible() == []


# On a narrow window tiles stand below each other, and are moved by their menus.
@pytest.mark.parametrize("look", [WIDE_LIGHT], indirect=True, ids=["wide"])
async def test_a_tile_is_moved_with_the_mouse_and_stays_there(visit: OpenVisit, shop: Workspace) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    await pin(window, TOTAL, "Moved", new=True)
    await open_dashboard(window, "Moved")
    tile = page.get_by_role("region", name=TOTAL)
    await expect(tile).to_contain_text(re.compile(r"\d"))
    await page.get_by_role("button", name="Edit").click()
    before = await tile.bounding_box()
    handle = await tile.locator(".tile-handle > svg").bounding_box()
    assert before is not None
    assert handle is not None
    await page.mouse.move(handle["x"] + 5, handle["y"] + 5)
    await page.mouse.down()
    await page.mouse.move(handle["x"] + 300, handle["y"] + 5, steps=8)
    async with page.expect_response(lambda answer: answer.request.method == "PATCH") as kept:
        await page.mouse.up()
    assert (await kept.value).status == 200
    await page.reload()
    await expect(tile).to_contain_text(re.compile(r"\d"))
    after = await tile.bounding_box()
    assert after is not None
    assert after["x"] > before["x"] + 150


async def test_a_tile_is_saved_as_csv_and_the_dashboard_as_pdf(
    visit: OpenVisit, shop: Workspace, look: Look
) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    await pin(window, MONTHS, f"Saved {look.colours}", new=True)
    await open_dashboard(window, f"Saved {look.colours}")
    tile = page.get_by_role("region", name=MONTHS)
    await expect(tile.locator("canvas")).to_be_visible()
    await tile.get_by_role("button", name=re.compile("Actions for the tile")).click()
    async with page.expect_download() as saved:
        await page.get_by_role("menuitem", name="Save as CSV").click()
    download = await saved.value
    assert download.suggested_filename == f"{MONTHS}.csv"
    content = await asyncio.to_thread(Path(await download.path()).read_text, encoding="utf-8-sig")
    assert len(content.splitlines()) == 13
    async with page.expect_download() as printed:
        await page.get_by_role("button", name="Save as PDF").click()
    paper = await printed.value
    assert paper.suggested_filename == f"Saved {look.colours}.pdf"
    assert (await asyncio.to_thread(Path(await paper.path()).read_bytes)).startswith(b"%PDF")


async def test_a_link_shows_the_dashboard_to_a_stranger_until_it_is_taken_back(
    visit: OpenVisit, shop: Workspace, look: Look
) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    await pin(window, MONTHS, f"Shared {look.colours}", new=True)
    await open_dashboard(window, f"Shared {look.colours}")
    await page.get_by_role("button", name="Share").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Make a link").click()
    address = await dialog.locator("code").inner_text()
    assert await window.accessible() == []

    stranger = await visit()
    await stranger.page.goto(address)
    await expect(stranger.page.get_by_role("heading", name=f"Shared {look.colours}", level=1)).to_be_visible()
    await expect(stranger.page.get_by_role("region", name=MONTHS).locator("canvas")).to_be_visible()
    assert await stranger.page.get_by_role("navigation").count() == 0
    assert await stranger.accessible() == []
    assert await stranger.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    await dialog.get_by_role("button", name=re.compile("Take the link back")).click()
    await expect(dialog.get_by_role("listitem")).to_have_count(0)
    gone = await visit()
    await gone.page.goto(address)
    heading = gone.page.get_by_role("heading", name="This link shows nothing any more", level=1)
    await expect(heading).to_be_visible()
    gone.complaints.clear()


async def test_a_dashboard_is_deleted_by_its_name(visit: OpenVisit, shop: Workspace) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    await window.open("/dashboards")
    await page.get_by_role("button", name="New dashboard").click()
    await expect(page.get_by_text("Nothing is pinned here")).to_be_visible()
    await page.get_by_role("button", name="Edit").click()
    await page.get_by_label("Name").fill("Short-lived")
    await page.get_by_label("What it is for").focus()
    await expect(page.get_by_role("heading", name="Short-lived", level=1)).to_be_visible()
    await page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Type “Short-lived” to confirm").fill("Short-lived")
    await dialog.get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("heading", name="Dashboards", level=1)).to_be_visible()
    await expect(page.get_by_role("link", name=re.compile("Short-lived"))).to_have_count(0)


async def test_a_viewer_sees_and_changes_nothing(visit: OpenVisit, shop: Workspace, look: Look) -> None:
    window = await visit()
    await window.sign_in(shop.owner)
    await pin(window, TOTAL, f"For all {look.colours}", new=True)
    viewer = await visit()
    await viewer.sign_in(await shop.member("viewer"), shop)
    await viewer.ask(TOTAL)
    assert await viewer.page.get_by_role("button", name="Pin to a dashboard").count() == 0
    await open_dashboard(viewer, f"For all {look.colours}")
    await expect(viewer.page.get_by_role("region", name=TOTAL)).to_contain_text(re.compile(r"\d"))
    for name in ("Edit", "Share"):
        assert await viewer.page.get_by_role("button", name=name, exact=True).count() == 0
