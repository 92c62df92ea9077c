"""Every page of the console: it shows what is there, fits the window, and axe finds nothing."""

from __future__ import annotations

import asyncio
import json
import re

from playwright.async_api import Route, expect

from tests.console.conftest import OpenVisit, Visit
from tests.factories.callers import Workspace

PAGES = {
    "/alerts": "No alerts",
    "/documents": "warranty-terms.md",
    "/sources": "Places whose documents come and go",
    "/data": "Orders",
    "/semantics": "Total Amount",
    "/connections": "No connections yet",
    "/verified": "No verified questions here",
    "/search": "Try a search",
    "/models": "No models yet",
    "/usage": "No model was called in this period.",
    "/workspace": "Owner",
    "/operations": "Everything is well",
}


GONE = {
    "/nonsense": "No such page",
    "/c/ses_none": "There is nothing here",
    "/documents/doc_none": "There is nothing here",
    "/dashboards/dash_none": "There is nothing here",
    "/data/ds_none": "There is nothing here",
    "/shared/conversation/none": "This link shows nothing any more",
    "/shared/dashboard/none": "This link shows nothing any more",
}


async def _sound(window: Visit) -> None:
    assert await window.accessible() == []
    assert await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_each_page_shows_what_is_there(visit: OpenVisit, shop: Workspace) -> None:
    window = await visit()
    await window.sign_in(shop.owner)
    for path, content in PAGES.items():
        await window.open(path)
        await expect(
            window.page.locator("#content").get_by_text(content).filter(visible=True).first
        ).to_be_visible()
        await _sound(window)


async def test_a_page_of_what_is_not_there_says_so_in_its_heading(visit: OpenVisit, shop: Workspace) -> None:
    window = await visit()
    await window.sign_in(shop.owner)
    for path, heading in GONE.items():
        await window.open(path)
        await expect(window.page.get_by_role("heading", name=heading, level=1)).to_be_visible()
        await _sound(window)


async def test_a_table_shows_rows_columns_review_and_versions(visit: OpenVisit, shop: Workspace) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    await window.open("/data")
    await page.get_by_role("link", name=re.compile("orders", re.IGNORECASE)).click()
    await expect(page.get_by_role("table").get_by_role("row").nth(1)).to_contain_text("North")
    await _sound(window)
    for tab in ("Columns", "Review", "Versions"):
        await page.get_by_role("tab", name=tab).click()
        await expect(page.get_by_role("tabpanel")).to_be_visible()
        await _sound(window)


async def test_retrieval_shows_each_stage_of_each_passage(visit: OpenVisit, shop: Workspace) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    await window.open("/search")
    await page.get_by_label("Words or a question").fill("warranty on grinders")
    await page.get_by_role("button", name="Search", exact=True).click()
    first = page.get_by_role("main").get_by_role("listitem").first
    await expect(first).to_contain_text("24 months")
    await expect(first).to_contain_text("rank 1")
    await _sound(window)


