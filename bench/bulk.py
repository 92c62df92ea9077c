"""Bulk through the whole system, as `answerable serve` runs it with one web and one worker process: a text of
100 MB, 10,000 small files, a PDF of 2,000 pages. How long each takes, what a search and a question take
meanwhile and after, and the memory of each kind of process, which must not grow with the file.

    python -m bench.bulk --long 100 --files 10000 --pages 2000

Embedding takes most of the time. `--layers 1` embeds with the first layer of the encoder alone, so that the
rest is what is measured; what is found first then says nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp

from answerable.knowledge.embedding.weights import find_weights
from bench.bulk_files import Prose, fact, question, small, write_long, write_pages
from bench.system import free_port, wait_ready
from bench.watching import Memory, watched

_REGISTERED = {"email": "bench@example.com", "password": "correct horse battery", "workspace_name": "Bench"}
_HANDBOOK = b"# Expenses\n\nExpenses above 500 euros need the approval of the department head.\n"
_BESIDE = "expenses above 500 euros"
_POLL_SECONDS = 1.0
_AT_ONCE = 8
_SEARCHES = 40
GROWTH_BUDGET_MB = 60.0  # of the worker, from the first quarter of a long text to its end


class Person:
    """The API as one person uses it."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def call(self, method: str, path: str, **options: object) -> dict[str, object]:
        """The JSON of the answer; {} of an empty one."""
        async with self._http.request(method, f"/api/v1/{path}", **options) as answer:  # type: ignore[arg-type]
            if answer.status >= 400:
                raise RuntimeError(f"{method} {path}: {answer.status} {await answer.text()}")
            found: dict[str, object] = await answer.json() if answer.status != 204 else {}
            return found

    async def upload(self, name: str, content: object) -> str:
        """The id of the document."""
        form = aiohttp.FormData()
        form.add_field("file", content, filename=name)
        made = await self.call("POST", "documents", data=form)
        return str(made["document"]["id"])  # type: ignore[index]

    async def document(self, identity: str) -> dict[str, object]:
        """The document; RuntimeError when it failed."""
        found = await self.call("GET", f"documents/{identity}")
        if found["status"] == "failed":
            raise RuntimeError(str(found["error"]))
        return found

    async def ready(self, identity: str) -> None:
        """Returns once the document is."""
        while True:
            if (await self.document(identity))["status"] == "ready":
                return
            await asyncio.sleep(_POLL_SECONDS)

    async def search(self, query: str) -> tuple[float, list[dict[str, object]]]:
        """Seconds and results."""
        begun = time.perf_counter()
        found = await self.call("POST", "search", json={"query": query})
        return time.perf_counter() - begun, found["results"]  # type: ignore[return-value]

    async def quotes(self, asked: str) -> str:
        """All quotes of an answer in one text."""
        found = await self.call("POST", "ask", json={"question": asked})
        return " ".join(str(item.get("quote")) for item in found["evidence"])  # type: ignore[attr-defined]


class Beside:
    """Someone who searches another document every second while something large is under way."""

    def __init__(self, person: Person) -> None:
        self._person = person
        self.seconds: list[float] = []
        self.missed = 0

    async def until(self, over: Callable[[], Awaitable[bool]], look: Callable[[], None]) -> None:
        """Search on until it is over; `look` each time."""
        while not await over():
            taken, results = await self._person.search(_BESIDE)
            self.seconds.append(taken)
            self.missed += not results or "500 euros" not in str(results[0]["text"])
            look()
            await asyncio.sleep(_POLL_SECONDS)

    def figures(self) -> dict[str, object]:
        """Milliseconds, and how often the document was not first."""
        return {"searches": len(self.seconds), **spread(self.seconds), "missed": self.missed}


def spread(seconds: list[float]) -> dict[str, float]:
    """p50 and the longest, in milliseconds."""
    longest = round(max(seconds, default=0.0) * 1000, 1)
    return {"p50_ms": round(statistics.median(seconds or [0.0]) * 1000, 1), "longest_ms": longest}


