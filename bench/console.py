"""The console in a real Chromium, from a server of its own on loopback: how large its scripts are, how soon
one can type a question, how even a table of 10,000 rows scrolls, how many frames are missed while answers
come, and what memory a conversation of many answers takes.

    python -m bench.console --rounds 10 --answers 200
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright

from answerable.api.console.serving import FILES
from bench.system import free_port, wait_ready

_PERSON = {"email": "bench@example.com", "password": "correct horse battery", "workspace_name": "Bench"}
_QUESTIONS = (
    "total amount by region",
    "number of orders",
    "total amount by month",
    "top 2 regions by amount",
)
_NUMBERS = ("number of orders", "total amount", "average amount", "total amount in 2025")
_CHARTED = ("total amount by region", "total amount by month", "number of orders by region")
_LAST_IS_ANSWERED = """question => {
    const last = [...document.querySelectorAll("article")].at(-1);
    return last?.ariaLabel === question && last.dataset.state === "answered";
}"""
_ORDERS = "order date,region,amount (EUR)\n" + "".join(
    f"2025-{n % 12 + 1:02}-{n % 27 + 1:02},{('North', 'South', 'West')[n % 3]},{n}.50\n" for n in range(600)
)
_ROWS = 10_000
_LONG = "street,points\n" + "".join(f"Street {n // 2:05},{n % 977}.25\n" for n in range(2 * _ROWS))
_LONG_QUESTION = "total points by street"
_SCROLLED = """async () => {
    const cell = [...document.querySelectorAll("article table")].at(-1);
    let box = cell;
    while (box && box.scrollHeight <= box.clientHeight + 1) box = box.parentElement;
    const step = (box.scrollHeight - box.clientHeight) / 180;
    const frames = [];
    let before = await new Promise(requestAnimationFrame);
    for (let n = 0; n < 180; n++) {
        box.scrollTop += step;
        const now = await new Promise(requestAnimationFrame);
        frames.push(now - before);
        before = now;
    }
    return { frames, drawn: cell.rows.length };
}"""
_WATCH_FRAMES = """() => {
    window.frames_ms = [];
    let before = performance.now();
    const look = now => {
        window.frames_ms.push(now - before);
        before = now;
        requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
}"""
_FRAME_MS = 1000 / 60
_REST_MS = 500
_ASKED_LAST = 1  # the number of the last message to a worker


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--answers", type=int, default=200)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="answerable-bench-"))
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [str(Path(sys.executable).parent / "answerable"), "serve", "--data-dir", str(folder)]
    server = subprocess.Popen([*command, "--port", str(port)], stderr=subprocess.DEVNULL)
    try:
        wait_ready(port, server)
        _fill(address)
        with sync_playwright() as playwright:
            path = next(found for name in ("chromium", "google-chrome") if (found := shutil.which(name)))
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            figures = {
                "scripts": script_sizes(),
                "interactive": interactive(browser, address, options.rounds),
                "scrolling": scrolling(browser, address),
                "streaming": streaming(browser, address),
                "memory": memory(browser, address, options.answers),
            }
            browser.close()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(figures))


def script_sizes() -> dict[str, object]:
    """Bytes, gzipped: what loads before any page, and the largest of what pages load when they are opened."""
    page = (FILES / "index.html").read_text(encoding="utf-8")
    first = set(re.findall(r'(?:src|href)="/([^"]+\.js)"', page))
    sizes = {
        str(path.relative_to(FILES)): len(gzip.compress(path.read_bytes(), 9)) for path in FILES.rglob("*.js")
    }
    later = sorted(((size, name) for name, size in sizes.items() if name not in first), reverse=True)
    return {
        "before_pages": sum(sizes[name] for name in first),
        "budget": 250_000,
        "all": sum(sizes.values()),
        "largest_later": [{"name": name, "bytes": size} for size, name in later[:5]],
    }


def interactive(browser: Browser, address: str, rounds: int) -> dict[str, object]:
    """Milliseconds from opening the address until a question can be typed, signed in: with nothing cached,
    and again."""
    cold: list[float] = []
    warm: list[float] = []
    for _ in range(rounds):
        page = _signed_in(browser, address)
        state = page.context.storage_state()
        page.context.close()
        context = browser.new_context(storage_state=state, locale="en-GB")
        page = context.new_page()
        cold.append(_until_typed(page, address))
        warm.append(_until_typed(page, address))
        context.close()
    return {"cold_ms": _spread(cold), "warm_ms": _spread(warm), "budget_ms": 1000}


def scrolling(browser: Browser, address: str) -> dict[str, object]:
    """Milliseconds of each frame while a table of 10,000 rows is scrolled from its first to its last in three
    seconds, and how many frames were missed; `drawn` is how many rows the page holds at once."""
    page = _signed_in(browser, address)
    _ask(page, _LONG_QUESTION)
    turn = page.get_by_role("article").last
    if turn.get_by_text("Table", exact=True).count():
        turn.get_by_text("Table", exact=True).click()
    turn.get_by_role("table").wait_for()
    found = page.evaluate(_SCROLLED)
    frames = found["frames"]
    page.context.close()
    return {"rows": _ROWS, "drawn": found["drawn"], **_frames(frames)}


def streaming(browser: Browser, address: str, answers: int = 20) -> dict[str, object]:
    """Frames from a question until the next while answers arrive as events: plain numbers, and with charts
    and tables; the first answer of each is left out, as it loads what draws. `control` is an empty page while
    the server answers the same questions to somebody else: what the machine itself misses. `busy_ms` is the
    time that the page's main thread worked for one answer."""
    found: dict[str, object] = {"control": _control(browser, address, answers)}
    for name, questions in (("numbers", _NUMBERS), ("charts", _CHARTED)):
        page = _signed_in(browser, address)
        _ask(page, questions[-1])
        page.wait_for_timeout(_REST_MS)
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        page.evaluate(_WATCH_FRAMES)
        before = _busy_seconds(session)
        for n in range(answers):
            _ask(page, questions[n % len(questions)])
        page.wait_for_timeout(_REST_MS)
        busy = (_busy_seconds(session) - before) * 1000 / answers
        frames = page.evaluate("() => window.frames_ms")
        page.context.close()
        found[name] = {**_frames(frames), "busy_ms": round(busy, 1)}
    return found


def _control(browser: Browser, address: str, answers: int) -> dict[str, object]:
    page = browser.new_context().new_page()
    with httpx.Client(base_url=f"{address}/api/v1", timeout=60) as client:
        login = {name: _PERSON[name] for name in ("email", "password")}
        token = client.post("/auth/login", json=login).raise_for_status().json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        chat = client.post("/chat/sessions", json={}).raise_for_status().json()["id"]
        page.evaluate(_WATCH_FRAMES)
        for n in range(answers):
            question = {"content": _CHARTED[n % len(_CHARTED)]}
            client.post(f"/chat/sessions/{chat}/messages", json=question).raise_for_status()
        page.wait_for_timeout(_REST_MS)
    frames = page.evaluate("() => window.frames_ms")
    page.context.close()
    return _frames(frames)


def _busy_seconds(session: CDPSession) -> float:
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


def _frames(frames: list[float]) -> dict[str, object]:
    missed = sum(round(frame / _FRAME_MS) - 1 for frame in frames if frame > 1.5 * _FRAME_MS)
    return {"frame_ms": _spread(frames), "missed": missed, "frames": len(frames)}


def _ask(page: Page, question: str) -> None:
    """Ask another question than the last one, and wait for its answer."""
    box = page.get_by_role("textbox", name="Your question")
    box.fill(question)
    box.press("Enter")
    page.wait_for_function(_LAST_IS_ANSWERED, arg=question)


def memory(browser: Browser, address: str, answers: int) -> dict[str, object]:
    """Bytes of script memory in use after a collection: before the first question, and after so many answers
    in one conversation, of which the page shows the latest."""
    page = _signed_in(browser, address)
    before = _heap(page)
    for n in range(answers):
        _ask(page, _QUESTIONS[n % len(_QUESTIONS)])
    after = _heap(page)
    page.context.close()
    return {"answers": answers, "before": before, "after": after, "per_answer": (after - before) // answers}


def _fill(address: str) -> None:
    with httpx.Client(base_url=f"{address}/api/v1", timeout=60) as client:
        token = client.post("/auth/register", json=_PERSON).raise_for_status().json()["access_token"]
        client.headers["Authorization"] = f"Bearer {token}"
        for name, content in (("orders.csv", _ORDERS), ("codes.csv", _LONG)):
            sent = client.post("/datasets", files={"file": (name, content.encode())})
            job = sent.raise_for_status().json()["job"]["id"]
            while client.get(f"/jobs/{job}").raise_for_status().json()["status"] not in (
                "succeeded",
                "failed",
            ):
                time.sleep(0.1)


def _signed_in(browser: Browser, address: str) -> Page:
    page = browser.new_context(locale="en-GB").new_page()
    page.goto(address)
    page.get_by_label("E-mail address").fill(_PERSON["email"])
    page.locator("input[name=password]").fill(_PERSON["password"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("textbox", name="Your question").wait_for()
    return page


def _until_typed(page: Page, address: str) -> float:
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.get_by_role("textbox", name="Your question").fill("x")
    return (time.perf_counter() - began) * 1000


def _heap(page: Page) -> int:
    """Bytes of script memory of the page and of its workers."""
    session = page.context.new_cdp_session(page)
    workers: list[str] = []
    told: list[int] = []

    def hear(event: dict[str, str]) -> None:
        message = json.loads(event["message"])
        if message.get("id") == _ASKED_LAST:
            told.append(int(message["result"]["usedSize"]))

    session.on("Target.attachedToTarget", lambda event: workers.append(event["sessionId"]))
    session.on("Target.receivedMessageFromTarget", hear)
    session.send("HeapProfiler.collectGarbage")
    used = int(session.send("Runtime.getHeapUsage")["usedSize"])
    session.send(
        "Target.setAutoAttach", {"autoAttach": True, "waitForDebuggerOnStart": False, "flatten": False}
    )
    for worker in workers:
        for number, method in enumerate(("HeapProfiler.collectGarbage", "Runtime.getHeapUsage")):
            message = json.dumps({"id": number, "method": method})
            session.send("Target.sendMessageToTarget", {"sessionId": worker, "message": message})
    while len(told) < len(workers):
        page.wait_for_timeout(50)
    session.detach()
    return used + sum(told)


def _spread(values: list[float]) -> dict[str, float]:
    return {"p50": round(statistics.median(values), 1), "most": round(max(values), 1)}


if __name__ == "__main__":
    main()
