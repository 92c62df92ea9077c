"""A real Chromium against the real application, with a workspace that has something to ask about."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, async_playwright, expect

from answerable.api.console.serving import FILES
from tests.factories.callers import PASSWORD, Caller, Workspace, register
from tests.factories.uploads import upload_dataset, upload_document

AXE = Path(__file__).parents[2] / "console" / "node_modules" / "axe-core" / "axe.min.js"
WIDE, NARROW = (1280, 800), (360, 740)
LOOKS = [(WIDE, "light"), (NARROW, "dark")]
# What a browser says by itself about an answer with an error status; the answer is what a test asked for.
_NETWORK_NOTE = "Failed to load resource"

expect.set_options(timeout=30_000)


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
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    async def open(self, path: str = "/") -> None:
        """Go to a page of the console."""
        await self.page.goto(self.base_url + path)

    async def sign_in(self, caller: Caller) -> None:
        """Sign in as a person does."""
        await self.open()
        await self.enter(caller.email, PASSWORD)
        await expect(self.page.locator("#content")).to_be_visible()

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
async def visit(browser: Browser, base_url: str) -> AsyncIterator[OpenVisit]:
    """Opens windows: `await visit(size=…, colours=…, locale=…)`. Each is checked when the test ends."""
    async with AsyncExitStack() as stack:

        async def open_window(
            *, size: tuple[int, int] = WIDE, colours: str = "light", locale: str = "en-GB"
        ) -> Visit:
            context = await browser.new_context(
                viewport={"width": size[0], "height": size[1]},
                color_scheme=colours,  # type: ignore[arg-type]
                locale=locale,
                reduced_motion="reduce",
            )
            stack.push_async_callback(context.close)
            page = await context.new_page()
            made = Visit(page, context, base_url)
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


@pytest.fixture(scope="session")
async def shop(client: httpx.AsyncClient, worker: None) -> Workspace:
    """A workspace with a table of orders and a document about warranties. Tests only read it."""
    del worker
    made = await register(client)
    assert (await upload_dataset(made.owner, "orders.csv", ORDERS))["status"] == "ready"
    assert (await upload_document(made.owner, "warranty-terms.md", WARRANTY))["status"] == "ready"
    return made
