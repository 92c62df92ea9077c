"""Models: providers are changed and deleted, aliases made, and answers written after one click."""

from __future__ import annotations

from typing import Any

from playwright.async_api import expect

from tests.console.conftest import OpenVisit, Visit
from tests.console.test_usage import call, provided
from tests.factories.callers import Caller, Workspace
from tests.factories.upstream import Upstream


async def _sound(window: Visit) -> None:
    assert await window.accessible() == []
    assert await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def _items(owner: Caller, what: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await owner.get(f"/api/v1/{what}")).json()["items"]
    return items


async def test_a_provider_that_is_added_writes_answers_after_one_click(
    visit: OpenVisit, workspace: Workspace, upstream: Upstream
) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open("/models")
    await page.get_by_role("tab", name="Providers").click()
    await page.get_by_role("button", name="Add a provider").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("main")
    await dialog.get_by_label("Address").fill(upstream.openai_url)
    await dialog.get_by_label("API key").fill("sk-test-1234")
    await dialog.get_by_role("textbox", name="Models").fill("cheap, dear")
    await dialog.get_by_role("button", name="Add").click()
    await expect(page.get_by_role("region", name="main")).to_contain_text("key …1234")
    await expect(page.get_by_role("alert", name="Have answers written")).to_be_visible()
    await _sound(window)
    await page.get_by_role("button", name="Have it write answers").click()
    await expect(page.get_by_role("alert", name="Have answers written")).to_have_count(0)
    (alias,) = await _items(workspace.owner, "model-aliases")
    assert alias["name"] == "answers"
    assert [target["model"] for target in alias["targets"]] == ["cheap"]
    await page.get_by_role("tab", name="Aliases").click()
    await expect(page.get_by_role("region", name="answers")).to_contain_text("writes answers")
    await _sound(window)


async def test_a_provider_is_changed_without_its_key_being_shown_and_deleted_by_name(
    visit: OpenVisit, workspace: Workspace, upstream: Upstream
) -> None:
    owner = workspace.owner
    await provided(owner, upstream)
    window = await visit()
    page = window.page
    await window.sign_in(owner)
    await window.open("/models")
    await page.get_by_role("tab", name="Providers").click()
    card = page.get_by_role("region", name="main")
    await card.get_by_role("button", name="Actions for “main”").click()
    await page.get_by_role("menuitem", name="Edit").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("API key")).to_have_value("")
    await dialog.get_by_role("textbox", name="Models").fill("cheap, dear, third")
    await _sound(window)
    await dialog.get_by_role("button", name="Save").click()
    await expect(card).to_contain_text("third")
    (kept,) = await _items(owner, "providers")
    assert kept["has_key"]
    prices = {model["name"]: model["price"] and model["price"]["input_per_mtok"] for model in kept["models"]}
    assert prices == {"cheap": 1000, "dear": 1000, "third": None}
    await call(owner)

    await card.get_by_role("button", name="Actions for “main”").click()
    await page.get_by_role("menuitem", name="Edit").click()
    await dialog.get_by_label("API key").fill("sk-other-9876")
    await dialog.get_by_role("button", name="Save").click()
    await expect(card).to_contain_text("key …9876")

    await card.get_by_role("button", name="Actions for “main”").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(dialog.get_by_role("button", name="Delete")).to_be_disabled()
    await dialog.get_by_role("textbox").fill("main")
    await dialog.get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("heading", name="No providers yet")).to_be_visible()
    assert await _items(owner, "providers") == []


async def test_an_alias_is_made_in_order_changed_to_a_cascade_and_deleted(
    visit: OpenVisit, workspace: Workspace, upstream: Upstream
) -> None:
    owner = workspace.owner
    await provided(owner, upstream)
    window = await visit()
    page = window.page
    await window.sign_in(owner)
    await window.open("/models")
    await page.get_by_role("tab", name="Aliases").click()
    await page.get_by_role("button", name="Add an alias").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("quick")
    await dialog.get_by_label("Model 1", exact=True).fill("dear")
    await page.get_by_role("option", name="dear").click()
    await dialog.get_by_role("button", name="Another model").click()
    await dialog.get_by_label("Model 2", exact=True).fill("cheap")
    await page.get_by_role("option", name="cheap").click()
    await dialog.get_by_role("button", name="Move model 2 up").click()
    await _sound(window)
    await dialog.get_by_role("button", name="Save").click()
    card = page.get_by_role("region", name="quick")
    await expect(card.get_by_role("listitem")).to_have_text(["cheap", "dear"])
    (alias,) = await _items(owner, "model-aliases")
    assert [(each["model"], each["group"]) for each in alias["targets"]] == [("cheap", 0), ("dear", 1)]

    await card.get_by_role("button", name="Actions for “quick”").click()
    await page.get_by_role("menuitem", name="Edit").click()
    await dialog.get_by_text("Cascade", exact=True).click()
    checks = dialog.get_by_role("combobox", name="Checks")
    await checks.fill("min_chars: 5000")
    await checks.press("Enter")
    await _sound(window)
    await checks.press("Tab")
    await dialog.get_by_role("button", name="Save").click()
    await expect(card).to_contain_text("min_chars: 5000")
    (alias,) = await _items(owner, "model-aliases")
    assert [(each["model"], each["checks"]) for each in alias["cascade"]] == [
        ("cheap", ["min_chars: 5000"]),
        ("dear", []),
    ]
    assert alias["targets"] == []
    await _sound(window)

    await card.get_by_role("button", name="Actions for “quick”").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await dialog.get_by_role("textbox").fill("quick")
    await dialog.get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("heading", name="No aliases yet")).to_be_visible()
    assert await _items(owner, "model-aliases") == []


async def test_a_cascade_shows_which_stage_sent_calls_on_and_why(
    visit: OpenVisit, workspace: Workspace, upstream: Upstream
) -> None:
    owner = workspace.owner
    await provided(owner, upstream)
    cascade = [{"model": "cheap", "checks": ["min_chars: 5000"]}, {"model": "dear"}]
    made = await owner.post("/api/v1/model-aliases", json={"name": "smart", "cascade": cascade})
    assert made.status_code == 201, made.text
    for _ in range(3):
        await call(owner, "smart")
    window = await visit()
    page = window.page
    await window.sign_in(owner)
    await window.open("/models")
    await page.get_by_role("tab", name="Cascades").click()
    card = page.get_by_role("region", name="smart")
    # Figures are written behind the calls; the page asks again by itself.
    await expect(card).to_contain_text("3 calls")
    rows = card.get_by_role("row")
    await expect(rows.filter(has_text="cheap")).to_contain_text("min_chars: 3")
    await expect(rows.filter(has_text="dear")).to_be_visible()
    await _sound(window)
    await page.get_by_role("tab", name="Aliases").click()
    card = page.get_by_role("region", name="smart")
    await expect(card).to_contain_text("3 calls in 30 days, 0% from the cache")
    await _sound(window)
