"""Conversations as a whole in the browser: found, arranged, brought in, and shared."""

from __future__ import annotations

import json
import re

from playwright.async_api import Locator, expect

from tests.console.conftest import OpenVisit
from tests.factories.callers import Workspace
from tests.factories.uploads import upload_document


def _kept(*said: tuple[str, str], title: str = "Brought along") -> dict[str, object]:
    messages = [
        {
            "parent": None if place == 0 else place - 1,
            "role": role,
            "parts": [{"type": "text", "text": text}],
            "created_at": "2026-01-05T09:00:00Z",
        }
        for place, (role, text) in enumerate(said)
    ]
    return {"title": title, "active": len(messages) - 1, "messages": messages}


async def test_a_question_that_came_without_an_answer_is_shown_and_asked(
    visit: OpenVisit, shop: Workspace
) -> None:
    asker = await shop.member("viewer")
    made = await asker.post("/api/v1/chat/import", json=_kept(("user", "Total amount by region")))
    assert made.status_code == 201, made.text
    window = await visit()
    page = window.page
    await window.sign_in(asker, shop)
    await window.open(f"/c/{made.json()['id']}")
    turn = page.get_by_role("article", name="Total amount by region")
    await expect(turn).to_contain_text("This question has no answer yet.")
    assert await window.accessible() == []
    await turn.get_by_role("button", name="Ask again").click()
    await expect(turn).to_have_attribute("data-state", "answered")
    await expect(page.get_by_role("article")).to_have_count(1)
    await page.reload()
    await expect(turn).to_contain_text("West has the highest total")
    await expect(page.get_by_role("article")).to_have_count(1)


async def test_two_tables_of_a_shared_conversation_are_told_apart(visit: OpenVisit, shop: Workspace) -> None:
    asker = await shop.member("viewer")
    chat = (await asker.post("/api/v1/chat/sessions", json={})).json()["id"]
    for question in ("Total amount by region", "Total amount by product"):
        said = await asker.post(f"/api/v1/chat/sessions/{chat}/messages", json={"content": question})
        assert said.status_code == 200, said.text
    token = (await asker.post(f"/api/v1/chat/sessions/{chat}/shares", json={})).json()["token"]
    for locale, word in (("en-GB", "Table"), ("de-DE", "Tabelle")):
        window = await visit(locale=locale)
        await window.open(f"/shared/conversation/{token}")
        for place in (1, 2):
            region = window.page.get_by_role("region", name=f"{word} {place}", exact=True)
            await expect(region).to_be_visible()
        assert await window.accessible() == []


async def test_the_focus_goes_back_to_where_it_was(visit: OpenVisit, shop: Workspace) -> None:
    asker = await shop.member("viewer")
    for title in ("Autumn", "Winter"):
        await asker.post(
            "/api/v1/chat/import", json=_kept(("user", "Hello"), ("assistant", "Hi"), title=title)
        )
    window = await visit()
    page = window.page
    await window.sign_in(asker, shop)
    box = page.get_by_role("textbox", name="Your question")
    await expect(box).to_be_focused()
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox", name="Go to anything")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(box).to_be_focused()

    async def is_kept(where: Locator) -> None:
        """Where the navigation is a drawer, it stays open: Escape is for what lies above it."""
        await expect(where).to_be_focused()
        drawer = page.get_by_role("dialog", name="Main")
        await expect(drawer).to_have_count(1 if window.look.is_narrow else 0)

    menu = page.get_by_role("button", name="Actions for “Autumn”").locator("visible=true")
    for item, title in (("Share", "Share"), ("Recap", "“Autumn” in short")):
        await window.conversation_menu("Autumn")
        await page.get_by_role("menuitem", name=item).click()
        dialog = page.get_by_role("dialog", name=title)
        await expect(dialog).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(dialog).to_have_count(0)
        await is_kept(menu)

    line = page.get_by_role("link", name="Autumn").locator("visible=true")
    await window.conversation_menu("Autumn")
    await page.get_by_role("menuitem", name="Rename").click()
    await expect(page.get_by_role("textbox", name="Rename")).to_be_focused()
    await page.keyboard.press("Escape")
    await is_kept(line)

    await window.conversation_menu("Winter")
    await page.get_by_role("menuitem", name="Delete").click()
    await is_kept(line)


async def test_after_a_deletion_the_next_row_has_the_focus(
    visit: OpenVisit, workspace: Workspace, worker: None
) -> None:
    del worker
    for name in ("alpha", "beta", "gamma"):
        await upload_document(workspace.owner, f"{name}.md", f"# {name}\n\nWords of {name}.\n")
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open("/documents")
    await page.get_by_role("button", name=re.compile("Delete.*beta")).click()
    await expect(page.get_by_role("link", name=re.compile("beta"))).to_have_count(0)
    await expect(page.get_by_role("row").locator(":focus")).to_have_text(re.compile("alpha|gamma"))


