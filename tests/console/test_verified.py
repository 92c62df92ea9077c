"""Verified questions and proposals: decided, taken back, changed, deleted."""

from __future__ import annotations

from playwright.async_api import expect

from tests.chat.proposals.test_proposals import ask, give
from tests.console.conftest import OpenVisit
from tests.data.verified.shop import largest, proposed, sales
from tests.factories.callers import Workspace


async def test_a_question_is_accepted_answers_and_is_taken_back(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    owner = workspace.owner
    dataset = await sales(owner)
    made = await proposed(owner, "how did the shop do", largest(dataset), comment="The best sale counts.")
    await proposed(owner, "total amount", largest(dataset))
    window = await visit()
    page = window.page
    await window.sign_in(owner)
    await window.open("/verified")
    card = page.get_by_role("article", name="how did the shop do")
    await expect(card).to_contain_text("Waiting")
    await expect(card).to_contain_text("proposed by Ada")
    assert await window.accessible() == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await card.get_by_role("button", name="Accept").click()
    await expect(card).to_contain_text("Answers")
    answered = (await ask(owner, "how did the shop do"))["evidence"][0]
    assert answered["verified"]["id"] == made["id"]

    await card.get_by_role("button", name="Actions for").click()
    await page.get_by_role("menuitem", name="Edit").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Your question").fill("how is the shop doing")
    assert await window.accessible() == []
    await dialog.get_by_role("button", name="Save").click()
    card = page.get_by_role("article", name="how is the shop doing")
    await card.get_by_role("button", name="Take back").click()
    await expect(card.get_by_role("button", name="Accept")).to_be_visible()
    await card.get_by_role("button", name="Actions for").click()
    await page.get_by_role("menuitem", name="History").click()
    await expect(dialog.get_by_role("listitem").first).to_contain_text("Taken back · Ada")
    await page.keyboard.press("Escape")

    await card.get_by_role("button", name="Actions for").click()
    await page.get_by_role("menuitem", name="Delete").click()
    await expect(card).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(card).to_be_visible()
    await page.get_by_text("Rejected", exact=True).click()
    await expect(page.get_by_role("heading", name="No verified questions here")).to_be_visible()


async def test_a_correction_is_accepted_as_a_synonym(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    owner, viewer = workspace.owner, await workspace.member("viewer")
    dataset = await sales(owner)
    answer = await ask(viewer, "total turnover")
    correction = {"kind": "synonym", "word": "turnover", "dataset": dataset["name"], "field": "amount"}
    await give(viewer, answer, "down", correction=correction)
    window = await visit()
    page = window.page
    await window.sign_in(owner)
    await window.open("/verified")
    await page.get_by_role("tab", name="Proposals").click()
    card = page.get_by_role("article")
    await expect(card).to_contain_text("“turnover” means sales › amount")
    assert await window.accessible() == []
    await card.get_by_role("button", name="Accept").click()
    await expect(page.get_by_role("heading", name="Nothing waits here")).to_be_visible()
    assert (await ask(viewer, "total turnover"))["status"] == "answered"
    await page.get_by_text("Accepted", exact=True).first.click()
    await page.get_by_role("button", name="Take back").click()
    await expect(page.get_by_role("article")).to_have_count(0)
    await expect(page.get_by_role("region", name="Answered by rules")).to_be_visible()


async def test_a_viewer_sees_what_answers_and_decides_nothing(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    viewer = await workspace.member("viewer")
    await proposed(viewer, "how did the shop do", largest(await sales(workspace.owner)))
    window = await visit()
    page = window.page
    await window.sign_in(viewer, workspace)
    await window.open("/verified")
    card = page.get_by_role("article", name="how did the shop do")
    await expect(card).to_be_visible()
    await expect(card.get_by_role("button")).to_have_count(0)
    await expect(page.get_by_role("tab", name="Proposals")).to_have_count(0)
    assert await window.accessible() == []
