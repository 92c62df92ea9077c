"""Follows the guide `docs/guides/ten-minutes.md` on a server of its own and takes its pictures on the way.

    python -m tools.guide_pictures

So the guide cannot show what a reader does not get: where a step fails, there is no picture of it. Needs a
built console and Chromium.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import httpx
from playwright.sync_api import Page, expect, sync_playwright

from answerable.cli.samples.generate import write_samples
from tools.screenshots import DOCS, save_for_docs

_SIZE = (1100, 720)
_START_SECONDS = 120
_READY_SECONDS = 180
PINNED = ("Total amount by month in 2025", "Total amount in 2025", "Total amount by region in 2025")


@contextmanager
def fresh_server(folder: Path) -> Iterator[str]:
    """A server that nobody has used; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [str(Path(sys.executable).with_name("answerable")), "serve", "--port", str(port)]
    environment = {**os.environ, "ANSWERABLE_DATA_DIR": str(folder)}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            _wait_for(address)
            yield address
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/health/ready").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError("the server did not become ready")


class Reader:
    """Somebody who does what the guide says, step by step."""

    def __init__(self, page: Page, pictures: Path) -> None:
        self._page = page
        self._pictures = pictures

    def follow(self, address: str, files: list[Path]) -> None:
        """All steps."""
        self._page.goto(address)
        self._set_up()
        self._add(files)
        self._ask_the_table()
        self._ask_the_handbook()
        self._make_a_dashboard(address)

    def _take(self, name: str) -> None:
        self._page.wait_for_load_state("networkidle")
        self._page.evaluate("document.fonts.ready")
        self._page.screenshot(path=self._pictures / f"{name}.png")

    def _set_up(self) -> None:
        page = self._page
        page.get_by_label("Your name").fill("Ada Lovelace")
        page.get_by_label("E-mail address").fill("ada@example.com")
        page.locator("input[name=password]").fill("correct horse battery staple")
        page.get_by_label("Name of the workspace").fill("Coffee wholesale")
        self._take("ten-1-set-up")
        page.locator("button[type=submit]").click()
        page.get_by_role("heading", name="Ask your documents and tables").wait_for()
        self._take("ten-2-empty")

    def _add(self, files: list[Path]) -> None:
        page = self._page
        page.get_by_test_id("file-input").set_input_files(files)
        tray = page.get_by_role("region", name="Adding files")
        expect(tray).to_contain_text(f"{len(files)} files ready", timeout=_READY_SECONDS * 1000)
        self._take("ten-3-files")
        page.get_by_role("button", name="Close the list").click()

    def _ask(self, question: str) -> None:
        box = self._page.get_by_role("textbox", name="Your question")
        box.fill(question)
        box.press("Enter")
        turn = self._page.get_by_role("article", name=question)
        expect(turn).to_have_attribute("data-state", "answered", timeout=60_000)

    def _ask_the_table(self) -> None:
        page = self._page
        page.reload()
        self._ask("Total amount by month in 2025")
        page.locator("canvas").first.wait_for()
        self._take("ten-4-number")

    def _ask_the_handbook(self) -> None:
        page = self._page
        page.get_by_role("link", name="Ask").first.click()
        self._ask("How many days of annual leave do employees have?")
        expect(page.get_by_role("article").last).to_contain_text("30 working days")
        page.get_by_role("button", name=re.compile("Source 1")).first.hover()
        page.get_by_role("blockquote").wait_for()
        self._take("ten-5-quote")

    def _make_a_dashboard(self, address: str) -> None:
        page = self._page
        for question in PINNED:
            page.goto(address)
            self._ask(question)
            page.get_by_role("button", name="Pin to a dashboard").click()
            dialog = page.get_by_role("dialog")
            page.wait_for_load_state("networkidle")
            name = dialog.get_by_label("Name of the new dashboard")
            if name.count():
                name.fill("Sales")
            dialog.get_by_role("button", name="Pin to a dashboard").click()
            dialog.wait_for(state="hidden")
        page.goto(f"{address}/dashboards")
        page.get_by_role("link", name=re.compile("Sales")).click()
        page.locator("canvas").first.wait_for()
        self._take("ten-6-dashboard")


def main() -> None:
    """Follow the guide and keep its pictures."""
    path = next(found for name in ("chromium", "google-chrome") if (found := shutil.which(name)))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        written = write_samples(folder / "samples", date(2026, 1, 15))
        wanted = {"orders.csv", "employee-handbook.pdf"}
        files = [file for file in (*written.tables, *written.documents) if file.name in wanted]
        with fresh_server(folder / "server") as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            context = browser.new_context(
                viewport={"width": _SIZE[0], "height": _SIZE[1]}, locale="en-GB", reduced_motion="reduce"
            )
            # A stream that stays open would leave the network never idle.
            context.route("**/api/v1/events/stream*", lambda route: route.abort())
            Reader(context.new_page(), folder).follow(address, files)
            browser.close()
        for picture in sorted(folder.glob("ten-*.png")):
            save_for_docs(picture, picture.name)
    print(f"The pictures of the guide are in {DOCS.name}")


if __name__ == "__main__":
    main()