async def test_old_conversations_are_found_and_arranged(visit: OpenVisit, shop: Workspace) -> None:
    asker = await shop.member("viewer")
    for place in range(70):
        said = (("user", f"Question {place}"), ("assistant", f"Answer {place}, nothing else"))
        made = await asker.post("/api/v1/chat/import", json=_kept(*said, title=f"Talk {place:03}"))
        assert made.status_code == 201, made.text
    window = await visit()
    page = window.page
    await window.sign_in(asker, shop)
    await window.show_navigation()
    recent = page.get_by_role("link", name="Talk 069").locator("visible=true")
    await expect(recent).to_be_in_viewport()
    await page.get_by_role("link", name="All conversations").locator("visible=true").click()
    lines = page.get_by_role("list", name="All conversations").get_by_role("listitem")
    await expect(lines.first).to_contain_text("Talk 069")
    assert await lines.count() < 40, "only those in sight are drawn"
    for _ in range(8):
        await page.mouse.wheel(0, 4000)
        await page.wait_for_timeout(100)
    await expect(lines.last).to_contain_text("Talk 000")
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    box = page.get_by_role("searchbox")
    await box.fill("talk 003")
    await expect(lines).to_have_count(1)
    await box.fill("answer 41")
    await expect(lines).to_have_text([re.compile("Talk 041.*Answer 41, nothing else", re.DOTALL)])
    await expect(lines.locator("mark")).to_have_text(["Answer", "41"])
    await page.get_by_role("button", name="Actions for “Talk 041”").last.click()
    await page.get_by_role("menuitem", name="Tags").click()
    dialog = page.get_by_role("dialog", name="Tags of “Talk 041”")
    await dialog.locator("input:visible").fill("budget")
    await page.keyboard.press("Enter")
    assert await window.accessible() == []
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    await box.fill("")
    await page.get_by_role("combobox", name="Tag").click()
    await page.get_by_role("option", name="budget").click()
    await expect(lines).to_have_text([re.compile("Talk 041.*budget", re.DOTALL)])
    assert await window.accessible() == []

    await page.get_by_role("button", name="Actions for “Talk 041”").last.click()
    await page.get_by_role("menuitem", name="Archive").click()
    await expect(page.get_by_role("heading", name="No conversations here")).to_be_visible()
    await page.get_by_text("Archive", exact=True).click()
    await expect(lines).to_have_count(1)
    await page.get_by_role("button", name="Actions for “Talk 041”").last.click()
    await page.get_by_role("menuitem", name="Take out of the archive").click()
    await expect(lines).to_have_count(0)

    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Go to anything").fill("Talk 007")
    await expect(page.get_by_role("option", name="Talk 007", exact=True)).to_be_visible()


async def test_a_conversation_is_saved_and_brought_in(visit: OpenVisit, shop: Workspace) -> None:
    for locale, name, again in (
        ("en-GB", "Import", "Brought along"),
        ("de-DE", "Importieren", "Mitgebracht"),
    ):
        asker = await shop.member("viewer")
        window = await visit(locale=locale)
        page = window.page
        await window.sign_in(asker, shop)
        await window.open("/conversations")
        kept = _kept(("user", "How long?"), ("assistant", "Two years."), title=again)
        files = (
            ("kept.json", "application/json", json.dumps(kept).encode()),
            (
                "kept.md",
                "text/markdown",
                f"# {again} 2\n\n## You · 2026-01-05T09:00:00Z\n\nHow long?\n".encode(),
            ),
        )
        for file, kind, content in files:
            await window.open("/conversations")
            async with page.expect_file_chooser() as chosen:
                await page.get_by_role("button", name=name).click()
            await (await chosen.value).set_files([{"name": file, "mimeType": kind, "buffer": content}])
            await expect(page.get_by_role("article", name="How long?")).to_be_visible()
        await window.open("/conversations")
        await expect(page.get_by_role("main").get_by_role("listitem")).to_have_count(2)
        assert await window.accessible() == []
        async with page.expect_file_chooser() as chosen:
            await page.get_by_role("button", name=name).click()
        await (await chosen.value).set_files(
            [{"name": "other.json", "mimeType": "application/json", "buffer": b"{}"}]
        )
        await expect(
            page.get_by_role("status").filter(has_text=re.compile("mistakes|Fehler"))
        ).to_be_visible()


async def test_only_the_owner_sets_how_long_conversations_are_kept(
    visit: OpenVisit, workspace: Workspace
) -> None:
    viewer = await workspace.member("viewer")
    window = await visit()
    page = window.page
    await window.sign_in(workspace.owner)
    await window.open("/workspace")
    await page.get_by_role("tab", name="Old data").click()
    kept = page.get_by_role("region", name="Conversations")
    await kept.get_by_label("Days without use").fill("90")
    assert await window.accessible() == []
    await kept.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("not used for 90 days")
    await dialog.get_by_role("button", name="Save").click()
    await expect(dialog).to_have_count(0)
    assert (await workspace.owner.get("/api/v1/chat/retention")).json() == {"days": 90}
    other = await visit(locale="de-DE")
    await other.sign_in(viewer, workspace)
    await other.open("/workspace")
    await other.page.get_by_role("tab", name="Alte Daten").click()
    theirs = other.page.get_by_role("region", name="Unterhaltungen")
    await expect(theirs.get_by_label("Tage ohne Benutzung")).to_have_value("90")
    await expect(theirs.get_by_role("button", name="Speichern")).to_have_count(0)
