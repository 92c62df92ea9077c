"""A real Chromium against the real application, with a workspace that has something to ask about."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, NamedTuple

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, async_playwright, expect

from answerable.api.console.serving import FILES
from tests.chat.asking.conftest import asked_upstream, desk, upstream
from tests.factories.callers import PASSWORD, Caller, Workspace, register
from tests.factories.uploads import upload_dataset, upload_document

__all__ = ["asked_upstream", "desk", "upstream"]

AXE = Path(__file__).parents[2] / "console" / "node_modules" / "axe-core" / "axe.min.js"
WIDE, NARROW = (1280, 800), (360, 740)
# What a browser says by itself about an answer with an error status; the answer is what a test asked for.
_NETWORK_NOTE = "Failed to load resource"

expect.set_options(timeout=30_000)


class Look(NamedTuple):
    """How a window is: its size in pixels, and its colours."""

    size: tuple[int, int]
    colours: Literal["light", "dark"]

    @property
    def is_narrow(self) -> bool:
        """Whether the navigation is behind a button."""
        return self.size == NARROW


WIDE_LIGHT, NARROW_DARK = Look(WIDE, "light"), Look(NARROW, "dark")


@pytest.fixture(params=[WIDE_LIGHT, NARROW_DARK], ids=["wide", "narrow"])
def look(request: pytest.FixtureRequest) -> Look:
    """How the windows of a test are: every test that opens one runs in both looks."""
    chosen: Look = request.param
    return chosen


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests of the process."""
    assert (FILES / "index.html").is_file(), "the console is not built: run 'make console'"
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    assert path is not None, "no Chromium: sh tools/install-chromium.sh"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        await browser.close()


@dataclass
class Visit:
    """One person's browser window, with what must never happen in it."""

    page: Page
    context: BrowserContext
    base_url: str
    look: Look
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    async def open(self, path: str = "/") -> None:
        """Go to a page of the console."""
        await self.page.goto(self.base_url + path)

    async def sign_in(self, caller: Caller, workspace: Workspace | None = None) -> None:
        """Go on as a person who signed in here before, in a workspace of others if one is given; the form is
        `enter`'s."""
        made = await self.context.request.post(
            f"{self.base_url}/api/v1/auth/browser/login",
            headers={"X-Answerable-CSRF": "1"},
            data={"email": caller.email, "password": PASSWORD},
        )
        assert made.ok, await made.text()
        fresh_until = int((time.time() + (await made.json())["expires_in"]) * 1000)
        kept = {"answerable.fresh-until": str(fresh_until)}
        if workspace is not None:
            kept["answerable.workspace"] = workspace.id
        await self.context.add_init_script(
            f"""if (location.origin === {json.dumps(self.base_url)})
                for (const [name, value] of Object.entries({json.dumps(kept)}))
                    localStorage.setItem(name, value);"""
        )
        await self.open()
        await expect(self.page.locator("#content")).to_be_visible()

    async def show_navigation(self) -> None:
        """Open the navigation where it is behind a button."""
        drawer = self.page.get_by_role("dialog", name=re.compile("^(Main|Hauptmenü)$"))
        if self.look.is_narrow and not await drawer.is_visible():
            await self.page.get_by_role("button", name=re.compile("Open navigation|Menü öffnen")).click()
            await expect(drawer).to_be_visible()

    async def navigate(self, name: str) -> None:
        """Go to a page by the navigation."""
        await self.show_navigation()
        await self.page.get_by_role("link", name=name, exact=True).click()

    async def conversation_menu(self, title: str) -> None:
        """Open the menu of a conversation in the navigation."""
        await self.show_navigation()
        await self.page.get_by_role("button", name=f"Actions for “{title}”").first.click(force=True)

    async def enter(self, email: str, password: str) -> None:
        """Fill the sign-in form and send it."""
        await self.page.get_by_label("E-mail address").fill(email)
        await self.page.locator("input[name=password]").fill(password)
        await self.page.get_by_role("button", name="Sign in").click()

    async def ask(self, question: str) -> None:
        """Ask, and wait until there is an answer."""
        box = self.page.get_by_role("textbox", name="Your question")
        await box.fill(question)
        await box.press("Enter")
        turn = self.page.get_by_role("article", name=question).last
        await expect(turn).to_have_attribute("data-state", "answered")

    async def accessible(self) -> list[str]:
        """What axe finds on the page as it is (WCAG 2.2 A and AA, and best practices)."""
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(AXE.read_text(encoding="utf-8"))
        result = await self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{violation['id']}: {node['target']} {node['failureSummary']}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]

    def unharmed(self) -> None:
        """Nothing was asked of another origin, and no script, style or policy complained."""
        assert self.strangers == []
        assert self.complaints == []


OpenVisit = Callable[..., Awaitable[Visit]]


@pytest.fixture
async def visit(browser: Browser, base_url: str, look: Look) -> AsyncIterator[OpenVisit]:
    """Opens windows: `await visit(locale=…)`. Each is checked when the test ends."""
    async with AsyncExitStack() as stack:

        async def open_window(*, locale: str = "en-GB") -> Visit:
            context = await browser.new_context(
                viewport={"width": look.size[0], "height": look.size[1]},
                color_scheme=look.colours,
                locale=locale,
                reduced_motion="reduce",
            )
            stack.push_async_callback(context.close)
            page = await context.new_page()
            made = Visit(page, context, base_url, look)
            await _watch(made)
            stack.callback(made.unharmed)
            return made

        yield open_window


async def _watch(visit: Visit) -> None:
    async def pass_own(route: Route) -> None:
        if route.request.url.startswith((visit.base_url + "/", "data:", "blob:")):
            await route.continue_()
        else:
            visit.strangers.append(route.request.url)
            await route.abort()

    await visit.context.route("**/*", pass_own)
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    visit.page.on(
        "console",
        lambda message: (
            visit.complaints.append(f"{message.type}: {message.text}")
            if message.type in ("error", "warning") and _NETWORK_NOTE not in message.text
            else None
        ),
    )


ORDERS = "Order date,Region,Product,Amount (EUR)\n" + "".join(
    f"2025-{month:02}-{day:02},{region},{product},{amount + month * 10 + day}.50\n"
    for month in range(1, 13)
    for day, region in ((3, "North"), (12, "South"), (21, "West"))
    for product, amount in (("Grinder", 300), ("Kettle", 60))
)
WARRANTY = """# Warranty terms

## Length

The warranty on grinders lasts 24 months from the day of delivery. Kettles have a warranty of 12 months.

## Claims

Send the serial number and the invoice to the service desk. A claim is answered within three working days.
"""


@pytest.fixture
async def shop(made_shop: Workspace, client: httpx.AsyncClient) -> Workspace:
    """The shop, its owner signed in anew: an access lasts for less than all tests take."""
    who = {"email": made_shop.owner.email, "password": PASSWORD}
    answer = await client.post("/api/v1/auth/login", json=who)
    return replace(made_shop, owner=replace(made_shop.owner, token=answer.json()["access_token"]))


@pytest.fixture(scope="session")
async def made_shop(client: httpx.AsyncClient, worker: None) -> Workspace:
    """A workspace with a table of orders and a document about warranties. Tests only read it."""
    del worker
    made = await register(client)
    assert (await upload_dataset(made.owner, "orders.csv", ORDERS))["status"] == "ready"
    assert (await upload_document(made.owner, "warranty-terms.md", WARRANTY))["status"] == "ready"
    return made