async def one_document(person: Person, memory: Memory, path: Path, facts: list[int]) -> dict[str, object]:
    """Upload, wait, ask, open, delete."""
    memory.restart()
    begun = time.perf_counter()
    with path.open("rb") as file:
        identity = await person.upload(path.name, file)
    uploaded = time.perf_counter() - begun
    beside, sizes = Beside(person), list[float]()

    async def ready() -> bool:
        return (await person.document(identity))["status"] == "ready"

    await beside.until(ready, lambda: sizes.append(memory.now.get("worker", 0.0)))
    taken = time.perf_counter() - begun
    document = await person.document(identity)
    passages = int(str(document["chunk_count"]))
    during, beside_figures = dict(memory.most), beside.figures()
    memory.restart()
    after = await _after(person, identity, facts, int(str(document["size_bytes"])))
    quarter = max(sizes[: len(sizes) // 4 + 1], default=0.0)
    return {
        "megabytes": round(int(str(document["size_bytes"])) / 1e6, 1),
        "upload_s": round(uploaded, 1),
        "ready_s": round(taken, 1),
        "passages": passages,
        "passages_per_second": round(passages / (taken - uploaded), 1),
        "beside": beside_figures,
        "most_mb": during,
        "worker_growth_mb": round(max(sizes, default=0.0) - quarter, 1),
        **after,
        "most_mb_after": dict(memory.most),
    }


async def _after(person: Person, identity: str, facts: list[int], size: int) -> dict[str, object]:
    found = [await person.search(question(number)) for number in facts]
    quoted = [fact(number) in await person.quotes(question(number)) for number in facts]
    seconds = [(await person.search(f"{question(n)} again"))[0] for n in range(_SEARCHES)]
    begun = time.perf_counter()
    text = await person.call("GET", f"documents/{identity}/text?offset={size // 2}&limit=100000")
    opened = time.perf_counter() - begun
    begun = time.perf_counter()
    await person.call("DELETE", f"documents/{identity}")
    deleted = time.perf_counter() - begun
    gone = [await person.search(question(number)) for number in facts]
    return {
        "found_first": sum(
            bool(results) and fact(number) in str(results[0]["text"])
            for number, (_, results) in zip(facts, found, strict=True)
        ),
        "quoted": sum(quoted),
        "asked": len(facts),
        "search": spread(seconds),
        "open_middle_ms": round(opened * 1000, 1),
        "opened_characters": len(str(text["text"])),
        "delete_s": round(deleted, 2),
        "still_found": sum(any(r["document_id"] == identity for r in results) for _, results in gone),
    }


async def many(person: Person, memory: Memory, count: int) -> dict[str, object]:
    """Small files, eight uploads at once."""
    memory.restart()
    prose, waiting = Prose(5), asyncio.Semaphore(_AT_ONCE)
    begun = time.perf_counter()

    async def give(number: int) -> None:
        async with waiting:
            await person.upload(f"note-{number}.md", small(number, prose))

    marks: dict[str, float] = {}
    for start in range(0, count, 500):
        await asyncio.gather(*(give(n) for n in range(start, min(count, start + 500))))
    uploaded = time.perf_counter() - begun
    beside = Beside(person)

    async def over() -> bool:
        left = await person.call("GET", "documents?limit=1&status=queued")
        working = await person.call("GET", "documents?limit=1&status=processing")
        return not left["items"] and not working["items"]

    await beside.until(over, lambda: marks.update(last=memory.now.get("worker", 0.0)))
    taken = time.perf_counter() - begun
    failed = await person.call("GET", "documents?limit=1&status=failed")
    asked = range(0, count, max(1, count // 20))
    found = [(number, await person.search(question(number))) for number in asked]
    return {
        "files": count,
        "upload_s": round(uploaded, 1),
        "ready_s": round(taken, 1),
        "files_per_second": round(count / taken, 1),
        "failed": len(failed["items"]),  # type: ignore[arg-type]
        "beside": beside.figures(),
        "most_mb": dict(memory.most),
        "found_first": sum(bool(r) and fact(number) in str(r[0]["text"]) for number, (_, r) in found),
        "asked": len(list(asked)),
        "search": spread([seconds for _, (seconds, _) in found]),
    }


def shallow_encoder(folder: Path, layers: int) -> Path:
    """The folder of the default encoder's first layers."""
    weights = find_weights(folder)
    if weights is None:
        raise SystemExit("the embedding model's weights are not installed")
    shallow = folder / "shallow"
    shutil.copytree(weights, shallow)
    config = json.loads((weights / "config.json").read_text())
    (shallow / "config.json").write_text(json.dumps({**config, "num_hidden_layers": layers}))
    return shallow


async def measure(port: int, pid: int, folder: Path, options: argparse.Namespace) -> dict[str, object]:
    """All figures of a server that is ready."""
    figures: dict[str, object] = {}
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", timeout=timeout) as http:
        person = Person(http)
        token = (await person.call("POST", "auth/register", json=_REGISTERED))["access_token"]
        http.headers["Authorization"] = f"Bearer {token}"
        handbook = await person.upload("handbook.md", _HANDBOOK)
        await person.ready(handbook)
        with watched(pid) as memory:
            if options.pages:
                path = folder / "pages.pdf"
                await asyncio.to_thread(write_pages, path, options.pages, 7)
                facts = [0, options.pages // 2, options.pages - 1]
                figures["pages"] = await one_document(person, memory, path, facts)
                print(json.dumps(figures), file=sys.stderr, flush=True)
            if options.long:
                path = folder / "long.txt"
                await asyncio.to_thread(write_long, path, options.long, 11)
                figures["long"] = await one_document(person, memory, path, [0, 1, 2])
                print(json.dumps(figures), file=sys.stderr, flush=True)
            if options.files:
                figures["files"] = await many(person, memory, options.files)
    return figures


def main() -> int:
    """Print one JSON object. Returns 1 when a fact was not found or the worker grew with a long text."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", type=float, default=100.0, help="megabytes of the long text; 0 for none")
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--layers", type=int, help="of the encoder, in place of all")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="answerable-bench-"))
    port = free_port()
    command = [str(Path(sys.executable).parent / "answerable"), "serve", "--data-dir", str(folder / "data")]
    environment = {
        **os.environ,
        "ANSWERABLE_LOG__LEVEL": "error",
        "ANSWERABLE_AUTH__ACCESS_TOKEN_SECONDS": "36000",
    }
    if options.layers:
        environment["ANSWERABLE_SEARCH__ENCODER__FOLDER"] = str(shallow_encoder(folder, options.layers))
    server = subprocess.Popen([*command, "--port", str(port)], env=environment)
    try:
        wait_ready(port, server)
        figures = asyncio.run(measure(port, server.pid, folder, options))
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
        shutil.rmtree(folder, ignore_errors=True)
    print(
        json.dumps(
            {
                "bulk": figures,
                "encoder_layers": options.layers or "all",
                "budgets": {"worker_growth_mb": GROWTH_BUDGET_MB},
            }
        )
    )
    parts = [part for part in figures.values() if isinstance(part, dict)]
    found = options.layers or all(part["found_first"] == part["asked"] for part in parts)
    found = found and not any(part.get("still_found") for part in parts)
    return 0 if found and all(part.get("worker_growth_mb", 0.0) <= GROWTH_BUDGET_MB for part in parts) else 1


if __name__ == "__main__":
    sys.exit(main())
