"""Takes a picture of every page of the console, over the demo's sample company, to be looked at.

    python -m tools.screenshots          wide and narrow, light and dark, into build/screenshots
    python -m tools.screenshots --docs   also the few that the documentation shows, into docs/images

Needs a built console and Chromium (`make screenshots` sees to both).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tools.screenshot_samples import Samples, database

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "screenshots"
DOCS = ROOT / "docs" / "images"
LOOKS = (("wide-light", (1280, 800), "light"), ("narrow-dark", (360, 740), "dark"))
DEMO = ROOT / "build" / "demo"
SHOWN_IN_DOCS = (
    "dashboard",
    "answer-number",
    "answer-quote",
    "document",
    "columns",
    "review",
    "comparison",
    "semantics-segment",
    "where-to",
)
_COLOURS_IN_DOCS = 128
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
# Files that are dropped on the page, as a person drops them.
_DROP = """files => {
    const carried = new DataTransfer();
    for (const [name, text] of files) carried.items.add(new File([text], name));
    for (const kind of ["dragenter", "dragover", "drop"])
        window.dispatchEvent(new DragEvent(kind, {dataTransfer: carried, bubbles: true, cancelable: true}));
}"""
_BOX = "textbox"
_LINK = re.compile(r"(http://\S+/#sign-in=\S+)")


@contextmanager
def demo() -> Iterator[str]:
    """A demo that runs meanwhile; the one-time link into it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    DEMO.mkdir(parents=True, exist_ok=True)
    command = [str(Path(sys.executable).with_name("answerable")), "demo"]
    command += ["--port", str(port), "--data-dir", str(DEMO)]
    environment = {**os.environ, "ANSWERABLE_CONNECTIONS__ROOTS": json.dumps([str(DEMO.parent)])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            yield next(found[1] for line in process.stdout if (found := _LINK.search(line)))
        finally:
            process.send_signal(signal.SIGTERM)
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

    def go(self, path: str) -> None:
        """Open a page of the console."""
        self.page.goto(f"{self._address}/{path}")

    def choose_table(self, name: str) -> None:
        """Choose a table of the semantic model."""
        self.page.get_by_role("combobox", name="Table", exact=True).click()
        self.page.get_by_role("option", name=name, exact=True).click()

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


def shoot(
    browser: Browser, link: str, look: tuple[str, tuple[int, int], str], state: Path, samples: Samples
) -> None:
    """All pages in one look. The first window signs in by the link, the others go on with its cookies."""
    name_of_look, size, colours = look
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if colours == "dark" else "light",
        locale="en-GB",
        reduced_motion="reduce",
        storage_state=state if state.exists() else None,
    )
    # A stream that stays open would leave the network never idle.
    context.route("**/api/v1/events/stream*", lambda route: route.abort())
    page = context.new_page()
    address = link.partition("/#")[0]
    camera = Camera(page, address, name_of_look)
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
        samples.forget_dashboards()
        for question in PINNED:
            camera.pin(question)
        samples.alert()
    page.goto(f"{address}/dashboards")
    page.get_by_role("link", name=re.compile("Sales")).click()
    page.locator("canvas").first.wait_for()
    camera.take("dashboard")
    for name in PAGES:
        page.goto(f"{address}/{name}")
        page.get_by_role("heading", level=1).wait_for()
        camera.take(name)
    shoot_tables(camera, samples.make(DEMO.parent / "warehouse.sqlite"))
    shoot_dialogs(camera)
    context.storage_state(path=state)
    context.close()


