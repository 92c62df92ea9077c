"""The way in: signing in and out, a fresh person's workspace, a one-time link, another language."""

from __future__ import annotations

import gzip
import re

import httpx
from playwright.async_api import expect

from answerable.api.console.serving import FILES
from tests.console.conftest import Look, OpenVisit
from tests.factories.callers import PASSWORD, Workspace


async def test_a_person_signs_in_and_out(visit: OpenVisit, workspace: Workspace, look: Look) -> None:
    window = await visit()
    page = window.page
    await window.open()
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()
    assert await window.accessible() == []
    await window.enter(workspace.owner.email, "not the password")
    await expect(page.get_by_role("alert")).to_contain_text("The e-mail address or the password is wrong")
    await window.enter(workspace.owner.email, PASSWORD)
    await expect(page.get_by_role("heading", name="Ask your documents and tables")).to_be_visible()
    assert await window.accessible() == []
    assert await page.evaluate("document.cookie") == ""
    kept = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "ansr_" not in kept
    assert "eyJ" not in kept
    if look.is_narrow:
        await page.get_by_role("button", name="Open navigation").click()
    await page.get_by_role("button", name=re.compile("Your account")).click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Welcome back")).to_be_visible()


async def test_a_link_signs_in_once(
    visit: OpenVisit, workspace: Workspace, client: httpx.AsyncClient
) -> None:
    body = {"email": workspace.owner.email, "password": PASSWORD}
    token = (await client.post("/api/v1/auth/login", json=body)).json()["refresh_token"]
    window = await visit()
    await window.open(f"/#sign-in={token}")
    await expect(window.page.get_by_role("heading", name="Ask your documents and tables")).to_be_visible()
    assert "sign-in" not in window.page.url
    await window.page.reload()
    await expect(window.page.get_by_role("heading", name="Ask your documents and tables")).to_be_visible()


async def test_setting_up_fits_the_window_in_a_language_of_long_words(visit: OpenVisit) -> None:
    window = await visit(locale="de-DE")
    page = window.page
    fresh = {"first_person": True, "registration": "open", "password_min_length": 12}
    await page.route("**/api/v1/auth/setup", lambda route: route.fulfill(json=fresh))
    await window.open()
    await expect(page.get_by_role("heading", name="Answerable einrichten")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await window.accessible() == []


async def test_a_person_registers_with_a_workspace_of_their_own(visit: OpenVisit, unique: str) -> None:
    window = await visit(locale="de-DE")
    page = window.page
    await window.open()
    await page.get_by_role("button", name="Konto anlegen").click()
    await page.get_by_label("Ihr Name").fill("Ada")
    await page.get_by_label("E-Mail-Adresse").fill(f"{unique}@example.com")
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.get_by_label("Name des Arbeitsbereichs").fill("Kaffeerösterei")
    await page.locator("button[type=submit]").click()
    await expect(page.get_by_role("heading", name="Fragen Sie Ihre Dokumente und Tabellen")).to_be_visible()
    await window.show_navigation()
    await expect(page.get_by_text("Kaffeerösterei").locator("visible=true")).to_be_visible()
    assert await window.accessible() == []


def test_what_loads_before_any_page_is_light() -> None:
    page = (FILES / "index.html").read_text(encoding="utf-8")
    scripts = set(re.findall(r'(?:src|href)="/([^"]+\.js)"', page))
    sizes = [len(gzip.compress((FILES / path).read_bytes(), 9)) for path in scripts]
    assert len(sizes) > 1
    assert sum(sizes) <= 250_000