async def test_a_file_that_is_chosen_is_read_and_can_be_asked(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    files = [
        {
            "name": "holidays.md",
            "mimeType": "text/markdown",
            "buffer": b"# Holidays\n\nThe office is closed on 24 December.\n",
        },
        {"name": "broken.xlsx", "mimeType": "application/octet-stream", "buffer": b"no workbook at all"},
    ]
    await expect(page.get_by_role("heading", name="Ask your documents and tables")).to_be_visible()
    await page.get_by_test_id("file-input").set_input_files(files)  # type: ignore[arg-type]
    tray = page.get_by_role("region", name="Adding files")
    await expect(tray.get_by_role("listitem").filter(has_text="holidays.md")).to_contain_text("Ready")
    await expect(tray.get_by_role("listitem").filter(has_text="broken.xlsx")).to_contain_text("Failed")
    await _sound(window)
    await window.ask("When is the office closed?")
    await expect(page.get_by_role("article").last).to_contain_text("24 December")


async def test_the_first_files_wait_until_it_is_known_that_they_are_the_first(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    known = asyncio.Event()

    async def late(route: Route) -> None:
        await known.wait()
        await route.continue_()

    await page.route("**/api/v1/datasets?*", late)
    await page.reload()
    await expect(page.locator("#content")).to_be_visible()
    notes = {"name": "notes.md", "mimeType": "text/markdown", "buffer": b"# Notes\n\nClosed on Monday.\n"}
    await page.get_by_test_id("file-input").set_input_files([notes])  # type: ignore[list-item]
    known.set()
    tray = page.get_by_role("region", name="Adding files")
    await expect(tray.get_by_role("listitem").filter(has_text="notes.md")).to_contain_text("Ready")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_a_viewer_is_shown_no_way_to_change_things(visit: OpenVisit, shop: Workspace) -> None:
    viewer = await shop.member("viewer")
    window = await visit()
    page = window.page
    await window.sign_in(viewer, shop)
    await window.open("/documents")
    await expect(page.get_by_role("link", name=re.compile("warranty.terms", re.IGNORECASE))).to_be_visible()
    await expect(page.get_by_role("button", name="Add files")).to_have_count(0)
    await expect(page.get_by_role("button", name=re.compile("Delete"))).to_have_count(0)
    await window.show_navigation()
    await expect(page.get_by_role("link", name="Models")).to_be_visible()
    await expect(page.get_by_role("link", name="Usage")).to_have_count(0)


async def test_operations_tell_how_many_workers_are_heard(visit: OpenVisit, shop: Workspace) -> None:
    window = await visit()
    await window.sign_in(shop.owner)
    await window.open("/operations")
    await expect(window.page.get_by_text(re.compile(r"\d workers? at work, heard "))).to_be_visible()


async def test_a_key_is_shown_once_and_revoked(visit: OpenVisit, workspace: Workspace) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open("/workspace")
    await page.get_by_role("tab", name="API keys").click()
    await page.get_by_label("Name of the key").fill("reports")
    await page.get_by_role("button", name="Make a key").click()
    await expect(page.get_by_text("Copy it now. It is shown once.")).to_be_visible()
    await expect(page.get_by_text(re.compile(r"^0 · "))).to_be_visible()
    await expect(page.get_by_text(re.compile(r"datasets:read|data:read")).first).to_be_visible()
    await _sound(window)
    await page.get_by_role("button", name="Revoke: reports").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("button", name="Revoke")).to_be_disabled()
    await dialog.get_by_label("Type “reports” to confirm").fill("reports")
    await dialog.get_by_role("button", name="Revoke").click()
    await expect(page.get_by_role("button", name="Revoke: reports")).to_have_count(0)


HOSTILE = """![p](https://evil.example/p.png) [go](javascript:alert(1)) [web](https://evil.example/)
<img src=x onerror="window.harmed=1"><script>window.harmed=1</script><iframe src="https://evil.example"></iframe>
<style>@import url(https://evil.example/x.css);</style> <svg onload="window.harmed=1"> [1] [9]"""


async def test_hostile_markdown_in_an_answer_asks_nothing_of_another_origin(
    visit: OpenVisit, shop: Workspace
) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    await window.ask("How long does the warranty on grinders last?")

    async def written_by_a_model(route: Route) -> None:
        answer = await route.fetch()
        body = await answer.json()
        reply = body["items"][-1]
        reply["answer"]["stage"] = "large"
        for part in reply["parts"]:
            if part["type"] == "text":
                part["text"] = HOSTILE
        await route.fulfill(response=answer, body=json.dumps(body))

    await page.route("**/api/v1/chat/sessions/*/messages?*", written_by_a_model)
    await page.reload()
    await expect(page.get_by_text("Image not loaded: p")).to_be_visible()
    assert await page.evaluate("window.harmed") is None
    assert await page.locator("article img, article iframe, article script, article style").count() == 0
    links = await page.locator("article a[href]").evaluate_all("all => all.map(a => [a.href, a.rel])")
    assert [href for href, _ in links if not href.startswith(window.base_url)] == ["https://evil.example/"]
    assert "noopener" in next(rel for href, rel in links if href == "https://evil.example/")


async def test_every_cell_of_a_list_is_within_the_window(visit: OpenVisit, shop: Workspace) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    for path, said in (("/operations", "Read a table"), ("/workspace", "Owner")):
        await window.open(path)
        table = page.get_by_role("table")
        await expect(table.get_by_role("cell").filter(has_text=said).first).to_be_visible()
        beyond = "cells => cells.filter(cell => cell.getBoundingClientRect().right > innerWidth).length"
        assert await table.get_by_role("cell").evaluate_all(beyond) == 0
        await expect(table.get_by_role("columnheader")).not_to_have_count(0)
        assert await window.accessible() == []
