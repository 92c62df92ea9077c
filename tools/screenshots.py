"""Takes a picture of every page of the console, over the demo's sample company, to be looked at.

    python -m tools.screenshots          wide and narrow, light and dark, into build/screenshots
    python -m tools.screenshots --docs   also the few that the documentation shows, into docs/images

Needs a built console and Chromium (`make screenshots` sees to both).
"""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "screenshots"
DOCS = ROOT / "docs" / "images"
LOOKS = (("wide-light", (1280, 800), "light"), ("narrow-dark", (360, 740), "dark"))
SHOWN_IN_DOCS = ("dashboard", "answer-quote", "document", "columns")
PINNED = ("Total amount by month in 2025", "Total amount in 2025", "Total amount by country in 2025")
PAGES = (
    "alerts",
    "documents",
    "sources",
    "data",
    "semantics",
    "connections",
    "verified",
    "search",
    "models",
    "usage",
    "workspace",
    "operations",
)
_BOX = "textbox"
_LINK = re.compile(r"(http://\S+/#sign-in=\S+)")


@contextmanager
def demo() -> Iterator[str]:
    """A demo that runs meanwhile; the one-time link into it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = ROOT / "build" / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    command = [str(Path(sys.executable).with_name("answerable")), "demo"]
    command += ["--port", str(port), "--data-dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield next(found[1] for line in process.stdout if (found := _LINK.search(line)))
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate()


class Camera:
    """One window, and the pictures that are taken through it."""

    def __init__(self, page: Page, address: str, look: str) -> None:
        self.page = page
        self._address = address
        self._look = look

    def take(self, name: str) -> None:
        """Wait until nothing more arrives, then take the picture."""
        self.page.wait_for_load_state("networkidle")
        self.page.evaluate("document.fonts.ready")
        self.page.screenshot(path=OUT / f"{name}-{self._look}.png")

    def ask(self, question: str) -> None:
        """Ask in a conversation of its own, and wait for the answer."""
        self.page.goto(self._address)
        self.page.get_by_role(_BOX, name="Your question").fill(question)
        self.page.keyboard.press("Enter")
        self.page.locator("article[data-state=answered]").first.wait_for()

    def pin(self, question: str) -> None:
        """Pin an answer to the first dashboard, or to a first one."""
        self.ask(question)
        self.page.get_by_role("button", name="Pin to a dashboard").click()
        dialog = self.page.get_by_role("dialog")
        name = dialog.get_by_label("Name of the new dashboard")
        self.page.wait_for_load_state("networkidle")
        if name.count():
            name.fill("Sales")
        dialog.get_by_role("button", name="Pin to a dashboard").click()
        dialog.wait_for(state="hidden")


def shoot(browser: Browser, link: str, look: str, size: tuple[int, int], colours: str, state: Path) -> None:
    """All pages in one look. The first window signs in by the link, the others go on with its cookies."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if colours == "dark" else "light",
        locale="en-GB",
        reduced_motion="reduce",
        storage_state=state if state.exists() else None,
    )
    # A stream that stays open would leave the network never idle.
    context.route("**/api/v1/events/stream", lambda route: route.abort())
    page = context.new_page()
    address = link.partition("/#")[0]
    camera = Camera(page, address, look)
    page.goto(address if state.exists() else link)
    page.get_by_role(_BOX, name="Your question").wait_for()
    camera.take("ask")
    camera.ask("Total amount by month in 2025")
    page.locator("canvas").first.wait_for()
    camera.take("answer-number")
    camera.ask("Within how many days can unused goods be returned?")
    camera.take("answer-quote")
    page.get_by_role("button", name=re.compile("Source 1")).click()
    page.locator("mark").first.wait_for()
    camera.take("document")
    if not state.exists():
        for question in PINNED:
            camera.pin(question)
    page.goto(f"{address}/dashboards")
    page.get_by_role("link", name=re.compile("Sales")).click()
    page.locator("canvas").first.wait_for()
    camera.take("dashboard")
    for name in PAGES:
        page.goto(f"{address}/{name}")
        page.get_by_role("heading", level=1).wait_for()
        camera.take(name)
    page.goto(f"{address}/data")
    page.get_by_role("link", name=re.compile("orders")).click()
    page.get_by_role("table").wait_for()
    camera.take("rows")
    page.get_by_role("tab", name="Columns").click()
    page.get_by_role("img").first.wait_for()
    camera.take("columns")
    context.storage_state(path=state)
    context.close()


def main() -> None:
    """Take all pictures."""
    OUT.mkdir(parents=True, exist_ok=True)
    path = next(found for name in ("chromium", "google-chrome") if (found := shutil.which(name)))
    state = OUT / "state.json"
    state.unlink(missing_ok=True)
    with demo() as link, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for look, size, colours in LOOKS:
            shoot(browser, link, look, size, colours, state)
        browser.close()
    state.unlink()
    if "--docs" in sys.argv:
        DOCS.mkdir(exist_ok=True)
        for name in SHOWN_IN_DOCS:
            shutil.copyfile(OUT / f"{name}-wide-light.png", DOCS / f"{name}.png")
    print(f"{len(list(OUT.glob('*.png')))} pictures are in {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
