"""Results that were computed already.

A key names everything that a result depends on: the workspace, the query's canonical form, the
model's revision, the version of each dataset, and how far whoever asked sees. A change of any of them is
another key, so that nothing has to be invalidated; what is old falls out when the room is needed.
"""

from __future__ import annotations

import sys
from collections import OrderedDict
from dataclasses import dataclass

from answerable.data.engines.in_flight import InFlight
from answerable.data.semantics.result import QueryResult

MAX_BYTES = 64 * 1024 * 1024
_LARGEST_SHARE = 8  # one result may take an eighth of the room


@dataclass(frozen=True, slots=True)
class CacheKey:
    workspace_id: str
    query_hash: str
    model_revision: str
    data_versions: tuple[tuple[str, int], ...]
    reach: str | None = None


class QueriesInFlight(InFlight[QueryResult]):
    """The queries that are computed now, by the keys that their results will be kept under."""


class ResultCache:
    """The results used last, up to a number of bytes. Lives in one process."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._results: OrderedDict[CacheKey, tuple[QueryResult, int]] = OrderedDict()

    def get(self, key: CacheKey) -> QueryResult | None:
        """The result of that key, or None."""
        entry = self._results.get(key)
        if entry is None:
            return None
        self._results.move_to_end(key)
        return entry[0]

    def put(self, key: CacheKey, result: QueryResult) -> None:
        """Keep a result, unless it is too large; the oldest make room."""
        size = _size(result)
        if size > self._max_bytes // _LARGEST_SHARE:
            return
        self._drop(key)
        self._results[key] = (result, size)
        self._bytes += size
        while self._bytes > self._max_bytes:
            self._drop(next(iter(self._results)))

    def forget_workspace(self, workspace_id: str) -> None:
        """Drop every result of a workspace, as deletion of its data asks."""
        for key in [key for key in self._results if key.workspace_id == workspace_id]:
            self._drop(key)

    def _drop(self, key: CacheKey) -> None:
        _, size = self._results.pop(key, (None, 0))
        self._bytes -= size


def _size(result: QueryResult) -> int:
    cells = sum(sys.getsizeof(cell) for row in result.rows for cell in row)
    return cells + sum(sys.getsizeof(row) for row in result.rows) + len(result.sql) + 2_000
