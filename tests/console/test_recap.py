"""A conversation in short: by rules at once, by a model where there is one for it; and why there is none."""

from __future__ import annotations

import json

from playwright.async_api import Locator, Route, expect

from tests.chat.asking.conftest import Desk, writes
from tests.chat.conversations import new_session, say
from tests.console.conftest import OpenVisit, Visit
from tests.factories.callers import Workspace
from tests.factories.uploads import ORDERS, upload_dataset
from tests.factories.upstream import Fail

APPROVAL = "Expenses above 500 euros need the approval of the department head."
COUNT = "The number of orders is 120."
ASKED = ("What approval do expenses above 500 euros need?", "number of orders")


async def _recap(window: Visit, title: str) -> Locator:
    await window.conversation_menu(title)
    await window.page.get_by_role("menuitem", name="Recap").click()
    return window.page.get_by_role("dialog", name=f"“{title}” in short")


async def test_a_conversation_is_told_by_rules_and_by_a_model(
    visit: OpenVisit, desk: Desk, worker: None
) -> None:
    del worker
    assert (await upload_dataset(desk.owner, "orders.csv", ORDERS))["status"] == "ready"
    chat = await new_session(desk.owner)
    for question in ASKED:
        await say(desk.owner, chat, question)
    window = await visit()
    page = window.page
    await window.sign_in(desk.owner)
    dialog = await _recap(window, ASKED[0].rstrip("?"))
    lines = dialog.get_by_role("region", name="Turn by turn")
    await expect(lines.get_by_role("listitem")).to_have_count(2)
    await expect(lines).to_contain_text("By rules")
    await expect(lines).to_contain_text("number of orders: Number of orders is 120.")
    summary = dialog.get_by_role("region", name="What a model says of it")
    await expect(summary).to_contain_text("No model has summed it up")
    await expect(summary.get_by_role("link", name="An alias named “recaps” sets one.")).to_be_visible()
    assert await window.accessible() == []
    await page.keyboard.press("Escape")

    alias = {"name": "recaps", "targets": [{"model": "cheap"}]}
    assert (await desk.owner.post("/api/v1/model-aliases", json=alias)).status_code == 201
    desk.upstream.default = writes((APPROVAL, [1]), (COUNT, [2]), ("The board meets in Oslo.", [1]))
    await page.reload()
    await _recap(window, ASKED[0].rstrip("?"))
    await expect(summary).to_contain_text("By the model cheap")
    await expect(summary.get_by_role("listitem")).to_have_count(2)
    await expect(summary).to_contain_text(APPROVAL)
    await expect(summary).to_contain_text("the conversation does not say were left out")
    assert await window.accessible() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    # Another one is asked for; then no model can be reached, and the lines stay.
    desk.upstream.default = writes((COUNT, [2]))
    await summary.get_by_role("button", name="Write it anew").click()
    await expect(summary.get_by_role("listitem")).to_have_count(1)
    desk.upstream.default = Fail(500)
    await summary.get_by_role("button", name="Write it anew").click()
    await expect(summary).to_contain_text("No model could write it just now.")
    await expect(lines.get_by_role("listitem")).to_have_count(2)
    assert await window.accessible() == []

    # What is said leads to the turn that says so.
    await lines.get_by_role("button", name="number of orders").click()
    await expect(dialog).to_have_count(0)
    turn = page.get_by_role("article", name=ASKED[1])
    await expect(turn).to_be_focused()
    await expect(turn).to_be_in_viewport()


async def test_a_recap_that_cannot_be_shown_says_why(visit: OpenVisit, workspace: Workspace) -> None:
    chat = await new_session(workspace.owner, title="Plans")
    window = await visit(locale="de-DE")
    page = window.page
    await window.sign_in(workspace.owner)

    refusal = {"status": 403, "code": "forbidden", "detail": "Not this role."}

    async def refused(route: Route) -> None:
        kind = "application/problem+json"
        await route.fulfill(status=int(refusal["status"]), content_type=kind, body=json.dumps(refusal))

    await page.route(f"**/sessions/{chat}/recap*", refused)
    dialog = page.get_by_role("dialog", name="„Plans“ in Kürze")
    await _open_in_german(window)
    await expect(dialog).to_contain_text("Das dürfen Sie nicht sehen")
    assert await window.accessible() == []
    await page.reload()
    refusal |= {"status": 409, "code": "busy", "detail": "Später noch einmal."}
    await _open_in_german(window)
    await expect(dialog).to_contain_text("Später noch einmal.")
    assert await window.accessible() == []
    await page.unroute(f"**/sessions/{chat}/recap*")
    await dialog.get_by_role("button", name="Noch einmal versuchen").click()
    await expect(dialog.get_by_role("heading", name="Noch nichts zusammenzufassen")).to_be_visible()
    assert await window.accessible() == []


async def _open_in_german(window: Visit) -> None:
    await window.show_navigation()
    await window.page.get_by_role("button", name="Aktionen für „Plans“").first.click(force=True)
    await window.page.get_by_role("menuitem", name="Zusammenfassung").click()
