"""Run every benchmark in a process of its own and print one JSON object with all figures.

`python -m bench` measures the system itself; `--squad PATH` adds retrieval on a SQuAD-shaped file or a
BEIR-shaped folder. `python -m bench.retrieval_modes PATH` prints a table of modes and of other systems.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

_ALWAYS = (
    "system",
    "indexing",
    "search_scale",
    "query_latency",
    "ask_data",
    "dashboards",
    "questions",
    "ingestion",
    "reading",
    "gateway",
    "gateway_memory",
    "cache",
    "conversations",
    "console",
)
_LIMIT_SECONDS = 900


def main() -> int:
    """Print the figures; a benchmark that fails is said in its place. Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--squad", type=Path, help="a SQuAD-shaped file or a BEIR-shaped folder")
    parser.add_argument("--only", nargs="*", help="names of benchmarks")
    options = parser.parse_args()
    runs = {name: [] for name in _ALWAYS}
    if options.squad is not None:
        runs["retrieval"] = [str(options.squad)]
    figures: dict[str, object] = {}
    failed = False
    for name, arguments in runs.items():
        if options.only and name not in options.only:
            continue
        command = [sys.executable, "-m", f"bench.{name}", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_LIMIT_SECONDS, check=False)
        if done.returncode == 0:
            figures[name] = json.loads(done.stdout)
        else:
            failed = True
            figures[name] = {"error": done.stderr.strip().splitlines()[-1:]}
        print(f"{name}: done", file=sys.stderr)
    print(json.dumps(figures, indent=2))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
