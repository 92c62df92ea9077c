"""How much memory the embedded PostgreSQL may keep pages in.

With too little, a search reads most of its pages from the system's cache again: among 100,000 passages that
was a quarter of its time. What is set is room, which fills only with what is read.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_PART = 8
_LEAST_MB, _MOST_MB = 256, 2048
_CGROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def memory_bytes() -> int:
    """The memory of this machine, or of the container where that has less."""
    found = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")]
    for limit in _CGROUP_LIMITS:
        with suppress(OSError, ValueError):  # no such file, or "max"
            found.append(int(limit.read_text()))
    return min(found)


def shared_buffers_mb(memory: int) -> int:
    """`shared_buffers` in MB for a machine of so many bytes: an eighth of them, within bounds."""
    return min(max(memory // _PART // (1 << 20), _LEAST_MB), _MOST_MB)
