"""Much at once: a sync of many small files, a large text file, a PDF of many pages. Time, rate, memory.

A worker process reads them as in production. Memory is the largest resident size of the worker, and of any of
its children, looked at every 50 ms; small and large ones are measured in one run, so that growth shows.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from answerable.api.assembly import build_runtime
from answerable.kit.postgres import app_url_for
from answerable.kit.runtime import Runtime
from answerable.knowledge.documents import service as documents
from answerable.knowledge.documents.service import NewDocument
from answerable.knowledge.embedding import TextEncoder, load_encoder
from answerable.knowledge.sources import service as sources
from answerable.knowledge.sources.service import NewSource
from answerable.knowledge.sources.sync import service as syncing
from bench.knowledge_bed import fresh_cluster, member, new_workspace
from bench.natural_text import NaturalText
from bench.sync_fairness import fill, settings_for, workers

_POLL_SECONDS = 0.05
_BLOCK = 1 << 20
_PARAGRAPH = 90
_LINES = 15
_LIMIT_SECONDS = 3_000.0
_READY = "SELECT count(*) FROM documents WHERE status IN ('ready', 'failed')"


class Memory:
    """The largest resident sizes of worker processes and of their children since the last look, in MB."""

    def __init__(self) -> None:
        self.worker = 0.0
        self.child = 0.0

    def look(self) -> None:
        """Look at every process once."""
        for worker in psutil.Process().children():
            with suppress(psutil.NoSuchProcess):
                if worker.name() == "postgres" or not worker.name().startswith("python"):
                    continue
                self.worker = max(self.worker, worker.memory_info().rss / 1e6)
                below = [each.memory_info().rss / 1e6 for each in worker.children(recursive=True)]
                self.child = max([self.child, *below])

    def taken(self) -> dict[str, int]:
        """What was seen; looking begins anew."""
        found = {"worker_mb": int(self.worker), "child_mb": int(self.child)}
        self.worker = self.child = 0.0
        return found


@contextmanager
def watched() -> Iterator[Memory]:
    """Keep looking until the block ends."""
    memory, over = Memory(), threading.Event()

    def look() -> None:
        while not over.wait(_POLL_SECONDS):
            memory.look()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield memory
    finally:
        over.set()
        thread.join()


def write_text(path: Path, megabytes: float) -> None:
    """A text file of that size: paragraphs below headings."""
    text, written = NaturalText(seed=5), 0
    with path.open("w") as file:
        while written < megabytes * 1e6:
            written += file.write(f"# Part {written}\n\n" if written % 7 == 0 else "")
            written += file.write(text.passage(_PARAGRAPH) + "\n\n")


def write_pdf(path: Path, pages: int) -> None:
    """A PDF of that many pages of plain lines."""
    text, offsets = NaturalText(seed=6), []
    with path.open("wb") as file:

        def put(content: str) -> None:
            offsets.append(file.tell())
            file.write(f"{len(offsets)} 0 obj\n{content}\nendobj\n".encode())

        file.write(b"%PDF-1.4\n")
        put("<< /Type /Catalog /Pages 2 0 R >>")
        kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(pages))
        put(f"<< /Type /Pages /Kids [{kids}] /Count {pages} >>")
        put("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
        for number in range(pages):
            lines = " ".join(f"({text.passage(10)}) Tj 0 -16 Td" for _ in range(_LINES))
            stream = f"BT /F1 10 Tf 60 740 Td {lines} ET"
            put(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792]"
                f" /Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * number} 0 R >>"
            )
            put(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        start = file.tell()
        file.write(f"xref\n0 {len(offsets) + 1}\n0000000000 65535 f \n".encode())
        file.write(b"".join(f"{offset:010} 00000 n \n".encode() for offset in offsets))
        trailer = f"<< /Size {len(offsets) + 1} /Root 1 0 R >>"
        file.write(f"trailer {trailer}\nstartxref\n{start}\n%%EOF".encode())


async def one_file(runtime: Runtime, workspace_id: str, path: Path, memory: Memory) -> dict[str, object]:
    """A file's way from the upload to its end."""

    async def content() -> AsyncIterator[bytes]:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block

    memory.taken()
    started = time.perf_counter()
    async with runtime.database.begin(member(workspace_id)) as session:
        accepted = await documents.upload(session, runtime, content(), NewDocument(path.name))
    while time.perf_counter() - started < _LIMIT_SECONDS:
        async with runtime.database.begin(member(workspace_id)) as session:
            row = await documents.read(session, accepted.document.id)
        if row.status in ("ready", "failed"):
            seconds = round(time.perf_counter() - started, 1)
            end = {"status": row.status, "error": row.error_code, "chunks": row.chunk_count}
            return {"megabytes": round(row.size_bytes / 1e6, 1), "seconds": seconds, **end, **memory.taken()}
        await asyncio.sleep(_POLL_SECONDS)
    raise TimeoutError(f"{path.name} was not read in time")


