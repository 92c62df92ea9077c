"""The memory of a running server by kind of process, watched from outside."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

_POLL_SECONDS = 0.5
_MEGABYTE = 1e6


class Memory:
    """Megabytes of each kind of process: `web`, `worker` and `readers` by their proportional set size,
    `postgres` by what its processes have each alone, without the pages that they share."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)
        children = [child for child in self._root.children() if not child.name().startswith("postgres")]
        self._web = max(children, key=lambda child: len(child.net_connections("tcp"))).pid
        self.now: dict[str, float] = {}
        self.most: dict[str, float] = {}

    def restart(self) -> None:
        """Forget the largest sizes."""
        self.most = dict(self.now)

    def look(self) -> None:
        """Look at every process once."""
        sizes: dict[str, float] = {}
        for child in self._root.children():
            own = "web" if child.pid == self._web else "worker"
            if child.name().startswith("postgres"):
                own = "postgres"
            below = child.children(recursive=True)
            for process, kind in [(child, own), *((each, _below(own)) for each in below)]:
                try:
                    memory = process.memory_full_info()
                except psutil.NoSuchProcess:
                    continue
                size = memory.uss if kind == "postgres" else memory.pss
                sizes[kind] = round(sizes.get(kind, 0.0) + size / _MEGABYTE, 1)
        self.now = sizes
        kinds = {*self.most, *sizes}
        self.most = {kind: max(self.most.get(kind, 0.0), sizes.get(kind, 0.0)) for kind in kinds}


def _below(kind: str) -> str:
    return kind if kind == "postgres" else "readers"


@contextmanager
def watched(pid: int) -> Iterator[Memory]:
    """Keep looking until the block ends. Connect to the web process first: that is how it is known."""
    memory, over = Memory(pid), threading.Event()
    memory.look()

    def look() -> None:
        while not over.wait(_POLL_SECONDS):
            try:
                memory.look()
            except psutil.NoSuchProcess:
                continue

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield memory
    finally:
        over.set()
        thread.join()
