"""Usage: who called which model, on which day, what it cost, and how far that may go."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.console.conftest import OpenVisit, Visit
from tests.factories.callers import Caller, Workspace
from tests.factories.upstream import Upstream

AGAIN_MS = 15_000
"""How often an open page asks again."""


async def provided(owner: Caller, upstream: Upstream) -> None:
    """A provider with the models `cheap` and `dear`, whose every call costs something."""
    prices = {"input_per_mtok": 1000, "output_per_mtok": 1000}
    made = await owner.post(
        "/api/v1/providers",
        json={
            "name": "main",
            "kind": "openai",
            "base_url": upstream.openai_url,
            "api_key": "sk-test",
            "models": [{"name": name, "price": prices} for name in ("cheap", "dear")],
        },
    )
    assert made.status_code == 201, made.text


async def call(caller: Caller, model: str = "cheap") -> None:
    """One call of a model."""
    body = {"model": model, "messages": [{"role": "user", "content": "Hello"}]}
    answer = await caller.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text


async def _name(caller: Caller) -> str:
    name: str = (await caller.get("/api/v1/auth/me")).json()["user"]["name"]
    return name


async def _sound(window: Visit) -> None:
    assert await window.accessible() == []
    assert await window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_members_stand_by_name_and_new_calls_show_by_themselves(
    visit: OpenVisit, workspace: Workspace, upstream: Upstream
) -> None:
    owner, viewer = workspace.owner, await workspace.member("viewer")
    await provided(owner, upstream)
    await call(viewer)
    await call(viewer, "dear")
    window = await visit()
    page = window.page
    await window.sign_in(owner)
    await window.open("/usage")
    await expect(page.get_by_role("heading", name="By member")).to_be_visible()
    members = page.locator("section").filter(has=page.get_by_role("heading", name="By member"))
    await expect(members.get_by_role("listitem")).to_contain_text([await _name(viewer)])
    await expect(members.get_by_role("listitem")).to_contain_text(["2 calls"])
    await expect(members).not_to_contain_text("usr_")
    models = page.locator("section").filter(has=page.get_by_role("heading", name="By model"))
    await expect(models.get_by_role("listitem")).to_have_count(2)
    await expect(page.get_by_role("img", name="Calls by day").locator("canvas")).to_be_visible()
    await _sound(window)
    await call(owner, "dear")
    await expect(models.get_by_role("listitem").first).to_contain_text("dear", timeout=2 * AGAIN_MS)
    await expect(models.get_by_role("listitem").first).to_contain_text("2 calls")
    await page.get_by_role("radiogroup", name="Shown as").get_by_text("Cost").click()
    await expect(page.get_by_role("img", name="Cost by day").locator("canvas")).to_be_visible()
    await _sound(window)


async def test_days_without_calls_are_there_and_written_as_the_person_writes_dates(
    visit: OpenVisit, workspace: Workspace, upstream: Upstream
) -> None:
    await provided(workspace.owner, upstream)
    await call(workspace.owner)
    window = await visit(locale="de-DE")
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open("/usage")
    chart = page.get_by_role("img", name="Aufrufe je Tag").locator("canvas")
    await expect(chart).to_be_visible()
    # Bars are said where they stand: today's is the last of thirty, and is as narrow as one of thirty.
    box = await chart.bounding_box()
    assert box is not None
    said = page.locator("dl").filter(has_text="Tag")
    told = []
    for step in range(0, int(box["width"]), 3):
        await page.mouse.move(box["x"] + step, box["y"] + box["height"] * 0.4)
        if await said.count() > 0:
            told.append(step)
            text = await said.inner_text()
            assert re.search(r"\d{2}\.\d{2}\.\d{4}", text), text
            assert "Aufrufe" in text
    assert told
    # A place may be missed by 12 pixels and still be meant.
    assert told[0] > box["width"] * 0.75
    await page.mouse.move(0, 0)
    await expect(said).to_have_count(0)
    await _sound(window)


async def test_a_budget_is_set_changed_and_removed(
    visit: OpenVisit, workspace: Workspace, upstream: Upstream
) -> None:
    owner, viewer = workspace.owner, await workspace.member("viewer")
    name = await _name(viewer)
    window = await visit()
    page = window.page
    await window.sign_in(owner)
    await window.open("/usage")
    await expect(page.get_by_text("Nothing bounds what models may cost.")).to_be_visible()
    await page.get_by_role("button", name="Set a budget").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("combobox", name="Holds for").click()
    await page.get_by_role("option", name="Member").click()
    await dialog.get_by_role("combobox", name="Member").click()
    await page.get_by_role("option", name=name).first.click()
    await dialog.get_by_label("Limit in US dollars").fill("12.5")
    await _sound(window)
    await dialog.get_by_role("button", name="Save").click()
    budget = page.get_by_role("group", name=f"Member: {name} · a month")
    await expect(budget).to_contain_text("US$0.00 of US$12.50")
    kept = (await owner.get("/api/v1/budgets")).json()["items"]
    assert [(each["subject"]["id"], each["limit_usd"], each["mode"]) for each in kept] == [
        (viewer.user_id, 12.5, "hard")
    ]
    await _sound(window)

    await budget.get_by_role("button", name="Actions for the budget").click()
    await page.get_by_role("menuitem", name="Edit").click()
    await dialog.get_by_label("Limit in US dollars").fill("20")
    await dialog.get_by_role("combobox", name="When it is used up").click()
    await page.get_by_role("option", name="Let calls through").click()
    await dialog.get_by_role("button", name="Save").click()
    await expect(budget).to_contain_text("US$0.00 of US$20.00")
    await expect(budget).to_contain_text("warns only")

    await budget.get_by_role("button", name="Actions for the budget").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await dialog.get_by_label("to confirm").fill(f"Member: {name} · a month")
    await dialog.get_by_role("button", name="Delete").click()
    await expect(budget).to_have_count(0)
    assert (await owner.get("/api/v1/budgets")).json()["items"] == []


async def test_a_viewer_sees_their_own_calls_and_no_budgets(
    visit: OpenVisit, workspace: Workspace, upstream: Upstream
) -> None:
    owner, viewer = workspace.owner, await workspace.member("viewer")
    await provided(owner, upstream)
    await call(viewer)
    await call(owner, "dear")
    window = await visit()
    page = window.page
    await window.sign_in(viewer, workspace)
    await window.open("/usage")
    await expect(page.get_by_text("Your own calls to models.")).to_be_visible()
    await expect(page.get_by_role("listitem").filter(has_text="cheap")).to_contain_text("1 call")
    await expect(page.locator("#content")).not_to_contain_text("dear")
    await expect(page.get_by_role("button", name="Set a budget")).to_have_count(0)
    await _sound(window)