async def many_files(
    runtime: Runtime, workspace_id: str, shelf: Path, count: int, memory: Memory
) -> dict[str, object]:
    """A sync of many small files until all have been read, and the rate of the first and the last tenth."""
    memory.taken()
    async with runtime.database.begin(member(workspace_id)) as session:
        new = NewSource("folder", "shelf", {"path": str(shelf), "watch": False})
        source = (await sources.create(session, runtime, new)).source
        await syncing.start(session, source.id)
    started = time.perf_counter()
    marks: dict[int, float] = {}
    first: dict[str, int] = {}
    tenth = max(1, count // 10)
    while len(marks) < 10:
        async with runtime.database.begin(member(workspace_id)) as session:
            ((read,),) = await session.fetch(_READY, {})
        for number in range(1, int(read) // tenth + 1):
            marks.setdefault(number, time.perf_counter() - started)
        if marks and not first:
            first = memory.taken()
        if time.perf_counter() - started > _LIMIT_SECONDS:
            raise TimeoutError("the files were not read in time")
        await asyncio.sleep(_POLL_SECONDS)
    return {
        "files": count,
        "seconds": round(marks[10], 1),
        "per_second": round(10 * tenth / marks[10], 1),
        "per_second_first_tenth": round(tenth / marks[1], 1),
        "per_second_last_tenth": round(tenth / (marks[10] - marks[9]), 1),
        "memory_first_tenth": first,
        "memory_after": memory.taken(),
    }


async def bare_rate(runtime: Runtime, count: int) -> float:
    """How many of such small texts are embedded a second, one after the other, with nothing else to do."""
    encoder = TextEncoder(lambda: load_encoder(runtime.settings.data_dir, threads=1))
    texts = [f"Note number {number} speaks of parcel {number * 7919}." for number in range(count)]
    await encoder.encode(texts[:2])
    started = time.perf_counter()
    for text in texts:
        await encoder.encode([text])
    encoder.close()
    return round(count / (time.perf_counter() - started), 1)


async def run(options: argparse.Namespace) -> dict[str, object]:
    """All figures."""
    with fresh_cluster() as (folder, admin_url), watched() as memory:
        shelf = folder / "shelf"
        fill(shelf, options.files)
        settings, url = settings_for(folder), app_url_for(admin_url)
        runtime = build_runtime(settings, url)
        figures: dict[str, object] = {"bare_texts_per_second": await bare_rate(runtime, 200)}
        workspace_id = new_workspace(admin_url)
        with workers(settings, url, options.workers):
            try:
                for megabytes in options.text_mb:
                    path = folder / f"{megabytes}.md"
                    write_text(path, megabytes)
                    figures[f"text_{megabytes}_mb"] = await one_file(runtime, workspace_id, path, memory)
                for pages in options.pages:
                    path = folder / f"{pages}.pdf"
                    write_pdf(path, pages)
                    figures[f"pdf_{pages}_pages"] = await one_file(runtime, workspace_id, path, memory)
                if options.files:
                    crowd = new_workspace(admin_url)
                    figures["small_files"] = await many_files(runtime, crowd, shelf, options.files, memory)
            finally:
                await runtime.close()
    return figures


def main() -> int:
    """Print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000, help="small files that are synced; 0 for none")
    parser.add_argument("--text-mb", type=float, nargs="*", default=[1, 9, 100], help="sizes of text files")
    parser.add_argument("--pages", type=int, nargs="*", default=[200, 2_000], help="lengths of PDFs")
    parser.add_argument("--workers", type=int, default=1)
    print(json.dumps({"bulk": asyncio.run(run(parser.parse_args()))}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
