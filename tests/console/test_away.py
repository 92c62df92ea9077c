"""What a window does while the server is away, and when the sign-in ends in the middle of something."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Route, expect

from tests.console.conftest import OpenVisit
from tests.factories.callers import PASSWORD, Workspace

AWAY = {"en-GB": "The server cannot be reached", "de-DE": "Der Server ist nicht erreichbar"}
DATA = {"en-GB": "Data", "de-DE": "Daten"}


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
async def test_a_page_that_is_opened_while_the_server_is_away_comes_when_it_is_back(
    visit: OpenVisit, shop: Workspace, locale: str
) -> None:
    window = await visit(locale=locale)
    page = window.page
    await window.sign_in(shop.owner)
    await page.evaluate("window.stayed = true")
    await window.context.set_offline(True)
    await window.navigate(DATA[locale])
    content = page.locator("#content")
    await expect(content.get_by_text(AWAY[locale])).to_be_visible()
    assert await page.evaluate("window.stayed"), "the console was not left"
    assert await window.accessible() == []
    # Without a network the checker itself cannot read style sheets.
    window.complaints[:] = [each for each in window.complaints if "load preload assets" not in each]
    if not window.look.is_narrow:
        await expect(page.get_by_role("navigation")).to_be_visible()
    await window.context.set_offline(False)
    await expect(content.get_by_role("link", name=re.compile("orders", re.IGNORECASE))).to_be_visible()


async def test_a_question_that_could_not_be_sent_is_in_the_box_again(
    visit: OpenVisit, shop: Workspace
) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    box = page.get_by_role("textbox", name="Your question")
    await box.fill("Total amount by region")
    await window.context.set_offline(True)
    await box.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("The server cannot be reached")
    await expect(box).to_have_value("Total amount by region")
    await window.context.set_offline(False)
    await box.press("Enter")
    await expect(page.get_by_role("article", name="Total amount by region")).to_have_attribute(
        "data-state", "answered"
    )


async def test_what_failed_while_away_is_wished_for_again_as_it_was(
    visit: OpenVisit, shop: Workspace
) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    turn = page.get_by_role("article", name="Total amount by region")
    await window.ask("Total amount by region")
    box = page.get_by_role("textbox", name="Your question")
    await box.fill("Total amount by month, I mean")
    await turn.get_by_role("button", name="Edit").click()
    await page.get_by_role("textbox", name="Edit").press("Escape")
    await expect(box).to_have_value("Total amount by month, I mean")
    await box.fill("")
    await window.context.set_offline(True)
    await turn.get_by_role("button", name="Another answer").click()
    await expect(turn.get_by_role("alert")).to_contain_text("Try again when it answers")
    await window.context.set_offline(False)
    await turn.get_by_role("button", name="Ask again").click()
    await expect(turn).to_have_attribute("data-state", "answered")
    await expect(turn.get_by_text("2 of 2")).to_be_visible()
    await expect(page.get_by_role("article")).to_have_count(1)


async def test_an_answer_that_cannot_be_stopped_goes_on_and_says_so(
    visit: OpenVisit, shop: Workspace
) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    cancelled: list[str] = []

    async def begun(route: Route) -> None:
        started = 'id: 1\nevent: run.started\ndata: {"run_id": "run_1"}\n\n'
        await route.fulfill(content_type="text/event-stream", body=started)

    async def lost(route: Route) -> None:
        if route.request.url.endswith("/cancel"):
            cancelled.append(route.request.url)
        await route.abort("internetdisconnected")

    await page.route("**/api/v1/runs/**", lost)
    await page.route(
        lambda url: url.endswith("/messages"),
        lambda route: begun(route) if route.request.method == "POST" else route.continue_(),
    )
    box = page.get_by_role("textbox", name="Your question")
    await box.fill("Total amount by region")
    await box.press("Enter")
    stop = page.get_by_role("button", name="Stop")
    await expect(stop).to_be_visible()
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    assert cancelled == []
    await stop.click()
    await expect(page.get_by_text("Try again when it answers")).to_be_visible()
    assert len(cancelled) == 1


async def test_a_question_whose_answer_is_lost_on_the_way_is_asked_once(
    visit: OpenVisit, shop: Workspace
) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    sent: list[str] = []

    async def lose_the_first(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route.request.headers["idempotency-key"])
            if len(sent) == 1:
                await route.fetch()
                await route.abort()
                return
        await route.fallback()

    await page.route("**/chat/sessions/*/messages", lose_the_first)
    box = page.get_by_role("textbox", name="Your question")
    await box.fill("Number of orders by region")
    await box.press("Enter")
    answered = page.get_by_role("article", name="Number of orders by region")
    await expect(answered).to_have_attribute("data-state", "answered")
    await page.reload()
    await expect(answered).to_have_count(1)
    assert len(set(sent)) == 1 < len(sent)


async def test_a_question_is_not_lost_with_the_sign_in(visit: OpenVisit, shop: Workspace) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    box = page.get_by_role("textbox", name="Your question")
    await box.fill("Total amount by region")
    await window.context.clear_cookies()
    await box.press("Enter")
    await window.enter(shop.owner.email, PASSWORD)
    await expect(box).to_have_value("Total amount by region")
    await box.press("Enter")
    await expect(page.get_by_role("article", name="Total amount by region")).to_have_attribute(
        "data-state", "answered"
    )
    await box.fill("Total amount by product")
    await window.context.clear_cookies()
    await box.press("Enter")
    await window.enter(shop.owner.email, PASSWORD)
    await expect(box).to_have_value("Total amount by product")
    await box.press("Enter")
    await expect(page.get_by_role("article").nth(1)).to_have_attribute("data-state", "answered")
    await page.reload()
    await expect(page.get_by_role("article")).to_have_count(2)
    await expect(box).to_have_value("")


async def test_what_somebody_typed_is_not_shown_to_who_signs_in_next(
    visit: OpenVisit, shop: Workspace
) -> None:
    other = await shop.member("viewer")
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner, shop)
    box = page.get_by_role("textbox", name="Your question")
    await box.fill("What do we pay Ms Hoffmann?")
    await window.context.clear_cookies()
    await box.press("Enter")
    await window.enter(other.email, PASSWORD)
    await expect(page.locator("#content")).to_be_visible()
    await expect(box).to_have_value("")
    assert "Hoffmann" not in await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
