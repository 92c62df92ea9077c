"""Asking in the browser: the answer, its evidence, what becomes of it after a reload."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from playwright.async_api import Response, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.console.conftest import WARRANTY, Look, OpenVisit
from tests.factories.callers import Workspace
from tests.factories.uploads import ORDERS, upload_dataset, upload_document

QUOTED = "How long does the warranty on grinders last?"


async def test_a_number_comes_with_chart_table_and_how_it_was_computed(
    visit: OpenVisit, shop: Workspace
) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    await expect(page.get_by_text("1 document and 1 table to ask")).to_be_visible()
    await window.ask("Total amount by month in 2025")
    turn = page.get_by_role("article").last
    await expect(turn.locator("canvas")).to_be_visible()
    await turn.get_by_text("Table", exact=True).click()
    table = turn.get_by_role("table")
    await expect(table.get_by_role("row")).to_have_count(13)
    await table.get_by_role("button", name="Sort by Total Amount").click()
    await expect(table.get_by_role("row").nth(1)).to_contain_text("Dec 2025")
    await turn.get_by_role("button", name="How this was computed").click()
    await expect(turn.get_by_text("Rules (no language model)")).to_be_visible()
    await expect(turn.get_by_text("SELECT").first).to_be_visible()
    assert await window.accessible() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


_INKED = """canvas => {
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((shade, n) => n % 4 === 3 && shade > 0).length;
}"""


async def test_a_chart_is_drawn_beside_the_page_and_says_what_its_bars_are(
    visit: OpenVisit, shop: Workspace
) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    await window.ask("Total amount by product")
    chart = page.get_by_role("article").last.locator("canvas")
    await expect(chart).to_be_visible()
    assert len(page.workers) == 1
    box = await chart.bounding_box()
    assert box is not None
    assert await chart.evaluate(_INKED) > box["width"] * box["height"] / 10, "its bars are filled"
    said = page.locator("dl").filter(has_text="Total Amount (EUR)")
    await chart.hover(position={"x": box["width"] / 2, "y": box["height"] * 0.35})
    await expect(said).to_contain_text("Grinder")
    await page.mouse.move(0, 0)
    await expect(said).to_have_count(0)
    await window.ask("Total amount by product in May 2025")
    assert len(page.workers) == 1, "one worker draws them all"


async def test_a_citation_opens_its_document_at_the_quoted_words(visit: OpenVisit, shop: Workspace) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    await window.ask(QUOTED)
    turn = page.get_by_role("article").last
    chip = turn.get_by_role("button", name=re.compile("Source 1"))
    quote = page.get_by_role("blockquote")
    for _ in range(5):  # the page may still scroll to the answer, away from under the mouse
        await page.mouse.move(0, 0)
        await chip.hover()
        with suppress(PlaywrightTimeout):
            await quote.wait_for(timeout=3_000)
            break
    await expect(quote).to_contain_text("24 months from the day of delivery")
    await chip.click()
    mark = page.locator("mark").first
    await expect(mark).to_contain_text("24 months from the day of delivery")
    await expect(mark).to_be_in_viewport()
    assert await window.accessible() == []
    await page.get_by_label("Search in the text").fill("claim")
    await expect(page.get_by_text("1 of 2")).to_be_visible()


async def test_an_answer_is_there_again_after_a_reload(visit: OpenVisit, shop: Workspace) -> None:
    window = await visit()
    await window.sign_in(shop.owner)
    await window.ask(QUOTED)
    await window.page.reload()
    turn = window.page.get_by_role("article", name=QUOTED)
    await expect(turn).to_have_attribute("data-state", "answered")
    await expect(turn).to_contain_text("24 months")


async def test_what_cannot_be_answered_offers_what_can(visit: OpenVisit, shop: Workspace) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    await window.ask("What is the boiling point of tungsten?")
    await expect(page.get_by_text("Not answered")).to_be_visible()
    assert await window.accessible() == []


async def test_the_keyboard_is_enough(visit: OpenVisit, shop: Workspace) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Go to anything").fill("Total amount by region")
    await page.keyboard.press("Enter")
    turn = page.get_by_role("article", name="Total amount by region")
    await expect(turn).to_have_attribute("data-state", "answered")
    box = page.get_by_role("textbox", name="Your question")
    await box.press("ArrowUp")
    edited = page.get_by_role("textbox", name="Edit the question")
    await expect(edited).to_have_value("Total amount by region")
    await edited.fill("Total amount by product")
    await edited.press("Enter")
    await expect(page.get_by_role("article")).to_have_count(1)
    await expect(page.get_by_role("article", name="Total amount by product")).to_be_visible()


async def test_an_answer_is_rated_and_a_reason_given(visit: OpenVisit, shop: Workspace) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    await window.ask(QUOTED)
    turn = page.get_by_role("article").last
    await turn.get_by_role("button", name="Right", exact=True).click()
    await expect(turn.get_by_role("button", name="Right", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    await turn.get_by_role("button", name="Wrong", exact=True).click()
    await page.get_by_label("What was wrong?").last.fill("It is the old handbook.")
    assert await window.accessible() == []
    async with page.expect_response("**/api/v1/feedback") as sent:
        await page.get_by_role("button", name="Send").click()
    kept = await (await sent.value).json()
    assert (kept["rating"], kept["comment"]) == ("down", "It is the old handbook.")
    await expect(page.get_by_text("It is kept with the answer")).to_be_visible()


@pytest.mark.usefixtures("worker")
async def test_what_would_have_been_right_is_proposed_to_editors(
    visit: OpenVisit, workspace: Workspace
) -> None:
    owner = workspace.owner
    assert (await upload_dataset(owner, "orders.csv", ORDERS))["status"] == "ready"
    assert (await upload_document(owner, "warranty-terms.md", WARRANTY))["status"] == "ready"
    window = await visit()
    page = window.page
    await window.sign_in(owner)
    turn = page.get_by_role("article").last

    async def sent(button: str) -> dict[str, object]:
        def corrects(answer: Response) -> bool:
            said = answer.request.post_data or ""
            return answer.url.endswith("/feedback") and ("correction" in said or "confirm" in said)

        async with page.expect_response(corrects) as kept:
            await page.get_by_role("button", name=button).click()
        await expect(page.get_by_text("An editor decides about it.").last).to_be_visible()
        found: dict[str, object] = await (await kept.value).json()
        return found

    await window.ask("Total amount by product")
    await turn.get_by_role("button", name="Right", exact=True).click()
    assert await window.accessible() == []
    assert (await sent("Always answer so"))["proposal_id"] is not None
    await window.ask(QUOTED)
    await turn.get_by_role("button", name="Wrong", exact=True).click()
    await page.get_by_label("A note for readers").fill("From May on it is another number.")
    assert (await sent("Send"))["proposal_id"] is not None
    await window.ask("Total dough by product")
    await turn.get_by_role("button", name="Wrong", exact=True).click()
    await expect(page.get_by_label("A word", exact=True)).to_have_value("dough")
    await expect(page.get_by_role("button", name="Send")).to_be_disabled()
    await page.get_by_label("What it means").select_option('["orders","field","amount"]')
    assert await window.accessible() == []
    assert (await sent("Send"))["proposal_id"] is not None
    proposals = (await owner.get("/api/v1/proposals", params={"status": "open"})).json()["items"]
    assert {item["change"]["kind"] for item in proposals} >= {"verified_question", "note", "synonym"}


async def test_a_conversation_is_shared_with_a_stranger_and_saved(visit: OpenVisit, shop: Workspace) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    await window.ask("Total amount by product")
    await window.conversation_menu("Total amount by product")
    async with page.expect_download() as saved:
        await page.get_by_role("menuitem", name="Save as Markdown").click()
    assert (await saved.value).suggested_filename == "Total amount by product.md"
    await window.conversation_menu("Total amount by product")
    await page.get_by_role("menuitem", name="Share").click()
    dialog = page.get_by_role("dialog", name="Share")
    await dialog.get_by_role("button", name="Make a link").click()
    address = await dialog.locator("code").inner_text()
    stranger = await visit()
    await stranger.page.goto(address)
    await expect(
        stranger.page.get_by_role("heading", name="Total amount by product", level=1)
    ).to_be_visible()
    await expect(stranger.page.get_by_role("table")).to_be_visible()
    assert await stranger.accessible() == []


async def test_a_change_is_drawn_by_its_parts(visit: OpenVisit, workspace: Workspace, worker: None) -> None:
    del worker
    sold = "day,country,channel,revenue (EUR)\n" + "".join(
        f"2025-{month:02}-{day:02},{country},{('Web', 'Store')[day % 2]},{amount}\n"
        for month, amounts in ((2, (100, 50, 10)), (3, (40, 60, 10)))
        for country, amount in zip(("Germany", "Spain", "Italy"), amounts, strict=True)
        for day in range(1, 21)
    )
    assert (await upload_dataset(workspace.owner, "sales.csv", sold))["status"] == "ready"
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.ask("Why did revenue fall in March 2025?")
    drawn = page.get_by_role("region", name=re.compile("^How .*revenue.* changed", re.I))
    await expect(drawn).to_contain_text("€3,200 → €2,200")
    await expect(drawn).to_contain_text("-€1,000 (-31.3%)")
    bars = drawn.get_by_role("list", name="By country").get_by_role("listitem")
    await expect(bars.nth(0)).to_have_text(re.compile(r"Germany-€1,200 120%"))
    colours = "bars => bars.map(each => getComputedStyle(each).backgroundColor)"
    filled = await drawn.locator("[data-way]").evaluate_all(colours)
    assert len(set(filled)) == 2, "what goes up and what goes down is told apart"
    assert "rgba(0, 0, 0, 0)" not in filled
    await expect(bars.nth(1)).to_have_text(re.compile(r"Spain\+€200 -20%"))
    assert await window.accessible() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await drawn.get_by_role("combobox", name="Split the change").click()
    await page.get_by_role("option", name="By channel").click()
    await expect(drawn.get_by_role("list", name="By channel").get_by_role("listitem")).to_have_count(2)
    assert await window.accessible() == []


async def test_any_question_is_edited_and_every_version_is_found_again(
    visit: OpenVisit, shop: Workspace
) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    first, second = "total amount by region", "number of orders"
    await window.ask(first)
    await window.ask(QUOTED)
    await page.get_by_role("button", name=f"Edit the question: {first}").click()
    box = page.get_by_role("textbox", name="Edit the question")
    await expect(box).to_be_focused()
    await expect(box).to_have_value(first)
    await box.fill(second)
    await box.press("Enter")
    await expect(page.get_by_role("article", name=second)).to_have_attribute("data-state", "answered")
    await expect(page.get_by_role("article")).to_have_count(1)
    versions = page.get_by_role("group", name="Versions of the question")
    await expect(versions).to_contain_text("2 of 2")
    assert await window.accessible() == []
    await versions.get_by_role("button", name="The version before").click()
    await expect(page.get_by_role("article")).to_have_count(2)
    await expect(page.get_by_role("article", name=QUOTED)).to_contain_text("24 months")
    await expect(versions).to_contain_text("1 of 2")

    await page.get_by_role("button", name="Another answer").last.click()
    answers = page.get_by_role("group", name="Versions of the answer")
    await expect(answers).to_contain_text("2 of 2")
    await answers.get_by_role("button", name="The version before").click()
    await expect(answers).to_contain_text("1 of 2")
    assert await window.accessible() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.reload()
    await expect(answers).to_contain_text("1 of 2")
    await expect(page.get_by_role("article")).to_have_count(2)


async def test_what_was_said_in_a_conversation_leads_back_to_it(visit: OpenVisit, shop: Workspace) -> None:
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    await window.ask(QUOTED)
    talked = page.url
    await window.navigate("Ask")
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Go to anything").fill("delivery months grinders")
    found = page.get_by_role("option", name=re.compile("24 months from the day of delivery"))
    await expect(found.first).to_be_visible()
    assert await window.accessible() == []
    await found.first.click()
    await expect(page.get_by_role("article").first).to_contain_text("24 months")
    assert page.url.rpartition("/")[0] == talked.rpartition("/")[0]


async def test_what_was_said_on_another_branch_is_shown_where_it_stands(
    visit: OpenVisit, shop: Workspace, look: Look
) -> None:
    quokka, numbat = (
        f"Where do quokkas live in the {look.colours}?",
        f"Where do numbats live in the {look.colours}?",
    )
    messages = [*_said(120, m2=numbat), *_said(2, start=120, parent=3, m120=quokka)]
    kept = {"title": f"Animals {look.colours}", "messages": messages, "active": 119}
    made = await shop.owner.post("/api/v1/chat/import", json=kept)
    assert made.status_code == 201, made.text
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)

    async def look_for(words: str) -> None:
        await page.keyboard.press("Control+k")
        await page.get_by_role("combobox", name="Go to anything").fill(words)
        found = page.get_by_role("option", name=words, exact=True).filter(has_not_text="Ask “")
        await found.last.click()

    await look_for(quokka)
    found = page.get_by_role("article", name=quokka)
    await expect(found).to_be_focused()
    await expect(found).to_be_in_viewport()
    await expect(page.get_by_role("article")).to_have_count(3)
    await expect(page).to_have_url(re.compile(f"/c/{made.json()['id']}$"))
    assert await window.accessible() == []

    # Back on the long branch, what stands further back than the page shows is found as well.
    versions = page.get_by_role("group", name="Versions of the question")
    await versions.get_by_role("button", name="The version before").click()
    await expect(page.get_by_role("article", name="Question 60.", exact=True)).to_be_visible()
    await look_for(numbat)
    found = page.get_by_role("article", name=numbat)
    await expect(found).to_be_focused()
    await expect(found).to_be_in_viewport()
    await expect(page.get_by_role("article")).to_have_count(60)


def _said(count: int, *, start: int = 0, parent: int | None = None, **texts: str) -> list[dict[str, object]]:
    """Messages to be imported, from the place `start` on: questions and answers in turn, the first below
    `parent`. `texts` are other words for some, such as `m2` for the third."""
    return [
        {
            "parent": place - 1 if place > start else parent,
            "role": "assistant" if place % 2 else "user",
            "parts": [{"type": "text", "text": texts.get(f"m{place}", _usual(place))}],
            "created_at": "2026-01-01T00:00:00Z",
        }
        for place in range(start, start + count)
    ]


def _usual(place: int) -> str:
    return f"{'Answer' if place % 2 else 'Question'} {place // 2 + 1}."


async def test_a_long_conversation_shows_its_beginning_on_demand(visit: OpenVisit, shop: Workspace) -> None:
    messages = _said(140)
    kept = {"title": "Long", "messages": messages, "active": len(messages) - 1}
    made = await shop.owner.post("/api/v1/chat/import", json=kept)
    assert made.status_code == 201, made.text
    window = await visit()
    page = window.page
    await window.sign_in(shop.owner)
    await window.open(f"/c/{made.json()['id']}")
    await expect(page.get_by_role("article")).to_have_count(50)
    await expect(page.get_by_role("article", name="Question 1.", exact=True)).to_have_count(0)
    assert await window.accessible() == []
    await page.get_by_role("button", name="Earlier messages").click()
    await expect(page.get_by_role("article")).to_have_count(70)
    await expect(page.get_by_role("article", name="Question 1.", exact=True)).to_contain_text("Answer 1.")
    await expect(page.get_by_role("button", name="Earlier messages")).to_have_count(0)
