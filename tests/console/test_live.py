"""What one person does shows in the window of another, and nothing is asked again without a reason."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Request, expect

from tests.console.conftest import WARRANTY, WIDE_LIGHT, OpenVisit, Visit
from tests.console.test_pages import PAGES
from tests.data.datasets.uploads import ingested
from tests.factories.callers import Caller, Workspace
from tests.factories.uploads import upload_dataset, upload_document


def _sales(amount: int) -> bytes:
    """A table that leaves open whether day or month comes first."""
    return f"day,product,amount\n03/04/2024,Kettle,{amount}\n05/06/2024,Grinder,20\n".encode()


QUIET_MS = 2500
"""Longer than changes are gathered and asked for."""


async def _opened(visit: OpenVisit, workspace: Workspace, caller: Caller, path: str) -> Visit:
    window = await visit()
    await window.sign_in(caller, workspace)
    stream = window.page.expect_response(lambda answer: "/events/stream" in answer.url)
    async with stream:
        await window.open(path)
    return window


async def test_documents_tables_boards_and_invitations_of_others_show_by_themselves(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    owner, other = workspace.owner, await workspace.member("admin")
    documents = await _opened(visit, workspace, other, "/documents")
    tables = await _opened(visit, workspace, other, "/data")
    boards = await _opened(visit, workspace, other, "/dashboards")
    people = await _opened(visit, workspace, other, "/workspace")
    await expect(documents.page.locator("#content").get_by_role("heading").first).to_be_visible()
    document = await upload_document(owner, "warranty-terms.md", WARRANTY)
    dataset = await upload_dataset(owner, "tides.csv", "port,height\nOban,3.1\nSkye,2.9\n")
    assert (await owner.post("/api/v1/dashboards", json={"name": "Tides"})).is_success
    path = f"/api/v1/workspaces/{workspace.id}/invitations"
    assert (await owner.post(path, json={"email": "tide@example.com", "role": "viewer"})).is_success
    await expect(documents.page.get_by_text("warranty-terms.md")).to_be_visible()
    await expect(tables.page.get_by_role("link", name=re.compile("tides", re.IGNORECASE))).to_be_visible()
    await expect(boards.page.locator("#content").get_by_text("Tides").first).to_be_visible()
    await expect(people.page.get_by_text("tide@example.com").first).to_be_visible()
    assert (await owner.delete(f"/api/v1/documents/{document['id']}")).is_success
    await expect(documents.page.get_by_text("warranty-terms.md")).to_have_count(0)
    assert (await owner.delete(f"/api/v1/datasets/{dataset['id']}")).is_success
    await expect(tables.page.get_by_role("link", name=re.compile("tides", re.IGNORECASE))).to_have_count(0)


async def test_the_next_turn_shows_in_another_window_of_the_same_person(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    await upload_document(workspace.owner, "warranty-terms.md", WARRANTY)
    asking = await _opened(visit, workspace, workspace.owner, "/")
    await asking.ask("How long is the warranty on kettles?")
    beside = await _opened(visit, workspace, workspace.owner, asking.page.url.removeprefix(asking.base_url))
    await asking.ask("Where do I send the serial number?")
    turn = beside.page.get_by_role("article", name="Where do I send the serial number?")
    await expect(turn).to_have_attribute("data-state", "answered")


async def test_an_open_table_follows_and_takes_nothing_away_that_is_not_applied(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    owner, other = workspace.owner, await workspace.member("editor")
    dataset = await ingested(owner, _sales(10), "sales.csv")

    async def another(amount: int) -> None:
        await ingested(owner, _sales(amount), f"sales-{amount}.csv", dataset_id=dataset["id"])

    window = await _opened(visit, workspace, other, f"/data/{dataset['id']}")
    page = window.page
    await expect(page.get_by_role("cell", name="10", exact=True)).to_be_visible()
    await another(11)
    await expect(page.get_by_role("cell", name="11", exact=True)).to_be_visible()

    await page.get_by_role("tab", name="Review").click()
    first = page.get_by_role("radio", name="Month first")
    await first.check()
    await another(12)
    changed = page.get_by_role("status").filter(has_text="This table has changed.")
    await expect(changed).to_be_visible()
    await expect(page.get_by_text("Version 2", exact=False).first).to_be_visible()
    assert await window.accessible() == []
    await page.get_by_role("tab", name="Rules").click()
    await page.get_by_role("button", name="New rule").click()
    await page.get_by_role("menuitem", name="Derive a column").click()
    name = page.get_by_role("dialog").get_by_label("Name of the new column")
    await name.fill("Half")
    await another(13)
    await expect(name).to_have_value("Half")
    await page.keyboard.press("Escape")
    await changed.get_by_role("button", name="Look again").click()
    await expect(changed).to_have_count(0)
    await expect(page.get_by_text("Version 4", exact=False).first).to_be_visible()
    await page.get_by_role("tab", name="Review").click()
    await expect(first).to_be_checked()
    await page.get_by_role("button", name="Discard").click()
    await another(14)
    await expect(page.get_by_text("Version 5", exact=False).first).to_be_visible()
    await expect(changed).to_have_count(0)


# What is asked for does not depend on the look, and waiting takes a minute.
@pytest.mark.parametrize("look", [WIDE_LIGHT], indirect=True, ids=["wide"])
async def test_a_page_that_nothing_happens_to_asks_for_nothing(visit: OpenVisit, shop: Workspace) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/api/v1/" in request.url:
            asked.append(f"{page.url}: {request.method} {request.url}")

    for path, content in PAGES.items():
        await window.open(path)
        await expect(page.locator("#content").get_by_text(content).filter(visible=True).first).to_be_visible()
        await page.wait_for_timeout(QUIET_MS)
        page.on("request", note)
        await page.wait_for_timeout(QUIET_MS)
        page.remove_listener("request", note)
    assert asked == []
