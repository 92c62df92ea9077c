"""The semantic model: fields and text side by side, mistakes in their place, revisions and the way back."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.console.conftest import LOOKS, OpenVisit
from tests.data.datasets.uploads import ingested
from tests.factories.callers import Workspace

SALES = b"day,region,amount (EUR)\n2025-01-03,North,10\n2025-01-12,South,20\n2025-02-21,North,30\n"


@pytest.mark.parametrize(("size", "colours"), LOOKS)
async def test_fields_and_text_follow_each_other_and_what_is_saved_answers(
    visit: OpenVisit, workspace: Workspace, worker: None, size: tuple[int, int], colours: str
) -> None:
    del worker
    await ingested(workspace.owner, SALES, "sales.csv")
    window = await visit(size=size, colours=colours)
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open("/semantics")
    form, text = page.get_by_role("region", name="Model in fields"), page.get_by_label("YAML")
    await form.get_by_role("button", name="Total amount").click()
    metric = form.get_by_role("region", name="Total amount")
    await metric.get_by_label("Name for people").fill("Turnover")
    await expect(text).to_have_value(re.compile("label: Turnover"))
    await expect(page.get_by_text("The change fits the data.")).to_be_visible()
    assert await window.accessible() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    await text.fill((await text.input_value()).replace("label: Turnover", "label: Takings"))
    await expect(form.get_by_role("button", name="Takings")).to_be_visible()
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved. Questions are read with it from now on.")).to_be_visible()

    beside = page.get_by_role("region", name="Try a question")
    await beside.get_by_role("textbox", name="Try a question").fill("takings by region")
    await beside.get_by_role("button", name="Ask").click()
    await expect(beside.get_by_role("status")).to_contain_text("Answered")
    await expect(beside.get_by_role("table")).to_contain_text("North")
    assert await window.accessible() == []


async def test_a_mistake_names_its_line_leads_there_and_is_not_saved(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    await ingested(workspace.owner, SALES, "sales.csv")
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open("/semantics")
    text = page.get_by_label("YAML")
    wrong = (await text.input_value()).replace("aggregation: sum", "aggregation: total", 1)
    line = wrong[: wrong.index("aggregation: total")].count("\n") + 1
    await text.fill(wrong)
    mistake = page.get_by_role("button", name=f"Line {line}:")
    await expect(mistake).to_be_visible()
    await expect(page.get_by_role("button", name="Save", exact=True)).to_be_disabled()
    assert await window.accessible() == []
    await mistake.click()
    await expect(text).to_be_focused()
    selected = "a => a.value.slice(a.selectionStart, a.selectionEnd)"
    assert "aggregation: total" in await text.evaluate(selected)
    await text.fill("datasets: [")
    await expect(page.get_by_role("list", name="Mistakes")).to_contain_text("Line 2:")
    await page.get_by_role("button", name="Discard changes").click()
    await expect(page.get_by_role("region", name="Changes")).to_have_count(0)


async def test_an_earlier_revision_is_compared_and_gone_back_to(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    dataset = await ingested(workspace.owner, SALES, "sales.csv")
    path = f"/api/v1/semantic-models/{dataset['id']}"
    first = (await workspace.owner.get(path)).json()
    changed = {**first, "datasets": [{**first["datasets"][0], "label": "Web sales"}]}
    assert (await workspace.owner.put(path, json=changed)).status_code == 200
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open("/semantics")
    await page.get_by_role("tab", name="Revisions").click()
    await page.get_by_role("button", name=f"Compare revision {first['revision']}").click()
    comparison = page.get_by_role("region", name="Comparison")
    await expect(comparison).to_contain_text("label: Web sales")
    assert await window.accessible() == []
    await page.get_by_role("button", name=f"Go back to revision {first['revision']}").click()
    await expect(page.get_by_text("The earlier revision holds again")).to_be_visible()
    assert (await workspace.owner.get(path)).json()["datasets"][0]["label"] == "sales"
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("Today’s", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name=f"Go back to revision {first['revision']}")).to_be_visible()
    assert (await workspace.owner.get(path)).json()["datasets"][0]["label"] == "Web sales"


async def test_a_viewer_reads_the_model_and_changes_nothing(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    await ingested(workspace.owner, SALES, "sales.csv")
    viewer = await workspace.member("viewer")
    window = await visit()
    page = window.page
    await window.sign_in(viewer)
    await page.evaluate(f"localStorage.setItem('answerable.workspace', '{workspace.id}')")
    await window.open("/semantics")
    await expect(page.get_by_label("YAML")).to_have_attribute("readonly", "")
    await expect(page.get_by_role("button", name="New metric")).to_have_count(0)
    await expect(page.get_by_label("What one row is")).to_be_disabled()
    assert await window.accessible() == []
