"""The review of a table: what was found while reading, and what people decide about it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.console.conftest import LOOKS, OpenVisit
from tests.data.datasets.uploads import ingested
from tests.factories.callers import PASSWORD, Workspace

SALES = b"""day,product,amount
03/04/2024,Kettle,10
05/06/2024,Grinder,20
07/08/2024,Kettle,n/a
Total,,30
"""
YEARS = b"product,2021,2022,2023\nKettle,1,2,3\nGrinder,4,5,6\nToaster,7,8,9\n"


@pytest.mark.parametrize(("size", "colours"), LOOKS)
async def test_an_open_question_is_answered_and_remembered(
    visit: OpenVisit, workspace: Workspace, worker: None, size: tuple[int, int], colours: str
) -> None:
    del worker
    dataset = await ingested(workspace.owner, SALES, "sales.csv")
    window = await visit(size=size, colours=colours)
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open(f"/data/{dataset['id']}?tab=review")
    questions = page.get_by_role("region", name="Questions for you")
    await expect(questions).to_contain_text("03/04/2024 → 2024-04-03")
    assert await window.accessible() == []
    await questions.get_by_role("radio", name="Month first").check()
    found = page.get_by_role("region", name="Found and changed")
    totals = found.get_by_role("combobox", name="What to do: Totals rows")
    await totals.click()
    await page.get_by_role("option", name="Keep totals rows").click()
    bar = page.get_by_role("region", name="Read again")
    await expect(bar).to_contain_text("2 decisions to apply")
    assert await window.accessible() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await bar.get_by_role("button", name="Read again").click()
    await expect(page.get_by_text("Version 2 was made")).to_be_visible()

    remembered = page.get_by_role("region", name="Remembered for later files")
    await expect(remembered).to_contain_text("Month first")
    await expect(remembered).to_contain_text("Keep totals rows")
    await expect(questions).to_have_count(0)
    assert await window.accessible() == []
    review = (await workspace.owner.get(f"/api/v1/datasets/{dataset['id']}/review")).json()
    assert review["choices"] == {"totals": "keep", "columns": {"day": {"date_order": "mdy"}}}

    await remembered.get_by_role("button", name="Forget: Totals rows").click()
    await bar.get_by_role("button", name="Read again").click()
    await expect(page.get_by_text("Version 3 was made")).to_be_visible()
    await expect(remembered).not_to_contain_text("Keep totals rows")


async def test_periods_as_columns_are_offered_as_rows(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    dataset = await ingested(workspace.owner, YEARS, "years.csv")
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open(f"/data/{dataset['id']}?tab=review")
    offers = page.get_by_role("region", name="Another way to read it")
    await offers.get_by_role("radio", name="A row for each period").check()
    assert await window.accessible() == []
    await page.get_by_role("button", name="Read again").click()
    await expect(page.get_by_text("Version 2 was made")).to_be_visible()
    await page.get_by_role("tab", name="Rows").click()
    await expect(page.get_by_role("table").get_by_role("row")).to_have_count(10)


async def test_a_decision_over_an_outdated_version_is_refused_with_the_way_on(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    dataset = await ingested(workspace.owner, SALES, "sales.csv")
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open(f"/data/{dataset['id']}?tab=review")
    await page.get_by_role("radio", name="Day first").check()
    await ingested(workspace.owner, SALES.replace(b"20", b"25"), "later.csv", dataset_id=dataset["id"])
    await page.get_by_role("button", name="Read again").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    assert await window.accessible() == []
    await page.get_by_role("button", name="Load again").click()
    await expect(page.get_by_text("Version 2", exact=False).first).to_be_visible()
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_a_viewer_reads_the_review_and_decides_nothing(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    dataset = await ingested(workspace.owner, SALES, "sales.csv")
    viewer = await workspace.member("viewer")
    window = await visit(locale="de-DE")
    page = window.page
    await window.open()
    await page.get_by_label("E-Mail-Adresse").fill(viewer.email)
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.locator("button[type=submit]").click()
    await expect(page.locator("#content")).to_be_visible()
    await page.evaluate(f"localStorage.setItem('answerable.workspace', '{workspace.id}')")
    await window.open(f"/data/{dataset['id']}?tab=review")
    await expect(page.get_by_role("region", name="Fragen an Sie")).to_contain_text("Tag zuerst")
    await expect(page.get_by_role("radio", name="Monat zuerst")).to_be_disabled()
    await expect(page.get_by_role("button", name="Neu lesen")).to_have_count(0)
    assert await window.accessible() == []
