"""Business rules of a table: written in forms, tried on rows, applied in a new version."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.console.conftest import OpenVisit
from tests.data.datasets.uploads import ingested
from tests.factories.callers import Workspace

CLIENTS = b"client,tax number,amount\nAda,12.345.678/0001-90,5\nBob,123.456.789-00,50\nCem,n/a,-3\n"


async def _choose(page: Page, label: str, option: str) -> None:
    await page.get_by_role("dialog").get_by_role("combobox", name=label).click()
    await page.get_by_role("option", name=option, exact=True).click()


async def _new(page: Page, title: str) -> None:
    await page.get_by_role("button", name="New rule").click()
    await page.get_by_role("menuitem", name=title).click()


async def test_rules_are_written_tried_and_applied(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    dataset = await ingested(workspace.owner, CLIENTS, "clients.csv")
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open(f"/data/{dataset['id']}?tab=rules")
    await expect(page.get_by_role("heading", name="No rules yet")).to_be_visible()
    assert await window.accessible() == []

    await _new(page, "Derive a column")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name of the new column").fill("Client type")
    await expect(dialog).to_contain_text("Called client_type in queries")
    await _choose(page, "Taken from", "tax number")
    await dialog.get_by_role("radio", name="patterns").check()
    await dialog.get_by_role("textbox", name="Pattern").fill(r"\d{14}")
    await dialog.get_by_role("textbox", name="Value").fill("company")
    assert await window.accessible() == []
    await dialog.get_by_role("button", name="Add the rule").click()
    await expect(page.get_by_role("list", name="Rules").get_by_role("listitem")).to_have_count(1)

    await _new(page, "Bring texts into one form")
    await _choose(page, "Column", "tax number")
    await _choose(page, "Step 1", "Digits alone")
    await page.get_by_role("button", name="Add the rule").click()
    # Digits first, then what they tell.
    await page.get_by_role("button", name="Move rule 2 up").click()
    await expect(page.get_by_role("button", name="Move rule 1 up")).to_be_focused()

    await page.get_by_role("button", name="Try on the first rows").click()
    trial = page.get_by_role("region", name="Trial")
    await expect(trial).to_contain_text("2 of 3 rows tried would change.")
    await expect(trial.get_by_role("row").filter(has_text="Ada")).to_contain_text("12345678000190")
    await expect(trial.get_by_role("row").filter(has_text="Ada")).to_contain_text("company")
    assert await window.accessible() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    await page.get_by_role("button", name="Apply the rules").click()
    await expect(page.get_by_text("Version 2 was made")).to_be_visible()
    await expect(page.get_by_text("These rules are in force.")).to_be_visible()
    kept = (await workspace.owner.get(f"/api/v1/datasets/{dataset['id']}/rules")).json()["rules"]
    assert [rule["kind"] for rule in kept] == ["normalise", "derive"]
    assert kept[1]["by"]["cases"] == [{"pattern": r"\d{14}", "value": "company"}]


async def test_a_rule_is_changed_deleted_and_brought_back(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    dataset = await ingested(workspace.owner, CLIENTS, "clients.csv")
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open(f"/data/{dataset['id']}?tab=rules")
    await _new(page, "Say what must hold")
    await _choose(page, "Column", "amount")
    await _choose(page, "What must hold", "It lies in a range")
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("At least").fill("0")
    await dialog.get_by_role("radio", name="is left out").check()
    await dialog.get_by_role("button", name="Add the rule").click()
    await page.get_by_role("button", name="Try on the first rows").click()
    await expect(page.get_by_role("region", name="Trial").get_by_role("row").nth(1)).to_contain_text(
        "Left out"
    )

    await page.get_by_role("button", name="Edit rule 1").click()
    await expect(dialog.get_by_label("At least")).to_have_value("0")
    await dialog.get_by_label("At least").fill("nine")
    await dialog.get_by_role("button", name="Change the rule").click()
    await page.get_by_role("button", name="Try on the first rows").click()
    await expect(page.get_by_role("alert")).to_contain_text("minimum")
    assert await window.accessible() == []

    await page.get_by_role("button", name="Delete rule 1").click()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_role("list", name="Rules").get_by_role("listitem")).to_have_count(1)


async def test_a_viewer_reads_rules_and_changes_none(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    dataset = await ingested(workspace.owner, CLIENTS, "clients.csv")
    viewer = await workspace.member("viewer")
    window = await visit()
    page = window.page
    await window.sign_in(viewer, workspace)
    await window.open(f"/data/{dataset['id']}?tab=rules")
    await expect(page.get_by_role("heading", name="No rules yet")).to_be_visible()
    await expect(page.get_by_role("button", name="New rule")).to_have_count(0)
