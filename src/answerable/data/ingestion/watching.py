"""How far a statement of the engine has come, told while it runs: a file of a gigabyte is read by one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb

_SECONDS = 0.25


@contextmanager
def watched(connection: duckdb.DuckDBPyConnection, note: Callable[[float], None]) -> Iterator[None]:
    """Calls `note` with the share (0 to 1) of its source that the connection's statement has read, several
    times a second and from a thread of its own, until the block ends."""
    # Progress is measured for a bar alone; nobody looks at one here.
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_SECONDS):
            share = connection.query_progress() / 100
            if 0 < share <= 1:
                note(share)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