def shoot_tables(camera: Camera, tables: dict[str, str]) -> None:
    """The pages of tables, with what people decide about them."""
    page = camera.page
    camera.go(f"data/{tables['orders']}")
    page.get_by_role("table").wait_for()
    camera.take("rows")
    page.get_by_role("tab", name="Columns").click()
    page.get_by_role("img").first.wait_for()
    camera.take("columns")
    camera.go(f"data/{tables['deliveries']}?tab=review")
    page.get_by_role("region", name="Questions for you").wait_for()
    camera.take("review")
    camera.go(f"data/{tables['stock']}?tab=rules")
    page.get_by_role("listitem").first.wait_for()
    page.get_by_role("button", name="Try on the first rows").click()
    page.get_by_role("region", name="Trial").wait_for()
    camera.take("rules")
    camera.go(f"data/{tables['stock']}?tab=versions")
    page.get_by_role("button", name="Compare version 2").click()
    page.get_by_text("Rows are told apart by").wait_for()
    camera.take("versions")
    page.get_by_role("region", name="Comparison").evaluate("each => each.scrollIntoView()")
    camera.take("comparison")


def shoot_dialogs(camera: Camera) -> None:
    """What opens on a press."""
    page = camera.page
    page.get_by_role("button", name="Keeping").click()
    page.get_by_label("Newest versions to keep").wait_for()
    camera.take("keeping")
    camera.go("semantics")
    segments = page.get_by_role("region", name="Segments")
    camera.choose_table("orders")
    segments.get_by_role("button", name="Large German orders").click()
    segments.get_by_label("Value of condition 1").wait_for()
    segments.evaluate("each => each.scrollIntoView()")
    camera.take("semantics-segment")
    page.get_by_role("region", name="Who reads which rows").evaluate("each => each.scrollIntoView()")
    camera.take("semantics-policies")
    camera.go("workspace")
    page.get_by_role("tab", name="Old data").click()
    page.get_by_label("Newest versions to keep").wait_for()
    camera.take("retention")
    page.get_by_role("tab", name="Query limits").click()
    page.get_by_label("Rows to read").wait_for()
    camera.take("query-limits")
    camera.go("connections")
    page.get_by_role("button", name="Connect a database").first.click()
    page.get_by_role("dialog").wait_for()
    camera.take("connection-form")
    camera.go("dashboards")
    page.get_by_role("link", name=re.compile("Sales")).click()
    page.get_by_role("button", name="Refresh by itself").first.click()
    page.get_by_role("dialog").wait_for()
    camera.take("refresh")
    camera.go("")
    page.get_by_role(_BOX, name="Your question").fill("How much may the crane lift?")
    page.evaluate(_DROP, [["crane.pdf", "%PDF"], ["loads.csv", "a,b"]])
    page.get_by_role("dialog").wait_for()
    camera.take("where-to")
    camera.ask("Total amount by month in 2025")
    navigation = page.get_by_role("button", name="Open navigation")
    if navigation.is_visible():
        navigation.click()
    page.get_by_role("button", name="Actions for “Total amount by month in 2025”").first.click(force=True)
    page.get_by_role("menuitem", name="Recap").click()
    page.get_by_role("region", name="Turn by turn").wait_for()
    camera.take("recap")


def save_for_docs(picture: Path, name: str) -> None:
    """Keep a picture in the documentation: of a page's few colours so many are enough, and it is a third as
    large."""
    DOCS.mkdir(exist_ok=True)
    image = Image.open(picture).convert("RGB").quantize(_COLOURS_IN_DOCS, dither=Image.Dither.NONE)
    image.save(DOCS / name, optimize=True)


def main() -> None:
    """Take all pictures."""
    OUT.mkdir(parents=True, exist_ok=True)
    path = next(found for name in ("chromium", "google-chrome") if (found := shutil.which(name)))
    state = OUT / "state.json"
    state.unlink(missing_ok=True)
    with demo() as link, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        samples = Samples(link.partition("/#")[0], DEMO)
        samples.make(database(DEMO.parent))
        for look in LOOKS:
            shoot(browser, link, look, state, samples)
        browser.close()
    state.unlink()
    if "--docs" in sys.argv:
        for name in SHOWN_IN_DOCS:
            save_for_docs(OUT / f"{name}-wide-light.png", f"{name}.png")
    print(f"{len(list(OUT.glob('*.png')))} pictures are in {OUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
