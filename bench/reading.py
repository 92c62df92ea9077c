"""How documents are read: warm children against cold ones, a folder of difficult files.
Prints JSON.

    python -m bench.reading --files FOLDER

Each file of FOLDER must give text or a typed reason. Memory is the largest resident size of a child and
of this process, looked at every 20 ms; the ratio of the starts' medians counts, not the seconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

from answerable.kit.settings import ParsingSettings
from answerable.knowledge.parsing.failures import ParseFailed
from answerable.knowledge.parsing.parser import ReaderProcesses, parse

_TURNS = 15
_POLL_SECONDS = 0.02
_MEGABYTE = 1 << 20
_SMALL = "# Returns\n\nGoods may be returned within thirty days of delivery.\n"


class Peak:
    """The largest resident sizes seen, in MB."""

    def __init__(self) -> None:
        self.child = 0.0
        self.parent = 0.0

    def look(self) -> None:
        """Look at every process once."""
        own = psutil.Process()
        self.parent = max(self.parent, own.memory_info().rss / _MEGABYTE)
        for child in own.children(recursive=True):
            try:
                self.child = max(self.child, child.memory_info().rss / _MEGABYTE)
            except psutil.NoSuchProcess:
                continue


@contextmanager
def watched() -> Iterator[Peak]:
    """Keep looking at the memory until the block ends."""
    peak, over = Peak(), threading.Event()

    def look() -> None:
        while not over.wait(_POLL_SECONDS):
            peak.look()

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        over.set()
        thread.join()


async def starts(folder: Path) -> dict[str, object]:
    """Seconds for a small file, warm and cold in turns."""
    path = folder / "small.md"
    path.write_text(_SMALL)
    processes = ReaderProcesses()
    await parse(path, path.name, processes=processes)
    seconds: dict[str, list[float]] = {"warm": [], "cold": []}
    for _ in range(_TURNS):
        for way, over in (("warm", processes), ("cold", None)):
            began = time.perf_counter()
            await parse(path, path.name, processes=over)
            seconds[way].append(time.perf_counter() - began)
    await processes.close()
    warm, cold = (statistics.median(seconds[way]) for way in ("warm", "cold"))
    return {"warm_s": round(warm, 4), "cold_s": round(cold, 4), "cold_to_warm": round(cold / warm, 1)}


async def difficult(files: Sequence[Path]) -> dict[str, object]:
    """What becomes of each of the files."""
    processes = ReaderProcesses()
    outcomes: Counter[str] = Counter()
    longest = ("", 0.0)
    with watched() as peak:
        for path in files:
            began = time.perf_counter()
            try:
                await parse(path, path.name, processes=processes)
                outcomes["text"] += 1
            except ParseFailed as failure:
                outcomes[failure.reason.value] += 1
            longest = max(longest, (path.name, time.perf_counter() - began), key=lambda item: item[1])
    await processes.close()
    return {
        "files": sum(outcomes.values()),
        "outcomes": dict(outcomes.most_common()),
        "longest": {"file": longest[0], "seconds": round(longest[1], 2)},
        "peak_child_mb": round(peak.child),
        "memory_limit_mb": ParsingSettings().memory_bytes // _MEGABYTE,
    }


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=Path, help="a folder of difficult files")
    options = parser.parse_args()
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as name:
        figures["small_file"] = asyncio.run(starts(Path(name)))
        if options.files is not None:
            figures["difficult_files"] = asyncio.run(difficult(sorted(options.files.iterdir())))
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
