"""Does the gateway's memory stay flat? Plain calls and streams in turns, and what the process holds after
10,000, 50,000 and 100,000 of them.

    python -m bench.gateway_memory
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys

import psutil

from bench.gateway import answerable, cores
from bench.gateway_wire import Load, Upstream

_CONNECTIONS = 64
_PORTION = 2_000
_MARKS = (0.1, 0.5, 1.0)  # of all calls
_MEGABYTE = 1e6
GROWTH_BUDGET_MB = 8.0  # from a tenth of the calls, when every cache has its size, to all of them


async def run(calls: int) -> dict[str, object]:
    """Resident memory at each mark in MB, and the growth between the first and the last."""
    gateway_core, other_core = cores()
    os.sched_setaffinity(0, {other_core})
    upstream = Upstream()
    await upstream.start()
    resident: dict[str, float] = {}
    failed = done = 0
    with answerable(gateway_core, upstream) as target:
        process, load = psutil.Process(target.pid), Load(target)
        for mark in _MARKS:
            while done < calls * mark:
                found = await load.calls(_PORTION, stream=done // _PORTION % 2 == 1, connections=_CONNECTIONS)
                failed += found["failed"]
                done += _PORTION
            resident[str(done)] = round(process.memory_info().rss / _MEGABYTE, 1)
    upstream.stop()
    sizes = list(resident.values())
    return {
        "resident_mb": resident,
        "failed": failed,
        "growth_mb": round(sizes[-1] - sizes[0], 1),
        "budgets": {"growth_mb": GROWTH_BUDGET_MB},
    }


def main() -> int:
    """Print one JSON object. Returns 1 when memory grew or a call failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000, help="calls in all, half of them streams")
    found = asyncio.run(run(parser.parse_args().calls))
    print(json.dumps({"gateway_memory": found}))
    return 0 if found["failed"] == 0 and float(str(found["growth_mb"])) <= GROWTH_BUDGET_MB else 1


if __name__ == "__main__":
    sys.exit(main())
