"""The reader: where a document came from, its passages, and the way between passage and text."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.async_api import expect

from tests.console.conftest import OpenVisit
from tests.factories.callers import Workspace, register
from tests.factories.uploads import upload_document
from tests.factories.waiting import eventually
from tests.knowledge.parsing import files

RULES = (
    "# Returns\n\nGoods may be returned within thirty days of delivery, when they are whole and clean.\n\n"
    "# Repairs\n\nRepairs of grinders are free in the first two years after they were bought from us.\n"
)


@pytest.fixture
async def packed(client: httpx.AsyncClient, worker: None) -> Workspace:
    """A workspace with an archive of one document."""
    del worker
    made = await register(client)
    await upload_document(made.owner, "post.zip", files.zipped({"rules.md": RULES}))

    async def read() -> bool:
        found = (await made.owner.get("/api/v1/documents")).json()["items"]
        return len(found) == 2 and all(each["status"] == "ready" for each in found)

    await eventually(read, seconds=60)
    return made


async def test_a_document_says_where_it_is_from_and_shows_its_passages(
    visit: OpenVisit, packed: Workspace
) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(packed.owner)
    await window.open("/documents")
    await page.get_by_role("link", name="Returns").click()
    await expect(page.get_by_text("English")).to_be_visible()
    await expect(page.get_by_role("link", name=re.compile("post.zip"))).to_be_visible()
    await page.get_by_text("Passages", exact=True).click()
    passage = page.get_by_role("article").filter(has_text="Repairs of grinders")
    await expect(passage).to_contain_text("Repairs")
    assert await window.accessible() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.reload()
    await passage.get_by_role("link").click()
    await expect(page.locator("mark[data-shown]").last).to_contain_text("Repairs of grinders")
    assert await window.accessible() == []
    await page.get_by_role("link", name=re.compile("post.zip")).click()
    await expect(page.get_by_role("heading", name="post")).to_be_visible()


@pytest.mark.usefixtures("worker")
async def test_what_is_good_to_know_is_said(visit: OpenVisit, workspace: Workspace) -> None:
    text = "Zahlbar bis zum Ende des Monats in Zürich, Öffnungszeiten täglich.".encode("cp1252")
    await upload_document(workspace.owner, "frist.txt", text)
    window = await visit()
    await window.sign_in(workspace.owner)
    await window.open("/documents")
    await window.page.get_by_role("link", name="frist").click()
    await expect(window.page.get_by_role("alert")).to_contain_text("Good to know")
    assert await window.accessible() == []
