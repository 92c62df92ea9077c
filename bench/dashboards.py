"""A dashboard of twelve tiles from what is kept, through HTTP on a server of its own: p50 and p99 beside the
budget, and the bare answer of the same server beside them, which tells how busy the machine is.

    python -m bench.dashboards --rows 1000000 --rounds 200
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from bench.ask_data import write_table
from bench.system import free_port, wait_ready

BUDGET_MS = 100.0


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="answerable-bench-"))
    port = free_port()
    command = [str(Path(sys.executable).parent / "answerable"), "serve", "--data-dir", str(folder)]
    server = subprocess.Popen([*command, "--port", str(port)], stderr=subprocess.DEVNULL)
    try:
        wait_ready(port, server)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=300) as client:
            figures = measure(client, folder, options.rows, options.rounds)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps(figures))


def measure(client: httpx.Client, folder: Path, rows: int, rounds: int) -> dict[str, object]:
    """Make the dashboard, show it once so that every tile is kept, then again and again."""
    person = {"email": "bench@example.com", "password": "correct horse battery", "workspace_name": "Bench"}
    token = client.post("/api/v1/auth/register", json=person).raise_for_status().json()["access_token"]
    client.headers["Authorization"] = f"Bearer {token}"
    dataset = _uploaded(client, folder, rows)
    tiles = [
        {
            "id": f"t{n}",
            "insight_id": _pinned(client, query),
            "x": n % 3 * 4,
            "y": n // 3 * 4,
            "width": 4,
            "height": 4,
        }
        for n, query in enumerate(_queries(dataset))
    ]
    board = (
        client.post("/api/v1/dashboards", json={"name": "Bench", "tiles": tiles}).raise_for_status().json()
    )
    url = f"/api/v1/dashboards/{board['id']}/results"

    def show() -> dict[str, Any]:
        answer: dict[str, Any] = client.post(url, json={}).raise_for_status().json()
        return answer

    begin = time.perf_counter()
    first = show()
    computed_ms = (time.perf_counter() - begin) * 1000
    failed = [tile["error"] for tile in first["tiles"] if tile["error"] is not None]
    if failed:
        raise RuntimeError(f"a tile failed: {failed[0]}")
    if not all(tile["cached"] for tile in show()["tiles"]):
        raise RuntimeError("a tile is not kept")
    warm = _timed(show, rounds)
    bare = _timed(lambda: client.get(f"/api/v1/dashboards/{board['id']}").raise_for_status(), rounds)
    return {
        "rows": rows,
        "tiles": len(tiles),
        "computed_ms": round(computed_ms, 1),
        "cached_p50_ms": warm[0],
        "cached_p99_ms": warm[1],
        "dashboard_alone_p50_ms": bare[0],
        "dashboard_alone_p99_ms": bare[1],
        "answer_bytes": len(json.dumps(first)),
        "budget_ms": BUDGET_MS,
        "within_budget": warm[0] <= BUDGET_MS,
    }


def _queries(dataset: dict[str, Any]) -> list[dict[str, Any]]:
    """Twelve of usual shapes: numbers, series, rankings, series by group."""
    time_field = next(f["name"] for f in dataset["fields"] if f["role"] == "time")
    found: list[dict[str, Any]] = []
    for year in (2023, 2024, 2025):
        period = {"start": f"{year}-01-01", "end": f"{year + 1}-01-01"}
        whole = {"field": time_field, "period": period}
        base = {"dataset": dataset["name"], "measures": [{"aggregation": "count"}]}
        found += [
            {**base, "time": whole},
            {**base, "time": {**whole, "grain": "month"}},
            {**base, "time": whole, "group_by": [{"field": "country"}]},
            {**base, "time": {**whole, "grain": "week"}, "group_by": [{"field": "country"}]},
        ]
    return found


def _uploaded(client: httpx.Client, folder: Path, rows: int) -> dict[str, Any]:
    table = folder / "orders.parquet"
    write_table(table, rows)
    with table.open("rb") as file:
        sent = client.post("/api/v1/datasets", files={"file": ("orders.parquet", file)}).raise_for_status()
    dataset_id = sent.json()["datasets"][0]["id"]
    while True:
        state: dict[str, Any] = client.get(f"/api/v1/datasets/{dataset_id}").json()
        if state["status"] == "ready":
            return state
        if state["status"] == "failed":
            raise RuntimeError(f"ingestion failed: {state}")
        time.sleep(0.2)


def _pinned(client: httpx.Client, query: dict[str, Any]) -> str:
    made = client.post("/api/v1/insights", json={"name": "Tile", "query": query})
    if made.status_code != 201:
        raise RuntimeError(made.text)
    return str(made.json()["id"])


def _timed(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """(p50, p99) in milliseconds."""
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        work()
        times.append((time.perf_counter() - begin) * 1000)
    percentiles = statistics.quantiles(times, n=100)
    return round(percentiles[49], 1), round(percentiles[98], 1)


if __name__ == "__main__":
    main()
